"""Prompts: the one that was seen longest ago comes next, in an order of each person's own."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit_samples import MAYA, NOAH, TODAY, prompt, steady

from bot.domain.learners import Person
from bot.domain.prompts import Prompt, pick_prompt
from tests.shipped import shipped

PROMPTS = tuple(shipped().prompts.values())
EASY = tuple(prompt(f"easy-{number}") for number in range(6))
HARD = tuple(prompt(f"hard-{number}", "data", 3) for number in range(6))


def a_row(person: Person, prompts: tuple[Prompt, ...], days: int) -> list[str]:
    """What somebody gets on so many days in a row."""
    seen: dict[str, date] = {}
    for number in range(days):
        found = pick_prompt(prompts, seen, person)
        seen[found.id] = TODAY + timedelta(days=number)
    return list(seen)


@pytest.mark.parametrize("person", [MAYA, NOAH])
def test_nothing_comes_twice_before_everything_came_once(person: Person) -> None:
    names = a_row(person, PROMPTS, len(PROMPTS))
    assert Counter(names) == Counter(entry.id for entry in PROMPTS)


def test_the_one_seen_longest_ago_comes_again() -> None:
    seen = {entry.id: TODAY - timedelta(days=at) for at, entry in enumerate(PROMPTS)}
    assert pick_prompt(PROMPTS, seen, MAYA).id == PROMPTS[-1].id


@steady
@given(st.dictionaries(st.sampled_from([entry.id for entry in PROMPTS]), st.dates()))
def test_the_next_one_was_never_seen_later_than_any_other(seen: dict[str, date]) -> None:
    found = pick_prompt(PROMPTS, seen, MAYA)
    last = {entry.id: seen.get(entry.id, date.min) for entry in PROMPTS}
    assert last[found.id] == min(last.values())


def test_easier_ones_come_first() -> None:
    row = a_row(MAYA, (*HARD, *EASY), 12)
    assert {name[:4] for name in row[:6]} == {"easy"}
    assert {name[:4] for name in row[6:]} == {"hard"}


def test_a_skill_that_is_wanted_is_practised() -> None:
    for skill in {entry.skill for entry in PROMPTS}:
        assert pick_prompt(PROMPTS, {}, MAYA, skill).skill == skill


def test_a_skill_without_prompts_leaves_the_choice_among_all() -> None:
    assert pick_prompt(EASY, {}, MAYA, "nothing") in EASY


def test_people_get_orders_of_their_own() -> None:
    people = [Person("T1", f"U{number}") for number in range(8)] + [Person("T2", "U1")]
    rows = {tuple(a_row(person, PROMPTS, 20)) for person in people}
    assert len(rows) == len(people)


def test_the_same_history_gives_the_same_prompt_in_any_order_of_the_files() -> None:
    seen = {PROMPTS[0].id: TODAY}
    assert pick_prompt(PROMPTS, seen, MAYA) == pick_prompt(PROMPTS[::-1], dict(seen), MAYA)


def test_no_prompts_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="no prompts"):
        pick_prompt((), {}, MAYA)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"options": ()}, "depth pick needs options"),
        ({"depth": "short"}, "only depth pick has them"),
        ({"best": None}, "best must be the zero-based index"),
        ({"best": 2}, "best must be the zero-based index"),
        ({"best": -1}, "greater than or equal to 0"),
    ],
)
def test_a_pick_needs_options_and_a_best_one(change: dict[str, object], words: str) -> None:
    sound = prompt("pick", options=("Yes", "No")).model_dump()
    with pytest.raises(ValidationError, match=words):
        Prompt.model_validate({**sound, **change})
