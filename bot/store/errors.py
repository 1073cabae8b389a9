"""What goes wrong with a database, told apart: can't be opened, can't take work now, try again."""

import sqlite3
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.domain.errors import Busy, Uncertain

_SQLITE_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_SERIALIZATION_FAILURE, _DEADLOCK = "40001", "40P01"
_READ_ONLY_TRANSACTION = "25006"


class StoreError(Exception):
    """The database can't be used; the text says what happened, what is safe, what to do next."""


class Captured:
    """Runs a block and keeps what it raised instead of raising it.

    The thread that runs a job must outlive whatever the job raises, and the exception belongs to
    the caller who awaits the job: it is handed over unchanged.
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        del kind, trace
        self.error = error
        return True


def sqlite_code(error: BaseException) -> int | None:
    """SQLite's primary result code of an error, None when it is not SQLite's."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five-letter state of an error, None when the server sent none."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None)


def is_conflict(error: BaseException) -> bool:
    """Whether PostgreSQL asks for the same transaction to be run again."""
    return sqlstate(error) in (_SERIALIZATION_FAILURE, _DEADLOCK)


def connection_lost(error: BaseException) -> bool:
    """Whether the connection broke under a statement, so that its outcome is not known."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def unavailable(error: BaseException) -> bool:
    """Whether the database, not the work, is the reason: locked, full, read-only, gone."""
    if (code := sqlite_code(error)) is not None:
        return code in _SQLITE_UNAVAILABLE
    if sqlstate(error) == _READ_ONLY_TRANSACTION:
        return True
    return isinstance(error, OperationalError) or connection_lost(error)


def for_caller(error: BaseException, *, committing: bool = False) -> BaseException:
    """The error that the caller sees: Busy or Uncertain with the cause chained, or the work's own.

    A commit that broke with the connection or the disk may have been saved all the same.
    """
    if committing and (connection_lost(error) or sqlite_code(error) == sqlite3.SQLITE_IOERR):
        seen: Exception = Uncertain("the database failed while saving; it may or may not be saved")
    elif unavailable(error):
        seen = Busy("the database can't take work now; nothing was saved")
    else:
        return error
    seen.__cause__ = error
    return seen
