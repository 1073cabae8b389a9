"""How good the answers are: labelled questions against what the search makes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.confidence import Outcome, Sureness, Thresholds
from bot.services.answers import SHOWN, Answers


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question and the keys of what answers it; none of them for a question not for the coach."""

    ask: str
    accept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a labelled question.

    `rank` is the place of the first right find, 0 for none; `inside` whether there is a right one.
    """

    inside: bool
    rank: int
    sureness: Sureness


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many labelled questions ended where, with one pair of thresholds.

    Of questions for the coach: answered rightly or wrongly, offered with the right one among the
    near matches or without, or not known. Of the others: answered, offered, or not known.
    """

    right: int = 0
    wrong: int = 0
    offered: int = 0
    astray: int = 0
    missed: int = 0
    out_answered: int = 0
    out_offered: int = 0
    out_silent: int = 0

    @property
    def inside(self) -> int:
        """Questions for the coach."""
        return self.right + self.wrong + self.offered + self.astray + self.missed

    @property
    def outside(self) -> int:
        """Questions that are not."""
        return self.out_answered + self.out_offered + self.out_silent

    @property
    def precision(self) -> float:
        """Of the direct answers to questions for the coach, the share that was right."""
        return _share(self.right, self.right + self.wrong)

    @property
    def silence(self) -> float:
        """F1 of saying "I do not know": as often as it should, and not oftener."""
        recall = _share(self.out_silent, self.outside)
        precision = _share(self.out_silent, self.out_silent + self.missed)
        return 2 * recall * precision / (recall + precision) if recall + precision else 0.0

    @property
    def utility(self) -> float:
        """Mean worth: 1 right or rightly silent, -1 wrong, between for offers (see docs)."""
        worth = self.right - self.wrong + 0.5 * self.offered - 0.25 * self.astray
        worth += self.out_silent + 0.25 * self.out_offered - self.out_answered
        return worth / max(1, self.inside + self.outside)


def measure(answers: Answers, questions: Iterable[Labelled]) -> list[Measured]:
    """What the search makes of each question, before any threshold."""
    return [_measured(answers, question) for question in questions]


def _measured(answers: Answers, question: Labelled) -> Measured:
    look = answers.look(question.ask)
    keys = [hit.subject.key for hit in look.hits]
    rank = next((at for at, key in enumerate(keys, 1) if key in question.accept), 0)
    return Measured(bool(question.accept), rank, look.sureness)


def confusion(measured: Sequence[Measured], thresholds: Thresholds) -> Confusion:
    """Where the questions end with these thresholds."""
    counts: dict[str, int] = {}
    for entry in measured:
        name = _end(entry, entry.sureness.outcome(thresholds))
        counts[name] = counts.get(name, 0) + 1
    return Confusion(**counts)


def _end(entry: Measured, outcome: Outcome) -> str:
    if not entry.inside:
        names = {Outcome.ANSWER: "out_answered", Outcome.CHOICES: "out_offered"}
        return names.get(outcome, "out_silent")
    if outcome is Outcome.ANSWER:
        return "right" if entry.rank == 1 else "wrong"
    if outcome is Outcome.CHOICES:
        return "offered" if 1 <= entry.rank <= SHOWN else "astray"
    return "missed"


def found_within(measured: Sequence[Measured], most: int) -> float:
    """The share of the questions for the coach with a right find among the first ones."""
    inside = [entry for entry in measured if entry.inside]
    return _share(sum(1 <= entry.rank <= most for entry in inside), len(inside))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
