"""Turns what a person types into the text that the platform sends on."""

from __future__ import annotations

import re

from bot.playground.workspace import Workspace

_TOKEN = re.compile(r"<(@[A-Z0-9]+|#[A-Z0-9]+)(\|[^<>]*)?>")
_NAME = re.compile(r"(?<![\w@#<])([@#])([a-z][a-z0-9_-]*)", re.IGNORECASE)


def sent_text(workspace: Workspace, typed: str) -> str:
    """Escape `&`, `<` and `>`, and turn @handles and #channels into references."""
    parts = []
    rest = 0
    for token in _TOKEN.finditer(typed):
        parts.append(_plain(workspace, typed[rest : token.start()]))
        parts.append(token[0])
        rest = token.end()
    parts.append(_plain(workspace, typed[rest:]))
    return "".join(parts)


def _plain(workspace: Workspace, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    app = workspace.app
    escaped = escaped.replace(f"@{app.name}", f"<@{app.user}>")
    return _NAME.sub(lambda match: _reference(workspace, match), escaped)


def _reference(workspace: Workspace, match: re.Match[str]) -> str:
    sign, name = match[1], match[2].lower()
    if sign == "@" and name == workspace.app.handle:
        return f"<@{workspace.app.user}>"
    person = workspace.person(name) if sign == "@" else None
    if person is not None:
        return f"<@{person.id}>"
    channel = workspace.channel(name) if sign == "#" else None
    return f"<#{channel.id}|{channel.name}>" if channel else match[0]
