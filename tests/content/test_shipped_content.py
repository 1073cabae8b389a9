"""The content that comes with the program: complete, within limits, and every text in use."""

import ast
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.check import check_all
from bot.domain.cadence import Every
from bot.domain.confidence import Outcome
from bot.domain.deliveries import Kind
from bot.domain.errors import CoachError
from bot.domain.feedback import Reason
from bot.domain.learners import Background, Move
from bot.domain.plans import PromiseOutcome
from bot.domain.prompts import Depth
from bot.domain.replanning import OfferKind
from bot.domain.snoozes import PERSONAL, Until
from bot.services.results import RestReason
from bot.settings import load_settings
from bot.slack.commands import COMMANDS
from tests.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]
WORDS_A_MINUTE = 200
PLACEHOLDERS = re.compile(r"\b(lorem|ipsum|todo|tbd|fixme|xxx|placeholder)\b", re.IGNORECASE)


def test_the_check_is_content_with_it() -> None:
    line = check_all(load_settings({}), date(2026, 11, 21))
    assert line.startswith("Content is well: ")
    assert f"{len(shipped().faq)} faq" in line


def test_there_is_enough_of_everything() -> None:
    found = shipped()
    assert len(found.faq) >= 40
    assert len(found.prompts) >= 40
    assert len(found.plans) >= 3
    assert len(found.syllabus) >= 4
    assert len(found.sources) == 5


def test_no_placeholder_is_left() -> None:
    for path in sorted((ROOT / "content").rglob("*.yaml")):
        assert not PLACEHOLDERS.search(path.read_text(encoding="utf-8")), path.name


def test_a_prompt_is_read_within_a_minute() -> None:
    lengths = {
        prompt.id: len(f"{prompt.situation} {prompt.task}".split())
        for prompt in shipped().prompts.values()
    }
    assert {name: count for name, count in lengths.items() if count > WORDS_A_MINUTE} == {}


def test_every_skill_has_prompts_and_every_level_and_depth_is_there() -> None:
    prompts = shipped().prompts.values()
    assert {prompt.skill for prompt in prompts} == set(shipped().skills)
    assert {prompt.level for prompt in prompts} == {1, 2, 3}
    assert {prompt.depth.value for prompt in prompts} == {"pick", "short", "deep"}


def test_the_best_choice_is_not_always_in_the_same_place() -> None:
    places = {prompt.best for prompt in shipped().prompts.values() if prompt.options}
    assert len(places) >= 3


def test_every_next_step_runs_a_command() -> None:
    for entry in shipped().faq.values():
        first = entry.next.run.split()[0]
        assert first in COMMANDS, f"{entry.id}: {entry.next.run}"


def test_a_next_step_to_a_prompt_names_a_skill_that_exists() -> None:
    for entry in shipped().faq.values():
        first, _, rest = entry.next.run.partition(" ")
        if first == "prompt" and rest:
            assert rest in {"another", *shipped().skills}, f"{entry.id}: {entry.next.run}"


@pytest.mark.parametrize("background", list(Background))
@pytest.mark.parametrize("move", list(Move))
def test_every_way_in_has_a_plan(background: Background, move: Move) -> None:
    assert any(
        background in plan.backgrounds and move in plan.moves for plan in shipped().plans.values()
    )


def test_nothing_essential_waits_for_what_may_be_cut() -> None:
    for plan in shipped().plans.values():
        optional = {entry.id for entry in plan.milestones if not entry.essential}
        for entry in plan.milestones:
            if entry.essential:
                assert not optional & set(entry.after), f"{plan.id}: {entry.id}"


def test_every_plan_has_something_that_may_be_cut() -> None:
    for plan in shipped().plans.values():
        assert any(not entry.essential for entry in plan.milestones), plan.id


# -- texts ------------------------------------------------------------------------------------


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    """Every call of `words(...)` and `words.plain(...)` in the program, with its file and line."""
    return tuple(
        (f"{path}:{node.lineno}", node)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and _asks_words(node.func)
    )


@cache
def trees() -> tuple[tuple[str, ast.AST], ...]:
    found = [(path.relative_to(ROOT).as_posix(), path) for path in (ROOT / "bot").rglob("*.py")]
    return tuple(
        (name, ast.parse(path.read_text(encoding="utf-8")))
        for name, path in sorted(found)
        if not name.startswith("bot/playground/")
    )


def _asks_words(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr == "plain":
        function = function.value
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("words", "_words")


def literals(key: ast.expr) -> list[str]:
    """The keys that an expression may give; a part in braces stands as `*`."""
    if isinstance(key, ast.Constant):
        return [str(key.value)]
    if isinstance(key, ast.IfExp):
        return [*literals(key.body), *literals(key.orelse)]
    if isinstance(key, ast.JoinedStr):
        parts = [str(p.value) if isinstance(p, ast.Constant) else "*" for p in key.values]
        return ["".join(parts)]
    return []


REFUSALS = (
    *("busy", "uncertain", "broken", "unreachable", "expired", "too_large", "other_command"),
)
FIELDS = (
    "empty too_long not_a_number hours_range spent_range percent_range choose choose_day "
    "time_range unknown_zone past_month unknown_country not_dates vacation_over vacation_many "
    "vacation_long"
).split()
ENDINGS: Mapping[str, Iterable[str]] = {
    "ask.reason_*": Reason,
    "check_in.*": PromiseOutcome,
    "field.*": FIELDS,
    "modelcard.thumbs_*": set(Outcome) - {Outcome.NONE},
    "plan.*": [*OfferKind, "cut_nothing", "keep_date_late"],
    "prompt.depth_*": Depth,
    "refused.*": REFUSALS,
    "settings.every_*": Every,
    "settings.next_*": set(Kind) - {Kind.WELCOME, Kind.GROUP_SHUT_OUT},
    "settings.off_*": PERSONAL,
    "settings.rest_*": (RestReason.PAUSED, RestReason.SILENCE, RestReason.NONE_WANTED),
    "settings.snoozed_*": PERSONAL,
    "snooze.*": set(Until) - {Until.NEVER},
    "snooze.menu_*": ("all", "prompt", "checkin"),
    "snooze.never_*": PERSONAL,
    "start.background_*": Background,
    "start.move_*": Move,
}
"""What may stand in place of the part in braces, for every key that is put together."""


def keys(expression: ast.expr) -> list[str]:
    """The keys that an expression may give, with every ending written out."""
    found = []
    for key in literals(expression):
        endings = ENDINGS[key] if "*" in key else [""]
        found += [key.replace("*", str(ending)) for ending in endings]
    return found


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_calls_are_found() -> None:
    assert len(calls()) > 150


def test_every_text_that_the_program_asks_for_exists() -> None:
    asked = [(place, key) for place, call in calls() for key in keys(call.args[0])]
    assert [pair for pair in asked if pair[1] not in shipped().messages] == []


def test_the_blanks_of_a_text_are_the_facts_that_it_is_given() -> None:
    wrong = []
    for place, call in calls():
        facts = {keyword.arg for keyword in call.keywords}
        for key in keys(call.args[0]):
            wanted = blanks(shipped().messages[key]) - {"command"}
            if wanted - facts and None not in facts:
                wrong.append((place, key, "is not given", sorted(wanted - facts)))
    assert wrong == []


def test_no_fact_is_given_in_vain() -> None:
    wrong = []
    for place, call in calls():
        facts = {keyword.arg for keyword in call.keywords if keyword.arg}
        known = keys(call.args[0])
        wanted = {name for key in known for name in blanks(shipped().messages[key])}
        if known and facts - wanted:
            wrong.append((place, known[0], sorted(facts - wanted)))
    assert wrong == []


def test_every_text_is_used() -> None:
    asked = {key for _, call in calls() for key in keys(call.args[0])}
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                asked.add(node.value)
    asked |= {f"refused.{found.code}" for found in subclasses(CoachError)}
    assert [key for key in shipped().messages if key not in asked] == []


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for found in kind.__subclasses__():
        yield found
        yield from subclasses(found)


def test_every_refusal_has_words() -> None:
    codes = {found.code for found in subclasses(CoachError)}
    codes |= set(REFUSALS)
    assert {f"refused.{code}" for code in codes} == {
        key for key in shipped().messages if key.startswith("refused.")
    }


def test_every_field_error_has_words_that_need_no_facts() -> None:
    texts = {key: text for key, text in shipped().messages.items() if key.startswith("field.")}
    assert {f"field.{code}" for code in FIELDS} == set(texts)
    assert not [key for key, text in texts.items() if blanks(text)]
    source = (ROOT / "bot" / "slack" / "forms.py").read_text(encoding="utf-8")
    assert not [code for code in FIELDS if f'"{code}"' not in source]


def test_texts_hold_no_markup_that_calls_people() -> None:
    for key, text in shipped().messages.items():
        assert "<!" not in text, key
        assert "<@" not in text, key
