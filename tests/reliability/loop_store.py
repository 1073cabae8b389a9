"""The real records on a SQLite database in memory, in the thread of the loop.

The store of the program has threads of its own, and which of two jobs is heard of first is a matter
of chance. Here every piece of work runs where it is awaited, so that the same seed gives the same
order; the tables, the SQL and the savepoint around each job are those of the program.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy import select

from bot.ports import Records
from bot.store.opening import open_sqlite
from bot.store.records import SqlRecords
from bot.store.schema import metadata
from bot.store.sqlite_engine import Session
from bot.store.urls import SqlitePlace

T = TypeVar("T")

_EVERYTHING = tuple(str(select(table)) for table in metadata.sorted_tables)


class LoopStore:
    """`bot.ports.Store` without threads."""

    def __init__(self) -> None:
        self._engine = open_sqlite(SqlitePlace(None), lock_wait=1.0)
        self._session = Session(self._engine, in_memory=True)
        connection = self._session.connection
        self._reading = SqlRecords(connection, writable=False)
        self._writing = SqlRecords(connection, writable=True)

    async def read(self, work: Callable[[Records], T]) -> T:
        """Run work that saves nothing."""
        await asyncio.sleep(0)
        return work(self._reading)

    async def write(self, work: Callable[[Records], T]) -> T:
        """Run work and save what it did, all or nothing."""
        await asyncio.sleep(0)
        return self.now(work)

    def now(self, work: Callable[[Records], T]) -> T:
        """As `write`, for whoever looks from outside."""
        self._session.run("SAVEPOINT job")
        try:
            value = work(self._writing)
        except BaseException:
            self._session.run("ROLLBACK TO job")
            self._session.run("RELEASE job")
            raise
        self._session.run("RELEASE job")
        return value

    def look(self, work: Callable[[Records], T]) -> T:
        """As `read`, for whoever looks from outside."""
        return work(self._reading)

    def begin(self) -> None:
        """From here on one can go back to marks."""
        self._session.run("BEGIN")

    def mark(self, name: str) -> None:
        """Remember how it is now."""
        self._session.run(f"SAVEPOINT {name}")

    def back_to(self, name: str) -> None:
        """As it was at a mark; the mark is gone."""
        self._session.run(f"ROLLBACK TO {name}")
        self._session.run(f"RELEASE {name}")

    def version(self) -> int:
        """The same only when no row was changed in between."""
        return self._session.raw.total_changes

    def contents(self) -> Hashable:
        """Every row of every table."""
        found = (self._session.raw.execute(query).fetchall() for query in _EVERYTHING)
        return tuple(map(tuple, found))

    async def check(self) -> None:
        """It always answers."""

    def waiting(self) -> int:
        """Nothing waits."""
        return 0

    async def close(self) -> None:
        """End it; everything is gone."""
        self.end()

    def end(self) -> None:
        """As `close`, without a loop."""
        self._session.undo()
        self._session.close()
        self._engine.dispose()
