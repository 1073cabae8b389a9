"""Slack's limits: each bound is allowed, one more is refused, and at the right place."""

from typing import Any

import pytest

from bot.slack import limits
from bot.slack.blocks import kit


def section(length: int) -> dict[str, Any]:
    return kit.section("x" * length)


def with_confirm(**lengths: int) -> dict[str, Any]:
    parts = {"title": 1, "text": 1, "yes": 1, "no": 1, **lengths}
    element = kit.button("Go", "go")
    return kit.actions(kit.confirmed(element, *("x" * length for length in parts.values())))


def select(kind: str, count: int, text: int = 1, value: int = 3) -> dict[str, Any]:
    options = [
        {"text": kit.plain("x" * text), "value": f"{number}".rjust(value, "0")}
        for number in range(count)
    ]
    return kit.field("name", "Label", {"type": kind, "options": options})


def described(length: int) -> dict[str, Any]:
    only = {"text": kit.plain("x"), "value": "x", "description": kit.plain("x" * length)}
    return kit.field("name", "Label", {"type": "checkboxes", "options": [only]})


def boxes(count: int) -> dict[str, Any]:
    return kit.field("name", "Label", kit.checkboxes([("x", str(n)) for n in range(count)]))


def fields(count: int, length: int) -> dict[str, Any]:
    return {"type": "section", "fields": [kit.mrkdwn("x" * length)] * count}


def buttons(count: int) -> dict[str, Any]:
    return kit.actions(*(kit.button("Go", f"go.{number}") for number in range(count)))


def of_text(length: int) -> dict[str, Any]:
    return kit.field("name", "Label", kit.text_input("x" * length))


def modal(*blocks: dict[str, Any], submit: str | None = "Go", **parts: str) -> dict[str, Any]:
    return kit.modal(
        "id",
        parts.get("title", "Title"),
        blocks,
        close=parts.get("close", "Close"),
        submit=submit,
        metadata=parts.get("metadata", ""),
    )


BOUNDS = {
    "section": (section, 3_000),
    "header": (lambda n: kit.header("x" * n), 150),
    "context": (lambda n: kit.context("x" * n), 3_000),
    "context entries": (lambda n: kit.context(*["x"] * n), 10),
    "fields": (lambda n: fields(n, 1), 10),
    "field": (lambda n: fields(1, n), 2_000),
    "actions": (buttons, 25),
    "button text": (lambda n: kit.actions(kit.button("x" * n, "go")), 75),
    "button value": (lambda n: kit.actions(kit.button("x", "go", "x" * n)), 2_000),
    "button beside": (lambda n: kit.section("x", kit.button("x" * n, "go")), 75),
    "confirm title": (lambda n: with_confirm(title=n), 100),
    "confirm text": (lambda n: with_confirm(text=n), 300),
    "confirm yes": (lambda n: with_confirm(yes=n), 30),
    "confirm no": (lambda n: with_confirm(no=n), 30),
    "rich text": (lambda n: kit.quoted("x" * n), 4_000),
    "block id": (lambda n: {**kit.section("x"), "block_id": "x" * n}, 255),
}
FORM_BOUNDS = {
    "label": (lambda n: kit.field("name", "x" * n, kit.text_input()), 2_000),
    "hint": (lambda n: kit.field("name", "Label", kit.text_input(), hint="x" * n), 2_000),
    "initial value": (of_text, 3_000),
    "select options": (lambda n: select("static_select", n), 100),
    "radio options": (lambda n: select("radio_buttons", n), 10),
    "checkbox options": (boxes, 10),
    "option text": (lambda n: select("static_select", 1, text=n), 75),
    "option description": (described, 75),
    "option value": (lambda n: select("static_select", 1, value=n), 150),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_of_messages_modals_and_home(name: str) -> None:
    build, most = BOUNDS[name]
    for amount, fits in ((most, True), (most + 1, False)):
        block = build(amount)
        found = (
            limits.check_message("text", [block]),
            limits.check_view(modal(block)),
            limits.check_view({"type": "home", "blocks": [block]}),
        )
        for problems in found:
            assert (problems == []) is fits, problems
            assert all(problem.startswith("blocks/0") for problem in problems)


@pytest.mark.parametrize("name", FORM_BOUNDS)
def test_a_bound_of_forms(name: str) -> None:
    build, most = FORM_BOUNDS[name]
    assert limits.check_view(modal(build(most))) == []
    (problem,) = limits.check_view(modal(build(most + 1)))
    assert problem.startswith("blocks/0")
    assert f"{most + 1}" in problem
    assert f"{most} fit" in problem


@pytest.mark.parametrize("part", ["title", "submit", "close"])
def test_the_frame_of_a_modal(part: str) -> None:
    assert limits.check_view(modal(section(1), **{part: "x" * 24})) == []
    assert limits.check_view(modal(section(1), **{part: "x" * 25})) == [
        f"{part}: 25 characters, 24 fit"
    ]


def test_metadata_of_a_modal() -> None:
    assert limits.check_view(modal(section(1), metadata="x" * 3_000)) == []
    assert limits.check_view(modal(section(1), metadata="x" * 3_001)) == [
        "private_metadata: 3001 characters, 3000 fit"
    ]


def test_text_of_a_message() -> None:
    assert limits.check_message("x" * 4_000, []) == []
    assert limits.check_message("x" * 4_001, []) == ["text: 4001 characters, 4000 fit"]
    assert limits.check_message(" \n", [section(1)]) == ["text: a message needs words of its own"]


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_blocks_of_a_surface(surface: str, most: int) -> None:
    def problems(count: int) -> list[str]:
        blocks = [kit.divider()] * count
        if surface == "message":
            return limits.check_message("text", blocks)
        return limits.check_view({**modal(), "type": surface, "blocks": blocks})

    assert problems(most) == []
    assert problems(most + 1) == [f"blocks: {most + 1}, {most} fit on a {surface}"]


def test_inputs_stand_in_views_only_and_need_a_submit() -> None:
    field = kit.field("name", "Label", kit.text_input())
    assert limits.check_message("text", [field]) == ["blocks/0: input can't stand on a message"]
    assert limits.check_view(modal(field, submit=None)) == ["submit: a view with inputs needs one"]
    assert limits.check_view({"type": "home", "blocks": [field]}) == []


@pytest.mark.parametrize("kind", ["image", "video", "file", "markdown", "unheard-of"])
def test_blocks_that_nobody_sends_are_refused(kind: str) -> None:
    (problem,) = limits.check_message("text", [{"type": kind}])
    assert problem == f"blocks/0: {kind} can't stand on a message"


def test_names_are_unique() -> None:
    twice = kit.field("name", "Label", kit.text_input())
    assert limits.check_view(modal(twice, twice)) == ["block_id: 'name' stands twice"]
    same = kit.actions(kit.button("One", "go"), kit.button("Two", "go"))
    assert limits.check_message("text", [same]) == ["blocks/0: an action_id stands twice"]


@pytest.mark.parametrize(
    "empty",
    [kit.section(""), kit.header("")],
    ids=["section", "header"],
)
def test_an_empty_text_is_refused(empty: dict[str, Any]) -> None:
    assert limits.check_message("text", [empty]) == ["blocks/0/text: is empty"]


@pytest.mark.parametrize("kind", ["static_select", "radio_buttons"])
def test_a_choice_without_options_is_refused(kind: str) -> None:
    assert limits.check_view(modal(select(kind, 0))) == [
        "blocks/0/element/0: has no options, or one without words"
    ]


def test_every_problem_is_named_at_once_with_its_place() -> None:
    blocks = [kit.divider(), section(3_001), kit.header("x" * 151), kit.context("x" * 3_001)]
    problems = limits.check_message("x" * 4_001, blocks)
    assert [problem.split(":")[0] for problem in problems] == [
        "text",
        "blocks/1/text",
        "blocks/2/text",
        "blocks/3/0",
    ]


def test_length_counts_after_escaping() -> None:
    text = "&" * 3_000
    assert limits.check_message("text", [kit.section(text)]) == []
    assert limits.check_message("text", [kit.section(text.replace("&", "&amp;"))])
