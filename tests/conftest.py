"""Fixtures that every folder of tests shares."""

import os
from collections.abc import Iterator

import pytest

from tests.own_postgres import own_postgres
from tests.world import World, running


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: some tests only wait for time to pass."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh world on Monday 2 March 2026, 08:30 UTC."""
    with running() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def bare_postgres() -> Iterator[str]:
    """The URL of a real, empty PostgreSQL server; when it can't start, tests fail."""
    with own_postgres() as url:
        yield url
