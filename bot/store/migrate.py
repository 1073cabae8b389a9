"""`coach migrate`: bringing the database of a URL to the version of this program."""

from sqlalchemy.exc import SQLAlchemyError

from bot.store.opening import (
    explain_postgres,
    explain_sqlite,
    migrate_postgres,
    open_sqlite,
)
from bot.store.postgres import postgres_engine
from bot.store.sqlite_engine import sqlite_engine
from bot.store.urls import SqlitePlace, place_of
from bot.store.versions import HEAD, version_of

LOCK_WAIT = 30.0


def upgrade(url: str) -> str:
    """Create or update the tables of a database, all or nothing; the version it has now.

    Blocks. Raises StoreError when the database can't be used or is newer than this program.
    """
    place = place_of(url)
    if isinstance(place, SqlitePlace):
        open_sqlite(place, LOCK_WAIT).dispose()
    else:
        migrate_postgres(place, LOCK_WAIT)
    return HEAD


def current(url: str) -> str | None:
    """The version of a database, None when it has no tables yet; creates nothing.

    Blocks. Raises StoreError when the database can't be used.
    """
    place = place_of(url)
    if isinstance(place, SqlitePlace):
        return None if place.in_memory else _current_sqlite(place)
    engine = postgres_engine(place, LOCK_WAIT)
    try:
        return version_of(engine)
    except SQLAlchemyError:
        raise explain_postgres(place) from None
    finally:
        engine.dispose()


def _current_sqlite(place: SqlitePlace) -> str | None:
    if place.path is None or not place.path.exists():
        return None
    engine = sqlite_engine(place, LOCK_WAIT)
    try:
        return version_of(engine)
    except SQLAlchemyError as error:
        raise explain_sqlite(place, error) from error
    finally:
        engine.dispose()
