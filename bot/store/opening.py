"""Opening a database: folders, files, versions, and words for whatever is wrong with them."""

import sqlite3
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.store.errors import StoreError, sqlite_code, sqlstate
from bot.store.postgres import postgres_engine
from bot.store.sqlite_engine import Session, sqlite_engine
from bot.store.urls import PostgresPlace, SqlitePlace
from bot.store.versions import (
    HEAD,
    create_in_memory,
    is_foreign,
    refuse_newer,
    run_migrations,
    version_of,
)

_SQLITE_SAYS = {
    sqlite3.SQLITE_NOTADB: (
        "is not a SQLite database. It was not changed. "
        "Set DATABASE_URL to another file, or move this one away."
    ),
    sqlite3.SQLITE_CORRUPT: (
        "is damaged. It was not changed. Keep a copy of it and restore the last backup."
    ),
    sqlite3.SQLITE_READONLY: (
        "can't be written to. Nothing was changed. "
        "Give the user that runs this program the right to write the file and its folder."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "can't be opened. Nothing was changed. "
        "Check that it is a file and that the user that runs this program may read and write it."
    ),
    sqlite3.SQLITE_BUSY: (
        "is locked by another program. Nothing was changed. "
        "End that program, such as an open database browser, and start again."
    ),
    sqlite3.SQLITE_FULL: (
        "can't grow: the disk is full. What was saved before is safe. "
        "Make room on the disk and start again."
    ),
}


def open_sqlite(place: SqlitePlace, lock_wait: float) -> Engine:
    """An engine for an up-to-date database. Raises StoreError."""
    if place.path is not None:
        _make_file(place.path)
    engine = sqlite_engine(place, lock_wait)
    try:
        if place.in_memory:
            create_in_memory(engine)
        else:
            _bring_up_to_date(engine, place)
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        raise explain_sqlite(place, error) from error
    return engine


def _bring_up_to_date(engine: Engine, place: SqlitePlace) -> None:
    if is_foreign(engine):
        raise StoreError(
            f"The database {place.path} holds the tables of another program. It was not changed. "
            "Set DATABASE_URL to another file."
        )
    version = version_of(engine)
    refuse_newer(version)
    session = Session(engine, in_memory=False)
    try:
        if version is not None and session.must_scrub():
            session.scrub()  # a process was killed between forgetting and wiping
        session.run("BEGIN IMMEDIATE")  # a file that can't be written to is found out now
        session.run("ROLLBACK")
    finally:
        session.close()
    if version != HEAD:
        run_migrations(engine)


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # people's answers: for nobody else on this machine
    except OSError as error:
        raise StoreError(
            f"The database {path} can't be created ({error.strerror or error}). "
            "Nothing was changed. Create its folder and let the user that runs this program "
            "write there, or set DATABASE_URL to another place."
        ) from error


def explain_sqlite(place: SqlitePlace, error: BaseException) -> StoreError:
    """What a SQLite failure at the start means and what to do next."""
    code = sqlite_code(error)
    says = _SQLITE_SAYS.get(-1 if code is None else code)
    if says is None:
        says = f"can't be used: {error}. Nothing was changed. Check the disk and the file's rights."
    return StoreError(f"The database {place.path} {says}")


def open_postgres(place: PostgresPlace, lock_wait: float) -> Engine:
    """An engine for a database of exactly this program's version. Raises StoreError."""
    engine = postgres_engine(place, lock_wait)
    try:
        version = version_of(engine)
        if version != HEAD:
            refuse_newer(version)
            raise StoreError(
                f"The database {place.shown()} is not set up for this version of the program. "
                "Nothing was changed. Run `coach migrate` once, then start again."
            )
    except StoreError:
        engine.dispose()
        raise
    except SQLAlchemyError:
        engine.dispose()
        # The cause is not chained: the driver's text may repeat parts of the URL.
        raise explain_postgres(place) from None
    return engine


def migrate_postgres(place: PostgresPlace, lock_wait: float) -> None:
    """Bring a database to this program's version. Raises StoreError."""
    engine = postgres_engine(place, lock_wait)
    try:
        run_migrations(engine)
    except SQLAlchemyError as error:
        if sqlstate(error) is None:
            raise explain_postgres(place) from None
        raise StoreError(
            f"The database {place.shown()} refused to be set up: {error}. Nothing was changed. "
            "Give its user the right to create tables, then run `coach migrate` again."
        ) from error
    finally:
        engine.dispose()


def explain_postgres(place: PostgresPlace) -> StoreError:
    """That the server can't be reached or refuses us."""
    return StoreError(
        f"PostgreSQL at {place.shown()} can't be reached or refuses the log-in. "
        "Nothing was changed. Check that the server runs and that host, database, user and "
        "password in DATABASE_URL are right."
    )
