"""Inverted indexes over texts: computed once, asked for every question."""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from sys import intern
from typing import Generic, TypeVar

from bot.domain.vocabulary import Wording

GRAM = 4
"""Letters in a row that are compared: long enough to tell words apart, short enough for slips, and
as many as an integer of an array has bytes; see `grams`."""
_DAMPED = [0.0, *(1 + math.log(number) for number in range(1, 16))]
"""What the first, second, third … appearance of a feature adds up to; from the 15th on nothing."""
_SQUARES = [damped * damped for damped in _DAMPED]
_CODES = partial(array, "I")
Feature = TypeVar("Feature", str, int)


class Space(Generic[Feature]):
    """Texts as features weighed by rarity and number, with cosines to a question.

    An inverted index: only the texts that share a feature with the question are looked at. An
    entry holds the place of a text and, in its last four bits, how often the feature stands there.
    """

    def __init__(self, texts: Sequence[Iterable[Feature]]) -> None:
        found: dict[Feature, array[int]] = defaultdict(_CODES)
        for place, text in enumerate(texts):
            codes = list(range(place << 4, (place + 1) << 4))
            for feature, number in Counter(text).items():
                found[feature].append(codes[number if number < 15 else 15])
        self._found: dict[Feature, array[int]] = dict(found)
        total = len(texts) + 1
        self._rarities = [math.log(total / (number + 1)) + 1 for number in range(total)]
        self._shares = [1 / length for length in self._lengths(len(texts))]

    def _lengths(self, size: int) -> list[float]:
        squares = [0.0] * size
        rarities, damped = [rarity**2 for rarity in self._rarities], _SQUARES
        for codes in self._found.values():
            square = rarities[len(codes)]
            for code in codes:
                squares[code >> 4] += square * damped[code & 15]
        return [math.sqrt(square) or 1.0 for square in squares]

    def nearness(self, text: Iterable[Feature]) -> list[float]:
        """The cosine of a text with each one, in their order."""
        damped = _DAMPED
        dots = [0.0] * len(self._shares)
        square = 0.0
        for feature, number in Counter(text).items():
            codes = self._found.get(feature)
            if codes is None:
                continue
            rarity = self._rarities[len(codes)]
            mine = _DAMPED[min(number, 15)] * rarity
            square += mine * mine
            worth = mine * rarity
            for code in codes:
                dots[code >> 4] += worth * damped[code & 15]
        own = 1 / (math.sqrt(square) or 1.0)
        return [dot * own * share for dot, share in zip(dots, self._shares, strict=True)]


class WordIndex:
    """Which subjects know a word, and how much a word tells (BM25 over the ways to ask)."""

    def __init__(self, asks: Sequence[Sequence[str]], texts: Sequence[Sequence[str]]) -> None:
        self._total = len(asks)
        self._anywhere: dict[str, array[int]] = defaultdict(_CODES)
        self._counts: dict[str, array[int]] = defaultdict(_CODES)
        for place, (words, text) in enumerate(zip(asks, texts, strict=True)):
            for word, number in Counter(words).items():
                self._counts[word].append(place << 16 | min(number, 65_535))
            for word in {*words, *text}:
                self._anywhere[word].append(place)
        self._rarities = {word: self._rarity(len(known)) for word, known in self._anywhere.items()}
        average = sum(map(len, asks)) / max(1, self._total)
        self._stretches = [1.2 * (0.25 + 0.75 * len(words) / (average or 1)) for words in asks]

    def rarity(self, word: str) -> float:
        """How much a word tells: most if no subject knows it, nearly nothing if all do."""
        return self._rarities.get(word) or self._rarity(1)

    def _rarity(self, known: int) -> float:
        return math.log(1 + self._total / known)

    def covered(self, words: Iterable[str]) -> list[float]:
        """The share of the words, by rarity, that each subject knows."""
        found = [0.0] * self._total
        whole = 0.0
        for word in words:
            rarity = self.rarity(word)
            whole += rarity
            for place in self._anywhere.get(word, ()):
                found[place] += rarity
        return [value / whole if value else 0.0 for value in found]

    def asked(self, words: Iterable[str]) -> list[float]:
        """BM25 of the words over the ways to ask, squashed to less than 1."""
        found = [0.0] * self._total
        for word in words:
            counts = self._counts.get(word, ())
            rarity = math.log(1 + (self._total - len(counts) + 0.5) / (len(counts) + 0.5))
            for code in counts:
                place, number = code >> 16, code & 65_535
                found[place] += rarity * number * 2.2 / (number + self._stretches[place])
        return [value / (value + 8) for value in found]


def grams(letters: str) -> Sequence[int]:
    """All groups of neighbouring letters, blanks included, each as the number its bytes make.

    Plain words are ASCII, so four letters fill an integer: whole stretches are read as integers,
    from the first letter on, from the second, …, which is far quicker than to cut out strings.
    """
    padded = f" {letters} ".encode("ascii")
    found = array("I", bytes(GRAM * max(0, len(padded) - GRAM + 1)))
    for at in range(GRAM):
        end = len(padded) - (len(padded) - at) % GRAM
        found[at::GRAM] = array("I", padded[at:end])
    return found


def pairs(wording: Wording) -> list[str]:
    """All pairs of neighbouring words."""
    return list(map(intern, map(" ".join, pairwise(wording.letters.split()))))
