"""Fits the weights and thresholds of the answer search: `python -m tests.answers.fit`.

Learned from: the content's own ways to ask, each left out of the index while it is asked (in four
folds), the questions that must not be answered, left out in the same way, and the shared set.
Our own labelled questions are never learned from; they stay for the measurement.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from bot.content import Content, load_content
from bot.domain.confidence import SIGNS, UNSURE, Logistic, Signs, Sureness, Thresholds
from bot.domain.retrieval import ASPECTS, Weights
from bot.library import MEASURED, TUNING, load_tuning
from bot.services.answers import Answers, Tuning
from bot.services.measuring import Confusion, Labelled, Measured, confusion, measure
from bot.services.modelcard import packed
from bot.settings import CONTENT
from tests.answers.labelled import own, sample, shared

FOLDS = 4
WORDINGS = 500
"""Ways to ask that are taken from each fold."""
LEARNED = 0.25
"""What one of the content's own wordings counts beside one question of the shared set."""
ROW = "[rank of the first right find or -1 for outside, sure of the subject, sure of the find]"
MOST_WRONG = 0.04
ABOUT = 0.012
"""Utilities that differ by less, three of 247 questions, count as the same."""
LEAST_SILENCE = 0.85
LEAST_SHOWN = 0.92


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled question with what the search saw."""

    weight: float
    inside: bool
    shared: bool
    rights: tuple[bool, ...]
    aspects: tuple[tuple[float, ...], ...]
    signs: tuple[float, ...]

    @property
    def rank(self) -> int:
        """Place of the first right find, 0 for none."""
        return next((at for at, right in enumerate(self.rights, 1) if right), 0)


def without(content: Content, fold: int) -> tuple[Content, list[Labelled]]:
    """The content without every fourth way to ask, and these as labelled questions."""
    held: list[Labelled] = []

    def left(key: str, item: Any, field: str) -> Any:
        ways = getattr(item, field)
        gone = ways[fold::FOLDS]
        held.extend(Labelled(way, frozenset({key})) for way in gone)
        kept = tuple(way for at, way in enumerate(ways) if at % FOLDS != fold)
        return item.model_copy(update={field: kept})

    faq = {n: left(f"faq:{n}", item, "phrasings") for n, item in content.faq.items()}
    others = dict(content.others)
    for prefix, kind in (("pay", "pay_statements"), ("case", "cases")):
        items = content.of_kind(kind).items()
        others[kind] = {n: left(f"{prefix}:{n}", item, "asks") for n, item in items}
    held = sample(held, WORDINGS, fold)
    for kind in ("asked", "unanswered"):
        items = list(content.of_kind(kind).values())
        for item in items[fold::FOLDS]:
            held.append(Labelled(item.ask, frozenset(getattr(item, "accept", ()))))
        others[kind] = {i.id: i for at, i in enumerate(items) if at % FOLDS != fold}
    return replace(content, faq=faq, others=others), held


def rows(content: Content, tuning: Tuning) -> Iterator[Row]:
    """Everything to learn from, as the search with this tuning sees it."""
    answers = Answers(content, tuning)
    for question in shared(content, answers):
        yield from _row(answers, question, 1.0)
    for fold in range(FOLDS):
        part, held = without(content, fold)
        answers = Answers(part, tuning)
        for question in held:
            yield from _row(answers, question, LEARNED)


def _row(answers: Answers, question: Labelled, weight: float) -> Iterator[Row]:
    look = answers.look(question.ask, most=30)
    if look.signs is None:
        # Seen before any search, or nothing found: no weight can change where it ends.
        if weight == 1.0:
            yield Row(0.0, bool(question.accept), True, (), (), ())
        return
    yield Row(
        weight,
        bool(question.accept),
        weight == 1.0,
        tuple(hit.subject.key in question.accept for hit in look.hits),
        tuple(tuple(getattr(hit.likeness, a) for a in ASPECTS) for hit in look.hits),
        tuple(getattr(look.signs, sign) for sign in SIGNS),
    )


# -- ranking ------------------------------------------------------------------------------------


def fit_weights(learned: Sequence[Row], steps: int = 80) -> list[float]:
    """Weights that lift the right finds above the others (softmax over each list, Adam)."""
    lists = [row for row in learned if row.inside and any(row.rights)]
    weights = [1.0] * len(ASPECTS)
    mean, spread = [0.0] * len(weights), [0.0] * len(weights)
    for step in range(1, steps + 1):
        slope = _slope(lists, weights)
        for at, value in enumerate(slope):
            mean[at] = 0.9 * mean[at] + 0.1 * value
            spread[at] = 0.99 * spread[at] + 0.01 * value * value
            move = (mean[at] / (1 - 0.9**step)) / (math.sqrt(spread[at] / (1 - 0.99**step)) + 1e-8)
            weights[at] = max(0.0, weights[at] + 0.06 * move)
    return weights


def _slope(lists: Sequence[Row], weights: Sequence[float]) -> list[float]:
    slope = [-0.01 * weight for weight in weights]
    total = sum(row.weight for row in lists)
    for row in lists:
        scores = [3 * sum(map(_times, weights, aspects)) for aspects in row.aspects]
        top = max(scores)
        chances = [math.exp(score - top) for score in scores]
        whole = sum(chances)
        right = sum(c for c, good in zip(chances, row.rights, strict=True) if good)
        for chance, good, aspects in zip(chances, row.rights, row.aspects, strict=True):
            pull = 3 * row.weight / total * (good * chance / right - chance / whole)
            for at, value in enumerate(aspects):
                slope[at] += pull * value
    return slope


def _times(one: float, other: float) -> float:
    return one * other


# -- sureness -----------------------------------------------------------------------------------


def fit_logistic(learned: Sequence[Row], truths: Sequence[bool], steps: int = 400) -> Logistic:
    """A probability from the signs (gradient descent on standardised signs, light ridge)."""
    count = len(SIGNS)
    total = sum(row.weight for row in learned)
    means = [sum(r.weight * r.signs[at] for r in learned) / total for at in range(count)]
    sizes = [
        math.sqrt(sum(r.weight * (r.signs[at] - means[at]) ** 2 for r in learned) / total) or 1.0
        for at in range(count)
    ]
    table = [[(v - m) / s for v, m, s in zip(r.signs, means, sizes, strict=True)] for r in learned]
    weights, constant = [0.0] * count, 0.0
    for _ in range(steps):
        slope, lean = [-0.002 * weight for weight in weights], 0.0
        for row, signs, truth in zip(learned, table, truths, strict=True):
            chance = 1 / (
                1 + math.exp(-max(-30, min(30, constant + sum(map(_times, weights, signs)))))
            )
            miss = row.weight / total * (truth - chance)
            lean += miss
            for at, value in enumerate(signs):
                slope[at] += miss * value
        weights = [weight + 1.5 * value for weight, value in zip(weights, slope, strict=True)]
        constant += 1.5 * lean
    plain = {sign: weight / size for sign, weight, size in zip(SIGNS, weights, sizes, strict=True)}
    constant -= sum(plain[sign] * mean for sign, mean in zip(SIGNS, means, strict=True))
    return Logistic(constant=round(constant, 4), weights={k: round(v, 4) for k, v in plain.items()})


def fit_sureness(rows_seen: Sequence[Row]) -> tuple[Logistic, Logistic]:
    """Whether a question is the coach's subject, and whether the best find is right."""
    learned = [row for row in rows_seen if row.signs]
    inside = fit_logistic(learned, [row.inside for row in learned])
    return inside, fit_logistic(learned, [row.rank == 1 for row in learned])


def crossed(learned: Sequence[Row], parts: int = 5) -> list[Measured]:
    """The shared questions, each judged by what was learned without its fifth of them."""
    ours = [row for row in learned if not row.shared]
    theirs = sample([row for row in learned if row.shared], 10_000, seed=7)
    found = []
    for part in range(parts):
        rest = [row for at, row in enumerate(theirs) if at % parts != part]
        inside, right = fit_sureness([*ours, *rest])
        for row in theirs[part::parts]:
            sure = UNSURE
            if row.signs:
                signs = Signs(*row.signs)
                sure = Sureness(inside.of(signs), right.of(signs))
            found.append(Measured(row.inside, row.rank, sure))
    return found


def best_thresholds(measured: Sequence[Measured]) -> tuple[Thresholds, Confusion]:
    """The pair that answers most among those of about the highest utility, with few wrong answers.

    If it can be had, it also stays silent when it should and shows the right answer often enough.
    """
    pairs = [
        Thresholds(inside=inside / 50, answer=answer / 50)
        for inside in range(5, 48)
        for answer in range(5, 48)
    ]
    ends = [(pair, confusion(measured, pair)) for pair in pairs]
    for wanted in (_shows_enough, _silent_enough, _seldom_wrong):
        kept = [(pair, end) for pair, end in ends if _seldom_wrong(end) and wanted(end)]
        if kept:
            break
    best = max(end.utility for _, end in kept or ends)
    near = [(pair, end) for pair, end in kept or ends if end.utility >= best - ABOUT]
    return max(near, key=lambda found: (found[1].right, found[1].utility))


def _seldom_wrong(end: Confusion) -> bool:
    return end.wrong <= MOST_WRONG * end.inside


def _silent_enough(end: Confusion) -> bool:
    return end.silence >= LEAST_SILENCE


def _shows_enough(end: Confusion) -> bool:
    return _silent_enough(end) and end.right + end.offered >= LEAST_SHOWN * end.inside


def main() -> None:
    """Fit, print what came of it, and write `config/answers.yaml`."""
    content, tuning = load_content(CONTENT), load_tuning()
    weights = fit_weights(list(rows(content, tuning)))
    chosen = Weights(**{a: round(w, 2) for a, w in zip(ASPECTS, weights, strict=True)})
    learned = list(rows(content, tuning.model_copy(update={"weights": chosen})))
    thresholds, ends = best_thresholds(crossed(learned))
    inside, right = fit_sureness(learned)
    print(chosen, thresholds, ends, f"utility {ends.utility:.3f} silence {ends.silence:.3f}")
    written = {
        "weights": chosen.model_dump(),
        "calibration": {
            "inside": inside.model_dump(),
            "right": right.model_dump(),
            "thresholds": thresholds.model_dump(),
        },
    }
    head = TUNING.read_text(encoding="utf-8").split("weights:")[0]
    TUNING.write_text(head + yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    write_measured(content)


def write_measured(content: Content) -> None:
    """Write what the labelled sets come to now; the model card shows it and a test compares it."""
    answers = Answers(content, load_tuning())
    sets = {"shared": shared(content, answers), "own": own()}
    lines = [f"# Labelled questions as the search sees them: {ROW}."]
    for name, questions in sets.items():
        rows = packed(measure(answers, questions))
        lines += [f"{name}:", *(f"- {row}" for row in rows)]
    MEASURED.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
