"""Calls to Slack: posts each message once, opens views, and asks for what is there."""

from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.cadence import zone_names
from bot.domain.deliveries import Target
from bot.domain.learners import Person, ZoneSource
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.slack import limits
from bot.slack.blocks.kit import View, modal
from bot.slack.desk import Call
from bot.slack.errors import UNCERTAIN, WAIT
from bot.slack.words import Words

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
        wait = _seconds(response.headers.get("Retry-After"), WAIT.get(code, 30.0))
        return SendRefused("ratelimited" if status == 429 else code, wait)
    if status >= 500 or code in UNCERTAIN or code == NO_ANSWER:
        return SendUncertain(code)
    return SendRefused(code, None)


def _seconds(given: str | None, otherwise: float) -> float:
    return float(given) if given and given.strip().isdigit() else otherwise


def code_of(error: SlackApiError) -> str:
    """Slack's error code; `no_answer` when the answer was not one of Slack's."""
    response = error.response
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    return str(data.get("error", NO_ANSWER)) if isinstance(data, dict) else NO_ANSWER


def checked(message: Message) -> Message:
    """The message when it fits Slack's limits; else its text alone, and an error in the log."""
    problems = limits.check_message(message.text, message.blocks)
    if not problems:
        return message
    log.error("message_over_limits", problems=problems)
    return Message(message.text[: limits.TEXT] or "–")


class SlackOutbound:
    """Calls to Slack that follow a reply, with a person waiting."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        words: Words,
        fallback_zone: str,
    ) -> None:
        self._client = client
        self._session = session
        self._words = words
        self._fallback_zone = fallback_zone

    async def show(self, call: Call, view: View) -> None:
        """Open a view, or replace the one in which the call happened."""
        self._log_problems(view)
        if call.modal:
            await self._client.views_update(view_id=call.modal, view=view)
        else:
            await self._client.views_open(trigger_id=call.trigger, view=view)

    async def tell(self, call: Call, message: Message) -> None:
        """Show a message where the call happened: a page, the DM, or for one's eyes only."""
        if call.modal or not call.channel:
            await self.show(call, as_page(self._words, message))
        elif call.in_channel and call.response_url:
            await self._respond(call.response_url, message)
        elif call.in_channel:
            await self._whisper(call, message)
        else:
            await self.post(call.channel, message, call.thread_ts)

    async def post(self, channel: str, message: Message, thread_ts: str = "") -> str:
        """Post for everybody there; Slack's error code when it refused, else nothing."""
        fitting = checked(message)
        try:
            await self._client.chat_postMessage(
                channel=channel,
                text=fitting.text,
                blocks=[dict(block) for block in fitting.blocks],
                thread_ts=thread_ts or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            log.warning("post_refused", code=code_of(error))
            return code_of(error)
        return ""

    async def publish_home(self, person: Person, view: View) -> None:
        """Redraw somebody's App Home."""
        self._log_problems(view)
        await self._client.views_publish(user_id=person.user, view=view)

    async def zone_of(self, person: Person) -> tuple[str, ZoneSource]:
        """The zone of the person's Slack profile; the workspace's when Slack has none."""
        try:
            answer = await self._client.users_info(user=person.user)
        except SlackApiError as error:
            log.warning("zone_unknown", code=code_of(error))
            return self._fallback_zone, ZoneSource.WORKSPACE
        zone = str(answer["user"].get("tz") or "")
        if zone in zone_names():
            return zone, ZoneSource.SLACK
        return self._fallback_zone, ZoneSource.WORKSPACE

    async def _respond(self, url: str, message: Message) -> None:
        fitting = checked(message)
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": fitting.text,
            "blocks": [dict(block) for block in fitting.blocks],
        }
        async with self._session.post(url, json=body) as answer:
            if answer.status >= 400:
                log.warning("response_url_refused", status=answer.status)

    async def _whisper(self, call: Call, message: Message) -> None:
        fitting = checked(message)
        await self._client.chat_postEphemeral(
            channel=call.channel,
            user=call.person.user,
            text=fitting.text,
            blocks=[dict(block) for block in fitting.blocks],
            thread_ts=call.thread_ts or None,
        )

    def _log_problems(self, view: View) -> None:
        problems = limits.check_view(view)
        if problems:
            log.error("view_over_limits", problems=problems)


def as_page(words: Words, message: Message) -> View:
    """A message as a page, for where there is no conversation to show it in."""
    blocks = [dict(block) for block in checked(message).blocks] or [
        {"type": "section", "text": {"type": "mrkdwn", "text": message.text}}
    ]
    return modal("page", words.plain("home.title"), blocks, close=words.plain("button.close"))
