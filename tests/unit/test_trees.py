"""Boosted trees as a plain table: what they add up to, and what is refused when they are read."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit_samples import steady

from bot.domain.confidence import SIGNS
from bot.domain.reranking import FEATURES
from bot.domain.trees import Trees, chance
from bot.library import load_tuning

ONE = Trees(
    signs=("size", "age"),
    constant=0.5,
    trees=(
        (0, 1.0, (1, 10.0, 1.0, 2.0), (1, 20.0, 4.0, 8.0)),
        (1, 5.0, (0, 0.0, 0.0, 0.0), (0, 0.0, 0.0, 100.0)),
    ),
)


@pytest.mark.parametrize(
    ("size", "age", "total"),
    [(1, 5, 1.5), (1, 10, 101.5), (0, 11, 2.5), (1.1, 20, 104.5), (2, 21, 108.5), (-3, 0, 1.5)],
)
def test_each_tree_adds_what_its_branch_says(size: float, age: float, total: float) -> None:
    assert ONE.log_odds((size, age)) == total


def test_without_trees_the_constant_is_all() -> None:
    assert Trees(signs=(), constant=-1.0, trees=()).chance(()) == pytest.approx(1 / (1 + math.e))


@steady
@given(st.floats(allow_nan=False))
def test_a_chance_is_a_chance(log_odds: float) -> None:
    assert 0 <= chance(log_odds) <= 1
    assert chance(log_odds) + chance(-log_odds) == pytest.approx(1)


def test_what_is_shipped_looks_at_what_the_search_gives() -> None:
    tuning = load_tuning()
    assert tuning.reranking.signs == FEATURES
    assert tuning.calibration.inside.signs == SIGNS
    assert tuning.calibration.right.signs == SIGNS
    for trees in (tuning.reranking, tuning.calibration.inside, tuning.calibration.right):
        places = {at for sign, _, low, high in trees.trees for at in (sign, low[0], high[0])}
        assert max(places) < len(trees.signs)


@pytest.mark.parametrize(
    "tree",
    [
        (0, 1.0),
        (0, 1.0, (0, 1.0, 2.0), (0, 1.0, 2.0, 3.0)),
        (-1, 1.0, (0, 1.0, 2.0, 3.0), (0, 1.0, 2.0, 3.0)),
        ("size", 1.0, (0, 1.0, 2.0, 3.0), (0, 1.0, 2.0, 3.0)),
    ],
)
def test_a_tree_of_another_form_is_refused(tree: object) -> None:
    with pytest.raises(ValidationError):
        Trees.model_validate({"signs": ["size"], "constant": 0.0, "trees": [tree]})
