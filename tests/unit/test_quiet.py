"""Quiet hours: nothing unasked in the night, and nothing asked for held back by it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import steady

from bot.domain.cadence import occurrence, zone_of
from bot.domain.quiet import (
    EARLIEST_SEND,
    LATEST_SEND,
    QUIET_FROM,
    QUIET_UNTIL,
    out_of_quiet,
    quiet,
    quiet_begins,
)

ZONES = ("Pacific/Kiritimati", "Australia/Lord_Howe", "Europe/Berlin", "America/St_Johns", "UTC")
instants = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - strategies take naive bounds
    datetime(2031, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
zones = st.sampled_from(ZONES)


def test_the_night_is_from_eleven_to_five() -> None:
    quiet_hours = {hour for hour in range(24) if quiet(time(hour))}
    assert quiet_hours == {23, 0, 1, 2, 3, 4}
    assert quiet(time(4, 59, 59))
    assert not quiet(time(5))
    assert not quiet(time(22, 59, 59))


def test_what_may_be_chosen_is_outside_of_it_with_an_hour_to_spare() -> None:
    assert not quiet(EARLIEST_SEND)
    assert QUIET_UNTIL == EARLIEST_SEND
    hours = QUIET_FROM.hour - LATEST_SEND.hour
    assert hours == 1


@steady
@given(zones, instants, st.integers(0, 72))
def test_what_is_late_never_goes_at_night(zone: str, due: datetime, hours: int) -> None:
    here = zone_of(zone)
    now = due + timedelta(hours=hours)
    at = out_of_quiet(due, now, zone)
    assert timedelta() <= at - now <= timedelta(hours=7)
    if not quiet(due.astimezone(here).time()):
        assert not quiet(at.astimezone(here).time())
    else:
        assert at == now


@steady
@given(zones, instants)
def test_the_day_goes_at_once(zone: str, now: datetime) -> None:
    if not quiet(now.astimezone(zone_of(zone)).time()):
        assert out_of_quiet(now - timedelta(hours=1), now, zone) == now


@pytest.mark.parametrize("zone", ZONES)
def test_a_check_in_that_is_late_at_midnight_goes_at_five(zone: str) -> None:
    here = zone_of(zone)
    due = occurrence(date(2026, 3, 6), time(16), here)
    for late in (occurrence(date(2026, 3, 6), time(23), here), due + timedelta(hours=9)):
        assert out_of_quiet(due, late, zone) == occurrence(date(2026, 3, 7), time(5), here)


@pytest.mark.parametrize("zone", ZONES)
def test_the_night_begins_on_the_same_date(zone: str) -> None:
    here = zone_of(zone)
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)):
        due = occurrence(day, time(9), here)
        assert quiet_begins(due, zone) == occurrence(day, time(23), here)
