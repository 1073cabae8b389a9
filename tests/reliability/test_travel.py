"""Fifty years of travel. A thousand are lived by `make reliability`."""

import pytest

from tests.reliability.travel import TRIALS, Count, lives

YEARS = 50


@pytest.mark.parametrize("name", [name for name, trial in TRIALS.items() if trial.good])
def test_nobody_is_asked_twice_on_a_date_or_within_twelve_hours(name: str, seed: int) -> None:
    found = TRIALS[name].count(seed, YEARS)
    assert (found.same_date, found.too_close) == (0, 0), seed
    assert found.sends > 150 * YEARS


def test_a_scheduler_that_knows_only_the_rhythm_asks_twice(seed: int) -> None:
    found = TRIALS["rhythm"].count(seed, YEARS)
    assert found.same_date > YEARS / 2, seed
    assert found.too_close > YEARS / 2, seed


def test_a_date_that_is_used_once_is_not_enough(seed: int) -> None:
    found = TRIALS["date"].count(seed, YEARS)
    assert found.too_close > 0, seed


def test_the_same_seed_gives_the_same_lives(seed: int) -> None:
    assert list(lives(seed, 2, outages=True)) == list(lives(seed, 2, outages=True))
    assert list(lives(seed, 2, outages=True)) != list(lives(seed + 1, 2, outages=True))


def test_nothing_to_count_is_nothing_found() -> None:
    empty = Count()
    empty.add([])
    assert (empty.sends, empty.violations()) == (0, 0)
