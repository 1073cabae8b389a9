"""Shows the state of a playground, whole or as one person sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from zoneinfo import ZoneInfo

from bot.playground import views
from bot.playground.clock import iso
from bot.playground.core import Core
from bot.playground.hosting import Completion
from bot.playground.model import Channel, Ephemeral, Json, Message, Person


def state(core: Core, completions: Sequence[Completion], viewer: Person | None) -> Json:
    """Give everything, or with `viewer` what that person can see."""
    workspace = core.workspace
    seen = [viewer.id] if viewer else list(workspace.people)
    open_to = {
        channel.id
        for channel in workspace.channels.values()
        if viewer is None or viewer.id in channel.members
    }
    return {
        "version": workspace.version,
        "clock": {"now": iso(core.clock.now()), "frozen": core.clock.frozen},
        "workspace": {"id": workspace.team.id, "name": workspace.team.name},
        "app": _app(core, completions),
        "people": [_person(core, person) for person in workspace.people.values()],
        "channels": [
            _channel(channel)
            for channel in workspace.channels.values()
            if channel.kind == "channel" or channel.id in open_to
        ],
        "messages": _messages(core, open_to),
        "ephemerals": [
            _ephemeral(shown) for shown in workspace.ephemerals.values() if shown.user in seen
        ],
        "views": [shown for user in seen for shown in _views(core, user)],
        "homes": {
            user: views.with_state(shown) for user, shown in workspace.homes.items() if user in seen
        },
        "notices": [asdict(notice) for notice in workspace.notices if notice.user in seen],
        "calls": dict(sorted(workspace.calls.items())),
        "answers": dict(sorted(workspace.answers.items())),
        "faults": core.faults.shown(),
        "silent_sockets": core.sockets.silent,
    }


def _app(core: Core, completions: Sequence[Completion]) -> Json:
    app = core.workspace.app
    return {
        "user": app.user,
        "bot_id": app.bot_id,
        "name": app.name,
        "connected": core.delivery.connected,
        "command": app.command,
        "completions": [asdict(completion) for completion in completions],
    }


def _views(core: Core, user: str) -> list[Json]:
    return [
        {
            "id": shown.view["id"],
            "user": user,
            "depth": depth,
            "view": views.with_state(shown),
            "errors": shown.errors,
        }
        for depth, shown in enumerate(core.workspace.views.get(user, []), start=1)
    ]


def _person(core: Core, person: Person) -> Json:
    local = core.clock.now().astimezone(ZoneInfo(person.tz))
    return {
        "id": person.id,
        "handle": person.handle,
        "name": person.name,
        "tz": person.tz,
        "title": person.title,
        "local_time": local.isoformat(),
        "dm": core.workspace.dm(person.id).id,
    }


def _channel(channel: Channel) -> Json:
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "members": channel.members,
        "archived": channel.archived,
    }
    if channel.kind == "dm":
        return {**shown, "user": channel.user}
    return {**shown, "topic": channel.topic}


def _messages(core: Core, open_to: set[str]) -> list[Json]:
    replies = Counter(
        (message.channel, message.thread_ts)
        for message in core.workspace.all_messages()
        if message.reply
    )
    return [
        _message(message, replies[message.channel, message.ts])
        for message in sorted(core.workspace.all_messages(), key=lambda each: each.ts)
        if message.channel in open_to
    ]


def _message(message: Message, reply_count: int) -> Json:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "bot": message.bot,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "reply_count": reply_count,
        "edited": message.edited_ts is not None,
        "subtype": message.subtype,
        "reactions": message.reactions,
        "metadata": message.metadata,
    }


def _ephemeral(shown: Ephemeral) -> Json:
    return {
        "id": shown.id,
        "channel": shown.channel,
        "ts": shown.ts,
        "user": shown.user,
        "text": shown.text,
        "blocks": shown.blocks,
        "thread_ts": shown.thread_ts,
        "command": shown.command,
    }
