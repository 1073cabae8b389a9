"""Reads the arguments of a Web API call, whichever way they were sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

from bot.playground.model import Json

Item = TypeVar("Item")
_YES = ("true", "1", "True")


class ApiError(Exception):
    """An answer `ok: false`; `error` is the platform's name for it."""

    def __init__(self, error: str, messages: list[str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []

    def answer(self) -> Json:
        """Give the answer's body."""
        body: Json = {"ok": False, "error": self.error}
        if self.messages:
            body["errors"] = self.messages
            body["response_metadata"] = {"messages": self.messages}
        return body


def invalid(message: str) -> ApiError:
    """Make the error for arguments that are missing or of the wrong kind."""
    return ApiError("invalid_arguments", [f"[ERROR] {message}"])


class Args:
    """The arguments of one call: JSON values, or the strings of a form."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        """Whether an argument was given a value."""
        return self._values.get(name) not in (None, "")

    def text(self, name: str) -> str | None:
        """Give an argument as text; None when it is absent or empty."""
        return str(self._values[name]) if self.has(name) else None

    def need(self, name: str) -> str:
        """Give a required argument; raises ApiError when it is absent."""
        value = self.text(name)
        if value is None:
            raise invalid(f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """Give a yes-or-no argument; absent means no."""
        value = self._values.get(name)
        return value is True or str(value) in _YES

    def number(self, name: str, default: int) -> int:
        """Give a whole number; raises ApiError for anything else."""
        value = self.text(name)
        if value is None:
            return default
        try:
            return int(float(value))
        except ValueError:
            raise invalid(f"must provide a number [{name}]") from None

    def json(self, name: str) -> object:
        """Give a structured argument, which a form carries as JSON text; None when absent."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            parsed: object = json.loads(value)
        except ValueError:
            raise ApiError(
                f"invalid_{name}_format" if name == "blocks" else "invalid_json"
            ) from None
        return parsed


def page(items: list[Item], args: Args, most: int = 999) -> tuple[list[Item], str]:
    """Cut one page out of a list; gives it with the cursor of the next one, or ""."""
    limit = args.number("limit", 100)
    if not 1 <= limit <= most:
        limit = most if limit > most else 100
    cursor = args.text("cursor")
    start = 0
    if cursor is not None:
        if not cursor.startswith("next:") or not cursor[5:].isdecimal():
            raise ApiError("invalid_cursor")
        start = int(cursor[5:])
    following = f"next:{start + limit}" if start + limit < len(items) else ""
    return items[start : start + limit], following
