"""Builds what the app is told and what the Web API answers: pure functions to plain objects."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.playground.model import (
    AppInfo,
    Channel,
    Ephemeral,
    Json,
    Message,
    Person,
    Team,
    new_id,
)

# The field exists for old apps; nothing here checks it and it opens nothing.
_VERIFICATION = "playground"
LOCALE = "en-US"


@dataclass(frozen=True)
class Identity:
    """The workspace and the app, as payloads name them."""

    team: Team
    app: AppInfo

    def short_team(self) -> Json:
        """Give the team as interactions carry it."""
        return {"id": self.team.id, "domain": self.team.domain}

    def common(self, person: Person) -> Json:
        """Give what every interaction carries."""
        return {
            "team": self.short_team(),
            "user": {
                "id": person.id,
                "username": person.handle,
                "name": person.handle,
                "team_id": self.team.id,
            },
            "api_app_id": self.app.id,
            "token": _VERIFICATION,
            "is_enterprise_install": False,
            "enterprise": None,
        }


def event_callback(identity: Identity, event: Json, event_time: int) -> Json:
    """Wrap an event."""
    team, app = identity.team, identity.app
    return {
        "token": _VERIFICATION,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": event_time,
        "event_context": secrets.token_urlsafe(24),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": app.user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def slash_command(
    identity: Identity, person: Person, channel: Channel, text: str, links: dict[str, str]
) -> Json:
    """Build a slash command; `links` holds response_url and trigger_id."""
    return {
        "token": _VERIFICATION,
        "team_id": identity.team.id,
        "team_domain": identity.team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "user_id": person.id,
        "user_name": person.handle,
        "command": identity.app.command,
        "text": text,
        "api_app_id": identity.app.id,
        "is_enterprise_install": "false",
        **links,
    }


def message_object(identity: Identity, message: Message, *, metadata: bool = True) -> Json:
    """Give a message as history, answers and interactions show it."""
    shown: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": identity.team.id,
    }
    if message.bot:
        shown.update(bot_id=identity.app.bot_id, app_id=identity.app.id)
        shown["bot_profile"] = bot_profile(identity)
    if metadata and message.metadata is not None:
        shown["metadata"] = message.metadata
    if message.edited_ts:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    for name in ("blocks", "thread_ts", "subtype", "reactions", "client_msg_id"):
        if getattr(message, name):
            shown[name] = getattr(message, name)
    return shown


def bot_profile(identity: Identity) -> Json:
    """Give the app as messages name it."""
    return {
        "id": identity.app.bot_id,
        "app_id": identity.app.id,
        "user_id": identity.app.user,
        "name": identity.app.name,
        "team_id": identity.team.id,
        "deleted": False,
    }


def message_event(identity: Identity, message: Message, channel: Channel) -> Json:
    """Build the event of a new message."""
    return {
        **message_object(identity, message),
        "channel": channel.id,
        "channel_type": "im" if channel.kind == "dm" else "channel",
        "event_ts": message.ts,
    }


def mention_event(identity: Identity, message: Message) -> Json:
    """Build the event that the app was named in a channel."""
    shown = {**message_object(identity, message), "channel": message.channel}
    return {**shown, "type": "app_mention", "event_ts": message.ts}


def changed_event(
    identity: Identity, before: Message, after: Message | None, channel: Channel, ts: str
) -> Json:
    """Build the event of an edited message, or of a deleted one when `after` is None."""
    event: Json = {
        "type": "message",
        "subtype": "message_changed" if after else "message_deleted",
        "hidden": True,
        "previous_message": message_object(identity, before),
        "channel": channel.id,
        "channel_type": "im" if channel.kind == "dm" else "channel",
        "ts": ts,
        "event_ts": ts,
    }
    if after is None:
        return {**event, "deleted_ts": before.ts}
    return {**event, "message": message_object(identity, after)}


def user_object(identity: Identity, person: Person, at: datetime) -> Json:
    """Give a person as users.info does; offsets are those of the instant `at`."""
    local = at.astimezone(ZoneInfo(person.tz))
    offset = local.utcoffset()
    return {
        "id": person.id,
        "team_id": identity.team.id,
        "name": person.handle,
        "deleted": False,
        "real_name": person.name,
        "tz": person.tz,
        "tz_label": local.tzname() or person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {
            "title": person.title,
            "real_name": person.name,
            "real_name_normalized": person.name,
            "display_name": person.handle,
            "display_name_normalized": person.handle,
            "first_name": person.name.split(" ")[0],
            "last_name": person.name.split(" ")[-1],
            "status_text": "",
            "status_emoji": "",
            "team": identity.team.id,
        },
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": person.updated,
    }


def bot_user_object(identity: Identity) -> Json:
    """Give the app's own person as users.info does."""
    app = identity.app
    return {
        "id": app.user,
        "team_id": identity.team.id,
        "name": app.handle,
        "deleted": False,
        "real_name": app.name,
        "tz": "UTC",
        "tz_label": "UTC",
        "tz_offset": 0,
        "profile": {
            "real_name": app.name,
            "display_name": "",
            "api_app_id": app.id,
            "bot_id": app.bot_id,
            "team": identity.team.id,
        },
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": True,
        "is_app_user": False,
        "updated": 0,
    }


def channel_object(identity: Identity, channel: Channel) -> Json:
    """Give a conversation as conversations.info does."""
    base: Json = {"id": channel.id, "created": channel.created, "is_archived": channel.archived}
    if channel.kind == "dm":
        return {**base, "is_im": True, "user": channel.user, "is_open": True}
    return {
        **base,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": identity.app.user in channel.members,
        "creator": channel.members[0] if channel.members else None,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
        "context_team_id": identity.team.id,
    }


def channel_label(channel: Channel) -> Json:
    """Give a channel as interactions name it."""
    return {"id": channel.id, "name": channel.name or "directmessage"}


def message_container(message: Message | Ephemeral) -> Json:
    """Say where a used element stands."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": isinstance(message, Ephemeral),
    }
    return {**container, "thread_ts": message.thread_ts} if message.thread_ts else container


def permalink(message: Message) -> str:
    """Give the path and query of a message's address."""
    link = f"archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.reply:
        link += f"?thread_ts={quote(str(message.thread_ts))}&cid={message.channel}"
    return link
