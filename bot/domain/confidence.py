"""How sure the coach is of what it found: whether a question is its subject, and which zone."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import chain
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored
from bot.domain.indexes import pairs
from bot.domain.reranking import NOTHING, Ranked
from bot.domain.retrieval import ASPECTS
from bot.domain.trees import Trees, chance
from bot.domain.vocabulary import Vocabulary, Wording

Share = Annotated[float, Field(ge=0, le=1)]


class Outcome(StrEnum):
    """Answer, offer near matches, or say that it does not know."""

    ANSWER = "answer"
    CHOICES = "choices"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells a sure find from a doubtful one."""

    best: float
    """Log odds of the best, from comparing it with the others."""
    lead: float
    """How far it is ahead of the second."""
    ahead: float
    """How far it is ahead of the fourth; close ones are often about the same."""
    share: float
    """Its share if all that was found shared one answer (softmax)."""
    several: float
    """How many of all that was found seem right."""
    score: float
    """What the first look made of it."""
    covered: float
    asked: float
    meant: float
    lettered: float
    told: float
    ordered: float
    broad: float
    """Its likeness; see there."""
    near_words: float
    near_concepts: float
    near_letters: float
    """How near its nearest single way to ask is."""
    length: float
    """How many different words of meaning the question has."""
    concepts: float
    """How many different concepts it points to."""
    strange: float
    """Share of the question's words that no author ever used."""
    subject: float
    """1 if the question names the subject of all questions here."""
    odds: float
    """How much more usual its words are in questions for the coach than in others."""
    warned: float
    """1 if the question shows a sign of another subject."""


SIGNS = tuple(field.name for field in fields(Signs))
_WARNED = SIGNS.index("warned")


class Thresholds(Authored):
    """From `answer` on, of the best find being right, it answers. Below that it offers near matches
    from `inside` on, of the question being its subject; else it does not know."""

    inside: Share
    answer: Share


class Calibration(Authored):
    """Turns signs into a zone. Fitted on labelled questions."""

    thresholds: Thresholds
    inside: Trees
    right: Trees

    def sureness(self, signs: Signs) -> "Sureness":
        """The two probabilities for a find."""
        return self.sureness_of([float(getattr(signs, name)) for name in SIGNS])

    def sureness_of(self, values: Sequence[float]) -> "Sureness":
        """The same for the values of the signs in their order.

        Where a sign of another subject was seen, nothing is found surely: such questions may be
        offered near matches, but never an answer. And what finds its answer is of the subject.
        """
        right = 0.0 if values[_WARNED] else self.right.chance(values)
        return Sureness(max(self.inside.chance(values), right), right)


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
CERTAIN = Sureness(1.0, 1.0)
"""Asked in an author's very words."""


class Outside:
    """Knows which words, concepts and pairs are usual in questions that are not for the coach."""

    def __init__(
        self, questions: Sequence[str], inside: Collection[Sequence[str]], vocabulary: Vocabulary
    ) -> None:
        outside = [_tokens(vocabulary.read(question)) for question in questions]
        self._here = Counter(chain.from_iterable(map(set, inside)))
        self._there = Counter(chain.from_iterable(map(set, outside)))
        self._most = len(inside) / max(1, len(outside))

    def odds(self, asked: Wording) -> float:
        """What the words and concepts of a question speak for on average, from -2 to 2."""
        tokens = dict.fromkeys(_tokens(asked))
        found = [max(-4.0, min(4.0, self._of(token))) for token in tokens]
        return sum(found) / (2 * len(found)) if found else 0.0

    def _of(self, token: str) -> float:
        here, there = self._here[token], self._there[token]
        return math.log((here + 1) / (there * self._most + 1)) if here or there else -0.5


def _tokens(wording: Wording) -> list[str]:
    """Words, concepts and pairs of neighbouring words."""
    return [*wording.words, *wording.concepts, *pairs(wording)]


def signs_of(asked: Wording, ranked: Sequence[Ranked], outside: Outside, *, warned: bool) -> Signs:
    """The signs of the best of what was found."""
    best = ranked[0]
    after = [ranked[at].log_odds if at < len(ranked) else NOTHING for at in (1, 3)]
    likeness = best.hit.likeness
    return Signs(
        best=best.log_odds,
        lead=best.log_odds - after[0],
        ahead=best.log_odds - after[1],
        share=1 / sum(math.exp(other.log_odds - best.log_odds) for other in ranked),
        several=sum(chance(other.log_odds) for other in ranked),
        score=best.hit.score,
        **{aspect: getattr(likeness, aspect) for aspect in ASPECTS},
        near_words=best.hit.nearest.words,
        near_concepts=best.hit.nearest.concepts,
        near_letters=best.hit.nearest.letters,
        length=len(set(asked.words)),
        concepts=len(set(asked.concepts)),
        strange=asked.strange / max(1, len(asked.letters.split())),
        subject=float(asked.subject),
        odds=outside.odds(asked),
        warned=float(warned),
    )
