"""Checks blocks and views as the platform does, and names the parts that came without a name."""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.playground.limits import (
    ANY_TEXT,
    BUTTONS,
    INPUTS,
    PLAIN,
    Report,
    element,
    image,
)
from bot.playground.model import Json, new_id

VIEW_BYTES = 250_000
MARKDOWN_CHARACTERS = 12_000
_MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
_IMAGE = frozenset(("image",))
_EVERYWHERE = frozenset(("message", "modal", "home"))
_MESSAGE = frozenset(("message",))
_NOT_MODAL = frozenset(("message", "home"))

Check = Callable[[Report, Json, str], None]


def _section(report: Report, block: Json, at: str) -> None:
    if block.get("text") is None and not block.get("fields"):
        report.add(at, "either text or fields is needed")
    report.optional_text(block, "text", at, 3000)
    if block.get("fields"):
        for pointer, field in report.items(block, "fields", at, (1, 10)):
            report.text_object(field, pointer, 2000)
    if isinstance(block.get("accessory"), dict):
        element(report, block["accessory"], f"{at}/accessory", INPUTS | BUTTONS | _IMAGE)


def _header(report: Report, block: Json, at: str) -> None:
    report.text(block, "text", at, 150, PLAIN)
    if block.get("level", 1) not in (1, 2, 3, 4):
        report.add(f"{at}/level", "must be between 1 and 4")


def _context(report: Report, block: Json, at: str) -> None:
    for pointer, part in report.items(block, "elements", at, (1, 10)):
        if part.get("type") == "image":
            image(report, part, pointer)
        else:
            report.text_object(part, pointer, 3000, ANY_TEXT)


def _actions(report: Report, block: Json, at: str) -> None:
    for pointer, part in report.items(block, "elements", at, (1, 25)):
        element(report, part, pointer, INPUTS | BUTTONS)


def _context_actions(report: Report, block: Json, at: str) -> None:
    for pointer, part in report.items(block, "elements", at, (1, 5)):
        element(report, part, pointer, frozenset(("feedback_buttons", "icon_button")))


def _input(report: Report, block: Json, at: str) -> None:
    report.text(block, "label", at, 2000, PLAIN)
    report.optional_text(block, "hint", at, 2000, PLAIN)
    if isinstance(block.get("element"), dict):
        element(report, block["element"], f"{at}/element", INPUTS)
    else:
        report.add(at, "missing required field: element")


def _image_block(report: Report, block: Json, at: str) -> None:
    image(report, block, at)
    report.optional_text(block, "title", at, 2000, PLAIN)


def _rich_text(report: Report, block: Json, at: str) -> None:
    known = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
    for pointer, part in report.items(block, "elements", at, (1, 1000)):
        if part.get("type") not in known:
            report.add(f"{pointer}/type", f"unsupported type: {part.get('type')}")


def _markdown(report: Report, block: Json, at: str) -> None:
    report.string(block, "text", at, MARKDOWN_CHARACTERS)


def _table(report: Report, block: Json, at: str) -> None:
    lengths = _row_lengths(block)
    if not 1 <= len(lengths) <= 100:
        report.add(f"{at}/rows", "between 1 and 100 rows needed")
    elif any(not 1 <= length <= 20 for length in lengths):
        report.add(f"{at}/rows", "between 1 and 20 cells needed in each row")


def _data_table(report: Report, block: Json, at: str) -> None:
    report.string(block, "caption", at, 20_000)
    lengths = _row_lengths(block)
    if not 2 <= len(lengths) <= 201:
        report.add(f"{at}/rows", "between 2 and 201 rows needed")
    elif len(set(lengths)) != 1 or not 1 <= lengths[0] <= 20:
        report.add(f"{at}/rows", "rows must be equally long, with 1 to 20 cells")


def _row_lengths(block: Json) -> list[int]:
    rows = block.get("rows")
    if not isinstance(rows, list):
        return []
    return [len(row) if isinstance(row, list) else 0 for row in rows]


def _alert(report: Report, block: Json, at: str) -> None:
    report.text(block, "text", at, 200)


def _card(report: Report, block: Json, at: str) -> None:
    if not any(block.get(part) for part in ("hero_image", "title", "body", "actions")):
        report.add(at, "one of hero_image, title, body and actions is needed")
    for name, most in (("title", 150), ("subtitle", 150), ("body", 200), ("subtext", 200)):
        report.optional_text(block, name, at, most)
    if block.get("actions"):
        for pointer, part in report.items(block, "actions", at, (1, 3)):
            element(report, part, pointer, frozenset(("button",)))


def _carousel(report: Report, block: Json, at: str) -> None:
    for pointer, card in report.items(block, "elements", at, (1, 10)):
        _card(report, card, pointer)


def _container(report: Report, block: Json, at: str) -> None:
    if "rich_text_title" not in block:
        report.text(block, "title", at, 150)
    report.optional_text(block, "subtitle", at, 150)
    inner = ("actions", "context", "divider", "header", "image", "input", "section", "table")
    for pointer, child in report.items(block, "child_blocks", at, (1, 10)):
        if child.get("type") in inner:
            _BLOCKS[child["type"]][1](report, child, pointer)
        else:
            report.add(f"{pointer}/type", f"unsupported type: {child.get('type')}")


def _plan(report: Report, block: Json, at: str) -> None:
    tasks = report.items(block, "tasks", at, (1, 50))
    if len({str(task.get("task_id")) for _, task in tasks}) != len(tasks):
        report.add(f"{at}/tasks", "each task_id must be given once")


def _task_card(report: Report, block: Json, at: str) -> None:
    report.string(block, "task_id", at, 255)
    report.string(block, "title", at, 255)


def _unchecked(_report: Report, _block: Json, _at: str) -> None:
    """Accept a block whose inner limits are not known."""


_BLOCKS: dict[str, tuple[frozenset[str], Check]] = {
    "section": (_EVERYWHERE, _section),
    "header": (_EVERYWHERE, _header),
    "divider": (_EVERYWHERE, _unchecked),
    "context": (_EVERYWHERE, _context),
    "actions": (_EVERYWHERE, _actions),
    "input": (_EVERYWHERE, _input),
    "image": (_EVERYWHERE, _image_block),
    "rich_text": (_EVERYWHERE, _rich_text),
    "video": (_EVERYWHERE, _unchecked),
    "file": (_MESSAGE, _unchecked),
    "markdown": (_MESSAGE, _markdown),
    "table": (_NOT_MODAL, _table),
    "data_table": (_NOT_MODAL, _data_table),
    "data_visualization": (_NOT_MODAL, _unchecked),
    "alert": (frozenset(("modal",)), _alert),
    "card": (_EVERYWHERE, _card),
    "carousel": (_NOT_MODAL, _carousel),
    "container": (_NOT_MODAL, _container),
    "context_actions": (_MESSAGE, _context_actions),
    "plan": (_MESSAGE, _plan),
    "task_card": (_MESSAGE, _task_card),
    "layout": (_EVERYWHERE, _unchecked),
}


def problems_of(blocks: object, surface: str) -> list[str]:
    """Say what is wrong with the blocks of a message, modal or Home; nothing when all is well."""
    report = Report()
    for pointer, block in report.items(
        {"blocks": blocks}, "blocks", "", (0, _MOST_BLOCKS[surface])
    ):
        surfaces, check = _BLOCKS.get(str(block.get("type")), (frozenset(), _unchecked))
        if surface not in surfaces:
            report.add(f"{pointer}/type", f"unsupported type: {block.get('type')}")
            continue
        report.string(block, "block_id", pointer, 255, needed=False)
        check(report, block, pointer)
        _distinct_actions(report, block, pointer)
    if not report.problems and isinstance(blocks, list):
        _together(report, blocks)
    return report.problems


def _distinct_actions(report: Report, block: Json, at: str) -> None:
    names = [str(part["action_id"]) for part in elements_in(block) if part.get("action_id")]
    if len(set(names)) != len(names):
        report.add(at, "each action_id must be given once in a block")


def _together(report: Report, blocks: list[Json]) -> None:
    kinds = [block["type"] for block in blocks]
    names = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(names)) != len(names):
        report.add("/blocks", "each block_id must be given once")
    if "plan" in kinds and "task_card" in kinds:
        report.add("/blocks", "plan and task_card exclude each other")
    if kinds.count("table") > 1 or kinds.count("data_visualization") > 2:
        report.add("/blocks", "only_one_table_allowed or too many charts")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        report.add("/blocks", f"no more than {MARKDOWN_CHARACTERS} characters of markdown")


def problems_of_view(view: object, kind: str) -> list[str]:
    """Say what is wrong with a view of the kind `modal` or `home`."""
    if not isinstance(view, dict) or view.get("type") != kind:
        return [f"[ERROR] must be a view of type {kind} [json-pointer:/view/type]"]
    report = Report()
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        report.string(view, name, "/view", most, needed=False)
    if kind == "modal":
        report.text(view, "title", "/view", 24, PLAIN)
        report.optional_text(view, "submit", "/view", 24, PLAIN)
        report.optional_text(view, "close", "/view", 24, PLAIN)
        inputs = any(block.get("type") == "input" for block in _dicts(view.get("blocks")))
        if inputs and not view.get("submit"):
            report.add("/view", "missing required field: submit")
    return report.problems + problems_of(view.get("blocks"), kind)


def too_large(view: object) -> bool:
    """Whether a view exceeds the 250 KB that the platform takes."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def elements_in(block: Json) -> list[Json]:
    """Give every element of a block, nested ones included."""
    found = [block[name] for name in ("accessory", "element") if isinstance(block.get(name), dict)]
    for name in ("elements", "actions"):
        for part in _dicts(block.get(name)):
            found += elements_in(part) if part.get("type") == "card" else [part]
    return [part for part in found if part.get("type") in INPUTS | BUTTONS]


def flat(blocks: list[Json]) -> list[Json]:
    """Give blocks with the children of containers in their places."""
    result = []
    for block in blocks:
        result += [block, *flat(_dicts(block.get("child_blocks")))]
    return result


def named(blocks: list[Json]) -> list[Json]:
    """Copy blocks, with a `block_id` and `action_id` given to all parts that lack one."""
    copy: list[Json] = json.loads(json.dumps(blocks))
    for block in flat(copy):
        block.setdefault("block_id", new_id("", 5))
        for part in elements_in(block):
            part.setdefault("action_id", new_id("", 5))
    return copy
