"""The model card: how good the answer search is, told by itself, for its users to examine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.confidence import Sureness, Thresholds
from bot.services.measuring import Confusion, Measured, confusion, found_within


@dataclass(frozen=True, slots=True)
class SetFigures:
    """What came of one labelled set with one pair of thresholds."""

    questions: int
    first: float
    """Share of the questions for the coach whose first find is right, whatever the zone."""
    three: float
    """The same among the first three."""
    ends: Confusion


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The card with the thresholds in use, or with another answer threshold tried out."""

    chosen: Thresholds
    tried: Thresholds
    everyday: SetFigures
    shared: SetFigures
    hard: SetFigures
    crossed: Confusion
    """The shared set with the thresholds in use, each question left out of what was learned."""


class ModelCards:
    """Computes the card from what was measured when the content was last released."""

    def __init__(
        self, measured: Mapping[str, Sequence[Measured]], crossed: Confusion, chosen: Thresholds
    ) -> None:
        self._measured = measured
        self._crossed = crossed
        self._chosen = chosen

    def card(self, answer: float | None = None) -> ModelCard:
        """The figures; `answer` is a threshold to try, None for the one in use."""
        wanted = self._chosen.answer if answer is None else min(1.0, max(0.0, answer))
        tried = Thresholds(inside=self._chosen.inside, answer=wanted)
        sets = {name: _figures(found, tried) for name, found in self._measured.items()}
        return ModelCard(self._chosen, tried, **sets, crossed=self._crossed)


def _figures(found: Sequence[Measured], thresholds: Thresholds) -> SetFigures:
    return SetFigures(
        len(found), found_within(found, 1), found_within(found, 3), confusion(found, thresholds)
    )


def packed(found: Sequence[Measured]) -> list[list[float]]:
    """What was measured as rows of numbers: rank, or -1 outside, and the two probabilities."""
    return [
        [
            entry.rank if entry.inside else -1,
            round(entry.sureness.inside, 3),
            round(entry.sureness.right, 3),
        ]
        for entry in found
    ]


def unpacked(rows: Sequence[Sequence[float]]) -> tuple[Measured, ...]:
    """The reverse of `packed`."""
    return tuple(
        Measured(row[0] >= 0, max(0, int(row[0])), Sureness(row[1], row[2])) for row in rows
    )
