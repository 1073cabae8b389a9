"""How fast one workspace gets messages: a token bucket that any number of workers share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

SAVED_UP = timedelta(seconds=0.5)
"""What may be saved up while nothing is sent: four posts at 500 a minute, so that few people at
once need not wait, and far from a burst that Slack would notice."""

PER_CHANNEL = 3
PER_CHANNEL_WITHIN = timedelta(seconds=3)
"""Slack allows one message a second in a channel, and short bursts above it
(docs.slack.dev, rate limits): three within three seconds let a welcome and a prompt go together."""


def place(workspace: str, address: str) -> float:
    """A target's own place from 0 to 1 among all that are due together, the same every day."""
    return crc32(f"{workspace} {address}".encode("utf-8", "replace")) / 2**32


@dataclass(frozen=True, slots=True)
class Pace:
    """How many posts a minute a workspace gets; 0 means as many as there are."""

    posts_per_minute: int

    @property
    def apart(self) -> timedelta:
        """The time that one post takes up; nothing without a pace."""
        if not self.posts_per_minute:
            return timedelta(0)
        return timedelta(minutes=1) / self.posts_per_minute

    def granted(
        self, taken_until: datetime | None, now: datetime, wanted: int
    ) -> tuple[int, datetime]:
        """How many of the wanted posts may be made now, and until when the pace is then taken.

        `taken_until` is the second value of the call before, kept with the workspace: the bucket's
        theoretical arrival time. Slots that nobody used add up for `SAVED_UP` at most.
        """
        if not self.posts_per_minute:
            return wanted, now
        start = now - max(SAVED_UP, self.apart)
        if taken_until is not None and taken_until > start:
            start = taken_until
        free = max(0, (now - start) // self.apart)
        number = min(wanted, free)
        return number, start + number * self.apart

    def free_again(self, taken_until: datetime) -> datetime:
        """When the next post may be made."""
        return taken_until + self.apart

    def spread(self, number: int) -> timedelta:
        """Over how long so many posts that are due together go out in any case."""
        return max(0, number - 1) * self.apart
