"""Sizes and shapes of the parts of a block: text objects, options and interactive elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.playground.model import Json

PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")
_INPUT_KINDS = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
)
_SELECT_SOURCES = ("static", "external", "users", "conversations", "channels")
_PICKERS = ("datepicker", "timepicker", "datetimepicker")
INPUTS = frozenset(
    (
        *_INPUT_KINDS,
        *_PICKERS,
        *(f"{source}_select" for source in _SELECT_SOURCES),
        *(f"multi_{source}_select" for source in _SELECT_SOURCES),
        "checkboxes",
        "radio_buttons",
        "file_input",
    )
)
BUTTONS = frozenset(("button", "overflow", "workflow_button", "feedback_buttons", "icon_button"))


class Report:
    """Collects what is wrong, each with a pointer to the place."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def add(self, pointer: str, what: str) -> None:
        """Note one problem in the platform's wording."""
        self.problems.append(f"[ERROR] {what} [json-pointer:{pointer}]")

    def string(self, holder: Json, name: str, at: str, most: int, *, needed: bool = True) -> None:
        """Check a field that holds a bare string of 1 to `most` characters."""
        value = holder.get(name)
        if value is None:
            if needed:
                self.add(at, f"missing required field: {name}")
        elif not isinstance(value, str):
            self.add(f"{at}/{name}", "must be a string")
        elif len(value) > most:
            self.add(f"{at}/{name}", f"must be less than {most + 1} characters")
        elif not value and needed:
            self.add(f"{at}/{name}", "must be more than 0 characters")

    def text(
        self, holder: Json, name: str, at: str, most: int, kinds: Sequence[str] = ANY_TEXT
    ) -> None:
        """Check a required text object of 1 to `most` characters."""
        value = holder.get(name)
        if value is None:
            self.add(at, f"missing required field: {name}")
            return
        self.text_object(value, f"{at}/{name}", most, kinds)

    def text_object(
        self, value: object, at: str, most: int, kinds: Sequence[str] = ANY_TEXT
    ) -> None:
        """Check one text object."""
        if not isinstance(value, dict) or value.get("type") not in kinds:
            self.add(at, f"must be a text object of type {' or '.join(kinds)}")
            return
        self.string(value, "text", at, most)

    def optional_text(
        self, holder: Json, name: str, at: str, most: int, kinds: Sequence[str] = ANY_TEXT
    ) -> None:
        """Check a text object that may be absent."""
        if holder.get(name) is not None:
            self.text(holder, name, at, most, kinds)

    def items(
        self, holder: Json, name: str, at: str, span: tuple[int, int]
    ) -> list[tuple[str, Json]]:
        """Check a list of objects and its length; give its objects with their pointers."""
        value = holder.get(name)
        fewest, most = span
        if not isinstance(value, list):
            self.add(at, f"missing required field: {name}")
            return []
        if len(value) < fewest:
            self.add(f"{at}/{name}", f"no fewer than {fewest} items needed")
        if len(value) > most:
            self.add(f"{at}/{name}", f"no more than {most} items allowed")
        found = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found.append((f"{at}/{name}/{index}", item))
            else:
                self.add(f"{at}/{name}/{index}", "must be an object")
        return found


def element(report: Report, value: Json, at: str, allowed: frozenset[str]) -> None:
    """Check one element of a block."""
    kind = str(value.get("type"))
    if kind not in allowed:
        report.add(f"{at}/type", f"unsupported type: {kind}")
        return
    report.string(value, "action_id", at, 255, needed=False)
    report.optional_text(value, "placeholder", at, 150, PLAIN)
    if value.get("confirm") is not None:
        _confirm(report, value["confirm"], f"{at}/confirm")
    _ELEMENTS.get(kind, _nothing)(report, value, at)


def _nothing(_report: Report, _value: Json, _at: str) -> None:
    return


def _confirm(report: Report, value: object, at: str) -> None:
    if not isinstance(value, dict):
        report.add(at, "must be an object")
        return
    report.text(value, "title", at, 100, PLAIN)
    report.text(value, "text", at, 300)
    report.text(value, "confirm", at, 30, PLAIN)
    report.text(value, "deny", at, 30, PLAIN)


def _button(report: Report, value: Json, at: str) -> None:
    report.text(value, "text", at, 75, PLAIN)
    report.string(value, "value", at, 2000, needed=False)
    report.string(value, "url", at, 3000, needed=False)
    report.string(value, "accessibility_label", at, 75, needed=False)
    if value.get("style") not in (None, "primary", "danger"):
        report.add(f"{at}/style", "must be one of: primary, danger")


def _options(most: int) -> Callable[[Report, Json, str], None]:
    def check(report: Report, value: Json, at: str) -> None:
        for pointer, option in report.items(value, "options", at, (1, most)):
            _option(report, option, pointer)

    return check


def _select(report: Report, value: Json, at: str) -> None:
    if ("options" in value) == ("option_groups" in value):
        report.add(at, "exactly one of options and option_groups is needed")
        return
    if "options" in value:
        _options(100)(report, value, at)
        return
    for pointer, group in report.items(value, "option_groups", at, (1, 100)):
        report.text(group, "label", pointer, 75, PLAIN)
        _options(100)(report, group, pointer)


def _option(report: Report, value: Json, at: str) -> None:
    report.text(value, "text", at, 75)
    report.string(value, "value", at, 150)
    report.optional_text(value, "description", at, 75)


def _text_input(report: Report, value: Json, at: str) -> None:
    shortest, longest = value.get("min_length", 0), value.get("max_length", 3000)
    if not isinstance(shortest, int) or not 0 <= shortest <= 3000:
        report.add(f"{at}/min_length", "must be between 0 and 3000")
    elif not isinstance(longest, int) or not max(1, shortest) <= longest <= 3000:
        report.add(f"{at}/max_length", "must be between min_length and 3000")
    report.string(value, "initial_value", at, 3000, needed=False)


def _number_input(report: Report, value: Json, at: str) -> None:
    if not isinstance(value.get("is_decimal_allowed"), bool):
        report.add(at, "missing required field: is_decimal_allowed")
    for bound in ("min_value", "max_value", "initial_value"):
        if not isinstance(value.get(bound, ""), str):
            report.add(f"{at}/{bound}", "must be a string")


def _feedback(report: Report, value: Json, at: str) -> None:
    for side in ("positive_button", "negative_button"):
        button = value.get(side)
        if isinstance(button, dict):
            report.text(button, "text", f"{at}/{side}", 75, PLAIN)
            report.string(button, "value", f"{at}/{side}", 2000)
        else:
            report.add(at, f"missing required field: {side}")


def image(report: Report, value: Json, at: str) -> None:
    """Check the parts that image blocks and image elements share."""
    if "slack_file" not in value:
        report.string(value, "image_url", at, 3000)
    report.string(value, "alt_text", at, 2000)


_ELEMENTS: dict[str, Callable[[Report, Json, str], None]] = {
    "button": _button,
    "checkboxes": _options(10),
    "radio_buttons": _options(10),
    "overflow": _options(5),
    "static_select": _select,
    "multi_static_select": _select,
    "plain_text_input": _text_input,
    "number_input": _number_input,
    "feedback_buttons": _feedback,
    "image": image,
}
