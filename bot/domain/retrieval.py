"""Finds what answers a question: compares words, concepts and letters with all that is known.

Nothing is learned while people ask. Everything that does not depend on the question is computed
once, from whatever the authors wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from heapq import nsmallest
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored
from bot.domain.indexes import Space, WordIndex, grams, pairs
from bot.domain.nearest import Nearest, Way, Ways, nearest
from bot.domain.vocabulary import Vocabulary, Wording, plain_words, spelled

Weight = Annotated[float, Field(ge=0, le=20)]
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
    nearest: Nearest
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """Subjects with their ways to ask and texts as a vocabulary reads them.

    Needed while an index is built; nothing keeps it, since it is larger than the index.
    """

    subjects: tuple[Subject, ...]
    asks: tuple[tuple[str, ...], ...]
    """The ways to ask for each subject, as they were written."""
    read: Mapping[str, Wording]
    """Every different way to ask, read."""
    pairs: Mapping[str, Sequence[str]]
    """The pairs of neighbouring words of each of these."""
    texts: tuple[Wording, ...]

    @classmethod
    def of(cls, subjects: Sequence[Subject], vocabulary: Vocabulary) -> "Corpus":
        """Read everything; the vocabulary learns the words of all ways to ask first."""
        asks = tuple(tuple(_ways(subject)) for subject in subjects)
        plain = {way: plain_words(way) for several in asks for way in several}
        vocabulary.learn(plain.values())
        read = {way: vocabulary.read_words(words) for way, words in plain.items()}
        paired = {way: pairs(wording) for way, wording in read.items()}
        told = [plain_words(subject.text) for subject in subjects]
        texts = tuple(vocabulary.read_words(words, pointing=False) for words in told)
        return cls(tuple(subjects), asks, read, paired, texts)

    @property
    def ways(self) -> list[list[Wording]]:
        """The ways to ask for each subject, read."""
        return [[self.read[way] for way in several] for several in self.asks]

    @property
    def tokens(self) -> list[list[str]]:
        """The words, concepts and pairs of each different way to ask."""
        return [[*way.words, *way.concepts, *self.pairs[ask]] for ask, way in self.read.items()]


class Retrieval:
    """Ranks subjects by their likeness to a question."""

    def __init__(self, corpus: Corpus, vocabulary: Vocabulary, weights: Weights) -> None:
        self._subjects = corpus.subjects
        self._vocabulary = vocabulary
        self._weights = [getattr(weights, aspect) for aspect in ASPECTS]
        ways, texts = corpus.ways, corpus.texts
        words = [[word for way in several for word in way.words] for several in ways]
        self._words = WordIndex(words, [text.words for text in texts])
        self._told = Space([text.words for text in texts])
        self._meant = Space([[c for way in several for c in way.concepts] for several in ways])
        paired = [[pair for way in asks for pair in corpus.pairs[way]] for asks in corpus.asks]
        self._ordered = Space(paired)
        letters = [
            " ".join([*(way.letters for way in several), text.letters])
            for several, text in zip(ways, texts, strict=True)
        ]
        self._lettered = Space(list(map(grams, letters)))
        self._broad = [float(not subject.definition) for subject in self._subjects]
        self._ways = Ways(ways, self.rarity)
        self._verbatim = self._very_words(ways)
        self._named = self._names()

    def _very_words(self, ways: Sequence[Sequence[Wording]]) -> dict[str, int]:
        """The first subject of each author's wording."""
        found = {
            way.letters: place
            for place, several in reversed(list(enumerate(ways)))
            for way in several
        }
        found.pop("", None)
        return found

    def _names(self) -> dict[tuple[str, ...], int]:
        """The first subject of each name of something that is defined."""
        found = {
            spelled(self.read(name)): place
            for place, subject in reversed(list(enumerate(self._subjects)))
            for name in reversed(subject.keywords)
            if subject.definition
        }
        found.pop((), None)
        return found

    def read(self, question: str) -> Wording:
        """The question as it is compared."""
        return self._vocabulary.read(question)

    def rarity(self, word: str) -> float:
        """How much a word of a question tells."""
        return self._words.rarity(word)

    def rank(self, asked: Wording, most: int = 10) -> list[Hit]:
        """The subjects most like a question, the best first; those with nothing in common never.

        What is asked in an author's very words, or is nothing but the name of something that is
        defined, comes first whatever its score."""
        aspects = self._aspects(asked)
        scores = [0.0] * len(self._subjects)
        for weight, values in zip(self._weights, aspects, strict=True):
            scores = [score + weight * value for score, value in zip(scores, values, strict=True)]
        name = spelled(asked, without=_DEFINING)
        very = self._verbatim.get(asked.letters, self._named.get(name))
        found = [place for place, alike in enumerate(zip(*aspects[:-1], strict=True)) if any(alike)]
        best = nsmallest(most, found, key=lambda place: (place != very, -scores[place], place))
        way = Way.of(asked, self.rarity)
        return [
            Hit(
                self._subjects[place],
                scores[place],
                Likeness(*(values[place] for values in aspects)),
                nearest(way, self._ways[place], self.rarity),
                place == very,
            )
            for place in best
        ]

    def _aspects(self, asked: Wording) -> tuple[list[float], ...]:
        """Each aspect of likeness for all subjects, in the order of `ASPECTS`."""
        words = sorted(set(asked.words))
        return (
            self._words.covered(words),
            self._words.asked(words),
            self._told.nearness(words),
            self._meant.nearness(asked.concepts),
            self._ordered.nearness(pairs(asked)),
            self._lettered.nearness(grams(asked.letters)),
            self._broad,
        )


def _ways(subject: Subject) -> Iterator[str]:
    yield subject.title
    yield from subject.asks
    if subject.keywords:
        yield " ".join(subject.keywords)
