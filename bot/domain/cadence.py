"""Local times: when something that is wanted at 09:00 in a person's own zone is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.rests import NO_RESTS, Rests

DAY_ENDS = time(4, 0)
"""A learner's day ends at 04:00: an answer at 01:30 still belongs to the evening before."""

MIN_GAP = timedelta(hours=12)
"""Two sends of one rhythm are never closer than this, whatever the person's zone does."""

WRONG_CLOCK = timedelta(days=2)
"""What was sent last can't lie further ahead than this: no zone is so far from another. More
means that the clock was wrong then, and it must not silence anybody until that date comes."""

LOOK_AHEAD = 800
"""Days without an occurrence after which none is expected any more: more than two years, so that
the rarest rhythm with the longest rests is still found."""

A_MONDAY = date(2024, 1, 1)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = frozenset(range(5))


class Every(StrEnum):
    """How often a rhythm comes round. `never` keeps the days and the time for later."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Weekdays (0 = Monday), the local time of day, and which of these days count.

    Every two weeks it is the week of `anchor` and each second one after and before it; every
    month it is the first of the weekdays in it.
    """

    days: frozenset[int]
    at: time
    every: Every = Every.WEEK
    anchor: date = A_MONDAY

    @property
    def rests(self) -> bool:
        """Whether it never comes round."""
        return not self.days or self.every is Every.NEVER

    def wants(self, day: date) -> bool:
        """Whether something is wanted on a local date."""
        if day.weekday() not in self.days:
            return False
        match self.every:
            case Every.WEEK:
                return True
            case Every.FORTNIGHT:
                return (_week(day) - _week(self.anchor)) % 2 == 0
            case Every.MONTH:
                return day.day <= 7 and not any(
                    (day.weekday() - back) % 7 in self.days for back in range(1, day.day)
                )
            case Every.NEVER:
                return False


def _week(day: date) -> int:
    """Weeks from Monday to Sunday, counted from the first one that there is."""
    return (day.toordinal() - 1) // 7


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


def occurrences(
    rhythm: Rhythm, zone: ZoneInfo, after: datetime, rests: Rests = NO_RESTS
) -> Iterator[Occurrence]:
    """Every occurrence strictly after an instant, in order; none on a day that is a rest.

    It ends only where nothing is wanted any more.
    """
    for day in _wanted(rhythm, rests, after.astimezone(zone).date() - timedelta(days=1)):
        due = occurrence(day, rhythm.at, zone)
        if due > after:
            yield Occurrence(day, due)


def _wanted(rhythm: Rhythm, rests: Rests, day: date) -> Iterator[date]:
    """The local dates from a day on on which something is wanted; a long rest costs no more."""
    if rhythm.rests:
        return
    left, last = LOOK_AHEAD, date.max - timedelta(days=LOOK_AHEAD)
    while left and day < last:
        end = rests.end_of(day)
        if end is None and rhythm.wants(day):
            left = LOOK_AHEAD
            yield day
        day = day + timedelta(days=1) if end is None else end
        left -= 1


def next_occurrence(
    rhythm: Rhythm,
    zone: ZoneInfo,
    after: datetime,
    last: Occurrence | None = None,
    rests: Rests = NO_RESTS,
) -> Occurrence | None:
    """The next occurrence after an instant that respects the one that was sent last.

    Never a local date that `last` already had, and never within 12 hours of it, so that somebody
    who flies around the world is not asked twice. None when nothing is wanted any more.
    """
    if last is not None and last.due > after + WRONG_CLOCK:
        last = None
    for candidate in occurrences(rhythm, zone, after, rests):
        if last is None:
            return candidate
        if candidate.label > last.label and candidate.due - last.due >= MIN_GAP:
            return candidate
    return None


def latest_occurrence(
    rhythm: Rhythm, zone: ZoneInfo, first: Occurrence, now: datetime, rests: Rests = NO_RESTS
) -> Occurrence:
    """The last occurrence that is due by now, from the first one that was planned.

    Looked for backwards from now, so that it costs the same after a night and after ten years.
    """
    if rhythm.rests:
        return first
    day = now.astimezone(zone).date()
    while day > first.label:
        if rhythm.wants(day) and not rests.covers(day):
            due = occurrence(day, rhythm.at, zone)
            if due <= now:
                return Occurrence(day, due)
        day -= timedelta(days=1)
    return first
