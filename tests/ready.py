"""A database file that is set up already: copied, because setting one up takes longer than most
tests."""

import tempfile
from functools import cache
from pathlib import Path

from bot.store.migrate import upgrade


@cache
def _set_up() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coach.db")
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def ready_database(path: Path) -> None:
    """Put a database there as `coach migrate` leaves it; one that is there stays."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_set_up())
