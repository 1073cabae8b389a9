"""The second look: what was found is compared with one another, not only with the question."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.retrieval import ASPECTS, Hit
from bot.domain.trees import Trees
from bot.domain.vocabulary import Wording

COMPARED = 12
"""So many of the first finds are looked at again; the right one is seldom behind them."""
NOTHING = -9.0
"""Log odds of what was not found."""
_MEASURES = (*ASPECTS, "score", "near_words", "near_concepts", "near_letters")
FEATURES = (*_MEASURES, *(f"{name}_behind" for name in _MEASURES), "length", "strange", "concepts")
"""What the trees see of a find: its measures, how far each is behind the best of all finds, and
how much the question says."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A find and the log odds that it is right."""

    hit: Hit
    log_odds: float


def reranked(asked: Wording, hits: Sequence[Hit], trees: Trees) -> list[Ranked]:
    """The first finds in the order of their log odds; asked in an author's words, as they were."""
    ranked = [
        Ranked(hit, trees.log_odds(values))
        for hit, values in zip(hits, features(asked, hits), strict=False)
    ]
    return sorted(ranked, key=lambda found: (not found.hit.verbatim, -found.log_odds))


def features(asked: Wording, hits: Sequence[Hit]) -> list[list[float]]:
    """What the trees see of each of the first finds, in the order of `FEATURES`."""
    rows = [_measures(hit) for hit in hits[:COMPARED]]
    most = [max(column) for column in zip(*rows, strict=True)]
    count = max(1, len(asked.letters.split()))
    about = [len(set(asked.words)), asked.strange / count, len(set(asked.concepts))]
    return [
        [*row, *(value - top for value, top in zip(row, most, strict=True)), *about] for row in rows
    ]


def _measures(hit: Hit) -> list[float]:
    near = hit.nearest
    likeness = (getattr(hit.likeness, aspect) for aspect in ASPECTS)
    return [*likeness, hit.score, near.words, near.concepts, near.letters]
