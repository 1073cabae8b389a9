"""Local times: every zone against a walk over the minutes, and the rules of a rhythm."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import MORNINGS, steady, walked

from bot.domain.cadence import (
    MIN_GAP,
    WEEKDAYS,
    WORKDAYS,
    Occurrence,
    Rhythm,
    local_date,
    next_occurrence,
    occurrence,
    occurrences,
    zone_names,
    zone_of,
)

HARD = (
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Pacific/Chatham",
)
SAMPLE = tuple(sorted({*HARD, *sorted(zone_names())[::6]}))
TIMES = (time(0, 15), time(2, 15), time(2, 30), time(9, 0))


def clock_changes(zone: ZoneInfo, first: date, days: int) -> list[date]:
    """The local dates on which the offset at the end of a day differs from the day before."""
    found = []
    known = None
    for number in range(days):
        day = first + timedelta(days=number)
        offset = datetime.combine(day, time(23, 59), tzinfo=zone).utcoffset()
        if known not in (None, offset):
            found.append(day)
        known = offset
    return found


@pytest.mark.parametrize("name", SAMPLE)
def test_occurrence_is_what_a_walk_over_the_minutes_finds(name: str) -> None:
    zone = zone_of(name)
    labels = [date(2026, 6, 15), *clock_changes(zone, date(2026, 1, 1), 365)[:4]]
    for label in labels:
        for at in TIMES:
            assert occurrence(label, at, zone) == walked(label, at, zone), (label, at)


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("year", [2019, 2027])
def test_every_clock_change_of_the_hard_zones(name: str, year: int) -> None:
    zone = zone_of(name)
    for label in clock_changes(zone, date(year, 1, 1), 365):
        for at in (time(0, 0), time(1, 30), time(2, 0), time(2, 45), time(3, 0)):
            assert occurrence(label, at, zone) == walked(label, at, zone), (label, at)


@pytest.mark.parametrize(
    ("name", "skipped"),
    [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kiritimati", date(1994, 12, 31))],
)
def test_a_day_that_never_was_is_read_with_the_offset_before_it(name: str, skipped: date) -> None:
    zone = zone_of(name)
    due = occurrence(skipped, time(9, 0), zone)
    assert due == walked(skipped, time(9, 0), zone)
    assert due == occurrence(skipped + timedelta(days=1), time(9, 0), zone)


def test_known_instants() -> None:
    def of(name: str, label: date, at: time) -> datetime:
        return occurrence(label, at, zone_of(name))

    assert of("Europe/Berlin", date(2026, 3, 29), time(2, 30)) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert of("Europe/Berlin", date(2026, 10, 25), time(2, 30)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert of("America/New_York", date(2026, 11, 1), time(1, 30)) == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )
    assert of("Asia/Kathmandu", date(2026, 1, 1), time(5, 0)) == datetime(
        2025, 12, 31, 23, 15, tzinfo=UTC
    )
    assert of("Pacific/Kiritimati", date(2026, 1, 1), time(9, 0)) == datetime(
        2025, 12, 31, 19, 0, tzinfo=UTC
    )
    assert of("America/St_Johns", date(2028, 2, 29), time(9, 0)) == datetime(
        2028, 2, 29, 12, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("name", sorted(zone_names())[::12])
def test_the_day_ends_at_four(name: str) -> None:
    zone = zone_of(name)
    for label in (date(2026, 1, 1), date(2028, 2, 29), date(2028, 3, 1), date(2026, 12, 31)):
        at_four = occurrence(label, time(4, 0), zone)
        assert local_date(at_four, zone) == label
        assert local_date(at_four - MICRO, zone) == label - timedelta(days=1)


MICRO = timedelta(microseconds=1)
LATEST = datetime(2037, 1, 1)  # noqa: DTZ001 - strategies take naive bounds
instants = st.datetimes(datetime(1995, 1, 2), LATEST, timezones=st.just(UTC))  # noqa: DTZ001
recent = st.datetimes(datetime(2012, 1, 2), LATEST, timezones=st.just(UTC))  # noqa: DTZ001
"""Since then no zone has left out a whole day."""
zones = st.sampled_from(SAMPLE).map(zone_of)
rhythms = st.builds(
    Rhythm,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)


@steady
@given(instants, zones)
def test_local_date_is_the_wall_date_four_hours_ago(instant: datetime, zone: ZoneInfo) -> None:
    wall = instant.astimezone(zone).replace(tzinfo=None)
    assert local_date(instant, zone) == (wall - timedelta(hours=4)).date()


@steady
@given(rhythms, zones, instants)
def test_next_is_the_first_wanted_day_whose_time_is_still_to_come(
    rhythm: Rhythm, zone: ZoneInfo, after: datetime
) -> None:
    found = next_occurrence(rhythm, zone, after)
    assert found is not None
    assert found.due > after
    first = after.astimezone(zone).date() - timedelta(days=2)
    days = (first + timedelta(days=number) for number in range(12))
    to_come = [
        day
        for day in days
        if day.weekday() in rhythm.days and occurrence(day, rhythm.at, zone) > after
    ]
    assert found == Occurrence(to_come[0], occurrence(to_come[0], rhythm.at, zone))


@steady
@given(rhythms, instants, st.lists(st.tuples(zones, st.integers(0, 72)), min_size=2, max_size=8))
def test_a_traveller_is_never_asked_twice(
    rhythm: Rhythm, start: datetime, journey: list[tuple[ZoneInfo, int]]
) -> None:
    last, after = None, start
    for zone, hours in journey:
        found = next_occurrence(rhythm, zone, after, last)
        assert found is not None
        assert found.due > after
        assert found.label.weekday() in rhythm.days
        if last is not None:
            assert found.label > last.label
            assert found.due - last.due >= timedelta(hours=12)
        last, after = found, found.due + timedelta(hours=hours)


@steady
@given(rhythms, zones, recent)
def test_staying_at_home_leaves_no_wanted_day_out(
    rhythm: Rhythm, zone: ZoneInfo, start: datetime
) -> None:
    last, after, labels = None, start, []
    for _ in range(9):
        last = next_occurrence(rhythm, zone, after, last)
        assert last is not None
        labels.append(last.label)
        after = last.due
    between = (labels[0] + timedelta(days=n) for n in range((labels[-1] - labels[0]).days + 1))
    wanted = [day for day in between if day.weekday() in rhythm.days]
    assert labels == wanted


def test_occurrences_come_in_order_without_a_hole() -> None:
    zone = zone_of("Europe/Berlin")
    start = datetime(2027, 12, 30, 8, 0, tzinfo=UTC)
    found = list(islice(occurrences(MORNINGS, zone, start), 4))
    assert [entry.label for entry in found] == [
        date(2027, 12, 31),
        date(2028, 1, 3),
        date(2028, 1, 4),
        date(2028, 1, 5),
    ]
    assert [entry.due.hour for entry in found] == [8, 8, 8, 8]


def test_an_occurrence_at_the_very_instant_is_over() -> None:
    zone = zone_of("Europe/Berlin")
    nine = occurrence(date(2026, 3, 2), time(9, 0), zone)
    found = next_occurrence(MORNINGS, zone, nine)
    assert found is not None
    assert found.label == date(2026, 3, 3)


def test_the_leap_day_is_an_ordinary_day() -> None:
    daily = Rhythm(frozenset(range(7)), time(9, 0))
    after = datetime(2028, 2, 28, 12, 0, tzinfo=UTC)
    labels = [entry.label for entry in islice(occurrences(daily, zone_of("UTC"), after), 2)]
    assert labels == [date(2028, 2, 29), date(2028, 3, 1)]


def test_twelve_hours_are_enough_and_a_minute_less_is_not() -> None:
    daily = Rhythm(frozenset(range(7)), time(21, 0))
    zone = zone_of("UTC")
    after = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    for early, expected in ((timedelta(), 2), (timedelta(minutes=1), 3)):
        sent = datetime(2026, 3, 2, 21, 0, tzinfo=UTC) - MIN_GAP + early
        last = Occurrence(date(2026, 3, 1), sent)
        found = next_occurrence(daily, zone, after, last)
        assert found is not None
        assert found.label.day == expected


def test_no_days_no_occurrence() -> None:
    resting = Rhythm(frozenset(), time(9, 0))
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert next_occurrence(resting, zone_of("UTC"), now) is None
    assert list(occurrences(resting, zone_of("UTC"), now)) == []


@pytest.mark.parametrize(
    "name", ["", "Berlin", "EST", "Europe/berlin", "../etc/passwd", "posixrules", "Europe/Atlantis"]
)
def test_other_zone_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        zone_of(name)


def test_zone_names_and_weekdays() -> None:
    assert set(HARD) | {"UTC"} <= zone_names()
    assert not [name for name in zone_names() if name.startswith(("/", "posix", "right"))]
    assert [WEEKDAYS[number] for number in sorted(WORKDAYS)] == "mon tue wed thu fri".split()
