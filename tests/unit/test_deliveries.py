"""Deliveries: the state machine is closed, the windows for late ones, and the waits in between."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import steady

from bot.domain.cadence import occurrence, zone_of
from bot.domain.deliveries import (
    CATCH_UP,
    MOST_FAILURES,
    RECONCILE_AFTER,
    SAME_DAY,
    TRANSITIONS,
    Kind,
    State,
    retry_at,
    sendable_until,
)
from bot.domain.quiet import EARLIEST_SEND, LATEST_SEND, QUIET_FROM, quiet

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
ENDED = {State.SENT, State.FAILED, State.SKIPPED, State.UNKNOWN}


def test_every_state_has_a_row_and_leads_to_known_states_only() -> None:
    assert set(TRANSITIONS) == set(State)
    assert set().union(*TRANSITIONS.values()) <= set(State)


def test_what_has_ended_never_moves_and_everything_else_can_end() -> None:
    assert {state for state, following in TRANSITIONS.items() if not following} == ENDED
    for state in set(State) - ENDED:
        reached, waiting = set(), [state]
        while waiting:
            following = TRANSITIONS[waiting.pop()] - reached
            reached |= following
            waiting += following
        assert reached >= ENDED


def test_nothing_is_sent_without_passing_through_sending() -> None:
    assert {state for state, following in TRANSITIONS.items() if State.SENT in following} == {
        State.SENDING
    }
    assert State.SKIPPED not in TRANSITIONS[State.SENDING]
    assert timedelta(seconds=60) == RECONCILE_AFTER


@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "UTC"]
)
def test_a_daily_prompt_is_sent_until_six_in_the_evening_there(zone: str) -> None:
    label = date(2026, 3, 29)
    due = occurrence(label, time(9, 0), zone_of(zone))
    until = sendable_until(Kind.DAILY_PROMPT, label, due, zone)
    local = until.astimezone(zone_of(zone))
    assert (local.date(), local.time()) == (label, time(18, 0))


@pytest.mark.parametrize(
    ("at", "expected"), [(time(15, 59), "18:00"), (time(16, 1), "18:01"), (time(20, 30), "22:30")]
)
def test_a_late_daily_prompt_has_two_hours(at: time, expected: str) -> None:
    label = date(2026, 6, 1)
    zone = zone_of("America/St_Johns")
    until = sendable_until(
        Kind.DAILY_PROMPT, label, occurrence(label, at, zone), "America/St_Johns"
    )
    assert f"{until.astimezone(zone):%H:%M}" == expected


def test_the_window_of_a_day_ends_where_the_night_begins() -> None:
    zone = zone_of("America/New_York")
    label = date(2026, 6, 1)
    for kind in (Kind.DAILY_PROMPT, Kind.PROMPT_REMINDER, Kind.CHECKIN_REMINDER):
        for at in (time(21, 1), time(22, 0)):
            until = sendable_until(kind, label, occurrence(label, at, zone), zone.key)
            assert until == occurrence(label, time(23, 0), zone), kind


def test_a_first_prompt_at_night_was_asked_for_and_has_its_two_hours() -> None:
    zone = zone_of("Europe/Berlin")
    due = occurrence(date(2026, 6, 2), time(1, 30), zone)
    until = sendable_until(Kind.DAILY_PROMPT, date(2026, 6, 1), due, zone.key)
    assert until == due + timedelta(hours=2)


@pytest.mark.parametrize(
    ("kind", "hours"),
    [(Kind.WELCOME, 7 * 24), (Kind.WEEKLY_CHECKIN, 48), (Kind.GROUP_SESSION, 12)],
)
def test_the_other_windows_are_counted_from_the_due_instant(kind: Kind, hours: int) -> None:
    until = sendable_until(kind, NOW.date(), NOW, "Pacific/Apia")
    assert until - NOW == timedelta(hours=hours)


@steady
@given(
    st.sampled_from(list(Kind)),
    st.dates(date(2024, 1, 1), date(2032, 12, 31)),
    st.times(),
    st.sampled_from(["Pacific/Apia", "Australia/Lord_Howe", "Europe/Berlin", "America/New_York"]),
)
def test_every_window_is_open_when_the_delivery_is_due(
    kind: Kind, label: date, at: time, zone: str
) -> None:
    due = occurrence(label, at, zone_of(zone))
    until = sendable_until(kind, label, due, zone)
    local = due.astimezone(zone_of(zone))
    if EARLIEST_SEND <= local.time() <= LATEST_SEND:
        assert until >= due + timedelta(hours=1)
    if kind in SAME_DAY and not quiet(local.time()):
        begins = occurrence(local.date(), QUIET_FROM, zone_of(zone))
        assert until <= begins
    else:
        assert until >= due + timedelta(hours=2)


def test_every_kind_has_a_window() -> None:
    assert {*CATCH_UP, Kind.DAILY_PROMPT} == set(Kind)


def test_waits_double_from_half_a_minute_and_end_after_five_attempts() -> None:
    waits = []
    for attempts in range(1, MOST_FAILURES):
        again = retry_at(attempts, NOW)
        assert again is not None
        waits.append((again - NOW).total_seconds())
    assert waits == [30, 60, 120, 240]
    assert retry_at(MOST_FAILURES, NOW) is None
    assert retry_at(MOST_FAILURES + 1, NOW) is None
