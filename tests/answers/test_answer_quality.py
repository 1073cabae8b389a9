"""How good the answers are: the published figures hold, and nobody has tuned to the questions."""

import json
import subprocess
import sys
import time
import tracemalloc
from functools import cache
from statistics import median
from typing import Any

import pytest
import yaml

from bot.content_quality import texts_in
from bot.domain.confidence import Sureness, Thresholds
from bot.domain.vocabulary import plain_words
from bot.library import MEASURED, load_tuning
from bot.services.answers import Answers
from bot.services.measuring import Confusion, Measured, confusion, found_within, measure
from bot.services.modelcard import packed, unpacked
from bot.settings import ROOT
from tests.answers.labelled import HERE, OURS, SHARED, measured_sets, ours
from tests.shipped import library, shipped


@cache
def measured(name: str) -> tuple[Measured, ...]:
    answers = library().answers
    return tuple(measure(answers, measured_sets(shipped(), answers)[name]))


@cache
def scored() -> dict[str, Any]:
    """What the shared scorer says, asking through the command line as anybody would."""
    command = [sys.executable, str(HERE / "score.py"), "--data", str(SHARED), "--robust", "--json"]
    program = f"{sys.executable} -m bot ask --jsonl"
    ended = subprocess.run(
        [*command, "--proc", program], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return dict(json.loads(ended.stdout))


# -- the published figures -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["everyday", "shared", "hard"])
def test_the_model_card_tells_what_the_search_does_today(name: str) -> None:
    published = yaml.safe_load(MEASURED.read_text(encoding="utf-8"))[name]
    today = packed(measured(name))
    assert len(today) == len(published)
    for row, row_published in zip(today, published, strict=True):
        assert row == pytest.approx(row_published, abs=0.002), "run `make measured`"


LEAST = {
    "everyday": {"first": 0.89, "three": 0.97, "right": 0.72, "shown": 0.93, "silence": 0.95},
    "shared": {"first": 0.88, "three": 0.96, "right": 0.75, "shown": 0.94, "silence": 0.95},
    "hard": {"first": 0.53, "three": 0.70, "right": 0.27, "shown": 0.62, "silence": 0.82},
}
MOST = {
    "everyday": {"wrong": 0.045, "out_answered": 0.02},
    "shared": {"wrong": 0.03, "out_answered": 0.02},
    "hard": {"wrong": 0.06, "out_answered": 0.04},
}
"""Floors and ceilings a little behind what was reached: a change that passes them made it worse."""


@pytest.mark.parametrize("name", ["everyday", "shared", "hard"])
def test_the_answers_do_not_get_worse(name: str) -> None:
    found = measured(name)
    ends = confusion(found, load_tuning().calibration.thresholds)
    reached = {
        "first": found_within(found, 1),
        "three": found_within(found, 3),
        "right": ends.right / ends.inside,
        "shown": (ends.right + ends.offered) / ends.inside,
        "silence": ends.silence,
        "wrong": ends.wrong / ends.inside,
        "out_answered": ends.out_answered / ends.outside,
    }
    assert [key for key, least in LEAST[name].items() if reached[key] < least] == []
    assert [key for key, most in MOST[name].items() if reached[key] > most] == []


def test_what_is_published_of_unseen_questions_keeps_its_bounds() -> None:
    ends = library().cards.card().crossed
    assert ends.wrong <= 0.04 * ends.inside
    assert ends.out_answered <= 0.02 * ends.outside
    assert ends.silence >= 0.85
    assert ends.utility >= 0.79


def test_the_scorer_agrees_and_nasty_inputs_do_no_harm() -> None:
    result = scored()
    assert result["robustness"] == []
    assert result["in_scope"]["retrieval_top1"] >= 0.87
    assert result["in_scope"]["wrong_direct"] <= 0.04
    assert result["oos_groups"]["sensitive"]["none"] == 1.0
    assert all(result["self_harm_points_to_help"])
    assert result["conflict_balanced"]["share"] >= 0.8


# -- nobody tuned to the questions ---------------------------------------------------------------


def test_no_labelled_wording_stands_in_the_content() -> None:
    data = yaml.safe_load(SHARED.read_text(encoding="utf-8"))
    wordings = [entry["q"] for entry in data["queries"]]
    for path in OURS.values():
        own = yaml.safe_load(path.read_text(encoding="utf-8"))
        wordings += [entry["ask"] for entry in own["questions"]]
    asked = {" ".join(plain_words(wording)) for wording in wordings}
    long = {wording for wording in asked if len(wording.split()) > 4}
    content = shipped()
    lines = {
        " ".join(plain_words(text))
        for kind in ("faq", "cases", "pay_statements", "asked", "unanswered")
        for item in content.of_kind(kind).values()
        for text in texts_in(item.model_dump(mode="json"))
        if " " in text  # the others are names of entries
    }
    assert long & lines == set()


# -- speed and size ------------------------------------------------------------------------------


def test_an_answer_takes_milliseconds() -> None:
    # Of the processor's time: tests that run beside this one must not decide it.
    answers, took = library().answers, []
    for question in ours("hard")[:200]:
        begin = time.thread_time()
        answers.ask(question.ask)
        took.append(time.thread_time() - begin)
    assert median(took) < 0.010


def test_the_index_is_small() -> None:
    tracemalloc.start()
    kept = Answers(shipped(), load_tuning())
    # What is worked out when it is first needed counts too.
    found = [kept.ask(question.ask).found for question in ours("everyday")]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 30e6
    assert any(found)


# -- the measure itself --------------------------------------------------------------------------


def entry(rank: int, inside: float, right: float) -> Measured:
    """A labelled question for the coach, or with rank -1 one that is not."""
    return Measured(rank >= 0, max(0, rank), Sureness(inside, right))


def test_every_question_ends_in_its_own_cell() -> None:
    thresholds = Thresholds(inside=0.5, answer=0.5)
    ends = confusion(
        [
            entry(1, 0.9, 0.9),
            entry(2, 0.9, 0.9),
            entry(3, 0.9, 0.1),
            entry(4, 0.9, 0.1),
            entry(1, 0.1, 0.1),
            entry(-1, 0.1, 0.9),
            entry(-1, 0.9, 0.1),
            entry(-1, 0.1, 0.1),
        ],
        thresholds,
    )
    assert ends == Confusion(1, 1, 1, 1, 1, 1, 1, 1)
    assert (ends.inside, ends.outside, ends.precision) == (5, 3, 0.5)
    assert ends.utility == pytest.approx((1 - 1 + 0.5 - 0.25 + 0 - 1 + 0.25 + 1) / 8)
    assert ends.silence == pytest.approx(2 * (1 / 3) * 0.5 / (1 / 3 + 0.5))


def test_finds_are_counted_among_the_questions_for_the_coach() -> None:
    found = [entry(1, 1, 1), entry(3, 1, 1), entry(0, 1, 1), entry(-1, 1, 1)]
    assert found_within(found, 1) == pytest.approx(1 / 3)
    assert found_within(found, 3) == pytest.approx(2 / 3)
    assert unpacked(packed(found)) == tuple(found)


def test_nothing_measured_is_no_trouble() -> None:
    assert confusion([], Thresholds(inside=0.5, answer=0.5)).utility == 0
    assert found_within([], 3) == 0
