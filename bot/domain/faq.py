"""Answers: what an FAQ entry is, and how the entry that fits a question is found."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored, ItemId, Line, Option, Paragraph, ReviewDate, Title


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


LONGEST_QUERY = 1_000
"""Characters of a question that are read; what comes after does not change what is meant."""

_MARKUP = re.compile(r"<[@#!][^>]*>|<(?:https?|mailto):[^|>]*\|?|:[a-z0-9_+-]+:", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    """
    a about am an and any are as at be been being but by can could did do does doing for from get
    had has have how i if im in into is it its just me my need no not of on or our please really
    should so some tell than that the their them then there these they this to u ur us was we were
    what when where which who why will with would you your
    """.split()
)
_SAME = {
    alias: word
    for word, aliases in {
        "code": "coding programming program coder",
        "course": "cert certs certificate certification",
        "doctorate": "phd doctoral",
        "engineer": "swe dev developer programmer",
        "finetune": "finetuning ft",
        "hallucination": "hallucinate hallucinating lie lying",
        "languagemodel": "llm llms",
        "machinelearning": "ml",
        "pm": "aipm pms",
        "resume": "cv",
        "retrieval": "rag",
        "salary": "pay comp compensation earn earning salaries wage money",
    }.items()
    for alias in aliases.split()
}
_PHRASES = {
    "fine tune": "finetune",
    "fine tuning": "finetune",
    "language model": "llm",
    "machine learning": "ml",
    "ph d": "phd",
    "product management": "pm",
    "product manager": "pm",
    "product managers": "pm",
    "side project": "sideproject",
}


def words_of(text: str) -> list[str]:
    """The meaningful words of a text: no markup, accents, filler words or plural endings."""
    plain = _MARKUP.sub(" ", text[:LONGEST_QUERY].lower())
    plain = unicodedata.normalize("NFKD", plain).replace("'", "").replace("\u2019", "")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = " ".join(_WORD.findall(plain))
    for phrase, short in _PHRASES.items():
        plain = re.sub(rf"\b{phrase}\b", short, plain)
    return [_stem(_SAME.get(word, word)) for word in plain.split() if word not in _STOP]


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return _SAME.get(word[: -len(ending)], word[: -len(ending)])
    return word


def _trigrams(words: Iterable[str]) -> Counter[str]:
    grams: Counter[str] = Counter()
    for word in words:
        padded = f" {word} "
        grams.update(padded[at : at + 3] for at in range(len(padded) - 2))
    return grams


def _cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    shared = sum(value * right[key] for key, value in left.items() if key in right)
    return shared / (_length(left) * _length(right)) if shared else 0.0


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))


@dataclass(frozen=True, slots=True)
class _Row:
    entry: FaqEntry
    words: frozenset[str]
    wordings: tuple[tuple[frozenset[str], Mapping[str, float]], ...]


class FaqIndex:
    """Finds entries by shared words, weighed by how rare they are, and by shared letter triples.

    Rare words tell entries apart; letter triples forgive typing slips and word endings.
    """

    def __init__(self, entries: Sequence[FaqEntry], thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._rows = tuple(self._row(entry) for entry in entries)
        seen = Counter(word for row in self._rows for word in row.words)
        self._rarity = {
            word: math.log(1 + len(entries) / count) for word, count in sorted(seen.items())
        }
        self._unknown = math.log(1 + len(entries)) if entries else 1.0

    @staticmethod
    def _row(entry: FaqEntry) -> _Row:
        wordings = [words_of(text) for text in (entry.question, *entry.phrasings)]
        keywords = words_of(" ".join(entry.keywords))
        everything = {*keywords, *(word for words in wordings for word in words)}
        everything.update(words_of(entry.answer))
        return _Row(
            entry=entry,
            words=frozenset(everything),
            wordings=tuple((frozenset(words), _trigrams(words)) for words in wordings if words),
        )

    def search(self, question: str) -> Found:
        """The entries nearest to a question and how sure the search is; never raises."""
        words = words_of(question)
        if not words:
            return Found(Outcome.NONE, ())
        grams = _trigrams(words)
        scored = [(self._score(frozenset(words), grams, row), row.entry) for row in self._rows]
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        best = scored[0][0] if scored else 0.0
        return Found(self._outcome(best), tuple(entry for _, entry in scored[:3]))

    def _outcome(self, best: float) -> Outcome:
        if best >= self._thresholds.answer:
            return Outcome.ANSWER
        return Outcome.CHOICES if best >= self._thresholds.choices else Outcome.NONE

    def _score(self, words: frozenset[str], grams: Mapping[str, float], row: _Row) -> float:
        coverage = self._weight(words & row.words) / self._weight(words)
        nearest = 0.0
        for wording, wording_grams in row.wordings:
            shared = self._weight(words & wording)
            overlap = 2 * shared / (self._weight(words) + self._weight(wording))
            nearest = max(nearest, 0.5 * overlap + 0.5 * _cosine(grams, wording_grams))
        return 0.3 * coverage + 0.7 * nearest

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._rarity.get(word, self._unknown) for word in words)
