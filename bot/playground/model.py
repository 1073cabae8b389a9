"""What a playground workspace consists of."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    """Give a fresh identifier such as `V4KQ0…`."""
    # One call to the system for all characters: one for each took a fifth of a post's time.
    return prefix + "".join(_ALPHABET[byte % 36] for byte in secrets.token_bytes(length))


@dataclass(frozen=True)
class Team:
    """The workspace itself."""

    id: str
    domain: str
    name: str


@dataclass(frozen=True)
class AppInfo:
    """The app under trial and its bot person."""

    id: str
    user: str
    bot_id: str
    handle: str
    name: str
    command: str


@dataclass
class Person:
    """Someone who uses the workspace."""

    id: str
    handle: str
    name: str
    tz: str
    title: str = ""
    updated: int = 0


@dataclass
class Channel:
    """A public channel, or the conversation of one person with the app."""

    id: str
    name: str | None
    kind: Literal["channel", "dm"]
    members: list[str]
    topic: str = ""
    user: str | None = None
    archived: bool = False
    created: int = 0


@dataclass
class Message:
    """A message that lasts; `ts` is unique in the workspace and orders messages."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    bot: bool = False
    thread_ts: str | None = None
    edited_ts: str | None = None
    subtype: str | None = None
    metadata: Json | None = None
    reactions: list[Json] = field(default_factory=list)
    client_msg_id: str | None = None

    @property
    def reply(self) -> bool:
        """Whether it lies inside a thread rather than at its head."""
        return self.thread_ts not in (None, self.ts)


@dataclass
class Ephemeral:
    """A message that one person sees and that is gone after a restart."""

    id: str
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    thread_ts: str | None = None
    command: str | None = None


@dataclass
class OpenView:
    """A modal or Home tab in front of a person, with what they entered so far."""

    user: str
    view: Json
    inputs: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """A line of the playground itself to one person, for example that the app was silent."""

    user: str
    channel: str | None
    text: str
    at: str
