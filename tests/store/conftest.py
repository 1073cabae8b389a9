"""The three databases on which the store promises to behave the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from store_work import Gate

from bot.store.migrate import upgrade
from bot.store.schema import metadata
from tests.ready import ready_database


@pytest.fixture(scope="session")
def postgres_server(bare_postgres: str) -> str:
    """The URL of a real PostgreSQL server with our tables."""
    upgrade(bare_postgres)
    return bare_postgres


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of the PostgreSQL database with empty tables."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables}".encode())
    return postgres_server


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/data/coach.db"


@pytest.fixture
def ready_url(tmp_path: Path) -> str:
    """The URL of a SQLite file with empty tables."""
    ready_database(tmp_path / "ready" / "coach.db")
    return f"sqlite:///{tmp_path}/ready/coach.db"


@pytest.fixture(params=["memory", "ready", "postgres"], ids=["memory", "file", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "memory":
        return "sqlite://"
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["ready", "postgres"], ids=["file", "postgres"])
def lasting_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database that outlives its store."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def slow_postgres_commit(postgres_url: str) -> Iterator[None]:
    """Makes every commit that saved a learner take 0.3 s."""
    with committing_in_postgres(postgres_url, "PERFORM pg_sleep(0.3)"):
        yield


@pytest.fixture
def conflicting_postgres_commit(postgres_url: str) -> Iterator[None]:
    """Makes every commit that saved a learner fail after 0.3 s, asking to be run again."""
    conflict = "PERFORM pg_sleep(0.3); RAISE EXCEPTION 'again, please' USING ERRCODE = '40001'"
    with committing_in_postgres(postgres_url, conflict):
        yield


@contextmanager
def committing_in_postgres(url: str, does: str) -> Iterator[None]:
    """Have commits that saved a learner do something first, by a trigger that runs then."""
    make = f"""
        CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN {does}; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON learners
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger();
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(make.encode())
        yield
        connection.execute("DROP TRIGGER linger ON learners; DROP FUNCTION linger()")


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate that is open when the test ends, so that no store thread stands there for ever."""
    gate = Gate()
    yield gate
    gate.open()
