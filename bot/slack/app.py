"""The Slack edge: few listeners, each acknowledges in time and never raises afterwards."""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import Busy, CoachError, InvalidField, Uncertain
from bot.domain.learners import Person
from bot.ports import Clock, Message, Store
from bot.recent import Recent
from bot.slack import actions, calls, commands, conversations, submissions
from bot.slack.blocks import help as help_screens
from bot.slack.blocks.home import home
from bot.slack.desk import Call, Desk, Handler, Reply
from bot.slack.messenger import SlackOutbound, as_page, checked, code_of

log = structlog.get_logger(__name__)
Body = Mapping[str, Any]
ANYTHING = re.compile(".*")
BOLT = "slack_bolt"
REPEATED_WITHIN = 600.0


class Tasks:
    """Work that goes on after an acknowledgement: kept alive, and waited for at the end."""

    def __init__(self) -> None:
        self._live: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background."""
        task = asyncio.create_task(work)
        self._live.add(task)
        task.add_done_callback(self._live.discard)

    async def idle(self) -> None:
        """Return when nothing is running."""
        while self._live:
            await asyncio.wait(set(self._live))

    async def drain(self, seconds: float) -> None:
        """Wait for what is running, then end what is still there."""
        if self._live:
            await asyncio.wait(set(self._live), timeout=seconds)
        for task in list(self._live):
            task.cancel()


@dataclass(eq=False)
class Edge:
    """Everything that arrives from Slack goes through here.

    `deadline` is how many seconds a handler may take before the acknowledgement goes out without
    it; the store then has saved nothing. `wake` lets what is due be sent at once.
    """

    desk: Desk
    store: Store
    clock: Clock
    out: SlackOutbound
    tasks: Tasks
    wake: Callable[[], None]
    deadline: float
    _recent: Recent = field(default_factory=lambda: Recent(REPEATED_WITHIN))

    # -- what arrives -------------------------------------------------------------------------

    async def on_command(self, ack: AsyncAck, body: Body) -> None:
        """A slash command: its answer is the acknowledgement."""
        if self._repeated(body):
            await ack()
            return
        call = calls.from_command(body)
        reply = await self._reply(commands.run, call)
        await ack(**_ephemeral(reply.message))
        self._after(call, _told(reply))

    async def on_action(self, ack: AsyncAck, body: Body) -> None:
        """A click: acknowledged first, for its answer goes another way."""
        await ack()
        if self._repeated(body):
            return
        name, call = calls.from_action(body)
        reply = await self._reply(actions.handler_of(name), call)
        self._after(call, reply)

    async def on_view(self, ack: AsyncAck, body: Body) -> None:
        """A form: errors at its fields, a page in its place, or closed."""
        name, call = calls.from_view(body)
        reply = await self._reply(submissions.handler_of(name), call)
        await ack(**self._view_answer(reply, call))
        self._after(call, Reply(home=reply.home, wake=reply.wake, after=reply.after))

    async def on_message(self, body: Body) -> BoltResponse | None:
        """A direct message; anything else in the stream of messages is left alone."""
        event = body["event"]
        ours = event.get("channel_type") == "im" and not event.get("bot_id")
        if not ours or event.get("subtype") not in (None, "file_share"):
            return None
        return await self._event(conversations.direct_message, body)

    async def on_mention(self, body: Body) -> BoltResponse | None:
        """A mention in a channel: answered for the person's eyes only."""
        if body["event"].get("bot_id"):
            return None
        return await self._event(conversations.mention, body)

    async def on_home(self, body: Body) -> None:
        """App Home was opened."""
        if body["event"].get("tab", "home") == "home":
            self._after(calls.from_event(body), Reply(home=True))

    async def on_user_change(self, body: Body) -> None:
        """Somebody's profile changed; their zone may have."""
        user = body["event"]["user"]
        call = Call(Person(str(user.get("team_id") or body["team_id"]), str(user["id"])))
        self.tasks.start(self._zone_reported(call, str(user.get("tz") or "")))

    async def _zone_reported(self, call: Call, zone: str) -> None:
        async def handler(desk: Desk, call: Call) -> Reply:
            await desk.coaching.zone_reported(call.person, zone)
            return Reply()

        await self._reply(handler, call)

    async def _event(self, handler: Handler, body: Body) -> BoltResponse | None:
        """Refused without an acknowledgement while the store is away: Slack sends it again."""
        key = calls.key_of(body)
        try:
            async with asyncio.timeout(self.deadline):
                now = self.clock.now()
                first = await self.store.write(lambda records: records.claim_envelope(key, now))
        except (Busy, Uncertain, TimeoutError):
            return BoltResponse(status=503)
        if first:
            call = calls.from_event(body)
            self._after(call, await self._reply(handler, call))
        return None

    def _repeated(self, body: Body) -> bool:
        """Whether this command or click came before; Slack repeats them only within seconds."""
        key = calls.key_of(body)
        return bool(key) and self._recent.seen(key, asyncio.get_running_loop().time())

    # -- how it is answered -------------------------------------------------------------------

    async def _reply(self, handler: Handler, call: Call) -> Reply:
        """The handler's reply, or the words for what went wrong; never raises."""
        words = self.desk.words
        try:
            async with asyncio.timeout(self.deadline):
                return await handler(self.desk, call)
        except InvalidField as error:
            texts = {name: words.plain(f"field.{code}") for name, code in error.fields.items()}
            return Reply(errors=texts)
        except CoachError as refusal:
            return Reply(help_screens.refused(words, refusal.code, **refusal.facts))
        except (Busy, TimeoutError):
            return Reply(help_screens.refused(words, "busy"), unsaved="busy")
        except Uncertain:
            return Reply(help_screens.refused(words, "uncertain"), unsaved="uncertain")
        except Exception:  # noqa: BLE001 - the edge: whatever it is, the person gets an answer
            return Reply(help_screens.refused(words, "broken", reference=_logged("handler")))

    def _view_answer(self, reply: Reply, call: Call) -> dict[str, Any]:
        if reply.errors:
            return {"response_action": "errors", "errors": dict(reply.errors)}
        if reply.view is not None:
            return {"response_action": "update", "view": reply.view}
        if reply.message is None:
            return {}
        if call.values and reply.unsaved:
            text = self.desk.words.plain(f"field.{reply.unsaved}")
            return {"response_action": "errors", "errors": {next(iter(call.values)): text}}
        page = as_page(self.desk.words, reply.message)
        return {"response_action": "update", "view": page}

    def _after(self, call: Call, reply: Reply) -> None:
        if reply.wake:
            self.wake()
        if reply.message or reply.view or reply.after or reply.home:
            self.tasks.start(self._follow(call, reply))

    async def _follow(self, call: Call, reply: Reply) -> None:
        """Everything that needs a call to Slack; a failure is told to the person once."""
        try:
            if reply.view is not None:
                await self.out.show(call, reply.view)
            if reply.message is not None:
                await self.out.tell(call, reply.message)
            if reply.after is not None:
                await reply.after(self.out)
            if reply.home:
                overview = await self.desk.overviews.overview(call.person)
                await self.out.publish_home(call.person, home(self.desk.words, overview))
        except SlackApiError as error:
            log.warning("slack_refused", code=code_of(error))
            await self._apologise(call, "unreachable", reason=code_of(error))
        except (Busy, Uncertain):
            log.warning("follow_up_interrupted")
        except Exception:  # noqa: BLE001 - the edge: nothing may be lost without a trace
            await self._apologise(call, "broken", reference=_logged("follow_up"))

    async def _apologise(self, call: Call, code: str, **facts: str) -> None:
        message = help_screens.refused(self.desk.words, code, **facts)
        try:
            await self.out.post(call.person.user, message)
        except OSError as error:
            log.warning("apology_undelivered", reason=type(error).__name__)


def _logged(where: str) -> str:
    reference = secrets.token_hex(4)
    log.exception("unexpected", where=where, reference=reference)
    return reference


def _ephemeral(message: Message | None) -> dict[str, Any]:
    if message is None:
        return {}
    fitting = checked(message)
    blocks = [dict(block) for block in fitting.blocks]
    return {"response_type": "ephemeral", "text": fitting.text, "blocks": blocks}


def _told(reply: Reply) -> Reply:
    """What is left of a reply once its message was shown."""
    return Reply(view=reply.view, home=reply.home, wake=reply.wake, after=reply.after)


def bolt_app(
    client: AsyncWebClient, identity: AuthorizeResult, edge: Edge, command: str
) -> AsyncApp:
    """The Bolt app with its few listeners; catch-alls last, so that nothing ends unmatched.

    Signatures are checked in front of it (`bot.web`), and nobody asks Slack who is calling: the
    identity of the one workspace is known from the start.
    """

    async def authorize() -> AuthorizeResult:
        return identity

    app = AsyncApp(
        logger=logging.getLogger(BOLT),
        client=client,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
    )
    app.command(command)(edge.on_command)
    app.action(ANYTHING)(edge.on_action)
    app.view(ANYTHING)(edge.on_view)
    app.event("message")(edge.on_message)
    app.event("app_mention")(edge.on_mention)
    app.event("app_home_opened")(edge.on_home)
    app.event("user_change")(edge.on_user_change)
    for register in (app.view_closed, app.shortcut, app.options, app.command):
        register(ANYTHING)(_acknowledge)
    app.event(ANYTHING)(_ignore)
    return app


async def _acknowledge(ack: AsyncAck) -> None:
    await ack()


async def _ignore() -> None:
    """An event that nobody asked for."""
