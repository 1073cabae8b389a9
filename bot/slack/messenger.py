"""Deliveries to Slack: posts each message once, and finds out whether it arrived."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.deliveries import Target
from bot.domain.remedies import Remedy
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.slack.errors import METHODS, NO_ANSWER, for_address, is_person
from bot.slack.limits import LENGTHS, checked
from bot.slack.refusals import FAILED, UNREADABLE, details_of, failure

log = structlog.get_logger(__name__)

EVENT_TYPE = "coach_delivery"
HISTORY = 100
MOST_PAGES = 50
"""Five thousand messages since a delivery was due: longer than that, looking on helps nobody."""
CLOCKS_DIFFER = timedelta(minutes=5)

Payload = dict[str, Any]

_HALF_ENTITY = re.compile(r"&[a-z]*$")

GIVEN_UP: Mapping[Remedy, Remedy] = {
    Remedy.PLAIN: Remedy.QUARANTINE,
    Remedy.BARE: Remedy.QUARANTINE,
    Remedy.REOPEN: Remedy.AWAY,
    Remedy.TOP_LEVEL: Remedy.REST,
}
"""What is done when mending a message did not help, or there is nothing to mend."""


def slack_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never tries twice by itself: a repeated post would be a double message."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[])


class SlackMessenger:
    """Posts deliveries; the delivery id travels in the first block's id and in the metadata."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    # -- post -----------------------------------------------------------------------------------

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        """Post once; when Slack surely did not take it and it can be mended, once more.

        Raises SendRefused when it surely did not arrive, SendUncertain otherwise.
        """
        payload = _payload(target, message, delivery_id)
        try:
            return await self._post(payload)
        except SendRefused as refusal:
            mended = await self._mended(payload, refusal, target, delivery_id)
            if mended is None:
                raise _given_up(refusal, target) from refusal
            log.warning("message_mended", code=refusal.code, remedy=refusal.remedy)
        try:
            return await self._post(mended)
        except SendRefused as refusal:
            raise _given_up(refusal, target) from refusal

    async def _post(self, payload: Payload) -> Arrived:
        answer = await self._call("chat.postMessage", payload)
        with _readable():
            return Arrived(str(answer["channel"]), str(answer["ts"]))

    async def _mended(
        self, payload: Payload, refusal: SendRefused, target: Target, delivery_id: str
    ) -> Payload | None:
        """The message as Slack may take it; None when there is nothing to mend."""
        match refusal.remedy:
            case Remedy.PLAIN:
                return _as_plain(payload, delivery_id)
            case Remedy.BARE:
                return {name: value for name, value in payload.items() if name != "metadata"}
            case Remedy.REOPEN if is_person(target.address):
                return {**payload, "channel": await self._reopened(target)}
            case _:
                return None

    async def _reopened(self, target: Target) -> str:
        try:
            return await self._conversation(target)
        except SendUncertain as error:
            # The post was refused and this one posts nothing: surely nothing has arrived.
            raise SendRefused(str(error), Remedy.BACK_OFF) from error

    # -- look, and take away ----------------------------------------------------------------------

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        """Every message that carries this id, oldest first; empty when none arrived.

        Raises SendRefused when the history can't be read, SendUncertain when not now.
        """
        channel = target.address
        if is_person(channel):
            channel = await self._conversation(target)
        with _readable():
            found = [
                Arrived(channel, str(message["ts"]))
                async for message in self._history(channel, since - CLOCKS_DIFFER)
                if _delivery_of(message) == delivery_id
            ]
            return tuple(sorted(found, key=lambda arrived: float(arrived.ts)))

    async def _history(self, channel: str, oldest: datetime) -> AsyncIterator[Mapping[str, Any]]:
        asked: Payload = {
            "channel": channel,
            "oldest": f"{oldest.timestamp():.6f}",
            "limit": HISTORY,
            "include_all_metadata": True,
        }
        for _ in range(MOST_PAGES):
            page = await self._call("conversations.history", asked)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
            asked = {**asked, "cursor": cursor}
        raise SendRefused("history_too_long", Remedy.QUARANTINE)

    async def remove(self, target: Target, arrived: Arrived) -> None:
        """Delete a message that stands there twice; one that is gone already is no failure.

        Raises SendRefused when it stays there, SendUncertain when it may.
        """
        try:
            await self._call("chat.delete", {"channel": arrived.channel, "ts": arrived.ts})
        except SendRefused as refusal:
            if refusal.remedy is not Remedy.DROP:
                raise
            log.info("double_left", code=refusal.code, workspace=target.workspace)

    async def probe(self, workspace: str) -> None:
        """Ask whether Slack lets the coach work. Raises SendRefused or SendUncertain."""
        await self._call("auth.test", {})
        log.info("workspace_answers", workspace=workspace)

    async def _conversation(self, target: Target) -> str:
        opened = await self._call("conversations.open", {"users": target.address})
        with _readable():
            return str(opened["channel"]["id"])

    async def _call(self, method: str, arguments: Payload) -> Any:
        try:
            return (await self._client.api_call(method, json=arguments)).data
        except FAILED as error:
            refused = failure(error, METHODS[method])
            log.warning("call_failed", method=method, code=refused.code, **details_of(error))
            raise refused from error


def _payload(target: Target, message: Message, delivery_id: str) -> Payload:
    fitting = checked(message)
    blocks = [dict(block) for block in fitting.blocks]
    if blocks:
        blocks[0]["block_id"] = delivery_id
    return {
        "channel": target.address,
        "text": fitting.text,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": delivery_id}},
    }


def _as_plain(payload: Payload, delivery_id: str) -> Payload | None:
    """The same words in the plainest block there is, which still carries the delivery."""
    text = str(payload["text"])
    if len(text) > LENGTHS["section.text"]:
        text = _HALF_ENTITY.sub("", text[: LENGTHS["section.text"] - 1]) + "…"
    if not text.strip():
        return None
    block = {
        "type": "section",
        "block_id": delivery_id,
        "text": {"type": "mrkdwn", "text": text},
    }
    kept = {name: value for name, value in payload.items() if name != "metadata"}
    return {**kept, "text": text, "blocks": [block]}


def _given_up(refusal: SendRefused, target: Target) -> SendRefused:
    remedy = for_address(refusal.remedy, target.address)
    return SendRefused(refusal.code, GIVEN_UP.get(remedy, remedy), refusal.wait)


@contextmanager
def _readable() -> Iterator[None]:
    """An answer that says yes in an unknown shape may be anybody's: what it means is unclear."""
    try:
        yield
    except UNREADABLE as error:
        raise SendUncertain(NO_ANSWER) from error


def _delivery_of(found: Mapping[str, Any]) -> str | None:
    carried = (found.get("metadata") or {}).get("event_payload", {}).get("id")
    if carried is not None:
        return str(carried)
    blocks = found.get("blocks") or [{}]
    carried = blocks[0].get("block_id")
    return None if carried is None else str(carried)
