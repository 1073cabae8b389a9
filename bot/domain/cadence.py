"""Local times: when something that is wanted at 09:00 in a person's own zone is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

DAY_ENDS = time(4, 0)
"""A learner's day ends at 04:00: an answer at 01:30 still belongs to the evening before."""

MIN_GAP = timedelta(hours=12)
"""Two sends of one rhythm are never closer than this, whatever the person's zone does."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Weekdays (0 = Monday) and the local time of day at which something is wanted."""

    days: frozenset[int]
    at: time


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One intended send: the local date that names it and its instant in UTC."""

    label: date
    due: datetime


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The IANA names that are accepted; `posixrules`-like files and single letters are not."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an accepted IANA name; raises ValueError for any other text."""
    if name not in zone_names():
        raise ValueError(f"unknown time zone {name!r}")
    return ZoneInfo(name)


def occurrence(label: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local wall time, by RFC 5545 section 3.3.5.

    A time that a clock change skips uses the offset before the gap; a time that it repeats means
    the first of the two. Both are what `fold=0` gives.
    """
    return datetime.combine(label, at, tzinfo=zone).replace(fold=0).astimezone(UTC)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The learner's date at an instant, with the day ending at 04:00 local time."""
    local = instant.astimezone(zone)
    return local.date() - timedelta(days=1) if local.time() < DAY_ENDS else local.date()


def occurrences(rhythm: Rhythm, zone: ZoneInfo, after: datetime) -> Iterator[Occurrence]:
    """Every occurrence strictly after an instant, in order, without end; none for no days."""
    if not rhythm.days:
        return
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        if day.weekday() in rhythm.days:
            due = occurrence(day, rhythm.at, zone)
            if due > after:
                yield Occurrence(day, due)
        day += timedelta(days=1)


def next_occurrence(
    rhythm: Rhythm,
    zone: ZoneInfo,
    after: datetime,
    last: Occurrence | None = None,
) -> Occurrence | None:
    """The next occurrence after an instant that respects the one that was sent last.

    Never a local date that `last` already had, and never within 12 hours of it, so that somebody
    who flies around the world is not asked twice. None when the rhythm has no days.
    """
    for candidate in occurrences(rhythm, zone, after):
        if last is None:
            return candidate
        if candidate.label > last.label and candidate.due - last.due >= MIN_GAP:
            return candidate
    return None
