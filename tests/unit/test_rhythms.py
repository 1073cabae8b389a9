"""Rhythms of one week, two weeks and a month, with rests, and what follows in them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rests import rests
from unit_samples import MORNINGS, steady

from bot.domain.cadence import (
    Every,
    Occurrence,
    Rhythm,
    latest_occurrence,
    next_occurrence,
    occurrence,
    occurrences,
    zone_of,
)
from bot.domain.deliveries import Kind, Subscription, Target, _following
from bot.domain.rests import NO_RESTS, Rests, Vacation

ZONES = (
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Honolulu",
)
instants = st.datetimes(
    datetime(2024, 1, 2),  # noqa: DTZ001 - strategies take naive bounds
    datetime(2031, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
dates = st.dates(date(2024, 1, 1), date(2031, 12, 31))
days = st.frozensets(st.integers(0, 6), min_size=1)
times = st.times(time(5), time(22)).map(lambda at: at.replace(second=0, microsecond=0))
rhythms = st.builds(
    Rhythm, days, times, st.sampled_from([Every.WEEK, Every.FORTNIGHT, Every.MONTH]), dates
)
zones = st.sampled_from(ZONES)
DM = Target("T1", "U1")


def wish(
    rhythm: Rhythm,
    zone: str = "Europe/Berlin",
    upcoming: Occurrence | None = None,
    resting: Rests = NO_RESTS,
    last: Occurrence | None = None,
) -> Subscription:
    return Subscription(DM, Kind.DAILY_PROMPT, zone, rhythm, upcoming, last, resting)


# -- which days --------------------------------------------------------------------------------


@steady
@given(days, dates, dates)
def test_every_two_weeks_is_the_week_of_the_anchor_and_every_second_one(
    chosen: frozenset[int], anchor: date, day: date
) -> None:
    rhythm = Rhythm(chosen, time(9), Every.FORTNIGHT, anchor)
    mondays = (one - timedelta(days=one.weekday()) for one in (anchor, day))
    apart = abs((next(mondays) - next(mondays)).days)
    assert rhythm.wants(day) == (day.weekday() in chosen and apart % 14 == 0)


@steady
@given(days, st.integers(2024, 2031), st.integers(1, 12))
def test_every_month_has_one_day_the_first_of_those_chosen(
    chosen: frozenset[int], year: int, month: int
) -> None:
    rhythm = Rhythm(chosen, time(9), Every.MONTH)
    first = date(year, month, 1)
    in_month = [first + timedelta(days=number) for number in range(28)]
    expected = next(day for day in in_month if day.weekday() in chosen)
    assert [day for day in in_month if rhythm.wants(day)] == [expected]


def test_never_keeps_days_and_time_and_comes_never() -> None:
    off = Rhythm(MORNINGS.days, MORNINGS.at, Every.NEVER)
    assert off.rests
    assert not any(off.wants(date(2026, 3, day)) for day in range(1, 32))
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert next_occurrence(off, zone_of("UTC"), now) is None
    planned = Occurrence(date(2026, 3, 2), now)
    assert latest_occurrence(off, zone_of("UTC"), planned, now + timedelta(days=9)) == planned


# -- rests -------------------------------------------------------------------------------------


@steady
@given(rhythms, rests, zones, instants)
def test_what_comes_is_wanted_rested_from_and_complete(
    rhythm: Rhythm, resting: Rests, name: str, after: datetime
) -> None:
    zone = zone_of(name)
    found = list(islice(occurrences(rhythm, zone, after, resting), 4))
    labels = [entry.label for entry in found]
    day, wanted = after.astimezone(zone).date() - timedelta(days=1), []
    while len(wanted) < 4:
        due = occurrence(day, rhythm.at, zone)
        if rhythm.wants(day) and not resting.covers(day) and due > after:
            wanted.append(day)
        day += timedelta(days=1)
    assert labels == wanted


def test_a_rest_without_an_end_ends_the_search() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    for resting in (Rests(until=date.max), Rests(vacations=(Vacation(date.min, date.max),))):
        began = perf_counter()
        assert next_occurrence(MORNINGS, zone_of("UTC"), now, None, resting) is None
        assert perf_counter() - began < 0.5


def test_a_vacation_of_two_years_is_found_the_end_of() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    away = Rests(vacations=(Vacation(date(2026, 1, 1), date(2028, 6, 30)),))
    monthly = Rhythm(frozenset({0}), time(9), Every.MONTH)
    found = next_occurrence(monthly, zone_of("UTC"), now, None, away)
    assert found is not None
    assert found.label == date(2028, 7, 3)


# -- what is due by now ------------------------------------------------------------------------


@steady
@given(rhythms, rests, zones, instants, st.integers(0, 24 * 60))
def test_the_latest_is_what_a_walk_forward_finds(
    rhythm: Rhythm, resting: Rests, name: str, start: datetime, hours: int
) -> None:
    zone = zone_of(name)
    first = next_occurrence(rhythm, zone, start, None, resting)
    if first is None:
        return
    now = first.due + timedelta(hours=hours)
    expected = first
    for candidate in occurrences(rhythm, zone, first.due, resting):
        if candidate.due > now:
            break
        expected = candidate
    assert wish(rhythm, name, first, resting).latest(now) == expected


def test_a_day_off_is_not_made_up_for_after_a_long_sleep() -> None:
    thursday = Occurrence(date(2026, 4, 2), datetime(2026, 4, 2, 7, tzinfo=UTC))
    easter_monday = datetime(2026, 4, 6, 12, tzinfo=UTC)
    asleep = wish(MORNINGS, upcoming=thursday, resting=Rests("DE"))
    assert asleep.latest(easter_monday) == thursday
    assert asleep.latest(easter_monday + timedelta(days=1)).label == date(2026, 4, 7)


def test_the_latest_after_ten_years_is_found_at_once() -> None:
    first = Occurrence(date(2026, 3, 2), datetime(2026, 3, 2, 8, tzinfo=UTC))
    later = datetime(2036, 3, 2, 12, tzinfo=UTC)
    for rhythm in (MORNINGS, Rhythm(frozenset({0}), time(9), Every.MONTH)):
        began = perf_counter()
        found = wish(rhythm, upcoming=first).latest(later)
        assert perf_counter() - began < 0.5
        assert timedelta() <= later - found.due < timedelta(days=32)


def test_a_subscription_at_rest_has_nothing_due() -> None:
    with pytest.raises(ValueError, match="rests"):
        wish(MORNINGS).latest(datetime(2026, 3, 2, tzinfo=UTC))


# -- what follows ------------------------------------------------------------------------------

changes = st.lists(st.tuples(rhythms, rests, zones, st.integers(0, 96)), min_size=2, max_size=12)
daily = st.builds(Rhythm, st.just(frozenset(range(7))), times)
restless = st.lists(
    st.tuples(daily, st.just(NO_RESTS), zones, st.integers(0, 30)), min_size=4, max_size=20
)
"""Every day somewhere else, at another time."""


def lived(start: datetime, life: Sequence[tuple[Rhythm, Rests, str, int]]) -> list[Occurrence]:
    """Everything that came to somebody who changed their settings that many hours later each."""
    sent: list[Occurrence] = []
    now = start
    for rhythm, resting, zone, hours in life:
        until = now + timedelta(hours=hours)
        while True:
            found = wish(rhythm, zone, None, resting).following(now, sent[-1] if sent else None)
            if found is None or found.due > until:
                break
            sent.append(found)
            now = found.due
        now = until
    return sent


@steady
@given(instants, changes | restless)
def test_no_history_of_changes_brings_a_date_twice_or_two_within_twelve_hours(
    start: datetime, life: list[tuple[Rhythm, Rests, str, int]]
) -> None:
    sent = lived(start, life)
    for one, two in pairwise(sent):
        assert two.label > one.label
        assert two.due - one.due >= timedelta(hours=12)


@steady
@given(instants, changes)
def test_what_follows_is_never_a_rest_and_always_to_come(
    start: datetime, life: list[tuple[Rhythm, Rests, str, int]]
) -> None:
    for rhythm, resting, zone, _ in life:
        found = wish(rhythm, zone, None, resting).following(start, None)
        assert found is None or (found.due > start and not resting.covers(found.label))


def test_a_clock_that_was_ten_years_ahead_silences_nobody() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    wrong = Occurrence(date(2036, 3, 3), datetime(2036, 3, 3, 8, tzinfo=UTC))
    found = wish(MORNINGS).following(now, wrong)
    assert found is not None
    assert found.label == date(2026, 3, 3)


def test_a_prompt_taken_early_for_tomorrow_still_counts() -> None:
    now = datetime(2026, 3, 2, 6, tzinfo=UTC)
    tomorrow = Occurrence(date(2026, 3, 3), datetime(2026, 3, 3, 8, tzinfo=UTC))
    found = wish(MORNINGS).following(now, tomorrow)
    assert found is not None
    assert found.label == date(2026, 3, 4)


def test_a_pass_over_many_works_each_answer_out_once() -> None:
    _following.cache_clear()
    now = datetime(2026, 3, 2, 8, 0, 5, tzinfo=UTC)
    last = [Occurrence(date(2026, 3, 2), datetime(2026, 3, 2, 8, tzinfo=UTC)) for _ in range(900)]
    everybody = [wish(MORNINGS, upcoming=entry, resting=Rests("DE")) for entry in last]
    found = {entry.following(now, entry.next) for entry in everybody}
    assert len(found) == 1
    assert _following.cache_info().misses == 1


# -- zone data that changed --------------------------------------------------------------------


@steady
@given(rhythms, rests, zones, instants, st.integers(-72, 72))
def test_a_wrong_instant_is_set_right_and_its_date_kept(
    rhythm: Rhythm, resting: Rests, name: str, now: datetime, off: int
) -> None:
    right = next_occurrence(rhythm, zone_of(name), now, None, resting)
    if right is None:
        return
    wrong = Occurrence(right.label, right.due + timedelta(hours=off))
    assert wish(rhythm, name, wrong, resting).replanned(now).next == right


def test_what_is_due_already_stays_due_when_it_is_set_right() -> None:
    now = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    label = date(2026, 3, 2)
    stored = Occurrence(label, now + timedelta(minutes=30))  # in truth it was due at 08:00
    assert wish(MORNINGS, upcoming=stored).replanned(now).next == Occurrence(
        label, datetime(2026, 3, 2, 8, tzinfo=UTC)
    )


def test_a_first_check_in_that_waits_a_week_goes_on_waiting() -> None:
    now = datetime(2026, 3, 5, 8, tzinfo=UTC)
    fridays = Rhythm(frozenset({4}), time(16))
    later = Occurrence(date(2026, 3, 13), datetime(2026, 3, 13, 15, tzinfo=UTC))
    assert wish(fridays, upcoming=later).replanned(now).next == later


def test_a_date_that_has_become_a_holiday_gives_way() -> None:
    now = datetime(2026, 4, 5, 8, tzinfo=UTC)
    monday = Occurrence(date(2026, 4, 6), datetime(2026, 4, 6, 7, tzinfo=UTC))
    found = wish(MORNINGS, upcoming=monday, resting=Rests("DE")).replanned(now).next
    assert found is not None
    assert found.label == date(2026, 4, 7)
