"""Where everything from Slack arrives: acknowledged in time, and never raising after it."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

import structlog
from slack_bolt.async_app import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.domain.errors import Busy, CoachError, InvalidField, Uncertain
from bot.domain.learners import Person
from bot.domain.remedies import Remedy
from bot.ports import Clock, Message, Store
from bot.recent import Recent
from bot.services.rhythms import target_of
from bot.slack import actions, commands, conversations, standing, submissions
from bot.slack.blocks import help as help_screens
from bot.slack.blocks.home import home
from bot.slack.calls import Reader, key_of
from bot.slack.desk import Call, Desk, Handler, Reply
from bot.slack.errors import CallKind, remedy_of
from bot.slack.inbox import Inbox
from bot.slack.limits import checked
from bot.slack.outbound import SlackOutbound, as_page
from bot.slack.refusals import LOST, code_of

log = structlog.get_logger(__name__)
Body = Mapping[str, Any]
REPEATED_WITHIN = 600.0


class Tasks:
    """Work that goes on after an acknowledgement: kept alive, and waited for at the end."""

    def __init__(self) -> None:
        self._live: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background."""
        task = asyncio.create_task(work)
        self._live.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._live.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background_work_broke", exc_info=error)

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
    reader: Reader
    out: SlackOutbound
    tasks: Tasks
    wake: Callable[[], None]
    deadline: float
    _recent: Recent = field(default_factory=lambda: Recent(REPEATED_WITHIN))
    _homes: WeakValueDictionary[Person, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        """Join the parts that only the edge uses."""
        self._inbox = Inbox(self.store, self.clock, self.deadline)
        self._reports = standing.Reports(self.reader.workspace, self.reader.bot_user)

    # -- what arrives -------------------------------------------------------------------------

    async def on_command(self, ack: AsyncAck, body: Body) -> None:
        """A slash command: its answer is the acknowledgement."""
        if self._repeated(body):
            await ack()
            return
        call = self.reader.command(body)
        reply = await self._reply(commands.run, call)
        await ack(**_ephemeral(reply.message))
        self._hear(call)
        self._after(call, replace(reply, message=None))

    async def on_action(self, ack: AsyncAck, body: Body) -> None:
        """A click: its answer goes another way than the acknowledgement."""
        await ack()
        if self._repeated(body):
            return
        name, call = self.reader.action(body)
        reply = await self._reply(actions.handler_of(name), call)
        self._hear(call)
        self._after(call, reply)

    async def on_view(self, ack: AsyncAck, body: Body) -> None:
        """A form: errors at its fields, a page in its place, or closed."""
        name, call = self.reader.view(body)
        reply = await self._reply(submissions.handler_of(name), call)
        await ack(**self._view_answer(reply, call))
        self._hear(call)
        self._after(call, replace(reply, message=None, view=None))

    async def on_message(self, body: Body) -> BoltResponse | None:
        """A direct message; anything else in the stream of messages is left alone."""
        event = body["event"]
        ours = event.get("channel_type") == "im" and not event.get("bot_id")
        if not ours or event.get("subtype") not in (None, "file_share"):
            return None
        return await self._said(conversations.direct_message, body)

    async def on_mention(self, body: Body) -> BoltResponse | None:
        """A mention in a channel: answered for the person's eyes only."""
        if body["event"].get("bot_id"):
            return None
        return await self._said(conversations.mention, body)

    async def on_home(self, body: Body) -> None:
        """App Home was opened."""
        if body["event"].get("tab", "home") == "home":
            call = self.reader.event(body)
            self._hear(call)
            self._after(call, Reply(home=True))

    async def on_user_change(self, body: Body) -> BoltResponse | None:
        """Somebody's profile changed: their zone may have, or whether they are there at all."""
        call = self._reports.of_person(body["event"]["user"])
        try:
            async with asyncio.timeout(self.deadline):
                news = await standing.is_news(self.desk, call)
        except (Busy, TimeoutError):
            return BoltResponse(status=503)
        # Most changes of profiles are no news to us, and nothing is written for them.
        return await self._event(standing.profile_changed, call, body) if news else None

    async def on_channel(self, body: Body) -> BoltResponse | None:
        """A channel can't be written to any more, or can again."""
        call = self._reports.of_channel(body["event"])
        return await self._event(standing.reported, call, body) if call else None

    async def on_ending(self, body: Body) -> BoltResponse | None:
        """The coach was removed from the workspace, or its token was revoked."""
        call = self._reports.of_installation(body["event"])
        return await self._event(standing.ended, call, body) if call else None

    async def on_unknown_command(self, ack: AsyncAck) -> None:
        """A command whose name in Slack is not the configured one."""
        await ack(**_ephemeral(help_screens.refused(self.desk.words, "other_command")))

    async def _said(self, handler: Handler, body: Body) -> BoltResponse | None:
        call = self.reader.event(body)
        refused = await self._event(handler, call, body)
        self._hear(call)
        return refused

    def _hear(self, call: Call) -> None:
        """Whatever somebody does is a sign of life; nothing waits for it to be noted."""
        self.tasks.start(self._note_life(call.person))

    async def _note_life(self, person: Person) -> None:
        try:
            await self.desk.coaching.noticed(person)
        except (Busy, Uncertain) as error:
            # The next thing they do is as good a sign.
            log.warning("sign_of_life_not_noted", reason=type(error).__name__)

    async def _event(self, handler: Handler, call: Call, body: Body) -> BoltResponse | None:
        """Refused without an acknowledgement while the store is away: Slack sends it again."""
        try:
            reply = await self._inbox.once(key_of(body), lambda: self._reply(handler, call))
        except (Busy, TimeoutError):
            return BoltResponse(status=503)
        if reply is not None:
            self._after(call, reply)
        return None

    def _repeated(self, body: Body) -> bool:
        """Whether this command or click came before; Slack repeats them only within seconds."""
        key = key_of(body)
        return bool(key) and self._recent.seen(key, asyncio.get_running_loop().time())

    # -- how it is answered -------------------------------------------------------------------

    async def _reply(self, handler: Handler, call: Call) -> Reply:
        """The handler's reply, or the words for what went wrong; never raises."""
        try:
            async with asyncio.timeout(self.deadline):
                return await handler(self.desk, call)
        except InvalidField as error:
            words, fields = self.desk.words, error.fields.items()
            return Reply(errors={name: words.plain(f"field.{code}") for name, code in fields})
        except CoachError as refusal:
            return self._refused(refusal.code)
        except (Busy, TimeoutError):
            return self._refused("busy")
        except Uncertain:
            return self._refused("uncertain")
        except Exception:  # noqa: BLE001 - the edge: whatever it is, the person gets an answer
            return self._refused("broken", reference=_logged("handler"))

    def _refused(self, code: str, **facts: str) -> Reply:
        words = self.desk.words
        unsaved = words.plain(f"refused.{code}", **facts).replace("*", "")
        return Reply(help_screens.refused(words, code, **facts), unsaved=unsaved)

    def _view_answer(self, reply: Reply, call: Call) -> dict[str, Any]:
        if reply.errors:
            return {"response_action": "errors", "errors": dict(reply.errors)}
        if reply.unsaved and call.values:
            # The form stays open: what was typed must not be lost with the refusal.
            return {"response_action": "errors", "errors": {next(iter(call.values)): reply.unsaved}}
        view = reply.view
        if view is None and reply.message is not None:
            view = as_page(self.desk.words, reply.message)
        if view is None:
            return {}
        return {"response_action": "update", "view": self.out.fitting(view)}

    def _after(self, call: Call, reply: Reply) -> None:
        if reply.wake:
            self.wake()
        if not call.reported:
            self.tasks.start(self._welcome_back(call.person))
        if reply.message or reply.view or reply.after or reply.home:
            self.tasks.start(self._follow(call, reply))

    async def _welcome_back(self, person: Person) -> None:
        """Whoever uses the coach can be reached, whatever was noted of them before."""
        try:
            async with asyncio.timeout(self.deadline):
                await self.desk.standing.wake(target_of(person))
        except (Busy, Uncertain, TimeoutError) as error:
            # They are welcomed back when they next do something.
            log.warning("standing_unknown", reason=type(error).__name__)

    async def _follow(self, call: Call, reply: Reply) -> None:
        """Everything that needs a call to Slack; a failure is told to the person once."""
        try:
            await self._carry_out(call, reply)
        except (SlackApiError, *LOST) as error:
            await self._not_shown(call, code_of(error))
        except (Busy, Uncertain):
            log.warning("follow_up_interrupted")
        except Exception:  # noqa: BLE001 - the edge: nothing may be lost without a trace
            await self._apologise(call, "broken", reference=_logged("follow_up"))

    async def _carry_out(self, call: Call, reply: Reply) -> None:
        if reply.view is not None:
            await self.out.show(call, reply.view)
        if reply.message is not None:
            await self._tell(call, reply.message, reply.about)
        if reply.after is not None:
            await reply.after(self.out)
        if reply.home:
            await self._redraw(call.person)

    async def _tell(self, call: Call, message: Message, about: str) -> None:
        ts = await self.out.tell(call, message)
        if about and ts:
            now = self.clock.now()
            self.desk.recall.answered(call.person, call.channel, ts, about, now)

    async def _redraw(self, person: Person) -> None:
        """Draw App Home as it is now; one at a time a person, so that the newest stands last."""
        lock = self._homes.setdefault(person, asyncio.Lock())
        async with lock:
            overview = await self.desk.overviews.overview(person)
            await self.out.publish_home(person, home(self.desk.words, overview))

    async def _not_shown(self, call: Call, code: str) -> None:
        """What is left to do when a form, a page or a message could not be shown."""
        remedy = remedy_of(code, CallKind.VIEW)
        if remedy is Remedy.DROP:
            log.info("nothing_to_show", code=code)
        elif remedy is Remedy.TELL:
            await self._apologise(call, "expired")
        else:
            await self._apologise(call, "unreachable", reason=code)

    async def _apologise(self, call: Call, code: str, **facts: str) -> None:
        log.warning("follow_up_failed", code=code, **facts)
        await self.out.post(call.person.user, help_screens.refused(self.desk.words, code, **facts))


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
