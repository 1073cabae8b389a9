"""Finds what answers a question: compares words, concepts and letters with all that is known.

Nothing is learned while people ask. Everything that does not depend on the question is computed
once, from whatever the authors wrote.
"""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from operator import mul
from sys import intern
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored
from bot.domain.vocabulary import Vocabulary, Wording, spelled

Weight = Annotated[float, Field(ge=0, le=20)]
GRAM = 4
"""Letters in a row that are compared: long enough to tell words apart, short enough for slips."""


_DAMPED = [0.0, *(1 + math.log(number) for number in range(1, 16))]
"""What the first, second, third … appearance of a feature adds up to; from the 15th on nothing."""


_DEFINING = frozenset(
    "define definition explain meaning simple simply stand stands term word words".split()
)
"""Words that ask for a definition and say nothing of what is to be defined."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can answer a question, and the ways to ask for it.

    `definition` marks the meaning of a word of the trade, which answers whoever asks for that word
    and seldom anybody else.
    """

    key: str
    title: str
    asks: tuple[str, ...]
    keywords: tuple[str, ...]
    text: str
    definition: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a question and a subject are, from 0 (nothing in common) to 1, in several ways."""

    covered: float = 0.0
    """Share of the question's words, by rarity, that the subject knows anywhere."""
    asked: float = 0.0
    """Its words among the ways to ask for the subject, the rarer the better (BM25, squashed)."""
    told: float = 0.0
    """Its words in the text of the subject (cosine)."""
    meant: float = 0.0
    """What its words point to, against what the ways to ask point to (cosine)."""
    ordered: float = 0.0
    """Its pairs of neighbouring words among those of the ways to ask (cosine)."""
    lettered: float = 0.0
    """Its letters against everything about the subject (cosine)."""
    broad: float = 0.0
    """1 unless the subject is a definition."""


ASPECTS = tuple(field.name for field in fields(Likeness))


class Weights(Authored):
    """What each aspect of likeness counts. Fitted on labelled questions; see the file's head."""

    covered: Weight = 1.0
    asked: Weight = 1.0
    told: Weight = 1.0
    meant: Weight = 1.0
    ordered: Weight = 1.0
    lettered: Weight = 1.0
    broad: Weight = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject that a question found; `verbatim` if asked for in an author's words or by name."""

    subject: Subject
    score: float
    likeness: Likeness
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Nearest:
    """How near the nearest single way to ask is: shared words by rarity, concepts, letters."""

    words: float
    concepts: float
    letters: float


class _Space:
    """Texts as features weighed by rarity and number, with cosines to a question.

    An inverted index: only the texts that share a feature with the question are looked at. An
    entry holds the place of a text and, in its last four bits, how often the feature stands there.
    """

    def __init__(self, texts: Sequence[Iterable[str]]) -> None:
        self._found: dict[str, array[int]] = {}
        counts = [Counter(text) for text in texts]
        for place, count in enumerate(counts):
            for feature, number in count.items():
                code = place << 4 | (number if number < 15 else 15)
                found = self._found.get(feature)
                if found is None:
                    self._found[feature] = array("I", (code,))
                else:
                    found.append(code)
        total = len(texts) + 1
        self._rarities = [math.log(total / (number + 1)) + 1 for number in range(total)]
        self._lengths = [self._length(count) for count in counts]

    def _length(self, count: Mapping[str, int]) -> float:
        rarities, found = self._rarities, self._found
        weights = [
            _DAMPED[number if number < 15 else 15] * rarities[len(found[feature])]
            for feature, number in count.items()
        ]
        return math.sqrt(sum([weight * weight for weight in weights])) or 1.0

    def nearness(self, text: Iterable[str]) -> dict[int, float]:
        """The cosine of a text with each one that shares a feature with it."""
        known = {f: n for f, n in Counter(text).items() if f in self._found}
        length = self._length(known)
        dots: dict[int, float] = defaultdict(float)
        for feature, number in known.items():
            codes = self._found[feature]
            weight = _DAMPED[min(number, 15)] * self._rarities[len(codes)] ** 2
            for code in codes:
                dots[code >> 4] += weight * _DAMPED[code & 15]
        return {place: dot / (length * self._lengths[place]) for place, dot in dots.items()}


class _Words:
    """Which subjects know a word, and how much a word tells (BM25 over the ways to ask)."""

    def __init__(self, asks: Sequence[Sequence[str]], texts: Sequence[Sequence[str]]) -> None:
        self._total = len(asks)
        counts = [Counter(words) for words in asks]
        self._anywhere: dict[str, list[int]] = defaultdict(list)
        for place, (count, text) in enumerate(zip(counts, texts, strict=True)):
            for word in count.keys() | set(text):
                self._anywhere[word].append(place)
        asked = Counter(word for count in counts for word in count)
        average = sum(map(len, asks)) / max(1, self._total)
        self._impacts: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, count in enumerate(counts):
            stretch = 1.2 * (0.25 + 0.75 * len(asks[place]) / average)
            for word, number in count.items():
                rarity = math.log(1 + (self._total - asked[word] + 0.5) / (asked[word] + 0.5))
                self._impacts[word].append((place, rarity * number * 2.2 / (number + stretch)))

    def rarity(self, word: str) -> float:
        """How much a word tells: most if no subject knows it, nearly nothing if all do."""
        return math.log(1 + self._total / max(1, len(self._anywhere.get(word, ()))))

    def covered(self, words: Iterable[str]) -> dict[int, float]:
        """The share of the words, by rarity, that each subject knows."""
        found: dict[int, float] = defaultdict(float)
        total = 0.0
        for word in words:
            rarity = self.rarity(word)
            total += rarity
            for place in self._anywhere.get(word, ()):
                found[place] += rarity
        return {place: value / total for place, value in found.items()}

    def asked(self, words: Iterable[str]) -> dict[int, float]:
        """BM25 of the words over the ways to ask, squashed to less than 1."""
        found: dict[int, float] = defaultdict(float)
        for word in words:
            for place, impact in self._impacts.get(word, ()):
                found[place] += impact
        return {place: value / (value + 8) for place, value in found.items()}


class Retrieval:
    """Ranks subjects by their likeness to a question."""

    def __init__(
        self, subjects: Sequence[Subject], vocabulary: Vocabulary, weights: Weights
    ) -> None:
        self._subjects = tuple(subjects)
        self._vocabulary = vocabulary
        self._weights = [getattr(weights, aspect) for aspect in ASPECTS]
        asks = dict.fromkeys(way for subject in subjects for way in _ways(subject))
        vocabulary.learn(asks)
        read = {way: vocabulary.read(way) for way in asks}
        ways = [[read[way] for way in _ways(subject)] for subject in subjects]
        texts = [vocabulary.read(subject.text) for subject in subjects]
        self._very = {
            way.letters: place
            for place, several in reversed(list(enumerate(ways)))
            for way in several
            if way.letters
        }
        self._named = {
            spelled(vocabulary.read(name)): place
            for place, subject in reversed(list(enumerate(subjects)))
            for name in reversed(subject.keywords)
            if subject.definition
        }
        self._named.pop((), None)
        self._ways = {
            subject.key: tuple(several) for subject, several in zip(subjects, ways, strict=True)
        }
        words = [[word for way in several for word in way.words] for several in ways]
        self._words = _Words(words, [text.words for text in texts])
        self._told = _Space([text.words for text in texts])
        self._meant = _Space([[c for way in several for c in way.concepts] for several in ways])
        self._ordered = _Space([[p for way in several for p in pairs(way)] for several in ways])
        self._lettered = _Space(
            [
                grams(" ".join([*(way.letters for way in several), text.letters]))
                for several, text in zip(ways, texts, strict=True)
            ]
        )

    def read(self, question: str) -> Wording:
        """The question as it is compared."""
        return self._vocabulary.read(question)

    def rarity(self, word: str) -> float:
        """How much a word of a question tells."""
        return self._words.rarity(word)

    def nearest(self, asked: Wording, subject: Subject) -> Nearest:
        """How near the nearest single way to ask for a subject is (Dice), in three ways."""
        concepts, letters = set(asked.concepts), set(grams(asked.letters))
        words = sorted(set(asked.words))
        weight = sum(map(self.rarity, words))
        best = Nearest(0.0, 0.0, 0.0)
        for way in self._ways[subject.key]:
            known = dict.fromkeys(way.words)
            whole = weight + sum(map(self.rarity, known))
            shared = sum([self.rarity(word) for word in words if word in known])
            best = Nearest(
                max(best.words, 2 * shared / (whole or 1.0)),
                max(best.concepts, _dice(concepts, set(way.concepts))),
                max(best.letters, _dice(letters, set(grams(way.letters)))),
            )
        return best

    @property
    def wordings(self) -> list[Wording]:
        """All ways to ask for anything."""
        return [way for several in self._ways.values() for way in several]

    def rank(self, asked: Wording, most: int = 10) -> list[Hit]:
        """The subjects most like a question, the best first; those with nothing in common never.

        What is asked in an author's very words, or is nothing but the name of something that is
        defined, comes first whatever its score."""
        likenesses = self._likenesses(asked)
        name = spelled(asked, without=_DEFINING)
        very = self._very.get(asked.letters, self._named.get(name))
        scored = sorted(
            (place != very, -sum(map(mul, self._weights, values)), place)
            for place, values in likenesses.items()
        )
        return [
            Hit(self._subjects[place], -score, Likeness(*likenesses[place]), not other)
            for other, score, place in scored[:most]
        ]

    def _likenesses(self, asked: Wording) -> dict[int, list[float]]:
        words = sorted(set(asked.words))
        aspects = (
            self._words.covered(words),
            self._words.asked(words),
            self._told.nearness(words),
            self._meant.nearness(asked.concepts),
            self._ordered.nearness(pairs(asked)),
            self._lettered.nearness(grams(asked.letters)),
        )
        found = {place for aspect in aspects for place in aspect}
        return {
            place: [
                *(aspect.get(place, 0.0) for aspect in aspects),
                float(not self._subjects[place].definition),
            ]
            for place in found
        }


def grams(letters: str) -> list[str]:
    """All groups of neighbouring letters, blanks included."""
    padded = f" {letters} "
    return [padded[at : at + GRAM] for at in range(len(padded) - GRAM + 1)]


def _dice(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def _ways(subject: Subject) -> Iterator[str]:
    yield subject.title
    yield from subject.asks
    if subject.keywords:
        yield " ".join(subject.keywords)


def pairs(wording: Wording) -> list[str]:
    """All pairs of neighbouring words."""
    words = wording.letters.split()
    return [intern(f"{word} {after}") for word, after in pairwise(words)]
