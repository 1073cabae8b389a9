"""Slack's limits in one table, and the check that runs on everything before it is sent.

Figures: Block Kit reference, docs.slack.dev, as of November 2026.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog

from bot.ports import Message

log = structlog.get_logger(__name__)

MESSAGE, MODAL, HOME = "message", "modal", "home"

BLOCKS = {MESSAGE: 50, MODAL: 100, HOME: 100}
TEXT = 4_000
METADATA = 3_000
LENGTHS = {
    "section.text": 3_000,
    "section.field": 2_000,
    "header.text": 150,
    "context.text": 3_000,
    "input.label": 2_000,
    "input.hint": 2_000,
    "button.text": 75,
    "button.value": 2_000,
    "option.text": 75,
    "option.value": 150,
    "confirm.title": 100,
    "confirm.text": 300,
    "confirm.confirm": 30,
    "confirm.deny": 30,
    "view.title": 24,
    "view.submit": 24,
    "view.close": 24,
    "placeholder": 150,
    "initial_value": 3_000,
    "rich_text": 4_000,
    "id": 255,
}
COUNTS = {
    "actions": 25,
    "context": 10,
    "fields": 10,
    "static_select": 100,
    "radio_buttons": 10,
    "checkboxes": 10,
    "overflow": 5,
}
SURFACES = {
    "section": {MESSAGE, MODAL, HOME},
    "header": {MESSAGE, MODAL, HOME},
    "context": {MESSAGE, MODAL, HOME},
    "divider": {MESSAGE, MODAL, HOME},
    "actions": {MESSAGE, MODAL, HOME},
    "input": {MODAL, HOME},
    "rich_text": {MESSAGE, MODAL, HOME},
}
"""Where each block may stand; a block that is not listed is not sent."""

Json = Mapping[str, Any]
Problem = str


def check_message(text: str, blocks: Sequence[Json]) -> list[Problem]:
    """What Slack would refuse in a message; empty when it fits."""
    problems = [] if text.strip() else ["text: a message needs words of its own"]
    problems += _too_long("text", text, TEXT)
    return problems + list(_blocks(blocks, MESSAGE))


def checked(message: Message) -> Message:
    """The message when it fits; else what of it fits, and an error in the log."""
    problems = check_message(message.text, message.blocks)
    if not problems:
        return message
    log.error("message_over_limits", problems=problems)
    text = message.text[:TEXT] if message.text.strip() else "–"
    return Message(text, () if list(_blocks(message.blocks, MESSAGE)) else message.blocks)


def check_view(view: Json) -> list[Problem]:
    """What Slack would refuse in a modal or Home view; empty when it fits."""
    surface = MODAL if view["type"] == "modal" else HOME
    problems = []
    for part in ("title", "submit", "close"):
        problems += _too_long(part, _text(view.get(part)), LENGTHS[f"view.{part}"])
    problems += _too_long("callback_id", view.get("callback_id", ""), LENGTHS["id"])
    problems += _too_long("private_metadata", view.get("private_metadata", ""), METADATA)
    if surface == MODAL and "submit" not in view and _has_input(view):
        problems.append("submit: a view with inputs needs one")
    return problems + list(_blocks(view["blocks"], surface))


def _has_input(view: Json) -> bool:
    return any(block["type"] == "input" for block in view["blocks"])


def _text(given: Any) -> str:
    return str(given["text"]) if given else ""


def _too_long(place: str, text: str, most: int) -> list[Problem]:
    return [f"{place}: {len(text)} characters, {most} fit"] if len(text) > most else []


def _blocks(blocks: Sequence[Json], surface: str) -> Iterator[Problem]:
    if len(blocks) > BLOCKS[surface]:
        yield f"blocks: {len(blocks)}, {BLOCKS[surface]} fit on a {surface}"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"block_id: {twice!r} stands twice"
    for index, block in enumerate(blocks):
        place = f"blocks/{index}"
        if surface not in SURFACES.get(block["type"], ()):
            yield f"{place}: {block['type']} can't stand on a {surface}"
        yield from _block(block, place)


def _block(block: Json, place: str) -> Iterator[Problem]:
    kind = block["type"]
    yield from _too_long(f"{place}/block_id", block.get("block_id", ""), LENGTHS["id"])
    if kind in ("section", "header"):
        text = _text(block.get("text"))
        yield from _too_long(f"{place}/text", text, LENGTHS[f"{kind}.text"])
        if not text and not block.get("fields"):
            yield f"{place}/text: is empty"
    if kind == "input":
        yield from _too_long(f"{place}/label", _text(block["label"]), LENGTHS["input.label"])
        yield from _too_long(f"{place}/hint", _text(block.get("hint")), LENGTHS["input.hint"])
    if kind == "rich_text":
        yield from _too_long(place, "".join(_runs(block)), LENGTHS["rich_text"])
    yield from _parts(block, place)


def _runs(block: Json) -> Iterator[str]:
    for element in block.get("elements", ()):
        if "text" in element:
            yield str(element["text"])
        yield from _runs(element)


def _parts(block: Json, place: str) -> Iterator[Problem]:
    kind = block["type"]
    for index, text in enumerate(block.get("fields", ())):
        yield from _too_long(f"{place}/fields/{index}", _text(text), LENGTHS["section.field"])
    yield from _too_many(f"{place}/fields", block.get("fields", ()), COUNTS["fields"])
    if kind == "context":
        yield from _too_many(place, block["elements"], COUNTS["context"])
        for index, text in enumerate(block["elements"]):
            yield from _too_long(f"{place}/{index}", _text(text), LENGTHS["context.text"])
    elements = block["elements"] if kind == "actions" else []
    elements = [*elements, *(block[key] for key in ("accessory", "element") if key in block)]
    if kind == "actions":
        if not elements:
            yield f"{place}: has no controls"
        yield from _too_many(place, elements, COUNTS["actions"])
        names = [element["action_id"] for element in elements]
        if len(set(names)) < len(names):
            yield f"{place}: an action_id stands twice"
    for index, element in enumerate(elements):
        yield from _element(element, f"{place}/element/{index}")


def _too_many(place: str, entries: Sequence[Any], most: int) -> list[Problem]:
    return [f"{place}: {len(entries)} entries, {most} fit"] if len(entries) > most else []


def _element(element: Json, place: str) -> Iterator[Problem]:
    kind = element["type"]
    yield from _too_long(f"{place}/action_id", element.get("action_id", ""), LENGTHS["id"])
    placeholder = _text(element.get("placeholder"))
    yield from _too_long(f"{place}/placeholder", placeholder, LENGTHS["placeholder"])
    if kind == "button":
        if not _text(element["text"]):
            yield f"{place}/text: is empty"
        yield from _too_long(f"{place}/text", _text(element["text"]), LENGTHS["button.text"])
        yield from _too_long(f"{place}/value", element.get("value", ""), LENGTHS["button.value"])
    initial = str(element.get("initial_value", ""))
    most = element.get("max_length", LENGTHS["initial_value"])
    yield from _too_long(f"{place}/initial_value", initial, most)
    options = element.get("options", ())
    if kind in COUNTS:
        yield from _too_many(place, options, COUNTS[kind])
        if not options or not all(_text(option["text"]) for option in options):
            yield f"{place}: has no options, or one without words"
    for option in options:
        yield from _too_long(f"{place}/option", _text(option["text"]), LENGTHS["option.text"])
        yield from _too_long(f"{place}/value", option["value"], LENGTHS["option.value"])
        described = _text(option.get("description"))
        yield from _too_long(f"{place}/description", described, LENGTHS["option.text"])
    for part in ("title", "text", "confirm", "deny"):
        text = _text(element.get("confirm", {}).get(part))
        yield from _too_long(f"{place}/confirm/{part}", text, LENGTHS[f"confirm.{part}"])
