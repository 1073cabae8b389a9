"""All that a playground knows: people, channels, messages, views; and what of it must be kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.playground.model import (
    AppInfo,
    Channel,
    Ephemeral,
    Json,
    Message,
    Notice,
    OpenView,
    Person,
    Team,
)

Key = tuple[str, str]
NOTICES_KEPT = 100


class Workspace:
    """The state of one playground, held in memory; `dirty` names the rows not yet on disk."""

    def __init__(self, team: Team, app: AppInfo) -> None:
        self.team = team
        self.app = app
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.ephemerals: dict[str, Ephemeral] = {}
        self.views: dict[str, list[OpenView]] = {}
        self.homes: dict[str, OpenView] = {}
        self.notices: list[Notice] = []
        self.calls: Counter[str] = Counter()
        self.answers: dict[str, Counter[str]] = {}
        self.settings: Json = {}
        self.version = 1
        self.dirty: set[Key] = set()
        self.unsaved = asyncio.Event()
        self.inputs: dict[Key, dict[str, dict[str, Json]]] = {}
        self._watchers: set[asyncio.Event] = set()

    # Change

    def touch(self, *rows: Key) -> None:
        """Take note of a change: watchers are told, and `rows` are written to disk soon."""
        self.version += 1
        if rows:
            self.dirty.update(rows)
            self.unsaved.set()
        for watcher in self._watchers:
            watcher.set()

    def watch(self) -> asyncio.Event:
        """Give an event that is set at every change; hand it to `unwatch` in the end."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        return watcher

    def unwatch(self, watcher: asyncio.Event) -> None:
        """Stop telling a watcher."""
        self._watchers.discard(watcher)

    def put_person(self, person: Person) -> None:
        """Add or replace a person."""
        self.people[person.id] = person
        self.touch(("person", person.id))

    def put_channel(self, channel: Channel) -> None:
        """Add or replace a channel."""
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, {})
        self.touch(("channel", channel.id))

    def put_message(self, message: Message) -> None:
        """Add or replace a message."""
        self.messages[message.channel][message.ts] = message
        self.touch(("message", f"{message.channel} {message.ts}"))

    def drop_message(self, message: Message) -> None:
        """Take a message away for good."""
        del self.messages[message.channel][message.ts]
        self.touch(("message", f"{message.channel} {message.ts}"))

    def put_home(self, user: str, view: Json) -> OpenView:
        """Show a Home view to a person, keeping what is entered in fields that remain."""
        shown = self.homes.setdefault(user, OpenView(user, view))
        shown.view = view
        self.touch(("home", user))
        return shown

    def put_setting(self, name: str, value: object) -> None:
        """Keep a value of the playground itself over restarts."""
        self.settings[name] = value
        self.touch(("setting", name))

    def count(self, method: str, status: str) -> None:
        """Take note of how a call was answered: the HTTP status, or `dropped`."""
        self.answers.setdefault(method, Counter())[status] += 1

    def notify(self, notice: Notice) -> None:
        """Show a line of the playground itself to one person."""
        self.notices = [*self.notices, notice][-NOTICES_KEPT:]
        self.touch()

    # Look up

    def person(self, name: str) -> Person | None:
        """Find a person by id or handle."""
        key = name.removeprefix("@")
        return self.people.get(key) or next(
            (person for person in self.people.values() if person.handle == key.lower()), None
        )

    def channel(self, name: str) -> Channel | None:
        """Find a channel by id or name."""
        key = name.removeprefix("#")
        return self.channels.get(key) or next(
            (channel for channel in self.channels.values() if channel.name == key.lower()), None
        )

    def dm(self, user: str) -> Channel:
        """Give the conversation of a person with the app."""
        return self.channels["D" + user[1:]]

    def message(self, channel: str, ts: str) -> Message | None:
        """Find a message."""
        return self.messages.get(channel, {}).get(ts)

    def replies(self, root: Message) -> list[Message]:
        """Give the messages of a thread without its head, oldest first."""
        return [
            message
            for message in self.messages[root.channel].values()
            if message.reply and message.thread_ts == root.ts
        ]

    def all_messages(self) -> Iterator[Message]:
        """Give every message, channel by channel."""
        for messages in self.messages.values():
            yield from messages.values()

    def can_read(self, user: str, channel: Channel) -> bool:
        """Whether a person, or the app, sees what is written in a channel."""
        return user in channel.members

    # Keep

    def row(self, key: Key) -> Json | None:
        """Give what is to be stored under a key; None when it is gone."""
        kind, name = key
        if kind == "setting":
            return {"value": self.settings[name]}
        if kind == "home":
            return self.homes[name].view
        if kind == "message":
            found = self.message(*name.split(" "))
            return asdict(found) if found else None
        return asdict(self.people[name] if kind == "person" else self.channels[name])

    def restore(self, rows: Iterable[tuple[str, str, Json]]) -> None:
        """Put stored rows in place of what a new workspace begins with."""
        for kind, name, body in rows:
            self._restore(kind, name, body)
        for channel, messages in self.messages.items():
            self.messages[channel] = dict(sorted(messages.items()))

    def _restore(self, kind: str, name: str, body: Json) -> None:
        if kind == "setting":
            self.settings[name] = body["value"]
        elif kind == "home":
            self.homes[name] = OpenView(name, body)
        elif kind == "person":
            self.people[name] = Person(**body)
        elif kind == "channel":
            self.channels[name] = Channel(**body)
            self.messages.setdefault(name, {})
        elif kind == "message":
            message = Message(**body)
            self.messages.setdefault(message.channel, {})[message.ts] = message


def new_workspace(
    path: Path, started: datetime, command: str | None = None, more_people: int = 0
) -> Workspace:
    """Build the workspace described in a YAML file; `command` replaces the app's command.

    `more_people` are added, who live in the zones of those in the file and are in no channel.
    """
    seed: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    app = AppInfo(**{**seed["app"], **({"command": command} if command else {})})
    workspace = Workspace(Team(**seed["team"]), app)
    created = int(started.astimezone(UTC).timestamp())
    for row in seed["people"]:
        workspace.put_person(Person(**row, updated=created))
    zones = [row["tz"] for row in seed["people"]]
    for number in range(more_people):
        zone, handle = zones[number % len(zones)], f"person{number}"
        person = Person(f"U0P{number:05d}", handle, f"Person {number}", zone, updated=created)
        workspace.put_person(person)
    for row in seed["channels"]:
        members = [_id_of(workspace, handle) for handle in row.pop("members")]
        workspace.put_channel(Channel(kind="channel", members=members, created=created, **row))
    for user in workspace.people:
        workspace.put_channel(
            Channel("D" + user[1:], None, "dm", [user, app.user], user=user, created=created)
        )
    return workspace


def _id_of(workspace: Workspace, handle: str) -> str:
    if handle == workspace.app.handle:
        return workspace.app.user
    person = workspace.person(handle)
    if person is None:
        raise ValueError(f"The workspace file names an unknown person: {handle}")
    return person.id
