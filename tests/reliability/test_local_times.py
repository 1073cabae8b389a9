"""Local times against a walk over UTC: a sample of the zones, days that were skipped or came twice,
and proof that the sweep finds a wrong rule. The whole sweep is `make reliability`."""

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cadence import MIN_GAP, Rhythm, next_occurrence, occurrence, zone_names, zone_of
from tests.reliability.oracle import DAY, day_of, instant_of, minute_of, shown, walk
from tests.reliability.time_zones import EVERY_DAY, FIRST, LAST, Rule, Work, alike, swept

HARD = ("Africa/Cairo", "America/Nuuk", "Antarctica/Troll", "Australia/Lord_Howe")
"""Changes at midnight, late in the evening, of two hours, of half an hour."""
TWO_YEARS = date(2027, 12, 31)
NEW_YORK = "America/New_York"

SKIPPED = (("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21)))
TWICE = ("Pacific/Kwajalein", date(1969, 9, 30))
ODD = (*SKIPPED, TWICE)


def work(name: str, last: date = TWO_YEARS) -> Work:
    return Work((name,), walk(zone_of(name), FIRST, last, 60))


@pytest.mark.parametrize("name", HARD)
def test_no_local_time_of_a_hard_zone_is_wrong(name: str) -> None:
    result = swept(work(name), last=TWO_YEARS)
    assert result.violations() == 0, [part.examples for part in result.parts()]
    assert result.daily.compared == 4 * result.series.compared == 4 * 730
    assert result.changes.compared == 3 * result.dates.compared == 4 * 3 * DAY


def test_no_local_time_of_a_sample_of_all_zones_is_wrong(seed: int) -> None:
    names = random.Random(seed).sample(sorted(zone_names()), 8)
    for walked, alikes in alike(names).items():
        result = swept(Work(tuple(alikes), walked), seed=seed)
        assert result.violations() == 0, (seed, [part.examples for part in result.parts()])
        assert result.daily.compared == len(alikes) * 4 * ((LAST - FIRST).days + 1)


def later_of_two(label: date, at: time, zone: ZoneInfo) -> datetime:
    """The second of two equal wall times, and the offset after a gap."""
    return instant_of(0) + (datetime.combine(label, at, zone).replace(fold=1) - instant_of(0))


def first_after_the_gap(label: date, at: time, zone: ZoneInfo) -> datetime:
    """A skipped time is read as the first minute that there is."""
    found = occurrence(label, at, zone)
    while found.astimezone(zone).time() > at and found.astimezone(zone).date() == label:
        before = found - timedelta(minutes=1)
        if before.astimezone(zone).time() < at:
            break
        found = before
    return found


def offset_kept(label: date, at: time, zone: ZoneInfo) -> datetime:
    """UTC as it was computed once, on the first day of the year."""
    return occurrence(label.replace(month=1, day=1), at, zone) + (
        label - label.replace(month=1, day=1)
    )


@pytest.mark.parametrize("rule", [later_of_two, first_after_the_gap, offset_kept])
def test_the_sweep_finds_a_wrong_rule(rule: Rule) -> None:
    right, wrong = (swept(work(NEW_YORK), given, last=TWO_YEARS) for given in (occurrence, rule))
    assert right.violations() == 0
    assert wrong.daily.wrong > 0
    assert wrong.changes.wrong >= 60
    assert NEW_YORK in wrong.changes.examples[0]


def test_the_sweep_finds_what_does_not_come_in_order() -> None:
    def always_the_same(label: date, at: time, zone: ZoneInfo) -> datetime:
        return occurrence(label.replace(month=1, day=1), at, zone)

    wrong = swept(work(NEW_YORK), always_the_same, last=TWO_YEARS)
    assert wrong.daily.disordered > 2_000


@pytest.mark.parametrize(("name", "day"), [*ODD, ("Europe/Berlin", date(2027, 3, 28))])
def test_both_ways_of_walking_say_the_same(name: str, day: date) -> None:
    zone = zone_of(name)
    due = shown(zone, minute_of(day, time()) - 5 * DAY, 10 * DAY)
    walked = walk(zone, day - timedelta(days=2), day + timedelta(days=2), 60)
    begin = minute_of(day - timedelta(days=2), time())
    for wall in range(begin, begin + 4 * DAY):
        assert walked.due(wall) == due[wall]


@pytest.mark.parametrize(
    ("name", "label", "at", "utc"),
    [
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), "2027-03-28T01:30Z"),  # skipped
        ("Europe/Berlin", date(2027, 10, 31), time(2, 30), "2027-10-31T00:30Z"),  # the first of two
        ("Asia/Kathmandu", date(2027, 1, 1), time(5, 0), "2026-12-31T23:15Z"),
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), "2011-12-30T19:00Z"),  # no such day
        ("Pacific/Apia", date(2011, 12, 31), time(9, 0), "2011-12-30T19:00Z"),
    ],
)
def test_the_walk_says_what_the_almanac_says(name: str, label: date, at: time, utc: str) -> None:
    walked = walk(zone_of(name), label, label, 60)
    assert instant_of(walked.due(minute_of(label, at))) == datetime.fromisoformat(utc)


@pytest.mark.parametrize("step", [1, 15, 180])
def test_a_walk_finds_the_same_changes_at_every_step(step: int) -> None:
    zone = zone_of("Australia/Lord_Howe")
    walked = walk(zone, date(2026, 3, 1), date(2026, 5, 1), step)
    assert walked == walk(zone, date(2026, 3, 1), date(2026, 5, 1), 60)
    assert len(walked.starts) == 2


def test_a_date_outside_the_walk_is_refused() -> None:
    walked = walk(zone_of("UTC"), FIRST, FIRST, 60)
    with pytest.raises(ValueError, match="2025-12-30 lies before the walk"):
        walked.due(minute_of(date(2025, 12, 30), time()))


def test_an_offset_with_seconds_is_refused() -> None:
    with pytest.raises(ValueError, match="offset with seconds"):
        walk(zone_of("Africa/Monrovia"), date(1971, 1, 1), date(1971, 1, 2), 60)


@pytest.mark.parametrize(("name", "day"), ODD)
def test_a_day_that_was_skipped_or_came_twice_minute_by_minute(name: str, day: date) -> None:
    zone = zone_of(name)
    due = shown(zone, minute_of(day, time()) - 5 * DAY, 10 * DAY)
    begin = minute_of(day - timedelta(days=2), time())
    for wall in range(begin, begin + 4 * DAY):
        at = time(wall % DAY // 60, wall % 60)
        assert occurrence(day_of(wall), at, zone) == instant_of(due[wall])


@pytest.mark.parametrize(("name", "day"), ODD)
@pytest.mark.parametrize("at", [time(5, 0), time(9, 0), time(14, 45), time(22, 0)])
def test_each_date_that_was_gets_one_send(name: str, day: date, at: time) -> None:
    zone = zone_of(name)
    last, now = None, instant_of(minute_of(day, time()) - 5 * DAY)
    sends = []
    for _ in range(10):
        last = next_occurrence(Rhythm(EVERY_DAY, at), zone, now, last)
        assert last is not None
        now = last.due
        sends.append(now)
    assert min(two - one for one, two in pairwise(sends)) >= MIN_GAP
    dates = [zone.fromutc(send.replace(tzinfo=zone)).date() for send in sends]
    between = {dates[0] + timedelta(days=number) for number in range((dates[-1] - dates[0]).days)}
    never = {day} if (name, day) in SKIPPED else set()
    assert len(set(dates)) == len(dates)
    assert set(dates[:-1]) == between - never
