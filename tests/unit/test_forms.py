"""Forms of rhythm and goal: what can't be used is an error at its own field."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import fault, steady

from bot.domain.cadence import Every, Rhythm
from bot.domain.learners import Background, Goal, Move, ZoneSource
from bot.domain.rests import Vacation
from bot.services.coaching import FOLLOW_SLACK
from bot.slack import forms

TODAY = date(2026, 3, 2)


def noon(day: date) -> datetime:
    """An instant at which it is this date in Berlin."""
    return datetime.combine(day, time(12), tzinfo=UTC)


NOON = noon(TODAY)
CARRIED = json.dumps({"zone": "Europe/Berlin", "source": "slack"})
START: Mapping[str, Any] = {
    "background": "engineer",
    "move": "outside",
    "hours": "5",
    "target": "2026-09",
    "time": "09:00",
    "days": ["mon", "wed"],
}

SETTINGS: Mapping[str, Any] = {
    "zone": "Asia/Tokyo",
    "time": "07:30",
    "days": ["sat"],
    "check_in_day": "sun",
    "check_in_time": "18:15",
    "every": "fortnight",
    "check_in_every": "month",
    "unasked": "1",
    "country": "germany",
    "vacations": "aug 3 to aug 14\n\n2026-04-02",
}


def start(**changes: Any) -> forms.StartForm:
    return forms.start_form({**START, **changes}, CARRIED, NOON)


# -- reading Slack's state --------------------------------------------------------------------


def test_inputs_are_read_by_field() -> None:
    state = {
        "values": {
            "hours": {"value": {"type": "number_input", "value": "5"}},
            "move": {"value": {"selected_option": {"value": "inside"}}},
            "days": {"value": {"selected_options": [{"value": "mon"}, {"value": "fri"}]}},
            "time": {"value": {"selected_time": "09:00"}},
            "empty": {"value": {"type": "plain_text_input", "value": None}},
            "nothing": {"value": {"type": "static_select", "selected_option": None}},
            "none": {"value": {"selected_options": []}},
        }
    }
    assert forms.values_of(state) == {
        "hours": "5",
        "move": "inside",
        "days": ["mon", "fri"],
        "time": "09:00",
        "empty": "",
        "nothing": "",
        "none": [],
    }
    assert forms.values_of({}) == {}


# -- start ------------------------------------------------------------------------------------


def test_a_sound_start_form() -> None:
    form = start()
    assert form.goal == Goal(Background.ENGINEER, Move.OUTSIDE, 5.0, date(2026, 9, 30))
    assert form.prompts == Rhythm(frozenset({0, 2}), time(9, 0))
    assert (form.zone, form.zone_source) == ("Europe/Berlin", ZoneSource.SLACK)


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("background", "", "choose"),
        ("background", "astronaut", "choose"),
        ("background", ["pm"], "choose"),
        ("move", "", "choose"),
        ("move", "upwards", "choose"),
        ("hours", "", "not_a_number"),
        ("hours", "many", "not_a_number"),
        ("hours", "5 h", "not_a_number"),
        ("hours", "0", "hours_range"),
        ("hours", "0.99", "hours_range"),
        ("hours", "40.1", "hours_range"),
        ("hours", "-5", "hours_range"),
        ("hours", "nan", "hours_range"),
        ("hours", "inf", "hours_range"),
        ("hours", "1e9", "hours_range"),
        ("target", "", "choose"),
        ("target", "soon", "choose"),
        ("target", "2026-13", "choose"),
        ("target", "2026-02", "past_month"),
        ("target", "1999-12", "past_month"),
        ("time", "", "choose"),
        ("time", "25:00", "choose"),
        ("time", "nine", "choose"),
        ("time", "04:59", "time_range"),
        ("time", "22:01", "time_range"),
        ("time", "00:00", "time_range"),
        ("days", [], "choose_day"),
        ("days", "", "choose_day"),
        ("days", ["someday"], "choose_day"),
        ("days", None, "choose_day"),
    ],
)
def test_a_wrong_start_input_is_an_error_at_its_field(field: str, given: Any, code: str) -> None:
    assert fault(lambda: start(**{field: given})) == {field: code}


@pytest.mark.parametrize("field", sorted(START))
def test_a_missing_start_input_is_an_error_at_its_field(field: str) -> None:
    left = {name: value for name, value in START.items() if name != field}
    assert set(fault(lambda: forms.start_form(left, CARRIED, NOON))) == {field}


@pytest.mark.parametrize(
    ("field", "given"),
    [("target", "9999-12"), ("time", "09:00+02:00"), ("time", "09:00Z")],
)
def test_a_forged_choice_is_an_error_at_its_field(field: str, given: str) -> None:
    assert set(fault(lambda: start(**{field: given}))) == {field}


@pytest.mark.parametrize(
    ("given", "hours"),
    [("1", 1.0), ("40", 40.0), ("2,5", 2.5), (" 4.25 ", 4.25)],
)
def test_hours_may_be_written_with_a_comma(given: str, hours: float) -> None:
    assert start(hours=given).goal.hours_per_week == hours


@pytest.mark.parametrize("at", ["05:00", "22:00"])
def test_the_bounds_of_the_day_are_allowed(at: str) -> None:
    assert start(time=at).prompts.at == time.fromisoformat(at)


def test_this_month_is_a_target_until_its_last_day() -> None:
    last = date(2028, 2, 29)
    values = {**START, "target": "2028-02"}
    assert forms.start_form(values, CARRIED, noon(last)).goal.target == last
    following = date(2028, 3, 1)
    assert fault(lambda: forms.start_form(values, CARRIED, noon(following))) == {
        "target": "past_month"
    }


def test_days_that_do_not_exist_are_left_out() -> None:
    assert start(days=["mon", "someday"]).prompts.days == {0}


def test_a_zone_that_does_not_exist_is_an_error_at_the_time() -> None:
    carried = json.dumps({"zone": "Mars/Olympus", "source": "slack"})
    assert fault(lambda: forms.start_form(START, carried, NOON)) == {"time": "unknown_zone"}


# -- settings and groups ----------------------------------------------------------------------


def test_a_sound_settings_form() -> None:
    form = forms.settings_form(SETTINGS, TODAY)
    assert form.prompts == Rhythm(frozenset({5}), time(7, 30), Every.FORTNIGHT)
    assert form.checkins == Rhythm(frozenset({6}), time(18, 15), Every.MONTH)
    assert form.zone == "Asia/Tokyo"
    assert (form.unasked_per_day, form.country) == (1, "DE")
    assert form.vacations == (
        Vacation(date(2026, 4, 2), date(2026, 4, 2)),
        Vacation(date(2026, 8, 3), date(2026, 8, 14)),
    )


def test_settings_may_leave_things_to_slack_and_to_the_installation() -> None:
    left = {"zone": "slack", "unasked": "default", "country": "", "vacations": ""}
    form = forms.settings_form({**SETTINGS, **left}, TODAY)
    assert (form.zone, form.unasked_per_day) == (FOLLOW_SLACK, None)
    assert (form.country, form.vacations) == ("", ())


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("zone", "", "unknown_zone"),
        ("zone", "Berlin", "unknown_zone"),
        ("zone", "../../etc/passwd", "unknown_zone"),
        ("time", "", "choose"),
        ("time", "03:00", "time_range"),
        ("days", [], "choose_day"),
        ("check_in_day", "", "choose_day"),
        ("check_in_day", "someday", "choose_day"),
        ("check_in_time", "", "choose"),
        ("check_in_time", "23:00", "time_range"),
        ("every", "", "choose"),
        ("every", "hour", "choose"),
        ("check_in_every", "day", "choose"),
        ("unasked", "", "choose"),
        ("unasked", "4", "choose"),
        ("unasked", "-1", "choose"),
        ("country", "Atlantis", "unknown_country"),
        ("country", "../DE", "unknown_country"),
        ("vacations", "soon", "not_dates"),
        ("vacations", "aug 3 to aug 14\nand then some", "not_dates"),
        ("vacations", "2026-08-14 to 2026-08-03", "not_dates"),
        ("vacations", "2026-02-30", "not_dates"),
        ("vacations", "aug 3\n" * 21, "vacation_many"),
        ("vacations", "2026-02-01 to 2026-03-01", "vacation_over"),
        ("vacations", "2026-08-03 to 2027-08-05", "vacation_long"),
    ],
)
def test_a_wrong_setting_is_an_error_at_its_field(field: str, given: Any, code: str) -> None:
    assert fault(lambda: forms.settings_form({**SETTINGS, field: given}, TODAY)) == {field: code}


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("day", "", "choose_day"),
        ("day", "mon,tue", "choose_day"),
        ("time", "", "choose"),
        ("time", "02:00", "time_range"),
    ],
)
def test_a_wrong_group_input_is_an_error_at_its_field(field: str, given: str, code: str) -> None:
    sound = {"day": "wed", "time": "17:00"}
    assert forms.group_form(sound, "UTC").rhythm == Rhythm(frozenset({2}), time(17, 0))
    assert fault(lambda: forms.group_form({**sound, field: given}, "UTC")) == {field: code}
    assert fault(lambda: forms.group_form(sound, "Nowhere")) == {"time": "unknown_zone"}


@steady
@given(st.dictionaries(st.sampled_from(sorted(START)), st.text(max_size=12)))
def test_no_text_in_a_start_form_breaks_it(changes: dict[str, str]) -> None:
    assert set(fault(lambda: start(**changes))) <= set(START)
