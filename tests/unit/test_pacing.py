"""How fast a workspace gets messages, and when sending stops because too much of it fails."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.breaker import LEAST, LOOKED_AT, Breaker
from bot.domain.pacing import SAVED_UP, Pace, place

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_without_a_pace_everything_goes_at_once() -> None:
    assert Pace(0).granted(None, NOW, 1_000)[0] == 1_000
    assert Pace(0).spread(1_000) == timedelta(0)


@given(
    per_minute=st.integers(1, 6_000),
    looks=st.lists(st.tuples(st.floats(0, 5), st.integers(0, 500)), min_size=1, max_size=60),
)
def test_never_more_than_the_pace_and_what_was_saved_up(
    per_minute: int, looks: list[tuple[float, int]]
) -> None:
    pace, now, until = Pace(per_minute), NOW, None
    granted: list[tuple[datetime, int]] = []
    for seconds, wanted in looks:
        now += seconds * SECOND
        number, until = pace.granted(until, now, wanted)
        granted.append((now, number))
        for begun, _ in granted:
            sent = sum(count for at, count in granted if begun <= at)
            saved = max(SAVED_UP, pace.apart)
            assert sent * pace.apart <= (now - begun) + saved + timedelta(milliseconds=1)


@given(per_minute=st.integers(1, 6_000))
def test_whoever_waits_as_told_gets_the_whole_pace(per_minute: int) -> None:
    pace = Pace(per_minute)
    now, sent = NOW, 0
    _, until = pace.granted(None, now, 1_000)
    while sent < 20:
        now = pace.free_again(until)
        number, until = pace.granted(until, now, 1_000)
        assert number >= 1
        sent += number
    assert (now - NOW) <= 21 * pace.apart + timedelta(milliseconds=1)


def test_who_are_due_together_have_their_own_places_every_day() -> None:
    places = [place("T1", f"U{number}") for number in range(1_000)]
    assert places == [place("T1", f"U{number}") for number in range(1_000)]
    assert 0 <= min(places) < 0.01
    assert 0.99 < max(places) < 1
    assert place("T2", "U1") != place("T1", "U1")


@pytest.mark.parametrize(
    ("failures", "others", "opens"),
    [(LEAST - 1, 0, False), (LEAST, 0, True), (LEAST, 40, True), (LEAST - 1, 500, False)],
)
def test_the_breaker_opens_when_many_and_a_fifth_fail(
    failures: int, others: int, opens: bool
) -> None:
    breaker = Breaker()
    for _ in range(others):
        assert not breaker.note(failed=False)
    opened = [breaker.note(failed=True) for _ in range(failures)]
    assert any(opened) is opens


def test_a_breaker_that_opened_counts_anew() -> None:
    breaker = Breaker()
    assert [breaker.note(failed=True) for _ in range(2 * LEAST)].count(True) == 2


def test_few_failures_among_many_posts_are_chance() -> None:
    breaker = Breaker()
    for number in range(10 * LOOKED_AT):
        assert not breaker.note(failed=number % 6 == 0)
