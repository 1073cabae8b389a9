"""SQLite connections: durable, wiping what they delete, and beginning only when told to."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, StaticPool

from bot.store.errors import sqlite_code
from bot.store.urls import SqlitePlace

# FULL: an acknowledged write survives loss of power. secure_delete: what is deleted is overwritten.
# temp_store: nothing that is sorted or undone is spilled to other files.
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
)
_WAL_AGAIN_AFTER = 0.01
_TRUNCATE_WAIT_MS = 200
SCRUB_MARK = 1
"""The `user_version` of a file from which something was forgotten that is not wiped yet."""


def sqlite_engine(place: SqlitePlace, lock_wait: float) -> Engine:
    """An engine for a file or for memory; `lock_wait` is how many seconds a lock is waited for."""
    engine = create_engine(
        place.engine_url(),
        poolclass=StaticPool if place.in_memory else NullPool,
        connect_args={"timeout": lock_wait, "check_same_thread": False},
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,  # what people wrote must not stand in an error, and so in a log
    )

    def prepare(connection: Any, record: Any) -> None:
        del record
        _enter_wal(connection, time.monotonic() + lock_wait)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    return engine


def _enter_wal(connection: sqlite3.Connection, deadline: float) -> None:
    """Use the write-ahead log. SQLite does not wait by itself when several programs open a new
    file at once and each wants to be the one that changes its mode, so that is done here."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if sqlite_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_AGAIN_AFTER)
        else:
            return


class Session:
    """One connection of one thread, opened when first needed and replaced after it broke."""

    def __init__(self, engine: Engine, *, in_memory: bool, query_only: bool = False) -> None:
        self._engine = engine
        self._in_memory = in_memory
        self._query_only = query_only
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection for Core statements."""
        if self._connection is None:
            self._connection = self._engine.connect()
            if self._query_only:
                self.run("PRAGMA query_only=ON")
        return self._connection

    @property
    def raw(self) -> sqlite3.Connection:
        """The driver's connection, for what is not a statement on tables."""
        found = self.connection.connection.driver_connection
        if not isinstance(found, sqlite3.Connection):
            raise TypeError("this is not a SQLite connection")
        return found

    def run(self, command: str) -> tuple[Any, ...] | None:
        """Run one command, such as BEGIN; its first row, if any."""
        row: tuple[Any, ...] | None = self.raw.execute(command).fetchone()
        return row

    def in_transaction(self) -> bool:
        """Whether a transaction is open; SQLite ends it by itself after some failures."""
        return self.raw.in_transaction

    def undo(self) -> None:
        """Roll back whatever is open."""
        if self._connection is not None and self.in_transaction():
            self.run("ROLLBACK")

    def replace(self) -> None:
        """Start anew after a failure: a file gets a new connection, memory keeps the only one."""
        if self._in_memory:
            self.undo()
        else:
            self.close()

    def must_scrub(self) -> bool:
        """Whether something was forgotten whose bytes may still be in the files.

        The mark was set in the transaction that deleted it, so a killed process leaves it.
        """
        marked = self.run("PRAGMA user_version")
        return marked is not None and marked[0] == SCRUB_MARK

    def scrub(self) -> bool:
        """Write the file anew, so that no byte of what was deleted stays in it or in its log.

        secure_delete alone is not enough: pages that were rebuilt long before keep old copies in
        their gaps. False when a reader of another process still needs the log.
        """
        self.run("VACUUM")
        emptied = self.truncate_wal()
        if emptied:
            self.run("PRAGMA user_version=0")
        return emptied

    def truncate_wal(self) -> bool:
        """Move everything from the write-ahead log into the database and empty the log.

        False when a reader of another process still needs the log.
        """
        waited = self.run("PRAGMA busy_timeout")
        self.run(f"PRAGMA busy_timeout={_TRUNCATE_WAIT_MS}")
        blocked = self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        self.run(f"PRAGMA busy_timeout={waited[0] if waited else 0}")
        return blocked is None or blocked[0] == 0

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
