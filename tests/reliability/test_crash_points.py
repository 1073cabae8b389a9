"""Some thousand deaths. A hundred thousand are died by `make reliability`."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.reliability.crash_points import Start, Tally, Theatre, counted, quiet, several
from tests.reliability.naive_senders import mark_then_send, send_then_mark
from tests.reliability.stories import STORIES

POINTS = 100
"""In each story: single deaths, and pairs where the story is short."""


@pytest.fixture(autouse=True)
def without_log() -> Iterator[None]:
    with quiet():
        yield


@pytest.mark.parametrize("name", STORIES)
def test_a_process_may_die_anywhere_and_nothing_is_lost_or_doubled(name: str, seed: int) -> None:
    found = counted(name, seed, POINTS)
    assert (found.lost, found.doubles, found.unknown) == (0, 0, 0), found.examples
    assert found.points == POINTS
    assert found.expected >= POINTS


def died(name: str, start: Start) -> Tally:
    with closing(Theatre(STORIES[name], start)) as theatre:
        total = Tally()
        for tally in theatre.after(()):
            total.add(tally)
        return total


def test_who_marks_after_sending_sends_twice() -> None:
    found = died("two people", send_then_mark)
    assert found.doubles > 0
    assert found.lost == 0


def test_who_marks_before_sending_loses() -> None:
    found = died("two people", mark_then_send)
    assert found.lost > 0
    assert found.doubles == 0


def test_what_comes_late_is_really_healed() -> None:
    with closing(Theatre(STORIES["late by 2 min"])) as theatre:
        assert sum(tally.healed for tally in theatre.after(())) > 0


def test_the_same_seed_dies_at_the_same_points(seed: int) -> None:
    assert counted("lost", seed, POINTS) == counted("lost", seed, POINTS)


def test_several_deaths_go_on_for_ever(seed: int) -> None:
    with closing(Theatre(STORIES["two people"])) as theatre:
        deaths = several(theatre, seed, points=30)
        assert max(tally.deepest for tally, _ in zip(deaths, range(120), strict=False)) == 3
