"""The Web API's methods on messages: chat.* and reactions.*."""

from __future__ import annotations

from dataclasses import replace

from bot.playground import blocks as block_rules
from bot.playground import envelopes
from bot.playground.arguments import ApiError, Args
from bot.playground.core import Core, as_list
from bot.playground.model import Channel, Ephemeral, Json, Message, new_id

TEXT_CUT = 40_000
UPDATE_TEXT = 4_000
METADATA_CHARACTERS = 8_000


def find_channel(core: Core, args: Args, *, people: bool = False) -> Channel:
    """Give the channel of a call; with `people`, a person's id means the app's DM with them."""
    name = args.text("channel")
    if name is None:
        raise ApiError("channel_not_found")
    if people and name in core.workspace.people:
        return core.workspace.dm(name)
    channel = core.workspace.channel(name)
    if channel is None:
        raise ApiError("channel_not_found")
    return channel


def _writable(core: Core, args: Args) -> Channel:
    channel = find_channel(core, args, people=True)
    if not core.reads(channel):
        raise ApiError("not_in_channel")
    if channel.archived:
        raise ApiError("is_archived")
    return channel


def checked_blocks(value: object) -> list[Json]:
    """Give the blocks of a message with all names filled in; raises ApiError when invalid."""
    if value is None:
        return []
    problems = block_rules.problems_of(value, "message")
    if problems:
        raise ApiError("invalid_blocks", problems)
    return block_rules.named(as_list(value))


def _content(args: Args) -> tuple[str, list[Json]]:
    markdown = args.text("markdown_text")
    if markdown is not None and (args.has("text") or args.has("blocks")):
        raise ApiError("markdown_text_conflict")
    if markdown is not None and len(markdown) > block_rules.MARKDOWN_CHARACTERS:
        raise ApiError("msg_too_long")
    blocks = checked_blocks(args.json("blocks"))
    text = args.text("text") or markdown or ""
    if not text and not blocks and not args.json("attachments"):
        raise ApiError("no_text")
    return text[:TEXT_CUT], blocks


def _thread(core: Core, channel: Channel, ts: str | None) -> str | None:
    if ts is None:
        return None
    root = core.workspace.message(channel.id, ts)
    if root is None:
        raise ApiError("cannot_reply_to_message")
    return root.thread_ts or root.ts


def _metadata(args: Args) -> Json | None:
    value = args.json("metadata")
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if not value.get("event_type"):
        raise ApiError("invalid_metadata_format")
    if len(str(value)) > METADATA_CHARACTERS:
        raise ApiError("metadata_too_large")
    return value


def post_message(core: Core, args: Args) -> Json:
    """chat.postMessage."""
    channel = _writable(core, args)
    text, blocks = _content(args)
    thread = _thread(core, channel, args.text("thread_ts"))
    message = Message(
        channel=channel.id,
        ts=core.clock.stamp(),
        user=core.workspace.app.user,
        text=text,
        blocks=blocks,
        bot=True,
        thread_ts=thread,
        metadata=_metadata(args),
        subtype="thread_broadcast" if thread and args.flag("reply_broadcast") else None,
    )
    core.post(message)
    shown = envelopes.message_object(core.identity, message)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(core: Core, args: Args) -> Json:
    """chat.postEphemeral."""
    channel = _writable(core, args)
    person = core.workspace.people.get(args.need("user"))
    if person is None:
        raise ApiError("user_not_found")
    if person.id not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = _content(args)
    ts = core.clock.stamp()
    thread = _thread(core, channel, args.text("thread_ts"))
    core.whisper(Ephemeral(new_id("E"), channel.id, ts, person.id, text, blocks, thread))
    return {"message_ts": ts}


def _own_message(core: Core, args: Args, forbidden: str) -> Message:
    channel = find_channel(core, args)
    message = core.workspace.message(channel.id, args.need("ts"))
    if message is None or message.subtype == "tombstone":
        raise ApiError("message_not_found")
    if not message.bot:
        raise ApiError(forbidden)
    return message


def update(core: Core, args: Args) -> Json:
    """chat.update; blocks and metadata that are not given stay as they are."""
    before = _own_message(core, args, "cant_update_message")
    if len(args.text("text") or "") > UPDATE_TEXT:
        raise ApiError("msg_too_long")
    text, blocks = _content(args)
    after = replace(
        before,
        text=text,
        blocks=before.blocks if args.json("blocks") is None else blocks,
        metadata=_metadata(args) if args.has("metadata") else before.metadata,
        edited_ts=core.clock.stamp(),
    )
    core.workspace.put_message(after)
    core.changed(before, after)
    shown = envelopes.message_object(core.identity, after)
    return {"channel": after.channel, "ts": after.ts, "text": text, "message": shown}


def delete(core: Core, args: Args) -> Json:
    """chat.delete."""
    message = _own_message(core, args, "cant_delete_message")
    remove(core, message)
    return {"channel": message.channel, "ts": message.ts}


def remove(core: Core, message: Message) -> None:
    """Take a message away; the head of a thread leaves a line that says so."""
    core.ledger.deleted(message)
    if core.workspace.replies(message):
        gone = Message(
            message.channel,
            message.ts,
            message.user,
            "This message was deleted.",
            bot=message.bot,
            thread_ts=message.ts,
            subtype="tombstone",
        )
        core.workspace.put_message(gone)
    else:
        core.workspace.drop_message(message)
    core.changed(message, None)


def permalink(core: Core, args: Args) -> Json:
    """chat.getPermalink."""
    channel = find_channel(core, args)
    message = core.workspace.message(channel.id, args.need("message_ts"))
    if message is None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": f"{core.url}/{envelopes.permalink(message)}"}


def _reacted(core: Core, args: Args) -> tuple[Message, str]:
    name = args.need("name").strip(":")
    channel = args.text("channel")
    if channel is None:
        raise ApiError("no_item_specified")
    message = core.workspace.message(find_channel(core, args).id, args.need("timestamp"))
    if message is None:
        raise ApiError("message_not_found")
    if not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise ApiError("invalid_name")
    return message, name


def add_reaction(core: Core, args: Args) -> Json:
    """reactions.add."""
    message, name = _reacted(core, args)
    bot = core.workspace.app.user
    users = {row["name"]: list(row["users"]) for row in message.reactions}
    if bot in users.get(name, []):
        raise ApiError("already_reacted")
    users.setdefault(name, []).append(bot)
    _put_reactions(core, message, users)
    return {}


def remove_reaction(core: Core, args: Args) -> Json:
    """reactions.remove."""
    message, name = _reacted(core, args)
    bot = core.workspace.app.user
    users = {row["name"]: list(row["users"]) for row in message.reactions}
    if bot not in users.get(name, []):
        raise ApiError("no_reaction")
    users[name].remove(bot)
    _put_reactions(core, message, users)
    return {}


def _put_reactions(core: Core, message: Message, users: dict[str, list[str]]) -> None:
    rows = [{"name": n, "users": who, "count": len(who)} for n, who in users.items() if who]
    core.workspace.put_message(replace(message, reactions=rows))
