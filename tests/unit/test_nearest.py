"""How near the nearest single way to ask is, and the sums behind the index."""

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import ROOT, steady

from bot.domain.indexes import GRAM, Space, WordIndex, grams
from bot.domain.nearest import Nearest, Way, Ways, nearest
from bot.domain.vocabulary import Vocabulary

VOCABULARY = Vocabulary()
WORDS = st.lists(st.sampled_from("cat dog fish bird horse".split()), min_size=1, max_size=6)


def rarity(word: str) -> float:
    return float(len(word))


def way(text: str) -> Way:
    return Way.of(VOCABULARY.read(text), rarity)


def test_the_same_words_are_as_near_as_can_be() -> None:
    found = nearest(way("weigh the cat"), [way("bury a bone"), way("weigh the cat")], rarity)
    assert (found.words, found.letters) == (1.0, 1.0)


def test_shared_words_count_by_their_rarity() -> None:
    found = nearest(way("weigh cat"), [way("weigh dog")], rarity)
    assert found.words == pytest.approx(2 * 5 / (5 + 3 + 5 + 3))


def test_each_measure_has_its_own_nearest_way() -> None:
    asked = way("weigh the cat")
    several = nearest(asked, [way("cat"), way("weighing cats")], rarity)
    single = [nearest(asked, [each], rarity) for each in (way("cat"), way("weighing cats"))]
    assert several.words == max(each.words for each in single)
    assert several.letters == max(each.letters for each in single)


def test_nothing_is_near_to_nothing() -> None:
    assert nearest(way(""), [], rarity) == Nearest()
    assert nearest(way("cat"), [], rarity) == Nearest()


@steady
@given(WORDS, WORDS)
def test_nearness_lies_between_nothing_and_all_and_is_mutual(
    one: list[str], other: list[str]
) -> None:
    first, second = way(" ".join(one)), way(" ".join(other))
    found = nearest(first, [second], rarity)
    assert 0 <= min(found.words, found.letters) <= max(found.words, found.letters) <= 1
    assert nearest(second, [first], rarity).words == pytest.approx(found.words)
    assert nearest(second, [first], rarity).letters == pytest.approx(found.letters)


@steady
@given(st.text("ab 1", max_size=12))
def test_letter_groups_are_all_stretches_of_the_text_in_their_order(letters: str) -> None:
    padded = f" {letters} "
    stretches = [padded[at : at + GRAM] for at in range(len(padded) - GRAM + 1)]
    found = [group.to_bytes(GRAM, sys.byteorder).decode() for group in grams(letters)]
    assert found == stretches


def test_ways_are_worked_out_when_first_needed_and_kept() -> None:
    read = [[VOCABULARY.read("weigh the cat")], [VOCABULARY.read("bury a bone")]]
    asked: list[str] = []
    ways = Ways(read, lambda word: float(bool(asked.append(word))) + 1)
    assert asked == []
    assert [found.words for found in ways[1]] == [("buri", "bone")]
    assert ways[1] is ways[1]
    assert asked == ["buri", "bone"]


def test_letters_are_the_same_in_every_process() -> None:
    code = "import sys; sys.path.append('tests/unit'); import test_nearest as t; "
    code += "print(t.way('weigh the cat').letters)"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
    )
    assert int(ended.stdout) == way("weigh the cat").letters


@steady
@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_a_space_gives_cosines(texts: list[list[str]], asked: list[str]) -> None:
    """Compared with cosines that are worked out from their definition."""
    held = [sum(word in text for text in texts) for word in sorted({w for t in texts for w in t})]
    names = sorted({word for text in texts for word in text})
    rare = [math.log((len(texts) + 1) / (number + 1)) + 1 for number in held]

    def vector(text: list[str]) -> list[float]:
        counts = [text.count(name) for name in names]
        return [(1 + math.log(n)) * r if n else 0.0 for n, r in zip(counts, rare, strict=True)]

    def length(values: list[float]) -> float:
        return math.sqrt(sum(value * value for value in values)) or 1.0

    mine = vector(asked)
    expected = [
        sum(a * b for a, b in zip(mine, vector(text), strict=True))
        / (length(mine) * length(vector(text)))
        for text in texts
    ]
    assert Space(texts).nearness(asked) == pytest.approx(expected)


def test_a_word_index_tells_what_is_covered_and_asked() -> None:
    index = WordIndex([["cat"], ["dog"]], [["bone"], []])
    assert index.covered(["cat", "dog"]) == pytest.approx([0.5, 0.5])
    assert index.covered([]) == [0.0, 0.0]
    cat, dog = index.asked(["cat", "bone"])
    assert 0 < cat < 1
    assert dog == 0
