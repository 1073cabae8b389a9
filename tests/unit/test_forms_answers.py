"""Forms of the check-in and of answers: wrong inputs are errors at their fields."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import fault, prompt, steady

from bot.domain.plans import PromiseOutcome
from bot.slack import forms

CHECK_IN: Mapping[str, Any] = {
    "promise:baseline": "done",
    "promise:talks": "moved",
    "evidence": " a link ",
    "hours": "3.5",
    "obstacle": "a release",
    "confidence": "60",
}
PICK = prompt("pick", options=("Yes", "No"))
SHORT = prompt("short")


# -- check-in ---------------------------------------------------------------------------------


def test_a_sound_check_in() -> None:
    form = forms.check_in_form(CHECK_IN)
    assert form.outcomes == {"baseline": PromiseOutcome.DONE, "talks": PromiseOutcome.MOVED}
    assert (form.evidence, form.hours, form.obstacle) == ("a link", 3.5, "a release")
    assert form.confidence == 60


def test_evidence_and_obstacle_may_stay_empty() -> None:
    form = forms.check_in_form({"hours": "0", "confidence": "0"})
    assert (form.outcomes, form.evidence, form.obstacle) == ({}, "", "")


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("promise:baseline", "", "choose"),
        ("promise:baseline", "finished", "choose"),
        ("evidence", "x" * 1_001, "too_long"),
        ("obstacle", "x" * 1_001, "too_long"),
        ("hours", "", "not_a_number"),
        ("hours", "a lot", "not_a_number"),
        ("hours", "-1", "spent_range"),
        ("hours", "100.5", "spent_range"),
        ("confidence", "", "not_a_number"),
        ("confidence", "high", "not_a_number"),
        ("confidence", "101", "percent_range"),
        ("confidence", "-1", "percent_range"),
        ("confidence", "nan", "percent_range"),
    ],
)
def test_a_wrong_check_in_input_is_an_error_at_its_field(field: str, given: str, code: str) -> None:
    assert fault(lambda: forms.check_in_form({**CHECK_IN, field: given})) == {field: code}


# -- answers ----------------------------------------------------------------------------------


def test_an_answer_is_kept_without_blanks_around_it() -> None:
    assert forms.prompt_answer({"answer": "  words \n"}, SHORT) == "words"
    assert forms.prompt_answer({"answer": "x" * 3_000}, SHORT) == "x" * 3_000


@pytest.mark.parametrize(
    ("given", "code"), [("", "empty"), (" \n\t", "empty"), ("x" * 3_001, "too_long")]
)
def test_an_answer_that_does_not_fit(given: str, code: str) -> None:
    assert fault(lambda: forms.prompt_answer({"answer": given}, SHORT)) == {"answer": code}
    assert fault(lambda: forms.text({"evidence": given}, "evidence")) == {"evidence": code}


def test_a_pick_is_the_option_and_the_reason_below() -> None:
    assert forms.prompt_answer({"choice": "1", "answer": " why "}, PICK) == "No\nwhy"
    assert forms.prompt_answer({"choice": "0", "answer": ""}, PICK) == "Yes"


@pytest.mark.parametrize("choice", ["", "2", "99", "Yes", "1.0", "-1", "-2"])
def test_a_forged_pick_is_an_error_at_the_choice(choice: str) -> None:
    assert fault(lambda: forms.prompt_answer({"choice": choice}, PICK)) == {"choice": "choose"}


def test_a_pick_with_a_long_reason_is_an_error_at_the_answer() -> None:
    values = {"choice": "0", "answer": "x" * 3_001}
    assert fault(lambda: forms.prompt_answer(values, PICK)) == {"answer": "too_long"}


def test_ticked_lines_are_numbers() -> None:
    assert forms.rated({"rated": ["0", "2"]}) == {0, 2}
    assert forms.rated({"rated": []}) == forms.rated({}) == frozenset()


@pytest.mark.parametrize("forged", ["x", "-1", "1.5", "", "\u00b2"])
def test_forged_ticks_are_left_out(forged: str) -> None:
    assert forms.rated({"rated": ["1", forged]}) == {1}


@steady
@given(st.dictionaries(st.sampled_from(sorted(CHECK_IN)), st.text(max_size=12)))
def test_no_text_in_a_check_in_breaks_it(changes: dict[str, str]) -> None:
    assert set(fault(lambda: forms.check_in_form({**CHECK_IN, **changes}))) <= set(CHECK_IN)
