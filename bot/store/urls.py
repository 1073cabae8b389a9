"""Database URLs: which engine they mean, where a SQLite file lies, and refusals in plain words."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.store.errors import StoreError

POSTGRES_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_KNOWN = "sqlite:///data/coach.db for a file, or postgresql://user:password@host/database"


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    """A SQLite database: its file, None for one that lives in memory."""

    path: Path | None

    @property
    def in_memory(self) -> bool:
        """Whether it ends with the process."""
        return self.path is None

    def engine_url(self) -> URL:
        """The URL as SQLAlchemy wants it."""
        return URL.create("sqlite", database=str(self.path) if self.path else None)


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """A PostgreSQL database."""

    url: URL

    def engine_url(self) -> URL:
        """The URL with the driver that this program uses."""
        return self.url.set(drivername="postgresql+psycopg")

    def shown(self) -> str:
        """The URL for people: without the password and without options, which may hold one."""
        return self.url.set(query={}).render_as_string(hide_password=True)


def place_of(url: str) -> SqlitePlace | PostgresPlace:
    """The database that a URL means. Raises StoreError for a URL that means none."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Neither the URL nor the cause is shown: both may hold the password.
        raise StoreError(
            "DATABASE_URL is not a database URL. Nothing was changed. "
            f"Write it like {_KNOWN}. In a password, write special characters as %XX."
        ) from None
    if parsed.drivername == "sqlite":
        return _sqlite_place(parsed)
    if parsed.drivername in POSTGRES_SCHEMES:
        return PostgresPlace(parsed)
    raise StoreError(
        f"DATABASE_URL begins with {parsed.drivername}://, which is not supported. "
        f"Nothing was changed. Write it like {_KNOWN}."
    )


def _sqlite_place(url: URL) -> SqlitePlace:
    if url.host:
        raise StoreError(
            f"DATABASE_URL names a host ({url.host}), and SQLite has none. Nothing was changed. "
            "Put three slashes before a relative path (sqlite:///data/coach.db) and four before "
            "an absolute one (sqlite:////srv/coach.db)."
        )
    if url.database in (None, "", ":memory:"):
        return SqlitePlace(None)
    return SqlitePlace(Path(str(url.database)))
