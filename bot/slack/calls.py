"""Reads Slack's payloads: each becomes a `Call`, with nothing in it that a handler must not see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.learners import Person
from bot.slack.desk import Call
from bot.slack.forms import values_of

Body = Mapping[str, Any]

_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|([^>]*))?>")
_SOMEBODY = re.compile(r"<@([A-Z0-9]+)(?:\|([^>]*))?>")


def readable(text: str, bot_user: str) -> str:
    """Text as it was typed: without a mention of the bot, with links and names as people read them.

    Slack sends `&`, `<` and `>` as entities, and marks up links, channels and people.
    """
    text = _SOMEBODY.sub(lambda found: " " if found[1] == bot_user else found[0], text)
    text = _LINK.sub(lambda found: found[2] or found[1], text)
    text = _CHANNEL.sub(lambda found: f"#{found[2] or found[1]}", text)
    text = _SOMEBODY.sub(lambda found: f"@{found[2] or found[1]}", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads for one installation: its workspace keys all data, whoever's team acts.

    In a shared channel a person may belong to another workspace; what they do here is kept here.
    """

    workspace: str
    bot_user: str

    def command(self, body: Body) -> Call:
        """A slash command."""
        return Call(
            person=self._person(body["user_id"]),
            text=readable(str(body.get("text") or ""), self.bot_user),
            channel=str(body.get("channel_id") or ""),
            trigger=str(body.get("trigger_id") or ""),
            response_url=str(body.get("response_url") or ""),
        )

    def action(self, body: Body) -> tuple[str, Call]:
        """A click or a choice: the action id and the call."""
        action = body["actions"][0]
        view, message = body.get("view") or {}, body.get("message") or {}
        # A message for one's eyes only comes without itself; its container still names it.
        ts = message.get("ts") or (body.get("container") or {}).get("message_ts")
        modal = str(view["id"]) if view.get("type") == "modal" else ""
        call = Call(
            person=self._person(body["user"]["id"]),
            text=_chosen(action),
            channel=str((body.get("channel") or {}).get("id") or ""),
            trigger=str(body.get("trigger_id") or ""),
            response_url=str(body.get("response_url") or ""),
            ts=str(ts or ""),
            thread_ts=str(message.get("thread_ts") or ""),
            modal=modal,
            metadata=str(view.get("private_metadata") or ""),
        )
        return str(action.get("action_id") or ""), call

    def view(self, body: Body) -> tuple[str, Call]:
        """A form that was sent: its callback id and the call."""
        view = body["view"]
        call = Call(
            person=self._person(body["user"]["id"]),
            trigger=str(body.get("trigger_id") or ""),
            modal=str(view["id"]),
            metadata=str(view.get("private_metadata") or ""),
            values=values_of(view.get("state") or {}),
        )
        return str(view.get("callback_id") or ""), call

    def event(self, body: Body) -> Call:
        """A message or a mention."""
        event = body["event"]
        return Call(
            person=self._person(event.get("user") or ""),
            text=readable(str(event.get("text") or ""), self.bot_user),
            channel=str(event.get("channel") or ""),
            ts=str(event.get("ts") or ""),
            thread_ts=str(event.get("thread_ts") or ""),
        )

    def _person(self, user: object) -> Person:
        return Person(self.workspace, str(user))


def _chosen(action: Body) -> str:
    option = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value") or "")


def key_of(body: Body) -> str:
    """What tells a repeated envelope from a new one; empty when nothing in it can."""
    return str(body.get("event_id") or body.get("trigger_id") or "")
