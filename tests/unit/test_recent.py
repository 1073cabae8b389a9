"""What is remembered for a while: until its time is over, and never too much of it."""

import pytest

from bot.domain.follow_ups import leans_on_before
from bot.recent import Memory, Recent


def test_what_was_seen_is_known_until_its_time_is_over() -> None:
    recent = Recent(10)
    assert not recent.seen("a", 0)
    assert recent.seen("a", 10)
    assert not recent.seen("a", 10.5)
    recent.forget("a")
    assert not recent.seen("a", 11)


def test_the_newest_value_counts_until_its_time_is_over() -> None:
    memory: Memory[str] = Memory(10, 5)
    assert memory.get("a", 0) is None
    memory.put("a", "one", 0)
    memory.put("a", "two", 4)
    assert memory.get("a", 14) == "two"
    assert memory.get("a", 14.5) is None


def test_a_value_can_be_taken_back() -> None:
    memory: Memory[bool] = Memory(10, 5)
    memory.put("a", value=True, now=0)
    memory.forget("a")
    memory.forget("never there")
    assert memory.get("a", 0) is None


def test_of_too_many_the_one_put_longest_ago_goes() -> None:
    memory: Memory[int] = Memory(10, 2)
    for at, key in enumerate("aba"):
        memory.put(key, at, at)
    memory.put("c", 3, 3)
    assert [memory.get(key, 3) for key in "abc"] == [2, None, 3]


@pytest.mark.parametrize(
    "text",
    [
        "and for engineers?",
        "And what if I have no degree?",
        "why?",
        "What about data scientists",
        "but not in Europe?",
        "is it worth it",
        "how do I start with that?",
    ],
)
def test_a_question_that_leans_on_the_one_before(text: str) -> None:
    assert leans_on_before(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!",
        "do I need a PhD",
        "androids in product teams",
        "how long does the move take?",
        "and I have been asking myself for years whether a PhD would help me with that",
    ],
)
def test_a_question_that_stands_by_itself(text: str) -> None:
    assert not leans_on_before(text)
