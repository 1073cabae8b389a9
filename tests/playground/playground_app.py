"""A small real app on the platform's own library, hosted by the playground in these tests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.hosting import Completion, Connection

Body = dict[str, Any]
ANY = re.compile(".*")


def button(action_id: str, text: str, value: str = "v") -> Body:
    """Build a button."""
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action_id, "text": label, "value": value}


def section(text: str, **more: object) -> Body:
    """Build a section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def option(value: str) -> Body:
    """Build an option."""
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


def modal(title: str, *blocks: Body, **more: object) -> Body:
    """Build a modal; with blocks of inputs it has a submit button."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks),
        **more,
    }


def text_input(block_id: str, **more: object) -> Body:
    """Build a block with one text field, whose action_id is `text`."""
    field = {"type": "plain_text_input", "action_id": "text", **more}
    label = {"type": "plain_text", "text": block_id.title()}
    return {"type": "input", "block_id": block_id, "label": label, "element": field}


class SmallApp:
    """Answers a command, messages, clicks and forms, and posts at times of its own."""

    completions: Sequence[Completion] = (Completion("prompt [skill]", "today's prompt now"),)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.session = aiohttp.ClientSession()
        self.client = AsyncWebClient(
            token=connection.bot_token, base_url=connection.api_url, session=self.session
        )
        self.bolt = AsyncApp(
            client=self.client,
            signing_secret=connection.signing_secret,
            process_before_response=True,
            ignoring_self_events_enabled=False,
        )
        self.seen: list[Body] = []
        self.submissions: list[Body] = []
        self.answer: Body = {}
        self.reminders: list[tuple[datetime, str]] = []
        self.every: timedelta | None = None
        self.stuck: datetime | None = None
        self.delay = 0.0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._handler: AsyncSocketModeHandler | None = None
        self._register()

    # Seam

    async def start(self) -> None:
        handler = AsyncSocketModeHandler(self.bolt, self.connection.app_token)
        self._handler = handler
        await handler.connect_async()  # type: ignore[no-untyped-call]

    async def stop_listening(self) -> None:
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        await self.stop_listening()
        await self.session.close()

    async def idle(self) -> None:
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def next_due(self) -> datetime | None:
        times = [at for at, _ in self.reminders] + ([self.stuck] if self.stuck else [])
        return min(times, default=None)

    async def run_due(self) -> None:
        now = self.connection.now()
        for at, user in sorted(self.reminders):
            if at <= now:
                self.reminders.remove((at, user))
                await self.client.chat_postMessage(channel=user, text=f"due {at.isoformat()}")
                if self.every:
                    self.reminders.append((at + self.every, user))

    # Listeners

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _register(self) -> None:
        app = self.bolt
        app.command("/aipm")(self._command)
        app.event("message")(self._message)
        app.event("app_home_opened")(self._home)
        for kind in (
            "app_mention",
            "member_joined_channel",
            "member_left_channel",
            "channel_left",
            "user_change",
        ):
            app.event(kind)(self._other)
        app.action(ANY)(self._action)
        app.view(ANY)(self._submission)
        app.view_closed(ANY)(self._closed)

    async def _other(self, body: Body) -> None:
        self.seen.append(body)

    async def _message(self, body: Body, event: Body) -> None:
        self.seen.append(body)
        if event.get("bot_id") or event.get("subtype"):
            return
        self.later(
            self.client.chat_postMessage(
                channel=event["channel"], thread_ts=event["ts"], text=f"You said: {event['text']}"
            )
        )

    async def _home(self, body: Body, event: Body) -> None:
        self.seen.append(body)
        blocks = [section("Welcome", block_id="home", accessory=button("press", "Press"))]
        view = {"type": "home", "blocks": blocks}
        self.later(self.client.views_publish(user_id=event["user"], view=view))

    async def _command(self, ack: Any, body: Body) -> None:
        self.seen.append(body)
        verb = body["text"].split(" ")[0]
        if verb == "silent":
            return
        if verb == "ack":
            await ack(**self.answer)
            return
        await ack()
        if verb == "later":
            self.later(self._answer(body["response_url"], self.answer))
        elif verb == "open":
            self.later(self.client.views_open(trigger_id=body["trigger_id"], view=self.answer))
        elif verb == "post":
            self.later(
                self.client.chat_postMessage(channel=body["user_id"], text="hi", **self.answer)
            )

    async def _answer(self, url: str, body: Body) -> None:
        async with self.session.post(url, json=body) as response:
            self.seen.append({"status": response.status, "body": await response.text()})

    async def _action(self, ack: Any, body: Body) -> None:
        self.seen.append(body)
        await ack()
        name = body["actions"][0]["action_id"]
        if name == "replace":
            again = {"replace_original": True, "text": "replaced"}
            self.later(self._answer(body["response_url"], again))
        elif name == "delete":
            self.later(self._answer(body["response_url"], {"delete_original": True}))
        elif name == "push":
            self.later(self.client.views_push(trigger_id=body["trigger_id"], view=self.answer))
        elif name == "update":
            view = body["view"]
            self.later(
                self.client.views_update(view_id=view["id"], hash=view["hash"], view=self.answer)
            )

    async def _submission(self, ack: Any, body: Body) -> None:
        self.submissions.append(body)
        await ack(**self.answer)

    async def _closed(self, ack: Any, body: Body) -> None:
        self.seen.append(body)
        await ack()

    def of_type(self, kind: str) -> list[Body]:
        """Give the payloads of a kind, or the bodies of events of that kind."""
        return [
            body
            for body in self.seen
            if kind in (body.get("type"), body.get("event", {}).get("type"))
        ]
