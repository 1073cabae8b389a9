"""Rests: what is off, what it costs to skip it, and that only real countries have holidays."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import steady

from bot.domain.rests import (
    NO_RESTS,
    Rests,
    Vacation,
    country_name,
    country_of,
    public_holidays,
)

DAY = timedelta(days=1)
EASTER_MONDAY = date(2026, 4, 6)
dates = st.dates(date(2024, 1, 1), date(2032, 12, 31))
vacations = st.builds(
    lambda first, days: Vacation(first, first + timedelta(days=days)), dates, st.integers(0, 60)
)
rests = st.builds(
    Rests,
    st.sampled_from(["", "DE", "US", "JP"]),
    st.lists(vacations, max_size=3).map(tuple),
    st.none() | dates,
)


@steady
@given(rests, dates)
def test_a_day_rests_for_one_of_three_reasons_and_no_other(given_rests: Rests, day: date) -> None:
    reasons = (
        given_rests.until is not None and day < given_rests.until,
        any(away.first <= day <= away.last for away in given_rests.vacations),
        day in public_holidays(given_rests.country, day.year),
    )
    assert given_rests.covers(day) == any(reasons)


@steady
@given(rests, dates)
def test_every_day_up_to_the_end_of_a_rest_is_part_of_it(given_rests: Rests, day: date) -> None:
    end = given_rests.end_of(day)
    if end is not None:
        assert end > day
        assert all(
            given_rests.covers(day + DAY * number) for number in range(min((end - day).days, 90))
        )


def test_no_rests_cover_nothing_and_the_last_date_of_all_is_no_trap() -> None:
    assert not NO_RESTS.covers(EASTER_MONDAY)
    forever = Rests(vacations=(Vacation(date.min, date.max),), until=date.max)
    assert forever.covers(date.max)
    assert forever.end_of(EASTER_MONDAY) == date.max


def test_holidays_are_known_by_day_and_english_name() -> None:
    assert public_holidays("DE", 2026)[EASTER_MONDAY] == "Easter Monday"
    assert EASTER_MONDAY not in public_holidays("US", 2026)
    assert Rests("DE").covers(EASTER_MONDAY)
    assert not Rests("DE").covers(EASTER_MONDAY + DAY)


@pytest.mark.parametrize("code", ["", "QQ", "de", "Germany", "../DE"])
def test_what_is_no_country_has_no_holidays(code: str) -> None:
    assert public_holidays(code, 2026) == {}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        (" Germany ", "DE"),
        ("united  states", "US"),
        ("USA", "US"),
        ("UK", "GB"),
        ("Kosovo", "XK"),
        ("Atlantis", None),
        ("", None),
        ("D", None),
    ],
)
def test_a_country_is_known_by_code_or_name(written: str, code: str | None) -> None:
    assert country_of(written) == code


def test_every_country_of_the_library_has_a_name_that_leads_back_to_it() -> None:
    for code in holidays.list_supported_countries(include_aliases=False):
        assert country_of(code) == code
        assert country_of(country_name(code)) == code
