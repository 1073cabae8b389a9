"""The control routes: everything that people, tests and the page do to a playground."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from bot.playground import interactions
from bot.playground.clock import iso, target_of
from bot.playground.core import Core
from bot.playground.faults import Kind
from bot.playground.hosting import Completion, PlaygroundProblem
from bot.playground.interactions import Used, Values
from bot.playground.model import Channel, Ephemeral, Json, Message, OpenView, Person, new_id
from bot.playground.state import state
from bot.playground.typing_rules import sent_text

Move = Callable[[datetime], Awaitable[None]]


class Control:
    """Serves the control routes of one playground."""

    def __init__(
        self, core: Core, move: Move, completions: Callable[[], Sequence[Completion]]
    ) -> None:
        self._core = core
        self._move = move
        self._completions = completions

    def routes(self) -> list[web.RouteDef]:
        """Give the table of routes."""
        posts = {
            "message": self.message,
            "command": self.command,
            "action": self.action,
            "submit": self.submit,
            "close": self.close,
            "home": self.home,
            "clock": self.clock,
            "person": self.person,
            "member": self.member,
            "faults": self.faults,
        }
        return [
            web.get("/playground/state", self.state),
            web.get("/playground/posts", self.posts),
            *(web.post(f"/playground/{name}", _json(serve)) for name, serve in posts.items()),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Show all, or with `?user=` what that person sees."""
        name = request.query.get("user")
        viewer = self._person({"user": name}) if name else None
        return web.json_response(state(self._core, self._completions(), viewer))

    async def posts(self, request: web.Request) -> web.Response:
        """Show what the app posted, also what was deleted since; `?from=` leaves out the first."""
        place = request.query.get("from", "0")
        if not (place.isascii() and place.isdigit()):
            raise PlaygroundProblem('Send "from" as the number that "next" was.')
        return web.json_response(self._core.ledger.since(int(place)))

    async def message(self, body: Json) -> Json:
        """Write a message in a channel, a thread or to the app."""
        person, channel = self._place(body)
        typed = _text(body, "text")
        if not typed.strip():
            raise PlaygroundProblem('The message is empty. Send some "text".')
        self._member(person, channel)
        message = Message(
            channel=channel.id,
            ts=self._core.clock.stamp(),
            user=person.id,
            text=sent_text(self._core.workspace, typed),
            thread_ts=self._thread(channel, body.get("thread_ts")),
            client_msg_id=new_id("").lower(),
        )
        self._core.post(message)
        await self._core.settle()
        return {"ts": message.ts, "channel": channel.id}

    async def command(self, body: Json) -> Json:
        """Type the app's slash command."""
        person, channel = self._place(body)
        self._member(person, channel)
        name = self._core.workspace.app.command
        if _text(body, "command") != name:
            raise PlaygroundProblem(f'"{body["command"]}" is not a command here. Send "{name}".')
        typed = _text(body, "text", "").strip()
        text = sent_text(self._core.workspace, typed)
        return await interactions.command(self._core, person, channel, text)

    async def action(self, body: Json) -> Json:
        """Use a button, select or another element."""
        person = self._person(body)
        used = Used(_name(body, "block_id"), _name(body, "action_id"), body.get("value"))
        if body.get("view_id"):
            shown = self._view(person, body)
            values = _values(body)
            return await interactions.act_on_view(self._core, person, shown, used, values)
        message = self._message(person, body)
        return await interactions.act_on_message(self._core, person, message, used)

    async def submit(self, body: Json) -> Json:
        """Send the form of a modal."""
        person = self._person(body)
        shown = self._modal(person, body)
        return await interactions.submit(self._core, person, shown, _values(body))

    async def close(self, body: Json) -> Json:
        """Close a modal."""
        person = self._person(body)
        return await interactions.close(self._core, person, self._modal(person, body))

    async def home(self, body: Json) -> Json:
        """Open the app's Home or Messages tab."""
        tab = _text(body, "tab", "home")
        return await interactions.open_home(self._core, self._person(body), tab)

    async def clock(self, body: Json) -> Json:
        """Move the clock forward, living through all that becomes due."""
        now = self._core.clock.now()
        await self._move(target_of(now, body.get("advance"), body.get("to")))
        return {"now": iso(self._core.clock.now())}

    async def person(self, body: Json) -> Json:
        """Change a person's time zone."""
        person = self._person(body)
        zone = _text(body, "tz")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise PlaygroundProblem(
                f'"{zone}" is not a time zone. Send a name such as "Europe/Berlin".'
            ) from None
        seconds = int(self._core.clock.now().timestamp())
        self._core.workspace.put_person(replace(person, tz=zone, updated=seconds))
        self._core.tell_user_change(person.id)
        await self._core.settle()
        return {"user": person.id, "tz": zone}

    async def member(self, body: Json) -> Json:
        """Let a person or the app join or leave a channel."""
        channel = self._named_channel(body)
        app = self._core.workspace.app
        user = app.user if body.get("user") in ("bot", app.user) else self._person(body).id
        action = _text(body, "action")
        if channel.kind == "dm" or action not in ("join", "leave"):
            raise PlaygroundProblem('Send a channel and the action "join" or "leave".')
        self._core.set_member(channel, user, joined=action == "join")
        await self._core.settle()
        return {"channel": channel.id, "members": channel.members}

    async def faults(self, body: Json) -> Json:
        """Let calls of the app go wrong, or end all faults, or one by `id`, or `sockets` only."""
        faults, sockets = self._core.faults, self._core.sockets
        # The page says with everything who acts; a fault is nobody's.
        body = {name: value for name, value in body.items() if name != "user"}
        if body.get("clear"):
            one, sockets_only = _name(body, "id"), bool(body.get("sockets"))
            if not sockets_only:
                faults.clear(one)
            if one is None:
                sockets.speak()
        else:
            fault = faults.add(body)
            if fault.kind is Kind.SILENT_SOCKET:
                sockets.silence(fault.options["times"] or 0)
        self._core.workspace.touch()
        return {"faults": faults.shown(), "silent_sockets": sockets.silent}

    # What a body names

    def _person(self, body: Json) -> Person:
        person = self._core.workspace.person(_text(body, "user"))
        if person is None:
            known = ", ".join(each.handle for each in self._core.workspace.people.values())
            raise PlaygroundProblem(
                f'Nobody here is called "{body["user"]}". Send one of: {known}.', 404
            )
        return person

    def _named_channel(self, body: Json) -> Channel:
        channel = self._core.workspace.channel(_text(body, "channel"))
        if channel is None:
            known = [each.name for each in self._core.workspace.channels.values() if each.name]
            raise PlaygroundProblem(
                f'There is no channel "{body["channel"]}". Send one of: {", ".join(known)}, '
                'or "app" for the conversation with the app.',
                404,
            )
        return channel

    def _place(self, body: Json) -> tuple[Person, Channel]:
        person = self._person(body)
        if _text(body, "channel") == "app":
            return person, self._core.workspace.dm(person.id)
        channel = self._named_channel(body)
        if channel.kind == "dm" and channel.user != person.id:
            raise PlaygroundProblem("That is another person's conversation with the app.", 403)
        return person, channel

    def _member(self, person: Person, channel: Channel) -> None:
        if person.id not in channel.members:
            raise PlaygroundProblem(
                f"{person.name} is not in #{channel.name}. Join first, with /playground/member.",
                409,
            )
        if channel.archived:
            raise PlaygroundProblem(f"#{channel.name} is archived; nothing can be added.", 409)

    def _thread(self, channel: Channel, ts: object) -> str | None:
        if ts is None:
            return None
        root = self._core.workspace.message(channel.id, str(ts))
        if root is None:
            raise PlaygroundProblem(f'There is no message "{ts}" to reply to in there.', 404)
        return root.thread_ts or root.ts

    def _message(self, person: Person, body: Json) -> Message | Ephemeral:
        ts = _text(body, "message_ts")
        _, channel = self._place(body)
        found = self._core.workspace.message(channel.id, ts)
        if found is not None and person.id in channel.members:
            return found
        for shown in self._core.workspace.ephemerals.values():
            if (shown.user, shown.channel, shown.ts) == (person.id, channel.id, ts):
                return shown
        raise PlaygroundProblem(f'{person.name} sees no message "{ts}" in there.', 404)

    def _modal(self, person: Person, body: Json) -> OpenView:
        name = _text(body, "view_id")
        for shown in self._core.workspace.views.get(person.id, []):
            if shown.view["id"] == name:
                return shown
        raise PlaygroundProblem(f'{person.name} has no open form "{name}".', 404)

    def _view(self, person: Person, body: Json) -> OpenView:
        home = self._core.workspace.homes.get(person.id)
        if home is not None and home.view["id"] == body["view_id"]:
            return home
        return self._modal(person, body)


def _text(body: Json, name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise PlaygroundProblem(f'"{name}" is missing. Send it as text.')
    return value


def _values(body: Json) -> Values:
    values = body.get("values") or {}
    if not isinstance(values, dict) or any(not isinstance(v, dict) for v in values.values()):
        raise PlaygroundProblem('Send "values" as {block_id: {action_id: value}}.')
    return cast(Values, values)


def _name(body: Json, name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


def _json(
    serve: Callable[[Json], Awaitable[Json]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise PlaygroundProblem("The body is not JSON. Send a JSON object.") from None
        if not isinstance(body, dict):
            raise PlaygroundProblem("The body is not a JSON object. Send one.")
        return web.json_response(await serve(body))

    return handler
