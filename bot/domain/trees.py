"""Boosted trees: small yes-or-no questions about signs whose replies add up to log odds."""

import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored

Place = Annotated[int, Field(ge=0, le=63)]
Branch = tuple[Place, float, float, float]
"""A sign's place, where it is cut, and what it adds up to that cut and beyond it."""
Tree = tuple[Place, float, Branch, Branch]
"""A sign's place, where it is cut, and the branch up to that cut and beyond it."""


class Trees(Authored):
    """Trees of depth two, fitted by gradient boosting (Friedman 2001) on labelled questions.

    `signs` names what is looked at, in the order that the trees number it.
    """

    signs: tuple[str, ...]
    constant: float
    trees: tuple[Tree, ...]

    def log_odds(self, values: Sequence[float]) -> float:
        """The log odds for the values of the signs, in their order."""
        total = self.constant
        for sign, cut, low, high in self.trees:
            at, edge, below, above = low if values[sign] <= cut else high
            total += below if values[at] <= edge else above
        return total

    def chance(self, values: Sequence[float]) -> float:
        """The probability, from 0 to 1."""
        return chance(self.log_odds(values))


def chance(log_odds: float) -> float:
    """The probability that belongs to log odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
