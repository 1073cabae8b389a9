"""What people write after `snooze` and as a vacation, and until when it means."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import steady

from bot.domain.cadence import WORKDAYS, local_date, occurrence, zone_of
from bot.domain.deliveries import Kind
from bot.domain.quiet import EARLIEST_SEND, LATEST_SEND
from bot.domain.rests import Vacation, public_holidays
from bot.domain.snoozes import (
    PERSONAL,
    Snooze,
    Until,
    ends_on,
    later_today,
    read_date,
    read_snooze,
    read_vacation,
)

MONDAY = date(2026, 3, 2)
PROMPTS, CHECKINS = (Kind.DAILY_PROMPT,), (Kind.WEEKLY_CHECKIN,)
dates = st.dates(date(2024, 1, 1), date(2031, 12, 31))


@pytest.mark.parametrize(
    ("written", "kinds", "until"),
    [
        ("later", PERSONAL, Until.LATER),
        ("Later today", PERSONAL, Until.LATER),
        ("tomorrow", PERSONAL, Until.TOMORROW),
        ("until tomorrow", PERSONAL, Until.TOMORROW),
        ("workday", PERSONAL, Until.WORKDAY),
        ("next working day", PERSONAL, Until.WORKDAY),
        ("prompt later", PROMPTS, Until.LATER),
        ("prompts never", PROMPTS, Until.NEVER),
        ("checkin off", CHECKINS, Until.NEVER),
        ("check-in until friday", CHECKINS, date(2026, 3, 6)),
        ("all 2026-12-01", PERSONAL, date(2026, 12, 1)),
        ("prompt dec 1", PROMPTS, date(2026, 12, 1)),
        ("1st December", PERSONAL, date(2026, 12, 1)),
        ("Dec 1, 2027", PERSONAL, date(2027, 12, 1)),
        ("monday", PERSONAL, date(2026, 3, 9)),
        ("Tues", PERSONAL, date(2026, 3, 3)),
        ("march 2", PERSONAL, MONDAY),
        ("march 1", PERSONAL, date(2027, 3, 1)),
        ("feb 29", PERSONAL, date(2028, 2, 29)),
        ("2020-01-01", PERSONAL, date(2020, 1, 1)),
    ],
)
def test_what_people_write(written: str, kinds: tuple[Kind, ...], until: Until | date) -> None:
    assert read_snooze(written, MONDAY) == Snooze(kinds, until)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "prompt",
        "until",
        "banana",
        "later banana",
        "tomorrow at nine",
        "2026-02-30",
        "feb 30",
        "13 2026",
        "dec",
        "1 2 3",
        "mo",
        "monkey",
        "dec 1 26",
        "0000-01-01",
        "99999-01-01",
    ],
)
def test_what_means_nothing_is_not_guessed(written: str) -> None:
    assert read_snooze(written, MONDAY) is None


@steady
@given(st.text(max_size=40), dates)
def test_no_text_breaks_the_reading(written: str, today: date) -> None:
    for found in (read_snooze(written, today), read_vacation(written, today)):
        assert found is None or isinstance(found, Snooze | Vacation)


@steady
@given(dates, dates)
def test_every_date_is_understood_as_it_is_written(day: date, today: date) -> None:
    for written in (day.isoformat(), f"{day:%B} {day.day} {day.year}", f"{day.day} {day:%b %Y}"):
        assert read_date(written, today) == day
    without_year = read_date(f"{day:%b} {day.day}", today)
    assert without_year is not None
    assert without_year >= today
    assert (without_year.month, without_year.day) == (day.month, day.day)


@steady
@given(dates)
def test_the_name_of_a_day_is_the_next_one(today: date) -> None:
    for ahead in range(1, 8):
        day = today + timedelta(days=ahead)
        assert read_date(f"{day:%A}", today) == day


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("aug 3 to aug 14", date(2026, 8, 3), date(2026, 8, 14)),
        ("dec 24 - jan 2", date(2026, 12, 24), date(2027, 1, 2)),
        ("2026-08-03 until 2026-08-14", date(2026, 8, 3), date(2026, 8, 14)),
        ("4 april", date(2026, 4, 4), date(2026, 4, 4)),
    ],
)
def test_a_vacation_as_people_write_it(written: str, first: date, last: date) -> None:
    assert read_vacation(written, MONDAY) == Vacation(first, last)


@pytest.mark.parametrize(
    "written", ["", "summer", "aug 3 to", "aug 3 to aug 14 to sep 1", "2026-08-14 to 2026-08-03"]
)
def test_what_is_no_vacation(written: str) -> None:
    assert read_vacation(written, MONDAY) is None


@steady
@given(dates, st.sampled_from(["", "DE", "JP"]))
def test_a_snooze_ends_on_the_first_day_that_fits(today: date, country: str) -> None:
    assert ends_on(Until.TOMORROW, today, country) == today + timedelta(days=1)
    back = ends_on(Until.WORKDAY, today, country)
    between = [today + timedelta(days=n) for n in range(1, (back - today).days + 1)]
    at_work = [
        day
        for day in between
        if day.weekday() in WORKDAYS and day not in public_holidays(country, day.year)
    ]
    assert at_work == [back]


def test_the_working_day_after_easter() -> None:
    thursday = date(2026, 4, 2)
    assert ends_on(Until.WORKDAY, thursday, "DE") == date(2026, 4, 7)
    assert ends_on(Until.WORKDAY, thursday, "") == date(2026, 4, 3)
    assert ends_on(date(2026, 5, 1), thursday, "DE") == date(2026, 5, 1)


@steady
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(-30, 30),
    st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]),
)
def test_later_is_the_same_date_within_the_hours_that_may_be_chosen(
    now: datetime, hours: int, zone: str
) -> None:
    planned = now + timedelta(hours=hours)
    at = later_today(planned, now, zone)
    if at is not None:
        here = zone_of(zone)
        assert local_date(at, here) == local_date(now, here)
        assert EARLIEST_SEND <= at.astimezone(here).time() <= LATEST_SEND
        minute = timedelta(minutes=1)
        assert timedelta(hours=3) - minute < at - max(now, planned) <= timedelta(hours=3)


@pytest.mark.parametrize(
    ("now", "planned", "expected"),
    [
        (time(8), time(9), time(12)),
        (time(9, 30), time(9), time(12, 30)),
        (time(19), time(9), time(22)),
        (time(19, 1), time(9), None),
        (time(10), time(20), None),
        (time(1, 30), time(1), None),
        (time(2), time(1), None),
        (time(4, 30), time(1), time(7, 30)),
    ],
)
def test_later_is_three_hours_after_now_or_after_what_comes(
    now: time, planned: time, expected: time | None
) -> None:
    zone = zone_of("Europe/Berlin")
    at = later_today(occurrence(MONDAY, planned, zone), occurrence(MONDAY, now, zone), zone.key)
    assert at == (occurrence(MONDAY, expected, zone) if expected else None)
