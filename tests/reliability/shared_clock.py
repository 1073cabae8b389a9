"""A clock in a file: one process moves it, any number of others read it at once."""

import mmap
from datetime import UTC, datetime, timedelta
from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class SharedClock:
    """`bot.ports.Clock`: microseconds since 1970 in eight bytes of memory that processes share."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8)
        # As one number it is read and written at one stroke; as eight bytes it need not be.
        self._microseconds = memoryview(self._memory).cast("q")

    @classmethod
    def made(cls, path: Path, instant: datetime) -> "SharedClock":
        """A new file that shows an instant."""
        path.write_bytes(bytes(8))
        clock = cls(path)
        clock.move(instant)
        return clock

    def now(self) -> datetime:
        """The present instant in UTC."""
        return EPOCH + timedelta(microseconds=self._microseconds[0])

    def move(self, instant: datetime) -> None:
        """Make an instant the present, for everybody."""
        self._microseconds[0] = (instant - EPOCH) // MICROSECOND
