"""When a wall clock shows a date and a time, found by walking UTC: the judge of local times.

One question is put to zoneinfo, and no other: what does the wall clock show at this UTC instant
(`ZoneInfo.fromutc`)? A local time is never combined with a zone here, so nothing of how Python
or the coach reads a local time can leak into what it is compared with.

What is really walked:

- `walk` asks at every step, and at every minute between two steps whose answers differ. Between
  two equal answers the offset is taken to be the same; with a step of 1 nothing is taken.
- `shown` asks at every UTC minute without exception and writes down the first minute that shows
  each wall time.

A wall time that is never shown follows RFC 5545 section 3.3.5: the offset before the gap.

Minutes are counted from 1970-01-01 00:00, of UTC and of the wall clock alike.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import sub
from zoneinfo import ZoneInfo

DAY = 1440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EPOCH_DAY = EPOCH.toordinal()


def minute_of(day: date, at: time) -> int:
    """The wall minute of a date and a time."""
    return (day.toordinal() - EPOCH_DAY) * DAY + at.hour * 60 + at.minute


def day_of(minute: int) -> date:
    """The date that a wall minute belongs to."""
    return date.fromordinal(minute // DAY + EPOCH_DAY)


def instant_of(minute: int) -> datetime:
    """The instant of a UTC minute."""
    return EPOCH + minute * MINUTE


PORTION = 20_000
"""How many instants are held at a time."""


@lru_cache(maxsize=8)
def _steps(count: int, step: int) -> tuple[timedelta, ...]:
    return tuple(number * step * MINUTE for number in range(count))


def asked(zone: ZoneInfo, first: int, count: int, step: int = 1) -> list[int]:
    """The offset, in minutes, at `count` UTC instants that lie `step` minutes apart.

    Raises ValueError for an offset with seconds, which ended in 1972.
    """
    offsets: list[int] = []
    for done in range(0, count, PORTION):
        portion = min(PORTION, count - done)
        offsets += _portion(zone, first + done * step, portion, step)
    return offsets


def _portion(zone: ZoneInfo, first: int, count: int, step: int) -> list[int]:
    start = (EPOCH + first * MINUTE).replace(tzinfo=zone)  # fromutc wants UTC under this name
    instants = list(map(start.__add__, _steps(count, step)))
    offsets = list(map(sub, map(zone.fromutc, instants), instants))
    minutes = {offset: offset // MINUTE for offset in set(offsets)}
    if any(offset % MINUTE for offset in minutes):
        raise ValueError(f"{zone.key} has an offset with seconds in these years")
    return list(map(minutes.__getitem__, offsets))


@dataclass(frozen=True, slots=True)
class Walk:
    """Offsets in minutes and the UTC minutes from which they hold, in order."""

    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def due(self, wall: int) -> int:
        """The first UTC minute that shows a wall minute, or the offset before its gap.

        Raises ValueError for a wall minute of less than a day after the start of the walk.
        """
        number = bisect_right(self.starts, wall - DAY) - 1  # an offset is less than a day
        if number < 0:
            raise ValueError(f"{day_of(wall)} lies before the walk")
        while number + 1 < len(self.starts):
            found = wall - self.offsets[number]
            if found < self.starts[number + 1]:
                break
            number += 1
            if wall - self.offsets[number] < self.starts[number]:
                return found
        return wall - self.offsets[number]


def walk(zone: ZoneInfo, first: date, last: date, step: int) -> Walk:
    """The offsets from two days before the first date to three after the last; step in minutes."""
    begin = minute_of(first, time()) - 2 * DAY
    count = (last - first).days + 5
    offsets = asked(zone, begin, count * DAY // step, step)
    found = [(begin, offsets[0])]
    for number, (one, two) in enumerate(pairwise(offsets)):
        if one != two:
            found += _changes(zone, begin + number * step, step, one)
    return Walk(tuple(start for start, _ in found), tuple(offset for _, offset in found))


def _changes(zone: ZoneInfo, begin: int, step: int, known: int) -> Iterator[tuple[int, int]]:
    for minute, offset in enumerate(asked(zone, begin, step + 1), begin):
        if offset != known:
            yield minute, offset
            known = offset


def shown(zone: ZoneInfo, first: int, count: int) -> dict[int, int]:
    """Wall minute -> the UTC minute that is meant by it, from asking at every UTC minute.

    Complete for wall times that lie more than a day inside the minutes walked.
    """
    offsets = asked(zone, first, count)
    due: dict[int, int] = {}
    for utc, offset in enumerate(offsets, first):
        due.setdefault(utc + offset, utc)
    for utc, (before, after) in enumerate(pairwise(offsets), first + 1):
        for wall in range(utc + before, utc + after):  # skipped: nothing when the clock goes back
            due.setdefault(wall, wall - before)
    return due
