"""Fits the weights, trees and thresholds of the answer search: `make fit`, some minutes.

Learned from: the content's own ways to ask, each left out of the index while it is asked (in eight
folds), the questions that must not be answered, left out in the same way, and, for how sure to be,
the shared set. What finds the order never sees the shared set. Our everyday and our hard questions
are never learned from; they stay for the measurement.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import yaml
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bot.content import Content, load_content
from bot.domain.confidence import SIGNS, UNSURE, Calibration, Thresholds
from bot.domain.reranking import FEATURES, features
from bot.domain.retrieval import ASPECTS, Weights
from bot.domain.trees import Branch, Tree, Trees
from bot.library import TUNING
from bot.services.answers import Answers, Tuning
from bot.services.measuring import Confusion, Labelled, Measured, confusion
from bot.settings import CONTENT
from tests.answers.labelled import shared
from tests.answers.measured import write as write_measured

FOLDS = 8
LEARNED = {"way": 0.1, "asked": 0.25, "outside": 0.1}
"""What one of the content's own wordings counts beside one question of the shared set: the less,
the more it is like what is left of its kind in the index."""
RERANKING = {"rounds": 200, "rate": 0.12, "share": 0.5, "signs_at_once": 1.0}
SURENESS = {"rounds": 300, "rate": 0.05, "share": 0.5, "signs_at_once": 0.5}
"""How trees are boosted: how many, how much each counts, and the shares of the rows and of the
signs that each sees."""
LOOKED_AT = 30
"""So many finds of each question teach what the first look weighs."""
HEAD = """\
# How the answer search weighs what it sees, and when it is sure. Fitted by `make fit` on labelled
# questions; `coach bench` prints what comes of it. A tree reads: [sign, cut, branch up to the cut,
# branch beyond it], and a branch: [sign, cut, log odds up to the cut, log odds beyond it], with
# signs counted from 0.
"""
MOST_WRONG = 0.04
MOST_ANSWERED_OUTSIDE = 0.02
LEAST_SILENCE = 0.85
ABOUT = 0.005
"""Utilities that differ by less, about one of 247 questions, count as the same."""
UNFITTED = Trees(signs=(), constant=0.0, trees=())
NEITHER = Calibration(
    thresholds=Thresholds(inside=0.5, answer=0.5), inside=UNFITTED, right=UNFITTED
)


@dataclass(frozen=True, slots=True)
class Fold:
    """The content without every eighth way to ask, and these as labelled questions."""

    content: Content
    held: Mapping[str, tuple[Labelled, ...]]
    """By their kind: `way`, `asked`, `outside`."""

    @property
    def questions(self) -> tuple[Labelled, ...]:
        """Those for the coach."""
        return (*self.held["way"], *self.held["asked"])


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled question with the signs of its best find, none if nothing was found."""

    weight: float
    inside: bool
    rank: int
    signs: tuple[float, ...]


def fold(content: Content, number: int) -> Fold:
    """One of the folds, from 0."""
    ways: list[Labelled] = []

    def left(key: str, item: Any, field: str) -> Any:
        all_ways = getattr(item, field)
        ways.extend(Labelled(way, frozenset({key})) for way in all_ways[number::FOLDS])
        kept = tuple(way for at, way in enumerate(all_ways) if at % FOLDS != number)
        return item.model_copy(update={field: kept})

    faq = {n: left(f"faq:{n}", item, "phrasings") for n, item in content.faq.items()}
    others = dict(content.others)
    for prefix, kind in (("pay", "pay_statements"), ("case", "cases")):
        items = content.of_kind(kind).items()
        others[kind] = {n: left(f"{prefix}:{n}", item, "asks") for n, item in items}
    held = {"way": tuple(ways)}
    for name, kind in (("asked", "asked"), ("outside", "unanswered")):
        parted = [(at % FOLDS == number, i) for at, i in _parted(content.of_kind(kind).values())]
        held[name] = tuple(_labelled(item) for left_out, item in parted if left_out)
        others[kind] = {item.id: item for left_out, item in parted if not left_out}
    return Fold(replace(content, faq=faq, others=others), held)


def _labelled(item: Any) -> Labelled:
    """A question of `asked` or `unanswered`."""
    return Labelled(item.ask, frozenset((*getattr(item, "accept", ()), *getattr(item, "also", ()))))


def _parted(items: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Items with the number of their group: neighbours that ask for the same stay together.

    They mostly come from one writer; left apart, each would help to find the other, and the search
    would learn to be surer than strangers' questions allow.
    """
    group, before = 0, frozenset[str]()
    for item in items:
        found = _labelled(item).accept
        group += not (found & before)
        before = found
        yield group, item


# -- ranking ------------------------------------------------------------------------------------


def fit_weights(folds: Sequence[Fold], weights: Weights) -> Weights:
    """Weights that lift the right finds above the others: a logistic regression on differences."""
    apart: list[list[float]] = []
    for part in folds:
        answers = Answers(part.content, tuning_of(weights, UNFITTED))
        for question in part.questions:
            _, hits = answers.first_look(question.ask, LOOKED_AT)
            rows = [[getattr(hit.likeness, aspect) for aspect in ASPECTS] for hit in hits]
            good = [hit.subject.key in question.accept for hit in hits]
            if any(good):
                best = rows[good.index(True)]
                others = [row for row, right in zip(rows, good, strict=True) if not right]
                apart += [[b - o for b, o in zip(best, row, strict=True)] for row in others[:5]]
    table = np.array(apart)
    both = np.vstack([table, -table])
    truths = np.array([True] * len(table) + [False] * len(table))
    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1_000).fit(both, truths)
    found = np.clip(fitted.coef_[0], 0, None)
    found *= 10 / found.sum()
    return Weights(**{name: round(float(w), 2) for name, w in zip(ASPECTS, found, strict=True)})


def fit_reranking(folds: Iterable[Fold], weights: Weights) -> Trees:
    """Trees that tell right finds from others, learned from questions that found a right one."""
    rows: list[list[float]] = []
    truths: list[bool] = []
    for part in folds:
        answers = Answers(part.content, tuning_of(weights, UNFITTED))
        for question in part.questions:
            asked, hits = answers.first_look(question.ask)
            good = [hit.subject.key in question.accept for hit in hits]
            if any(good):
                rows += features(asked, hits)
                truths += good
    return boosted(FEATURES, rows, truths, [1.0] * len(rows), **RERANKING)


def boosted(
    signs: tuple[str, ...],
    rows: Sequence[Sequence[float]],
    truths: Sequence[bool],
    weights: Sequence[float],
    *,
    rounds: float,
    rate: float,
    share: float,
    signs_at_once: float,
) -> Trees:
    """Gradient boosting by scikit-learn, written down as plain trees; the same on every run."""
    model = GradientBoostingClassifier(
        n_estimators=int(rounds),
        max_depth=2,
        learning_rate=rate,
        subsample=share,
        max_features=signs_at_once,
        random_state=1,
    )
    model.fit(np.array(rows), np.array(truths), sample_weight=np.array(weights))
    mean = np.average(np.array(truths, float), weights=np.array(weights))
    trees = tuple(_tree(estimator.tree_, rate) for estimator in model.estimators_[:, 0])
    return Trees(signs=signs, constant=round(float(np.log(mean / (1 - mean))), 4), trees=trees)


def _tree(found: Any, rate: float) -> Tree:
    """A fitted tree in our form; a branch that was not cut counts the same on both sides."""

    def value(node: int) -> float:
        return round(rate * float(found.value[node][0][0]), 4)

    def branch(node: int) -> Branch:
        left, right = found.children_left[node], found.children_right[node]
        if left < 0:
            return (0, 0.0, value(node), value(node))
        return (
            int(found.feature[node]),
            round(float(found.threshold[node]), 4),
            value(left),
            value(right),
        )

    left, right = found.children_left[0], found.children_right[0]
    if left < 0:
        return (0, 0.0, branch(0), branch(0))
    cut = round(float(found.threshold[0]), 4)
    return (int(found.feature[0]), cut, branch(left), branch(right))


# -- sureness -----------------------------------------------------------------------------------


def rows_of(content: Content, tuning: Tuning, questions: Iterable[Labelled]) -> Iterator[Row]:
    """What the search sees of each question."""
    answers = Answers(content, tuning)
    for question in questions:
        look = answers.look(question.ask)
        keys = [hit.subject.key for hit in look.hits]
        rank = next((at for at, key in enumerate(keys, 1) if key in question.accept), 0)
        signs = tuple(float(getattr(look.signs, sign)) for sign in SIGNS) if look.signs else ()
        yield Row(1.0, bool(question.accept), rank, signs)


def learned_rows(folds: Sequence[Fold], weights: Weights) -> list[Row]:
    """Rows of the content's own wordings, each ranked by trees that never saw its fold."""
    rows: list[Row] = []
    for part in folds:
        trees = fit_reranking([other for other in folds if other is not part], weights)
        for kind, weight in LEARNED.items():
            found = rows_of(part.content, tuning_of(weights, trees), part.held[kind])
            rows += [replace(row, weight=weight) for row in found if row.signs]
    return rows


def tuning_of(weights: Weights, trees: Trees, calibration: Calibration = NEITHER) -> Tuning:
    """A tuning that is not complete yet, or complete with all three."""
    return Tuning(weights=weights, reranking=trees, calibration=calibration)


def fit_sureness(rows: Sequence[Row]) -> Calibration:
    """Whether a question is the coach's subject, and whether the best find is right."""
    learned = [row for row in rows if row.signs]
    signs, weights = [row.signs for row in learned], [row.weight for row in learned]
    inside = boosted(SIGNS, signs, [row.inside for row in learned], weights, **SURENESS)
    right = boosted(SIGNS, signs, [row.rank == 1 for row in learned], weights, **SURENESS)
    return Calibration(thresholds=NEITHER.thresholds, inside=inside, right=right)


def crossed(own: Sequence[Row], others: Sequence[Row], parts: int = 5) -> list[Measured]:
    """The questions of others, each judged by what was learned without its fifth of them.

    Three times in different company, since which fifth a question falls into is chance.
    """
    found: list[Measured] = []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(others))
        for part in range(parts):
            rest = [others[at] for place, at in enumerate(order) if place % parts != part]
            learned = fit_sureness([*own, *rest])
            found += [_judged(others[at], learned) for at in order[part::parts]]
    return found


def _judged(row: Row, learned: Calibration) -> Measured:
    return Measured(row.inside, row.rank, learned.sureness_of(row.signs) if row.signs else UNSURE)


def best_thresholds(measured: Sequence[Measured]) -> tuple[Thresholds, Confusion]:
    """The pair that answers, then shows, most rightly among those of about the highest utility.

    Only pairs that seldom answer wrongly and stay silent when they should are looked at, if any
    does.
    """
    pairs = [
        Thresholds(inside=inside / 100, answer=answer / 100)
        for inside in range(20, 95, 2)
        for answer in range(30, 95)
    ]
    ends = [(pair, confusion(measured, pair)) for pair in pairs]
    kept = [
        (pair, end)
        for pair, end in ends
        if end.wrong <= MOST_WRONG * end.inside
        and end.out_answered <= MOST_ANSWERED_OUTSIDE * end.outside
        and end.silence >= LEAST_SILENCE
    ]
    best = max(end.utility for _, end in kept or ends)
    near = [(pair, end) for pair, end in kept or ends if end.utility >= best - ABOUT]
    return max(near, key=lambda found: (found[1].right, found[1].offered))


def main() -> None:
    """Fit, print what came of it, and write `config/answers.yaml`."""
    content = load_content(CONTENT)
    folds = [fold(content, number) for number in range(FOLDS)]
    weights = fit_weights(folds, Weights())
    own = learned_rows(folds, weights)
    trees = fit_reranking(folds, weights)
    plain = tuning_of(weights, trees)
    theirs = list(rows_of(content, plain, shared(content, Answers(content, plain))))
    thresholds, ends = best_thresholds(crossed(own, theirs))
    print(weights, thresholds, ends, f"utility {ends.utility:.3f} silence {ends.silence:.3f}")
    learned = fit_sureness([*own, *theirs]).model_copy(update={"thresholds": thresholds})
    written = tuning_of(weights, trees, learned)
    TUNING.write_text(HEAD + text_of(written), encoding="utf-8")
    write_measured(content, ends)


def text_of(tuning: Tuning) -> str:
    """The tuning as YAML with a tree on each line."""
    data = tuning.model_dump(mode="json")
    kept: list[str] = []
    for found in (data["reranking"], data["calibration"]["inside"], data["calibration"]["right"]):
        trees = found["trees"]
        for at, tree in enumerate(trees):
            kept.append(json.dumps(tree))
            trees[at] = f"tree-{len(kept) - 1}"
    text = yaml.safe_dump(data, sort_keys=False, width=98)
    return re.sub(r"tree-(\d+)$", lambda found: kept[int(found[1])], text, flags=re.MULTILINE)


if __name__ == "__main__":
    main()
