"""The Web API's methods on conversations and people: conversations.*, users.* and auth.test."""

from __future__ import annotations

from bot.playground import envelopes
from bot.playground.arguments import ApiError, Args, page
from bot.playground.chat import find_channel
from bot.playground.core import Core
from bot.playground.model import Channel, Json, Message


def auth_test(core: Core, _args: Args) -> Json:
    """auth.test."""
    team, app = core.workspace.team, core.workspace.app
    return {
        "url": f"{core.url}/",
        "team": team.name,
        "user": app.handle,
        "team_id": team.id,
        "user_id": app.user,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def api_test(_core: Core, args: Args) -> Json:
    """api.test."""
    error = args.text("error")
    if error:
        raise ApiError(error)
    return {"args": {}}


def users_info(core: Core, args: Args) -> Json:
    """users.info."""
    user = args.text("user")
    if user == core.workspace.app.user:
        return {"user": envelopes.bot_user_object(core.identity)}
    person = core.workspace.people.get(user or "")
    if person is None:
        raise ApiError("user_not_found")
    shown = envelopes.user_object(core.identity, person, core.clock.now())
    return {"user": _with_locale(shown, args)}


def users_list(core: Core, args: Args) -> Json:
    """users.list."""
    now = core.clock.now()
    people = core.workspace.people.values()
    shown = [_with_locale(envelopes.user_object(core.identity, each, now), args) for each in people]
    shown.append(envelopes.bot_user_object(core.identity))
    members, cursor = page(shown, args)
    return {
        "members": members,
        "cache_ts": int(now.timestamp()),
        "response_metadata": {"next_cursor": cursor},
    }


def _with_locale(user: Json, args: Args) -> Json:
    return {**user, "locale": envelopes.LOCALE} if args.flag("include_locale") else user


def info(core: Core, args: Args) -> Json:
    """conversations.info."""
    return {"channel": envelopes.channel_object(core.identity, find_channel(core, args))}


def list_all(core: Core, args: Args) -> Json:
    """conversations.list."""
    kinds = (args.text("types") or "public_channel").split(",")
    wanted = [
        envelopes.channel_object(core.identity, channel)
        for channel in core.workspace.channels.values()
        if ("im" if channel.kind == "dm" else "public_channel") in kinds
        and not (channel.archived and args.flag("exclude_archived"))
    ]
    channels, cursor = page(wanted, args)
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def members(core: Core, args: Args) -> Json:
    """conversations.members."""
    channel = find_channel(core, args)
    shown, cursor = page(channel.members, args)
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}


def open_dm(core: Core, args: Args) -> Json:
    """conversations.open, for the conversation with one person."""
    users = (args.text("users") or "").split(",")
    if args.has("channel"):
        channel = find_channel(core, args)
    elif len(users) == 1 and users[0] in core.workspace.people:
        channel = core.workspace.dm(users[0])
    else:
        raise ApiError("user_not_found" if users != [""] else "users_list_not_supplied")
    shown = {"id": channel.id}
    if args.flag("return_im"):
        shown = envelopes.channel_object(core.identity, channel)
    return {"channel": shown, "no_op": True, "already_open": True}


def history(core: Core, args: Args) -> Json:
    """conversations.history: newest first, without replies in threads."""
    channel = _readable(core, args)
    found = [
        message
        for message in core.workspace.messages[channel.id].values()
        if not message.reply or message.subtype == "thread_broadcast"
    ]
    newest_first = _within(found, args)[::-1]
    return _listing(core, newest_first, args)


def replies(core: Core, args: Args) -> Json:
    """conversations.replies: the head of a thread and its replies, oldest first."""
    channel = _readable(core, args)
    named = core.workspace.message(channel.id, args.need("ts"))
    root = core.workspace.message(channel.id, named.thread_ts or named.ts) if named else None
    if root is None:
        raise ApiError("thread_not_found")
    found = [root, *_within(core.workspace.replies(root), args)]
    return _listing(core, found, args)


def _readable(core: Core, args: Args) -> Channel:
    channel = find_channel(core, args)
    if not core.reads(channel):
        raise ApiError("not_in_channel")
    return channel


def _within(messages: list[Message], args: Args) -> list[Message]:
    oldest, latest = args.text("oldest") or "0", args.text("latest") or "9" * 12
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise ApiError("invalid_ts_oldest") from None
    if args.flag("inclusive"):
        return [message for message in messages if low <= float(message.ts) <= high]
    return [message for message in messages if low < float(message.ts) < high]


def _listing(core: Core, messages: list[Message], args: Args) -> Json:
    with_metadata = args.flag("include_all_metadata")
    rows, cursor = page(messages, args)
    shown = [_shown(core, message, with_metadata) for message in rows]
    answer: Json = {"messages": shown, "has_more": bool(cursor), "pin_count": 0}
    return {**answer, "response_metadata": {"next_cursor": cursor}} if cursor else answer


def _shown(core: Core, message: Message, with_metadata: bool) -> Json:
    shown = envelopes.message_object(core.identity, message, metadata=with_metadata)
    answers = [] if message.reply else core.workspace.replies(message)
    if answers:
        users = list(dict.fromkeys(answer.user for answer in answers))
        shown.update(
            thread_ts=message.ts,
            reply_count=len(answers),
            reply_users_count=len(users),
            reply_users=users,
            latest_reply=answers[-1].ts,
        )
    return shown
