"""What a person enters into an element: its state, its action, and what is missing in a form."""

from __future__ import annotations

import math
import re
from typing import Any

from bot.playground.blocks import elements_in, flat
from bot.playground.hosting import PlaygroundProblem
from bot.playground.limits import INPUTS
from bot.playground.model import Json

Inputs = dict[str, dict[str, Json]]

# What one entered value is called in a payload, by type of element.
_SINGLE = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}
_INITIAL = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}
_SHAPES = {
    "datepicker": (re.compile(r"\d{4}-\d\d-\d\d"), '"2026-03-02"'),
    "timepicker": (re.compile(r"([01]\d|2[0-3]):[0-5]\d"), '"09:30"'),
    "datetimepicker": (re.compile(r"\d{10}"), "1772438400"),
}
_ONE_OPTION = frozenset(("static_select", "external_select", "radio_buttons", "overflow"))
_LISTS = frozenset(name for name in INPUTS if name.startswith("multi_")) | {"checkboxes"}


def find(blocks: list[Json], block_id: str | None, action_id: str | None) -> tuple[Json, Json]:
    """Find the block and element that were used; raises PlaygroundProblem when it is not one."""
    found = [
        (block, element)
        for block in flat(blocks)
        if block_id in (None, block.get("block_id"))
        for element in elements_in(block)
        if action_id in (None, element.get("action_id"))
    ]
    if not found:
        raise PlaygroundProblem(
            f"Nothing to press or fill in with action_id {action_id!r} and block_id {block_id!r} "
            "is shown there. Look into /playground/state for what is.",
            404,
        )
    if len(found) > 1:
        raise PlaygroundProblem(
            f"{len(found)} elements fit action_id {action_id!r}. Send the block_id too."
        )
    return found[0]


def state_of(element: Json, value: object) -> Json:
    """Give the state of an input element after a person entered `value` (None empties it).

    Raises PlaygroundProblem when the element cannot hold that value.
    """
    kind = element["type"]
    if kind in _ONE_OPTION:
        option = None if value in (None, "") else _option(element, value)
        return {"type": kind, "selected_option": option}
    if kind in ("checkboxes", "multi_static_select", "multi_external_select"):
        options = [_option(element, item) for item in _list(value)]
        return {"type": kind, "selected_options": options}
    name = _SINGLE[kind]
    return {"type": kind, name: _list(value) if kind in _LISTS else _scalar(kind, value)}


def _scalar(kind: str, value: object) -> object:
    if value in (None, ""):
        return None
    if kind in _SHAPES:
        shape, example = _SHAPES[kind]
        if not shape.fullmatch(str(value)):
            raise PlaygroundProblem(f'"{value}" does not fit a {kind}. Send for example {example}.')
    if kind == "datetimepicker":
        return int(str(value))
    return value if kind == "rich_text_input" else str(value)


def _list(value: object) -> list[Any]:
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


def _option(element: Json, value: object) -> Json:
    options = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options += group["options"]
    for option in options:
        if option["value"] == value:
            chosen: Json = option
            return chosen
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    offered = ", ".join(str(option["value"]) for option in options)
    raise PlaygroundProblem(f'There is no option "{value}". Send one of: {offered}.')


def initial(element: Json) -> Json:
    """Give the state of an input element before anybody touched it."""
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in ("checkboxes", "multi_static_select", "multi_external_select"):
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    name = _SINGLE[kind]
    absent: object = [] if kind in _LISTS else None
    return {"type": kind, name: element.get(_INITIAL.get(name, f"initial_{name[9:]}"), absent)}


def state_values(blocks: list[Json], entered: Inputs) -> Inputs:
    """Give `state.values` of a surface: what was entered, and else what it began with."""
    values: Inputs = {}
    for block in flat(blocks):
        for element in elements_in(block):
            if element["type"] in INPUTS:
                known = entered.get(block["block_id"], {}).get(element["action_id"])
                fits = known is not None and known["type"] == element["type"]
                shown = known if known is not None and fits else initial(element)
                values.setdefault(block["block_id"], {})[element["action_id"]] = shown
    return values


def enter(blocks: list[Json], entered: Inputs, values: dict[str, dict[str, object]]) -> None:
    """Put the values of a form into `entered`; raises PlaygroundProblem for unknown fields."""
    for block_id, fields in values.items():
        for action_id, value in fields.items():
            _, element = find(blocks, block_id, action_id)
            if element["type"] not in INPUTS:
                raise PlaygroundProblem(f'"{action_id}" in "{block_id}" takes no value.')
            entered.setdefault(block_id, {})[action_id] = state_of(element, value)


def action_of(block: Json, element: Json, state: Json | None, ts: str, value: object) -> Json:
    """Build the entry of `actions` for a used element; `state` is None for buttons."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    for name in ("text", "value", "style", "url", "confirm", "placeholder"):
        if name in element:
            action[name] = element[name]
    if element["type"] == "feedback_buttons":
        action.update(_feedback(element, value))
    return {**action, **(state or {})}


def _feedback(element: Json, value: object) -> Json:
    for side in ("positive_button", "negative_button"):
        if element[side]["value"] == value:
            return {"value": value, "text": element[side]["text"]}
    raise PlaygroundProblem(f'"{value}" is not the value of one of the two buttons.')


def missing(blocks: list[Json], values: Inputs) -> dict[str, str]:
    """Say, by block, what a form lacks before it may be sent."""
    errors: dict[str, str] = {}
    for block in flat(blocks):
        if block.get("type") == "input":
            element = block["element"]
            state = values[block["block_id"]][element["action_id"]]
            problem = _problem(element, state, optional=bool(block.get("optional")))
            if problem:
                errors[block["block_id"]] = problem
    return errors


def _problem(element: Json, state: Json, *, optional: bool) -> str | None:
    content = next(value for name, value in state.items() if name != "type")
    if content in (None, "", []) or (isinstance(content, str) and not content.strip()):
        return None if optional else "Please complete this required field."
    if element["type"] == "number_input":
        return _number_problem(element, str(content))
    if element["type"] == "email_text_input" and "@" not in str(content):
        return "Please enter an email address."
    if element["type"] == "url_text_input" and "://" not in str(content):
        return "Please enter a link that begins with https://."
    if element["type"] == "plain_text_input":
        return _length_problem(element, len(str(content)))
    return None


def _length_problem(element: Json, length: int) -> str | None:
    shortest, longest = element.get("min_length", 0), element.get("max_length", 3000)
    if length < shortest:
        return f"Please write at least {shortest} characters."
    if length > longest:
        return f"Please write at most {longest} characters; it is {length} now."
    return None


def _number_problem(element: Json, content: str) -> str | None:
    try:
        number = float(content)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < float(least):
        return f"Please enter {least} or more."
    if most is not None and number > float(most):
        return f"Please enter {most} or less."
    return None
