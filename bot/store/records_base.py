"""What all records share: one connection inside one transaction, reading and saving rows."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import UpdateBase

from bot.domain.learners import Person
from bot.store.sqlite_engine import SCRUB_MARK

_INSERT: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_into(table: Table, dialect: str) -> Any:
    """An INSERT that knows `on_conflict_do_…`; both engines have it, SQLAlchemy's base has not."""
    return _INSERT[dialect](table)


@cache
def insert_or_replace(table: Table, dialect: str) -> Any:
    """The statement that saves a whole row under its primary key, whether or not it is there."""
    statement = insert_into(table, dialect)
    key = [column.name for column in table.primary_key]
    rest = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    if not rest:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=rest)


class RecordsBase:
    """One transaction seen as tables; refuses to save when the work was given to `read`."""

    def __init__(self, connection: Connection, *, writable: bool) -> None:
        self.connection = connection
        self.forgot = False
        self.writable = writable

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.connection.dialect.name

    def first(self, query: Select[Any]) -> Row[Any] | None:
        """The first row of a query."""
        return self.connection.execute(query).first()

    def all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """All rows of a query."""
        return self.connection.execute(query).all()

    def claiming(self, query: Select[Any]) -> Select[Any]:
        """The query, for rows about to be changed: what another process has claimed is left out.

        SQLite ignores this; its writers take turns anyway.
        """
        return query.with_for_update(skip_locked=True) if self.writable else query

    def must_save(self) -> None:
        """Raises RuntimeError when this work was given to `read`."""
        if not self.writable:
            raise RuntimeError("work given to read() can't save anything; give it to write()")

    def change(
        self,
        statement: UpdateBase,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> int:
        """Run a statement that changes rows; how many it changed."""
        self.must_save()
        # Without the option the count of an INSERT is lost when the driver's cursor closes.
        counted = {"preserve_rowcount": True}
        result = self.connection.execute(statement, values, execution_options=counted)
        return result.rowcount

    def change_many(self, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each row; nothing for none."""
        if rows:
            self.change(statement, rows)

    def mark_for_scrubbing(self) -> None:
        """Have the bytes of what was deleted wiped from the files after the commit.

        PostgreSQL does that by itself, when it vacuums.
        """
        self.forgot = True
        if self.dialect == "sqlite":
            self.connection.exec_driver_sql(f"PRAGMA user_version={SCRUB_MARK}")

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Save a whole row under its primary key."""
        self.change(insert_or_replace(table, self.dialect), row)


def of_person(table: Table, person: Person) -> Any:
    """The condition that a row is this person's; every query about people carries it."""
    return (table.c.workspace == person.workspace) & (table.c.user_id == person.user)


def owner(person: Person) -> dict[str, Any]:
    """The columns that say whose a row is."""
    return {"workspace": person.workspace, "user_id": person.user}
