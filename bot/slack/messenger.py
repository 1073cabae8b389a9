"""Deliveries to Slack: posts each message once, and finds out whether it arrived."""

from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.deliveries import Target
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.slack.errors import UNCERTAIN, WAIT
from bot.slack.limits import checked

log = structlog.get_logger(__name__)

EVENT_TYPE = "coach_delivery"
NO_ANSWER = "no_answer"
NETWORK_WAIT = 30.0
HISTORY = 100
CLOCKS_DIFFER = timedelta(minutes=5)
UNREADABLE = (ValueError, AttributeError, TypeError, KeyError)
"""What the SDK raises on an answer that is not Slack's: the call may have been carried out."""


def slack_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never tries twice by itself: a repeated post would be a double message."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[])


class SlackMessenger:
    """Posts deliveries; the delivery id travels in the first block's id and in the metadata."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        """Post once. Raises SendRefused when it surely did not arrive, SendUncertain otherwise."""
        blocks = [dict(block) for block in checked(message).blocks]
        if blocks:
            blocks[0]["block_id"] = delivery_id
        answer = await self._call(
            "chat.postMessage",
            channel=target.address,
            text=message.text,
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"id": delivery_id}},
        )
        return Arrived(str(answer["channel"]), str(answer["ts"]))

    async def find(self, target: Target, delivery_id: str, since: datetime) -> Arrived | None:
        """Where the message with this id stands; None when the history does not hold it."""
        channel = target.address
        if channel.startswith(("U", "W")):
            opened = await self._call("conversations.open", users=channel)
            channel = str(opened["channel"]["id"])
        oldest, cursor = since - CLOCKS_DIFFER, ""
        while True:
            page = await self._call(
                "conversations.history",
                channel=channel,
                oldest=f"{oldest.timestamp():.6f}",
                limit=HISTORY,
                include_all_metadata=True,
                **({"cursor": cursor} if cursor else {}),
            )
            for found in page["messages"]:
                if _delivery_of(found) == delivery_id:
                    return Arrived(channel, str(found["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None

    async def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return (await self._client.api_call(method, json=arguments)).data
        except SlackApiError as error:
            raise _classified(error) from error
        except aiohttp.ClientConnectorError as error:
            raise SendRefused("no_connection", NETWORK_WAIT) from error
        except (aiohttp.ClientError, TimeoutError, *UNREADABLE) as error:
            raise SendUncertain(type(error).__name__) from error


def _delivery_of(found: dict[str, Any]) -> str | None:
    carried = found.get("metadata", {}).get("event_payload", {}).get("id")
    if carried is not None:
        return str(carried)
    blocks = found.get("blocks") or [{}]
    carried = blocks[0].get("block_id")
    return None if carried is None else str(carried)


def _classified(error: SlackApiError) -> Exception:
    response = error.response
    # On an unreadable body the SDK hands over aiohttp's own response, which names it `status`.
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 200))
    code = code_of(error)
    if status == 429 or code in WAIT:
        return SendRefused("ratelimited" if status == 429 else code, seconds_to_wait(error))
    if status >= 500 or code in UNCERTAIN or code == NO_ANSWER:
        return SendUncertain(code)
    return SendRefused(code, None)


def seconds_to_wait(error: SlackApiError) -> float:
    """How long Slack asks to wait, or what its code is worth when it does not say."""
    given = str(error.response.headers.get("Retry-After") or "").strip()
    return float(given) if given.isdecimal() else WAIT.get(code_of(error), 30.0)


def code_of(error: SlackApiError) -> str:
    """Slack's error code; `no_answer` when the answer was not one of Slack's."""
    response = error.response
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    return str(data.get("error", NO_ANSWER)) if isinstance(data, dict) else NO_ANSWER
