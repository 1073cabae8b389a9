"""What only the computer can give: the present instant, names that nobody can guess, and which
zone data is installed."""

import importlib.metadata
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class GivenClock:
    """A clock that somebody else moves, such as the playground."""

    tell: Callable[[], datetime]

    def now(self) -> datetime:
        """The present instant in UTC."""
        return self.tell()


class RandomIds:
    """Names of 20 random characters."""

    def new(self) -> str:
        """A name that nobody can guess."""
        return secrets.token_hex(10)


def zone_data() -> str:
    """Which zone data and holidays are in use, such as `tzdata 2026.1, holidays 0.109`.

    Stored instants rest on both; when this text changes they are worked out anew.
    """
    return ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("tzdata", "holidays")
    )
