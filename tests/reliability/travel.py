"""People who move all the time: is anybody asked twice on one date, or twice within 12 hours?

`python -m tests.reliability.travel` lives a thousand years of people who move 20 times a year, to
any zone from any other, and change their rhythm 4 times a year. They are lived again under weaker
rules, which shows that the lives are hard enough, and again with 12 outages of the dispatcher a
year, of up to 30 hours.

What is looked at is the person's own date at the moment of sending, read from the wall clock that
`fromutc` gives, and the time between two sends; not what the rule says about itself.
"""

import argparse
import random
import sys
import time as stopwatch
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.domain.cadence import (
    WORKDAYS,
    Occurrence,
    Rhythm,
    next_occurrence,
    occurrences,
    zone_names,
    zone_of,
)
from bot.domain.deliveries import Kind, sendable_until
from bot.domain.quiet import EARLIEST_SEND, LATEST_SEND

MOVES = 20
NEW_RHYTHMS = 4
OUTAGES = 12
LONGEST_OUTAGE = timedelta(hours=30)
YEAR = timedelta(days=365)
APART = timedelta(hours=12)
LONGEST_GAP = timedelta(days=4.5)
ZONES = tuple(sorted(zone_names()))

Follow = Callable[[Rhythm, ZoneInfo, datetime, Occurrence | None], Occurrence | None]
"""The next occurrence after an instant, given the one before."""


@dataclass(frozen=True, slots=True)
class Change:
    """From an instant on, another zone, or another rhythm, or both."""

    at: datetime
    zone: str
    rhythm: Rhythm
    moved: bool


@dataclass(frozen=True, slots=True)
class Life:
    """A year of one person; the first change is the start. Outages are the dispatcher's."""

    changes: tuple[Change, ...]
    end: datetime
    outages: tuple[tuple[datetime, datetime], ...] = ()

    def awake(self, due: datetime) -> datetime:
        """When the dispatcher gets round to something that is due."""
        for begin, end in self.outages:
            if begin <= due < end:
                return end
        return due


@dataclass(frozen=True, slots=True)
class Send:
    """One message: what it was meant for, when it went, and how the person lived just then."""

    label: date
    at: datetime
    change: Change

    def own_date(self) -> date:
        """The person's date; at 04:00 on the wall clock a new one begins."""
        zone = zone_of(self.change.zone)
        return (zone.fromutc(self.at.replace(tzinfo=zone)) - timedelta(hours=4)).date()


def _rhythm(rng: random.Random) -> Rhythm:
    """Every day, the working days, or any days; within the times that a form takes."""
    some = frozenset(rng.sample(range(7), rng.randint(1, 7)))
    days = rng.choice((frozenset(range(7)), WORKDAYS, WORKDAYS, some))
    earliest, latest = (at.hour * 60 + at.minute for at in (EARLIEST_SEND, LATEST_SEND))
    minute = rng.randint(earliest, latest)
    return Rhythm(days, time(minute // 60, minute % 60))


def _instants(rng: random.Random, start: datetime, count: int) -> list[datetime]:
    """Random ones, never on a full minute: whether something was just sent is then no question."""
    minutes = rng.sample(range(365 * 1440), count)
    return sorted(start + timedelta(minutes=at, seconds=rng.randint(1, 59)) for at in minutes)


def _outages(rng: random.Random, start: datetime) -> tuple[tuple[datetime, datetime], ...]:
    begins = _instants(rng, start, OUTAGES)
    ends = [begin + rng.random() * LONGEST_OUTAGE for begin in begins]
    latest = [max(ends[: number + 1]) for number in range(len(ends))]
    return tuple(zip(begins, latest, strict=True))


def lives(seed: int, count: int, *, outages: bool) -> Iterator[Life]:
    """So many years of so many people; the same seed gives the same lives."""
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        start = datetime(rng.randint(2026, 2034), rng.randint(1, 12), 1, tzinfo=UTC)
        changes = [Change(start, rng.choice(ZONES), _rhythm(rng), moved=False)]
        kinds = [True] * MOVES + [False] * NEW_RHYTHMS
        rng.shuffle(kinds)
        for at, moved in zip(_instants(rng, start, len(kinds)), kinds, strict=True):
            before = changes[-1]
            zone = rng.choice(ZONES) if moved else before.zone
            changes.append(Change(at, zone, before.rhythm if moved else _rhythm(rng), moved))
        yield Life(tuple(changes), start + YEAR, _outages(rng, start) if outages else ())


@dataclass(frozen=True, slots=True)
class Keeping:
    """What stays known: of something due when a setting changes, and of something that was sent."""

    waiting: Callable[[Occurrence, Change, Occurrence | None], Occurrence | None]
    last: Callable[[Occurrence, datetime], Occurrence]


def _under_the_new_date(
    waiting: Occurrence, change: Change, last: Occurrence | None
) -> Occurrence | None:
    label = Send(waiting.label, change.at, change).own_date()
    return None if last and label <= last.label else Occurrence(label, waiting.due)


AS_INTENDED = Keeping(lambda waiting, *_: waiting, lambda latest, _: latest)
"""An occurrence keeps its date and its time, wherever and whenever it is really sent."""
AS_SENT = Keeping(_under_the_new_date, lambda latest, at: Occurrence(latest.label, at))
"""An occurrence counts for the date and the time at which it is really sent."""


def lived(life: Life, follow: Follow, keeping: Keeping) -> list[Send]:
    """Everything that a person gets in a life, as the dispatcher and the settings handle it."""
    sends: list[Send] = []
    coming: Occurrence | None = None
    last: Occurrence | None = None
    ends = [change.at for change in life.changes[1:]] + [life.end]
    for change, end in zip(life.changes, ends, strict=True):
        zone = zone_of(change.zone)
        waits = coming is not None and coming.due <= change.at
        coming = keeping.waiting(coming, change, last) if coming and waits else None
        coming = coming or follow(change.rhythm, zone, change.at, last)
        while coming is not None and (handled := life.awake(coming.due)) < end:
            last = _latest(coming, change.rhythm, zone, handled)
            if handled <= sendable_until(Kind.DAILY_PROMPT, last.label, last.due, change.zone):
                sends.append(Send(last.label, handled, change))
                last = keeping.last(last, handled)
            coming = follow(change.rhythm, zone, handled, last)
    return sends


def _latest(first: Occurrence, rhythm: Rhythm, zone: ZoneInfo, now: datetime) -> Occurrence:
    """Of several that are due, the last; the others are not sent any more."""
    for candidate in occurrences(rhythm, zone, first.due):
        if candidate.due > now:
            break
        first = candidate
    return first


def naive(
    rhythm: Rhythm, zone: ZoneInfo, after: datetime, _: Occurrence | None
) -> Occurrence | None:
    """What a scheduler does that knows only the rhythm."""
    return next_occurrence(rhythm, zone, after)


def date_only(
    rhythm: Rhythm, zone: ZoneInfo, after: datetime, last: Occurrence | None
) -> Occurrence | None:
    """What a unique key on the local date gives by itself."""
    later = occurrences(rhythm, zone, after)
    return next(found for found in later if last is None or found.label > last.label)


@dataclass
class Count:
    """What was found in some lives."""

    sends: int = 0
    same_date: int = 0
    too_close: int = 0
    longest: timedelta = field(default_factory=timedelta)
    over_goal: int = 0
    longest_beyond: timedelta = field(default_factory=timedelta)

    def add(self, sends: Sequence[Send]) -> None:
        """Look at one life."""
        self.sends += len(sends)
        self.same_date += len(sends) - len({send.own_date() for send in sends})
        for one, two in pairwise(sends):
            gap = two.at - one.at
            self.too_close += gap < APART
            if one.change != two.change and one.change.rhythm == two.change.rhythm:
                self._moved(gap, one.change.rhythm)

    def _moved(self, gap: timedelta, rhythm: Rhythm) -> None:
        """A gap with a move in it: how long for who is asked on all working days, and beyond what
        the rhythm itself leaves for everybody."""
        self.longest_beyond = max(self.longest_beyond, gap - _own_gap(rhythm))
        if rhythm.days >= WORKDAYS:
            self.longest = max(self.longest, gap)
            self.over_goal += gap > LONGEST_GAP

    def violations(self) -> int:
        """Twice on a date and twice within 12 hours."""
        return self.same_date + self.too_close

    def __str__(self) -> str:
        """One line for people."""
        day = timedelta(days=1)
        return (
            f"{self.sends:>8,} sent {self.same_date:>6,} twice a day {self.too_close:>6,} too close"
            f"  longest gap {self.longest / day:.2f} d, {self.over_goal} over {LONGEST_GAP / day} d"
            f"; {self.longest_beyond / day:.1f} d extra"
        )


def _own_gap(rhythm: Rhythm) -> timedelta:
    """The longest time between two sends that a rhythm itself leaves: Friday to Monday is three."""
    days = sorted(rhythm.days)
    return timedelta(days=max(two - one for one, two in pairwise([*days, days[0] + 7])))


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to live all lives. `good` ones may not violate anything; the others must."""

    title: str
    follow: Follow = next_occurrence
    keeping: Keeping = AS_INTENDED
    outages: bool = False
    good: bool | None = None

    def count(self, seed: int, years: int) -> Count:
        """Live so many years."""
        found = Count()
        for life in lives(seed, years, outages=self.outages):
            found.add(lived(life, self.follow, self.keeping))
        return found


TRIALS = {
    "rhythm": Trial("rhythm alone", naive, good=False),
    "date": Trial("date alone", date_only, good=False),
    "rule": Trial("the rule", good=True),
    "intended": Trial("outages, as intended", outages=True),
    "sent": Trial("outages, as sent", keeping=AS_SENT, outages=True, good=True),
}
"""With outages it matters what an occurrence counts for. When that is the date and the time that
were intended, another one can follow a late one too soon; that is told, and not judged."""


def tried(name: str, seed: int, years: int) -> Count:
    """What a trial counts."""
    return TRIALS[name].count(seed, years)


def main() -> int:
    """Live, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description="A thousand years of travel")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--years", type=int, default=1000)
    arguments = parser.parse_args()
    began = stopwatch.monotonic()
    print(f"travel: {arguments.years} years, {MOVES} moves a year, seed {arguments.seed}")
    failed = False
    live = partial(tried, seed=arguments.seed, years=arguments.years)
    with ProcessPoolExecutor() as pool:
        for trial, found in zip(TRIALS.values(), pool.map(live, TRIALS), strict=True):
            failed |= trial.good is not None and trial.good is bool(found.violations())
            print(f"  {trial.title:<21}{found}")
    print(f"  {stopwatch.monotonic() - began:.0f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
