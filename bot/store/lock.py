"""One dispatcher at a time: a second one on the same SQLite file is refused."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.store.errors import StoreError
from bot.store.urls import SqlitePlace, place_of

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class DispatcherRunning(StoreError):
    """Another process already sends messages from this database."""


@contextmanager
def single_dispatcher(url: str) -> Iterator[None]:
    """Hold the right to send from a database while the block runs.

    The operating system takes the right back when the process ends in whatever way. On PostgreSQL
    any number of dispatchers share the work, and memory belongs to one process: nothing is held.
    Raises DispatcherRunning, and StoreError when the lock file can't be made.
    """
    place = place_of(url)
    if not isinstance(place, SqlitePlace) or place.path is None:
        yield
        return
    with _lock_file(place.path) as file:
        try:
            _take(file)
        except OSError as error:
            raise DispatcherRunning(
                f"Another process already sends messages from {place.path}. Nothing was sent or "
                "changed by this one. End the other process first; to run several, set "
                "DATABASE_URL to a PostgreSQL database."
            ) from error
        yield


def _lock_file(database: Path) -> IO[str]:
    # The file stays after use: removing it would let two processes lock two different files.
    path = database.with_name(f"{database.name}.dispatcher-lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise StoreError(
            f"The lock file {path} can't be opened ({error.strerror}). Nothing was sent. "
            "Give the user that runs this program the right to write in that folder."
        ) from error
