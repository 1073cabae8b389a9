"""Shows what the app answers to a command or click, in the acknowledgement or at response_url."""

from __future__ import annotations

from dataclasses import replace

from bot.playground import chat
from bot.playground.arguments import ApiError, Args
from bot.playground.core import Core
from bot.playground.model import Ephemeral, Json, Message, new_id
from bot.playground.response_urls import ResponseUrl


def answer(core: Core, address: ResponseUrl, body: Json) -> None:
    """Show one answer; raises ApiError when it cannot be shown."""
    args = Args(body)
    if args.flag("delete_original"):
        _delete_original(core, address)
        return
    blocks = chat.checked_blocks(args.json("blocks"))
    text = (args.text("text") or "")[: chat.TEXT_CUT]
    if not text and not blocks:
        raise ApiError("no_text")
    if args.flag("replace_original") and _replace_original(core, address, text, blocks):
        return
    if args.text("response_type") == "in_channel":
        _in_channel(core, address, args, text, blocks)
    else:
        _ephemeral(core, address, args, text, blocks)


def _delete_original(core: Core, address: ResponseUrl) -> None:
    gone = core.workspace.ephemerals.pop(address.original_ephemeral or "", None)
    message = core.workspace.message(address.channel, address.original_ts or "")
    if gone is not None:
        core.workspace.touch()
    elif message is not None:
        chat.remove(core, message)


def _replace_original(core: Core, address: ResponseUrl, text: str, blocks: list[Json]) -> bool:
    """Replace the message that was clicked; a command has none, as on the platform."""
    shown = core.workspace.ephemerals.get(address.original_ephemeral or "")
    before = core.workspace.message(address.channel, address.original_ts or "")
    if shown is not None:
        shown.text, shown.blocks = text, blocks
        core.workspace.touch()
    elif before is not None:
        after = replace(before, text=text, blocks=blocks, edited_ts=core.clock.stamp())
        core.workspace.put_message(after)
        core.changed(before, after)
    else:
        return False
    _first(address, text, blocks, "in_channel" if before and not shown else "ephemeral", None)
    return True


def _in_channel(
    core: Core, address: ResponseUrl, args: Args, text: str, blocks: list[Json]
) -> None:
    if address.command and address.first is None:
        # The others in the channel see what was typed, too.
        typed = Message(address.channel, core.clock.stamp(), address.user, address.command)
        core.workspace.put_message(typed)
    message = Message(
        address.channel,
        core.clock.stamp(),
        core.workspace.app.user,
        text,
        blocks,
        bot=True,
        thread_ts=args.text("thread_ts"),
    )
    core.post(message)
    _first(address, text, blocks, "in_channel", message.ts)


def _ephemeral(core: Core, address: ResponseUrl, args: Args, text: str, blocks: list[Json]) -> None:
    shown = Ephemeral(
        id=new_id("E"),
        channel=address.channel,
        ts=core.clock.stamp(),
        user=address.user,
        text=text,
        blocks=blocks,
        thread_ts=args.text("thread_ts") or address.thread_ts,
        command=address.command,
    )
    core.whisper(shown)
    _first(address, text, blocks, "ephemeral", shown.ts)


def _first(address: ResponseUrl, text: str, blocks: list[Json], kind: str, ts: str | None) -> None:
    if address.first is None:
        address.first = {"text": text, "blocks": blocks, "response_type": kind, "ts": ts}
