"""The parts that every request of a playground works on, joined in one object."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from bot.playground import envelopes
from bot.playground.clock import PlayClock, iso
from bot.playground.delivery import Delivery
from bot.playground.envelopes import Identity
from bot.playground.faults import Faults
from bot.playground.late import LateCalls
from bot.playground.ledger import Ledger
from bot.playground.model import Channel, Ephemeral, Json, Message, Notice, Person
from bot.playground.response_urls import ResponseUrls
from bot.playground.sockets import Sockets
from bot.playground.workspace import Workspace

_log = logging.getLogger(__name__)

TRIGGER_SECONDS = 3.0
_TRIGGERS_KEPT = 1000


@dataclass(frozen=True)
class Tokens:
    """The secrets of one run."""

    bot: str
    app: str
    signing_secret: str


def new_tokens(suffix: str | None = None) -> Tokens:
    """Make the secrets of a run; a `suffix` makes them predictable, for a bot started apart."""
    if suffix is None:
        return Tokens(
            f"xoxb-play-{secrets.token_hex(12)}",
            f"xapp-play-{secrets.token_hex(12)}",
            secrets.token_hex(16),
        )
    return Tokens(f"xoxb-play-{suffix}", f"xapp-play-{suffix}", f"secret-play-{suffix}")


@dataclass
class Trigger:
    """A permission to open one modal."""

    user: str
    view_id: str | None
    expires: float
    used: bool = False


class Triggers:
    """Gives and takes trigger ids: three seconds of real time, one use."""

    def __init__(self) -> None:
        self._known: dict[str, Trigger] = {}

    def new(self, user: str, view_id: str | None = None) -> str:
        """Make a trigger id for a person who just did something."""
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._known[name] = Trigger(user, view_id, time.monotonic() + TRIGGER_SECONDS)
        while len(self._known) > _TRIGGERS_KEPT:
            del self._known[next(iter(self._known))]
        return name

    def check(self, name: str | None) -> str | None:
        """Give the error of a trigger id, or None when it may be used."""
        trigger = self._known.get(name or "")
        if trigger is None:
            return "invalid_trigger_id"
        if trigger.used:
            return "exchanged_trigger_id"
        return "expired_trigger_id" if time.monotonic() > trigger.expires else None

    def use(self, name: str) -> Trigger:
        """Use up a trigger id that was checked."""
        trigger = self._known[name]
        trigger.used = True
        return trigger


@dataclass
class Core:
    """One playground: its state, its clock and its way to the app."""

    workspace: Workspace
    clock: PlayClock
    delivery: Delivery
    sockets: Sockets
    faults: Faults
    late: LateCalls
    tokens: Tokens
    settle: Callable[[], Awaitable[None]]
    triggers: Triggers = field(default_factory=Triggers)
    response_urls: ResponseUrls = field(default_factory=ResponseUrls)
    ledger: Ledger = field(default_factory=Ledger)
    tickets: set[str] = field(default_factory=set)
    url: str = ""
    events: bool = True

    @property
    def identity(self) -> Identity:
        """Give the workspace and the app, as payloads name them."""
        return Identity(self.workspace.team, self.workspace.app)

    # Events

    def tell(self, event: Json) -> None:
        """Send an event to the app, unless it is told none."""
        if not self.events:
            return
        event.setdefault("event_ts", self.clock.stamp())
        seconds = int(self.clock.now().timestamp())
        self.delivery.tell(envelopes.event_callback(self.identity, event, seconds))

    def reads(self, channel: Channel) -> bool:
        """Whether the app can read what happens in a channel."""
        return self.workspace.can_read(self.workspace.app.user, channel)

    def post(self, message: Message) -> None:
        """Add a message and tell the app of it as far as it can read it."""
        self.workspace.put_message(message)
        if message.bot and message.subtype != "channel_join":
            self.ledger.posted(message)
        channel = self.workspace.channels[message.channel]
        if not self.reads(channel):
            return
        self.tell(envelopes.message_event(self.identity, message, channel))
        mention = f"<@{self.workspace.app.user}>"
        if channel.kind == "channel" and not message.bot and mention in message.text:
            self.tell(envelopes.mention_event(self.identity, message))

    def changed(self, before: Message, after: Message | None) -> None:
        """Tell the app of an edited message, or of a deleted one when `after` is None."""
        channel = self.workspace.channels[before.channel]
        if self.reads(channel):
            stamp = self.clock.stamp()
            self.tell(envelopes.changed_event(self.identity, before, after, channel, stamp))

    def tell_user_change(self, user: str) -> None:
        """Tell the app that a person's profile changed."""
        person = self.workspace.people[user]
        shown = envelopes.user_object(self.identity, person, self.clock.now())
        self.tell({"type": "user_change", "user": shown, "cache_ts": person.updated})

    def set_member(self, channel: Channel, user: str, *, joined: bool) -> None:
        """Let somebody, or the app, join or leave a channel; nothing happens the second time."""
        if (user in channel.members) == joined:
            return
        event: Json = {"channel": channel.id, "channel_type": "C", "team": self.workspace.team.id}
        if joined:
            channel.members.append(user)
            self.workspace.put_channel(channel)
            text = f"<@{user}> has joined the channel"
            bot = user == self.workspace.app.user
            self.post(
                Message(channel.id, self.clock.stamp(), user, text, bot=bot, subtype="channel_join")
            )
            if self.reads(channel):
                self.tell({"type": "member_joined_channel", "user": user, **event})
            return
        channel.members.remove(user)
        self.workspace.put_channel(channel)
        if user == self.workspace.app.user:
            self.tell({"type": "channel_left", "actor_id": user, **event})
        elif self.reads(channel):
            self.tell({"type": "member_left_channel", "user": user, **event})

    # Messages to one person

    def whisper(self, ephemeral: Ephemeral) -> None:
        """Show a message that only its person sees."""
        self.workspace.ephemerals[ephemeral.id] = ephemeral
        self.workspace.touch()

    def notify(self, person: Person, text: str, channel: Channel | None = None) -> None:
        """Show a line of the playground itself to one person."""
        place = channel.id if channel else None
        self.workspace.notify(Notice(person.id, place, text, iso(self.clock.now())))

    def silent(self, person: Person, what: str, ack_reason: str, place: Channel | None) -> None:
        """Say that the app took no notice of what a person did."""
        if ack_reason in ("connection_failed", "http_error"):
            text = f"{what} did not reach the app. Nothing was lost in the playground; try again."
        else:
            text = f"{what} did not answer in time. Nothing was lost in the playground; try again."
        _log.warning("%s: %s", what, ack_reason)
        self.notify(person, text, place)


def as_list(value: object) -> list[Json]:
    """Read a list of blocks whose shape was checked before; absent means none."""
    return cast(list[Json], value or [])
