"""How sure the coach is of what it found: whether a question is its subject, and which zone."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored
from bot.domain.retrieval import Hit, pairs
from bot.domain.vocabulary import Vocabulary, Wording

Share = Annotated[float, Field(ge=0, le=1)]


class Outcome(StrEnum):
    """Answer, offer near matches, or say that it does not know."""

    ANSWER = "answer"
    CHOICES = "choices"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells a sure find from a doubtful one; all of about the same size."""

    score: float
    """Score of the best."""
    lead: float
    """How far it is ahead of the second."""
    ahead: float
    """How far it is ahead of the fourth; close ones are often about the same."""
    covered: float
    """Share of the question that the best knows anywhere."""
    asked: float
    """How well its ways to ask know the question."""
    meant: float
    """How well it fits in meaning."""
    lettered: float
    """How well it fits in letters."""
    strange: float
    """Share of the question's words that no author ever used."""
    length: float
    """How much the question says: 0 for one word, 1 for ten or more."""
    definition: float
    """1 if the best is the meaning of a word."""
    worded: float
    """How near its nearest single way to ask is, by words."""
    subject: float
    """1 if the question names the subject of all questions here."""
    odds: float
    """How much more usual its words are in questions for the coach than in others."""
    warned: float
    """1 if the question shows a sign of another subject."""


SIGNS = tuple(field.name for field in fields(Signs))


class Logistic(Authored):
    """A probability from signs: weights by sign, and what holds without any."""

    constant: float
    weights: dict[str, float]

    def of(self, signs: Signs) -> float:
        """The probability, from 0 to 1."""
        total = self.constant + sum(
            weight * getattr(signs, name) for name, weight in self.weights.items()
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


class Thresholds(Authored):
    """From `answer` on, of the best find being right, it answers. Below that it offers near matches
    from `inside` on, of the question being its subject; else it does not know."""

    inside: Share
    answer: Share


class Calibration(Authored):
    """Turns signs into a zone. Fitted on labelled questions."""

    inside: Logistic
    right: Logistic
    thresholds: Thresholds

    def sureness(self, signs: Signs) -> "Sureness":
        """The two probabilities for a find."""
        return Sureness(self.inside.of(signs), self.right.of(signs))


@dataclass(frozen=True, slots=True)
class Sureness:
    """The probabilities that a question is the coach's subject, and that the best find is right."""

    inside: float
    right: float

    def outcome(self, thresholds: Thresholds) -> Outcome:
        """The zone."""
        if self.right >= thresholds.answer:
            return Outcome.ANSWER
        return Outcome.CHOICES if self.inside >= thresholds.inside else Outcome.NONE


UNSURE = Sureness(0.0, 0.0)
"""Nothing was found, or nothing was looked for."""


class Outside:
    """Knows which words, concepts and pairs are usual in questions that are not for the coach."""

    def __init__(
        self, questions: Sequence[str], inside: Sequence[Wording], vocabulary: Vocabulary
    ) -> None:
        read = [vocabulary.read(question) for question in questions]
        here = Counter(token for wording in inside for token in _tokens(wording))
        there = Counter(token for wording in read for token in _tokens(wording))
        most = len(inside) / max(1, len(read))
        self._odds = {
            token: math.log((here[token] + 1) / (there[token] * most + 1))
            for token in here.keys() | there.keys()
        }

    def odds(self, asked: Wording) -> float:
        """What the words and concepts of a question speak for on average, from -2 to 2."""
        found = [max(-4.0, min(4.0, self._odds.get(t, -0.5))) for t in _tokens(asked)]
        return sum(found) / (2 * len(found)) if found else 0.0


def _tokens(wording: Wording) -> list[str]:
    """Words, concepts and pairs of neighbouring words, each once."""
    return list(dict.fromkeys([*wording.tokens, *pairs(wording)]))


def signs_of(
    asked: Wording, hits: Sequence[Hit], outside: Outside, nearest: float, *, warned: bool
) -> Signs:
    """The signs of a find. `nearest` is the likeness to the nearest single way to ask."""
    best = hits[0]
    scores = [hit.score for hit in hits[:4]] + [0.0] * 3
    count = len(asked.letters.split())
    return Signs(
        score=best.score / 4,
        lead=best.score - scores[1],
        ahead=best.score - scores[3],
        covered=best.likeness.covered,
        asked=best.likeness.asked,
        meant=best.likeness.meant,
        lettered=best.likeness.lettered,
        strange=asked.strange / max(1, count),
        length=min(1.0, len(set(asked.words)) / 10),
        definition=1 - best.likeness.broad,
        worded=nearest,
        subject=float(asked.subject),
        odds=outside.odds(asked),
        warned=float(warned),
    )
