"""Answers: what an FAQ entry is, and how the entry that fits a question is found."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored, ItemId, Line, Option, Paragraph, ReviewDate, Title
from bot.domain.vocabulary import Vocabulary


class Side(Authored):
    """What one source says where the sources disagree."""

    source: str
    says: Annotated[str, Field(min_length=1, max_length=400)]


class NextStep(Authored):
    """One thing to do next: words for a button and what it runs (the text after the command)."""

    say: Option
    run: Line


class FaqEntry(Authored):
    """One question with its answer. The first sentence of the answer answers."""

    id: ItemId
    question: Line
    phrasings: Annotated[tuple[Line, ...], Field(min_length=8, max_length=12)]
    keywords: Annotated[tuple[Title, ...], Field(min_length=3, max_length=8)]
    answer: Annotated[Paragraph, Field(min_length=150)]
    sides: tuple[Side, ...] = ()
    sources: tuple[str, ...] = ()
    ours: bool = False
    related: tuple[ItemId, ...] = ()
    next: NextStep
    reviewed: ReviewDate


class Unanswered(Authored):
    """A question that must not be answered, with the kind of reason."""

    id: ItemId
    kind: ItemId
    ask: Line


class Outcome(StrEnum):
    """How sure the search is: answer, offer near matches, or say that it does not know."""

    ANSWER = "answer"
    CHOICES = "choices"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a search and the entries that come nearest, best first."""

    outcome: Outcome
    entries: tuple[FaqEntry, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from 0 to 1: from `answer` on an entry is shown, from `choices` on three are."""

    answer: float = 0.5
    choices: float = 0.3


def _trigrams(words: Iterable[str]) -> Counter[str]:
    grams: Counter[str] = Counter()
    for word in words:
        padded = f" {word} "
        grams.update(padded[at : at + 3] for at in range(len(padded) - 2))
    return grams


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))


@dataclass(frozen=True, slots=True)
class _Wording:
    """One way to ask for an entry, with what does not depend on the question."""

    place: int
    weight: float
    length: float


class FaqIndex:
    """Finds entries by shared words, weighed by how rare they are, and by shared letter triples.

    Rare words tell entries apart; letter triples forgive typing slips and word endings. Only the
    wordings that share a word or a triple with the question are looked at.
    """

    def __init__(
        self,
        entries: Sequence[FaqEntry],
        thresholds: Thresholds,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._entries = tuple(entries)
        self._vocabulary = vocabulary or Vocabulary()
        self._thresholds = thresholds
        self._wordings: list[_Wording] = []
        self._with_word: dict[str, list[int]] = defaultdict(list)
        self._with_gram: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._entries_with: dict[str, list[int]] = defaultdict(list)
        texts = [self._texts_of(entry) for entry in entries]
        seen = Counter(word for every, _ in texts for word in every)
        # In a fixed order, so that sums of floats are the same in every process.
        self._rarity = {
            word: math.log(1 + len(entries) / count) for word, count in sorted(seen.items())
        }
        self._unknown = math.log(1 + len(entries)) if entries else 1.0
        for place, (every, wordings) in enumerate(texts):
            for word in every:
                self._entries_with[word].append(place)
            for words in wordings:
                self._add(place, words)

    def _add(self, place: int, words: Sequence[str]) -> None:
        grams, number = _trigrams(words), len(self._wordings)
        weight = self._weight(frozenset(words))
        self._wordings.append(_Wording(place, weight, _length(grams)))
        for word in frozenset(words):
            self._with_word[word].append(number)
        for gram, count in grams.items():
            self._with_gram[gram].append((number, count))

    def _texts_of(self, entry: FaqEntry) -> tuple[frozenset[str], list[list[str]]]:
        """All words of an entry, and the words of each way to ask for it."""
        wordings = [self._vocabulary.words_of(text) for text in (entry.question, *entry.phrasings)]
        everything = {word for words in wordings for word in words}
        everything.update(
            self._vocabulary.words_of(" ".join(entry.keywords)),
            self._vocabulary.words_of(entry.answer),
        )
        return frozenset(everything), [words for words in wordings if words]

    def search(self, question: str) -> Found:
        """The entries nearest to a question and how sure the search is; never raises."""
        words = self._vocabulary.words_of(question)
        if not words:
            return Found(Outcome.NONE, ())
        scores = self._scores(words)
        best = sorted(scores, key=lambda place: (-scores[place], self._entries[place].id))[:3]
        top = scores[best[0]] if best else 0.0
        return Found(self._outcome(top), tuple(self._entries[place] for place in best))

    def _outcome(self, best: float) -> Outcome:
        if best >= self._thresholds.answer:
            return Outcome.ANSWER
        return Outcome.CHOICES if best >= self._thresholds.choices else Outcome.NONE

    def _scores(self, words: Sequence[str]) -> dict[int, float]:
        """Each entry's score from 0 to 1; entries that share nothing are left out."""
        asked = sorted(frozenset(words))
        weight = self._weight(asked)
        covered: dict[int, float] = defaultdict(float)
        for word in asked:
            for place in self._entries_with.get(word, ()):
                covered[place] += self._rarity[word]
        nearest: dict[int, float] = defaultdict(float)
        for number, nearness in self._nearness(words, asked, weight):
            place = self._wordings[number].place
            nearest[place] = max(nearest[place], nearness)
        return {
            place: 0.3 * covered[place] / weight + 0.7 * nearness
            for place, nearness in nearest.items()
        }

    def _nearness(
        self, words: Sequence[str], asked: Sequence[str], weight: float
    ) -> Iterator[tuple[int, float]]:
        """How near the question is to each wording with which it shares a letter triple."""
        grams = _trigrams(words)
        length = _length(grams)
        product: dict[int, int] = defaultdict(int)
        for gram, count in grams.items():
            for number, other in self._with_gram.get(gram, ()):
                product[number] += count * other
        shared: dict[int, float] = defaultdict(float)
        for word in asked:
            for number in self._with_word.get(word, ()):
                shared[number] += self._rarity[word]
        for number, dot in product.items():
            wording = self._wordings[number]
            overlap = 2 * shared.get(number, 0.0) / (weight + wording.weight)
            yield number, 0.5 * overlap + 0.5 * dot / (length * wording.length)

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._rarity.get(word, self._unknown) for word in sorted(words))
