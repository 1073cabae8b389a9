"""Fixtures that every folder of tests shares."""

from collections.abc import Iterator

import pytest

from tests.world import World, running


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh world on Monday 2 March 2026, 08:30 UTC."""
    with running() as fresh:
        yield fresh
