"""The clock: what becomes due on the way happens at its own time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playground_trial import MONDAY, Trial, play

from bot.playground.clock import PlayClock, target_of
from bot.playground.hosting import PlaygroundProblem


def test_what_is_due_on_the_way_is_sent_at_its_own_time_and_in_order() -> None:
    async def steps(t: Trial) -> None:
        t.app.reminders = [
            (MONDAY + timedelta(days=1, hours=2), "U0RAVI0000"),
            (MONDAY + timedelta(hours=3), "U0MAYA0000"),
            (MONDAY + timedelta(days=8), "U0MAYA0000"),
        ]
        answer = await t.do("clock", advance="1w")
        assert answer == {"now": "2026-03-09T08:00:00Z"}
        sent = sorted((await t.state())["messages"], key=lambda message: message["ts"])
        assert [(m["user"], m["text"]) for m in sent] == [
            ("U0COACH000", "due 2026-03-02T11:00:00+00:00"),
            ("U0COACH000", "due 2026-03-03T10:00:00+00:00"),
        ]
        times = [datetime.fromtimestamp(float(m["ts"]), UTC) for m in sent]
        assert times[0].replace(microsecond=0) == MONDAY + timedelta(hours=3)
        assert times[1].replace(microsecond=0) == MONDAY + timedelta(days=1, hours=2)
        assert len(t.app.reminders) == 1

    play(steps)


def test_a_daily_rhythm_is_lived_through_day_by_day() -> None:
    async def steps(t: Trial) -> None:
        t.app.reminders = [(MONDAY, "U0MAYA0000")]
        t.app.every = timedelta(days=1)
        await t.do("clock", to="2026-03-16T09:00:00+01:00")
        assert len((await t.state("maya"))["messages"]) == 15

    play(steps)


def test_work_that_stays_due_does_not_hold_the_clock() -> None:
    async def steps(t: Trial) -> None:
        t.app.stuck = MONDAY - timedelta(hours=1)
        answer = await asyncio.wait_for(t.do("clock", advance="3h"), 20)
        assert answer == {"now": "2026-03-02T11:00:00Z"}

    play(steps)


def test_two_moves_at_once_happen_one_after_the_other() -> None:
    async def steps(t: Trial) -> None:
        t.app.reminders = [(MONDAY + timedelta(hours=1), "U0MAYA0000")]
        to = "2026-03-02T12:00:00Z"
        await asyncio.gather(t.do("clock", to=to), t.do("clock", to=to))
        assert len((await t.state("maya"))["messages"]) == 1
        assert (await t.state())["clock"] == {"now": "2026-03-02T12:00:00Z", "frozen": True}

    play(steps)


@pytest.mark.parametrize(
    ("advance", "to", "words"),
    [
        (None, None, "Send either"),
        ("1d", "2026-03-03T08:00:00Z", "Send either"),
        ("soon", None, "not a length of time"),
        (5, None, "not a length of time"),
        ("401d", None, "more than 400 days"),
        (None, "2026-03-03T08:00:00", "names no offset"),
        (None, "2026-03-01T08:00:00Z", "only moves forward"),
        (None, "tomorrow", "not a time"),
    ],
)
def test_moves_that_cannot_be_made_are_refused_in_words(
    advance: object, to: object, words: str
) -> None:
    with pytest.raises(PlaygroundProblem, match=words):
        target_of(MONDAY, advance, to)


def test_a_refused_move_changes_nothing() -> None:
    async def steps(t: Trial) -> None:
        status, answer = await t.call("clock", to="2026-03-01T08:00:00Z")
        assert status == 400
        assert "only moves forward" in answer["error"]
        assert (await t.state())["clock"]["now"] == "2026-03-02T08:00:00Z"

    play(steps)


def test_stamps_increase_even_when_time_stands_still() -> None:
    clock = PlayClock(MONDAY)
    stamps = [clock.stamp() for _ in range(1000)]
    assert stamps == sorted(set(stamps))
    clock.seen("1999999999.000001")
    assert clock.stamp() == "1999999999.000002"


def test_a_running_clock_goes_on_from_where_it_was_moved_to() -> None:
    async def steps(t: Trial) -> None:
        before = t.server.connection.now()
        await t.do("clock", advance="2d")
        first = t.server.connection.now()
        await asyncio.sleep(0.01)
        assert timedelta(days=2) <= first - before < timedelta(days=2, seconds=10)
        assert t.server.connection.now() > first

    play(steps, start_at=None)


def test_a_failing_app_is_reported_and_the_playground_goes_on() -> None:
    async def steps(t: Trial) -> None:
        t.app.reminders = [(MONDAY + timedelta(hours=1), "U0NOBODY00")]
        status, answer = await t.call("clock", advance="2h")
        assert status == 500
        assert "failed" in answer["error"]
        assert (await t.do("clock", advance="2h"))["now"] == "2026-03-02T11:00:00Z"

    play(steps)
