"""Every IANA name for ten years: is each local time where a walk over UTC finds it?

`python -m tests.reliability.time_zones` compares

- every day of 2026 to 2035 at four times, for every name;
- every minute of the three days around every change of a clock, for every file of rules (a name
  whose file is the same byte for byte needs no second look at the minutes);
- ten years of the series that the dispatcher follows, for every name at one time drawn by the seed:
  one occurrence for each date, in order;
- the learner's own date, which begins at 04:00, in every minute of the day around every change.

The names are put into groups whose clocks agree every three hours; each group is then walked once,
and every name is compared on its own.
"""

import argparse
import os
import random
import sys
import time as stopwatch
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from importlib import resources
from itertools import islice, pairwise, repeat, starmap
from operator import lt
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]

from bot.domain.cadence import (
    Occurrence,
    Rhythm,
    local_date,
    occurrence,
    occurrences,
    zone_names,
    zone_of,
)
from tests.reliability.oracle import DAY, Walk, day_of, instant_of, minute_of, shown, walk

FIRST = date(2026, 1, 1)
LAST = date(2035, 12, 31)
TIMES = (time(0, 0), time(2, 30), time(9, 0), time(23, 30))
ALL_DAY = tuple(time(minute // 60, minute % 60) for minute in range(DAY))
EVERY_DAY = frozenset(range(7))
COARSE = 180
"""Minutes of UTC between two questions when names are put into groups. A name in a wrong
group would be found wrong later, not be overlooked: every name is compared on its own."""
AT_ONCE = 16
"""How many names one process takes at a time: few enough to keep all of them busy to the end."""

Rule = Callable[[date, time, ZoneInfo], datetime]


@dataclass
class Tally:
    """How much was compared, what was wrong, what came too early for its turn."""

    compared: int = 0
    wrong: int = 0
    disordered: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what another one counted."""
        self.compared += other.compared
        self.wrong += other.wrong
        self.disordered += other.disordered
        self.examples = (self.examples + other.examples)[:5]

    def __str__(self) -> str:
        """One line for people."""
        return (
            f"{self.compared:>12,} compared  {self.wrong:,} wrong  {self.disordered:,} disordered"
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Local times and, beside them, the instants at which they are due; in one long row.

    `turn` is how far apart two neighbouring dates with the same time of day stand in the row.
    """

    labels: Sequence[date]
    ats: Sequence[time]
    dues: Sequence[datetime]
    turn: int

    def judged(self, name: str, rule: Rule) -> Tally:
        """What a rule makes of these times in a zone."""
        found = list(map(rule, self.labels, self.ats, repeat(zone_of(name))))
        in_order = sum(map(lt, found, found[self.turn :]))
        tally = Tally(len(found), 0, max(0, len(found) - self.turn - in_order))
        if found == self.dues:
            return tally
        rows = zip(self.labels, self.ats, self.dues, found, strict=True)
        bad = [row for row in rows if row[2] != row[3]]
        tally.wrong = len(bad)
        tally.examples = [
            f"{name}: {label} {at} is due {due}, not {got}" for label, at, due, got in bad[:2]
        ]
        return tally


def each_day(walked: Walk, first: date, last: date, times: Sequence[time] = TIMES) -> Wanted:
    """Every date from the first to the last at these times."""
    labels = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    rows = [(label, at) for label in labels for at in times]
    dues = [instant_of(walked.due(minute)) for minute in starmap(minute_of, rows)]
    return Wanted([label for label, _ in rows], [at for _, at in rows], dues, len(times))


def around_changes(zone: ZoneInfo, walked: Walk) -> Iterator[Wanted]:
    """All minutes of the day before, of, and after each change, from a walk over every minute."""
    for start, before in zip(walked.starts[1:], walked.offsets, strict=False):
        day = day_of(start + before) - timedelta(days=1)
        due = shown(zone, start - 3 * DAY, 6 * DAY)
        labels = [day + timedelta(days=number) for number in range(3) for _ in ALL_DAY]
        begin = minute_of(day, time())
        dues = [instant_of(due[minute]) for minute in range(begin, begin + 3 * DAY)]
        yield Wanted(labels, ALL_DAY * 3, dues, DAY)


def in_series(name: str, walked: Walk, at: time, first: date, last: date) -> Tally:
    """Whether the dispatcher's own series gives each date once, in order, when it is due."""
    wanted = each_day(walked, first, last, (at,))
    just_before = wanted.dues[0] - timedelta(seconds=1)
    series = occurrences(Rhythm(EVERY_DAY, at), zone_of(name), just_before)
    found = list(islice(series, len(wanted.dues)))
    pairs = zip(found, map(Occurrence, wanted.labels, wanted.dues), strict=True)
    wrong = [f"{name}: {got} instead of {right}" for got, right in pairs if got != right]
    early = sum(two.due <= one.due for one, two in pairwise(found))
    return Tally(len(found), len(wrong), early, wrong[:2])


def own_dates(name: str, walked: Walk) -> Tally:
    """Whether a learner's date is right within half a day of each change, and never steps back."""
    zone, tally = zone_of(name), Tally()
    for start, before, after in zip(
        walked.starts[1:], walked.offsets, walked.offsets[1:], strict=False
    ):
        minutes = range(start - DAY // 2, start + DAY // 2)
        walls = [utc + (after if utc >= start else before) for utc in minutes]
        right = [day_of(wall - 4 * 60) for wall in walls]
        found = [local_date(instant, zone) for instant in map(instant_of, minutes)]
        wrong = [
            f"{name}: {got} instead of {own}"
            for got, own in zip(found, right, strict=True)
            if got != own
        ]
        back = sum(two < one for one, two in pairwise(found))
        tally.add(Tally(len(found), len(wrong), back, wrong[:2]))
    return tally


@dataclass
class Result:
    """What a sweep found, part by part."""

    daily: Tally = field(default_factory=Tally)
    changes: Tally = field(default_factory=Tally)
    series: Tally = field(default_factory=Tally)
    dates: Tally = field(default_factory=Tally)

    def parts(self) -> tuple[Tally, ...]:
        """The parts in the order in which they are told."""
        return self.daily, self.changes, self.series, self.dates

    def add(self, other: "Result") -> None:
        """Take in the result of other names."""
        for mine, theirs in zip(self.parts(), other.parts(), strict=True):
            mine.add(theirs)

    def violations(self) -> int:
        """Everything that should not be."""
        return sum(part.wrong + part.disordered for part in self.parts())


@dataclass(frozen=True, slots=True)
class Work:
    """Names that share one set of rules."""

    names: tuple[str, ...]
    walked: Walk


def swept(
    work: Work, rule: Rule = occurrence, seed: int = 0, first: date = FIRST, last: date = LAST
) -> Result:
    """Compare a rule with the walk, and the series with it, for each of the names."""
    result = Result()
    daily = each_day(work.walked, first, last)
    changes = list(around_changes(zone_of(work.names[0]), work.walked))
    for name in {_file_of(name): name for name in work.names}.values():
        for wanted in changes:
            result.changes.add(wanted.judged(name, rule))
        result.dates.add(own_dates(name, work.walked))
    for name in work.names:
        at = random.Random(f"{seed} {name}").choice(TIMES)
        result.daily.add(daily.judged(name, rule))
        result.series.add(in_series(name, work.walked, at, first, last))
    return result


def _file_of(name: str) -> bytes:
    return resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()


def _walk_of(name: str, step: int) -> Walk:
    return walk(zone_of(name), FIRST, LAST, step)


def alike(
    names: Iterable[str], mapped: Callable[..., Iterable[Walk]] = map
) -> dict[Walk, list[str]]:
    """The names by what their clocks do in these years; files that are equal are walked once."""
    files: dict[bytes, list[str]] = defaultdict(list)
    for name in sorted(names):
        files[_file_of(name)].append(name)
    walks = mapped(partial(_walk_of, step=COARSE), [group[0] for group in files.values()])
    sets: dict[Walk, list[str]] = defaultdict(list)
    for group, walked in zip(files.values(), walks, strict=True):
        sets[walked] += group
    return sets


def _portions(sets: dict[Walk, list[str]]) -> Iterator[Work]:
    for walked, names in sets.items():
        for start in range(0, len(names), AT_ONCE):
            yield Work(tuple(names[start : start + AT_ONCE]), walked)


def _told(
    sets: dict[Walk, list[str]], result: Result, hidden: int, arguments: argparse.Namespace
) -> None:
    changes = sum(len(walked.starts) - 1 for walked in sets)
    names = sum(map(len, sets.values()))
    print(f"time zones: tzdata {tzdata.IANA_VERSION}, {names} names, {len(sets)} sets of rules,")
    print(f"  {changes} changes, {FIRST} to {LAST}, seed {arguments.seed}")
    print(f"  {hidden} walks differ when every {arguments.step} minutes of UTC are asked")
    for title, part in zip(("each day", "changes", "series", "dates"), result.parts(), strict=True):
        print(f"  {title:<9}{part}")
        for example in part.examples:
            print(f"    {example}")


def main() -> int:
    """Sweep, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description="Local times of every zone against a walk")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--step", type=int, default=15, help="minutes; 1 asks at every UTC minute")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    began = stopwatch.monotonic()
    result = Result()
    with ProcessPoolExecutor(arguments.processes) as pool:
        sets = alike(zone_names(), partial(pool.map, chunksize=8))
        firsts = [names[0] for names in sets.values()]
        finer = pool.map(partial(_walk_of, step=arguments.step), firsts)
        for found in pool.map(partial(swept, seed=arguments.seed), _portions(sets)):
            result.add(found)
        hidden = sum(one != two for one, two in zip(sets, finer, strict=True))
    _told(sets, result, hidden, arguments)
    used = os.times()
    processors = used.user + used.children_user
    print(f"  {stopwatch.monotonic() - began:.0f} s, {processors:.0f} s of processors")
    return 1 if hidden or result.violations() else 0


if __name__ == "__main__":
    sys.exit(main())
