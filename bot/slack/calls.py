"""Reads Slack's payloads: each becomes a `Call`, with nothing in it that a handler must not see."""

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.learners import Person
from bot.slack.desk import Call
from bot.slack.forms import values_of

Body = Mapping[str, Any]
_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")


def unescape(text: str) -> str:
    """Text as it was typed: Slack sends these three characters as entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def from_command(body: Body) -> Call:
    """A slash command."""
    return Call(
        person=Person(str(body["team_id"]), str(body["user_id"])),
        text=unescape(str(body.get("text") or "")),
        channel=str(body.get("channel_id") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
    )


def from_action(body: Body) -> tuple[str, Call]:
    """A click or a choice: the action id and the call."""
    action = body["actions"][0]
    view, message = body.get("view") or {}, body.get("message") or {}
    modal = str(view["id"]) if view.get("type") == "modal" else ""
    call = Call(
        person=_person(body),
        text=_chosen(action),
        channel=str((body.get("channel") or {}).get("id") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        ts=str(message.get("ts") or ""),
        thread_ts=str(message.get("thread_ts") or ""),
        modal=modal,
        metadata=str(view.get("private_metadata") or ""),
    )
    return str(action.get("action_id") or ""), call


def _chosen(action: Body) -> str:
    option = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value") or "")


def from_view(body: Body) -> tuple[str, Call]:
    """A form that was sent: its callback id and the call."""
    view = body["view"]
    call = Call(
        person=_person(body),
        trigger=str(body.get("trigger_id") or ""),
        modal=str(view["id"]),
        metadata=str(view.get("private_metadata") or ""),
        values=values_of(view.get("state") or {}),
    )
    return str(view.get("callback_id") or ""), call


def from_event(body: Body) -> Call:
    """A message or a mention; mentions of anybody are taken out of the text."""
    event = body["event"]
    return Call(
        person=Person(str(body.get("team_id") or event.get("team")), str(event.get("user") or "")),
        text=unescape(_MENTION.sub(" ", str(event.get("text") or ""))).strip(),
        channel=str(event.get("channel") or ""),
        ts=str(event.get("ts") or ""),
        thread_ts=str(event.get("thread_ts") or ""),
    )


def _person(body: Body) -> Person:
    user, team = body["user"], body.get("team") or {}
    return Person(str(user.get("team_id") or team.get("id")), str(user["id"]))


def key_of(body: Body) -> str:
    """What tells a repeated envelope from a new one; empty when nothing in it can."""
    return str(body.get("event_id") or body.get("trigger_id") or "")
