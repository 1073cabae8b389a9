"""Calls to Slack that follow a reply, with a person waiting; each failure is told or logged."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.cadence import zone_names
from bot.domain.deliveries import Target
from bot.domain.learners import Person, ZoneSource
from bot.domain.remedies import Remedy
from bot.ports import Message, SendUncertain
from bot.slack.blocks import help as help_screens
from bot.slack.blocks.kit import View, page
from bot.slack.desk import Call
from bot.slack.errors import CallKind, is_person
from bot.slack.limits import check_view, checked
from bot.slack.refusals import FAILED, failure
from bot.slack.words import Words

log = structlog.get_logger(__name__)

ZONE_SECONDS = 1.0
"""A form must open within three seconds of the click; asking for the zone may take one of them."""
PAGE_TRIES = 5
LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Posting:
    """What became of a post: where it stands, or why it does not and what to do about it."""

    ts: str = ""
    code: str = ""
    remedy: Remedy | None = None
    wait: float = 0.0


def _failed(error: Exception, kind: CallKind) -> Posting:
    found = failure(error, kind)
    if isinstance(found, SendUncertain):
        return Posting(code=found.code, remedy=Remedy.RECONCILE)
    return Posting(code=found.code, remedy=found.remedy, wait=found.wait)


def as_page(words: Words, message: Message) -> View:
    """A message as a page, for where there is no conversation to show it in."""
    fitting = checked(message)
    return page(words.plain("home.title"), fitting, words.plain("button.close"))


class SlackOutbound:
    """`bot.slack.desk.Outbound` on Slack's Web API."""

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
        if call.modal:
            await self._client.views_update(view_id=call.modal, view=self.fitting(view))
        else:
            await self._client.views_open(trigger_id=call.trigger, view=self.fitting(view))

    def fitting(self, view: View) -> View:
        """The view when it fits Slack's limits, else a page that says that it does not."""
        problems = check_view(view)
        if not problems:
            return view
        log.error("view_over_limits", callback=view.get("callback_id"), problems=problems)
        return as_page(self._words, help_screens.refused(self._words, "too_large"))

    async def tell(self, call: Call, message: Message) -> str:
        """Show a message where the call happened: a page, the DM, or for one's eyes only."""
        if call.modal or (not call.channel and call.trigger):
            await self.show(call, as_page(self._words, message))
            return ""
        if call.in_channel:
            await self._tell_in_channel(call, message)
            return ""
        posted = await self._post(call.channel or call.person.user, message, call.thread_ts)
        if posted.code:
            # A direct conversation between other people: only the answer's own address is left.
            await self._respond(call, message)
        return posted.ts

    async def _tell_in_channel(self, call: Call, message: Message) -> None:
        if call.response_url:
            await self._respond(call, message)
            return
        fitting = checked(message)
        try:
            await self._client.chat_postEphemeral(
                channel=call.channel,
                user=call.person.user,
                text=fitting.text,
                blocks=_plain(fitting),
                thread_ts=call.thread_ts or None,
            )
        except FAILED as error:
            failed = _failed(error, CallKind.WHISPER)
            if failed.remedy not in (Remedy.REOPEN, Remedy.PLAIN):
                raise
            log.warning("whisper_refused", code=failed.code, remedy=failed.remedy)
            await self.post(call.person.user, message)

    async def _respond(self, call: Call, message: Message) -> None:
        """Answer at the address that came with the call, else in the person's own DM."""
        fitting = checked(message)
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": fitting.text,
            "blocks": _plain(fitting),
        }
        status = 0
        if call.response_url:
            async with self._session.post(call.response_url, json=body) as answer:
                status = answer.status
        if not 200 <= status < 300:
            log.warning("response_url_refused", status=status)
            await self.post(call.person.user, message)

    async def post(self, channel: str, message: Message, thread_ts: str = "") -> str:
        """Post for everybody there; Slack's error code when it refused, else nothing."""
        return (await self._post(channel, message, thread_ts)).code

    async def _post(self, channel: str, message: Message, thread_ts: str) -> Posting:
        """Post; what Slack surely refused and can be mended is posted once more."""
        fitting = checked(message)
        posted = await self._post_once(channel, fitting, thread_ts)
        if posted.remedy is Remedy.PLAIN and fitting.blocks:
            return await self._post_once(channel, Message(fitting.text), thread_ts)
        if posted.remedy is Remedy.TOP_LEVEL and thread_ts:
            return await self._post_once(channel, fitting, "")
        return posted

    async def _post_once(self, channel: str, fitting: Message, thread_ts: str) -> Posting:
        try:
            answer = await self._client.chat_postMessage(
                channel=channel,
                text=fitting.text,
                blocks=_plain(fitting),
                thread_ts=thread_ts or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except FAILED as error:
            posted = _failed(error, CallKind.POST)
            log.warning("post_failed", code=posted.code, remedy=posted.remedy)
            return posted
        return Posting(ts=str(answer.get("ts") or ""))

    async def post_all(self, channel: str, messages: Sequence[Message]) -> int:
        """Post one after the other, as fast as Slack allows; how many of them were posted."""
        for posted, message in enumerate(messages):
            for _ in range(PAGE_TRIES):
                result = await self._post(channel, message, "")
                if result.remedy is not Remedy.WAIT:
                    break
                await asyncio.sleep(min(result.wait, LONGEST_WAIT))
            if result.code:
                return posted
        return len(messages)

    async def publish_home(self, person: Person, view: View) -> None:
        """Redraw somebody's App Home; a refusal is only logged, for nothing else depends on it."""
        try:
            await self._client.views_publish(user_id=person.user, view=self.fitting(view))
        except FAILED as error:
            log.warning("home_failed", code=_failed(error, CallKind.VIEW).code)

    async def reachable(self, target: Target) -> bool | None:
        """Whether a person or a channel can be written to; None when Slack does not say."""
        try:
            if is_person(target.address):
                answer = await self._client.users_info(user=target.address)
                return not answer["user"].get("deleted")
            answer = await self._client.conversations_info(channel=target.address)
            channel = answer["channel"]
            return bool(channel.get("is_member")) and not channel.get("is_archived")
        except FAILED as error:
            failed = _failed(error, CallKind.READ)
            log.warning("reach_unknown", code=failed.code)
            return False if failed.remedy in (Remedy.REST, Remedy.AWAY) else None

    async def works(self) -> bool:
        """Whether Slack takes the coach's token; an answer that is lost is no yes."""
        try:
            await self._client.auth_test()
        except FAILED as error:
            log.warning("token_refused", code=_failed(error, CallKind.READ).code)
            return False
        return True

    async def zone_of(self, person: Person) -> tuple[str, ZoneSource]:
        """The zone of the person's Slack profile; the workspace's when Slack does not say."""
        zone = ""
        try:
            async with asyncio.timeout(ZONE_SECONDS):
                answer = await self._client.users_info(user=person.user)
            zone = str(answer["user"].get("tz") or "")
        except FAILED as error:
            log.warning("zone_failed", code=_failed(error, CallKind.READ).code)
        if zone in zone_names():
            return zone, ZoneSource.SLACK
        return self._fallback_zone, ZoneSource.WORKSPACE


def _plain(message: Message) -> list[dict[str, Any]]:
    return [dict(block) for block in message.blocks]
