"""The building blocks of every screen, as plain dicts; limits are checked when they are sent."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from bot.ports import Message

Block = dict[str, Any]
Element = dict[str, Any]
View = dict[str, Any]


def plain(text: str) -> Element:
    """A text object in which nothing is markup."""
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Element:
    """A text object with Slack's markup; facts in it are escaped by `Words`."""
    return {"type": "mrkdwn", "text": text}


def section(text: str, accessory: Element | None = None) -> Block:
    """A paragraph, with at most one control beside it."""
    block: Block = {"type": "section", "text": mrkdwn(text), "expand": True}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def quoted(text: str) -> Block:
    """Somebody's own words, exactly as they were written."""
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": text or "–"}]}
        ],
    }


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(text)}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def button(text: str, action_id: str, value: str = "-", style: str | None = None) -> Element:
    """A button; `value` comes back with the click."""
    element: Element = {
        "type": "button",
        "text": plain(text),
        "action_id": action_id,
        "value": value,
    }
    if style is not None:
        element["style"] = style
    return element


def confirmed(element: Element, title: str, text: str, yes: str, no: str) -> Element:
    """The control with a question before it acts."""
    confirm = {
        "title": plain(title),
        "text": plain(text),
        "confirm": plain(yes),
        "deny": plain(no),
        "style": "danger",
    }
    return {**element, "confirm": confirm}


def actions(*elements: Element) -> Block:
    """A row of controls."""
    return {"type": "actions", "elements": list(elements)}


def field(
    block_id: str, label: str, element: Element, *, hint: str = "", optional: bool = False
) -> Block:
    """An input of a form. The block id is the name of the field, also in error messages."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {**element, "action_id": "value"},
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint)
    return block


def text_input(
    initial: str = "", *, multiline: bool = False, most: int = 3_000, placeholder: str = ""
) -> Element:
    """A text field of at most `most` characters."""
    element: Element = {"type": "plain_text_input", "multiline": multiline, "max_length": most}
    if initial:
        element["initial_value"] = initial
    if placeholder:
        element["placeholder"] = plain(placeholder)
    return element


def number_input(initial: float | None, least: float, most: float, *, whole: bool) -> Element:
    """A number field; Slack wants the bounds as text."""
    element: Element = {
        "type": "number_input",
        "is_decimal_allowed": not whole,
        "min_value": f"{least:g}",
        "max_value": f"{most:g}",
    }
    if initial is not None:
        element["initial_value"] = f"{initial:g}"
    return element


def time_input(initial: time) -> Element:
    """A time of day."""
    return {"type": "timepicker", "initial_time": f"{initial:%H:%M}"}


Choice = tuple[str, str]
"""What is shown and the value that comes back."""


OPTION = 75
"""Characters that an option shows in bold; the rest of a long one follows as its description."""


def option(choice: Choice) -> Element:
    """One entry of a list of choices; up to twice as long as what Slack takes as its text."""
    shown, value = choice
    if len(shown) <= OPTION:
        return {"text": plain(shown), "value": value}
    cut = shown.rfind(" ", 0, OPTION)
    cut = OPTION if cut <= 0 else cut
    return {
        "text": plain(shown[:cut]),
        "description": plain(shown[cut:].strip()),
        "value": value,
    }


def choice_input(kind: str, choices: Sequence[Choice], initial: str | None) -> Element:
    """A choice of one: `static_select` or `radio_buttons`."""
    options = [option(choice) for choice in choices]
    element: Element = {"type": kind, "options": options}
    chosen = next((entry for entry in options if entry["value"] == initial), None)
    if chosen is not None:
        element["initial_option"] = chosen
    return element


def menu(text: str, action_id: str, choices: Sequence[Choice]) -> Element:
    """A menu that acts at once; it shows `text` until something is chosen."""
    return {
        "type": "static_select",
        "placeholder": plain(text),
        "action_id": action_id,
        "options": [option(choice) for choice in choices],
    }


def checkboxes(choices: Sequence[Choice], initial: Sequence[str] = ()) -> Element:
    """A choice of several."""
    options = [option(choice) for choice in choices]
    element: Element = {"type": "checkboxes", "options": options}
    chosen = [entry for entry in options if entry["value"] in initial]
    if chosen:
        element["initial_options"] = chosen
    return element


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    close: str,
    submit: str | None = None,
    metadata: str = "",
) -> View:
    """A form or a page over the conversation. `metadata` comes back with the submission."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "blocks": list(blocks),
        "close": plain(close),
        "private_metadata": metadata,
    }
    if submit is not None:
        view["submit"] = plain(submit)
    return view


def message(text: str, *blocks: Mapping[str, Any]) -> Message:
    """A message whose `text` stands alone in a notification or a screen reader."""
    return Message(text, blocks or (section(text),))


def page(title: str, message: Message, close: str) -> View:
    """A message as a page over the conversation."""
    blocks = [dict(block) for block in message.blocks] or [section(message.text)]
    return modal("page", title, blocks, close=close)
