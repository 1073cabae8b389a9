"""The desk on a real store in memory, a search that is as sure as a test wants, and an outbox."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from bot.assembly import build_desk
from bot.domain.cadence import WORKDAYS, Rhythm
from bot.domain.confidence import Outcome
from bot.domain.deliveries import Target
from bot.domain.errors import Busy
from bot.domain.groups import Place
from bot.domain.learners import Background, Goal, Move, Person, ZoneSource
from bot.ports import Message, Records
from bot.services.coaching import StartForm
from bot.services.study_groups import GroupForm
from bot.settings import Settings
from bot.slack.blocks.kit import View
from bot.slack.desk import Call, Desk, Handler, Reply
from bot.store.sql import SqlStore
from bot.system import GivenClock
from tests.shipped import library
from tests.sure_search import search
from tests.world import shown

T = TypeVar("T")

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
MAYA = Person("T1", "U1")
RAVI = Person("T1", "U2")
CHANNEL = Place("T1", "C1")
ANSWER, CHOICES, NONE = Outcome.ANSWER, Outcome.CHOICES, Outcome.NONE


@dataclass
class Outbox:
    """Calls to Slack that would follow; `refuses` is the error code of every post."""

    refuses: str = ""
    told: list[Message] = field(default_factory=list)
    posted: list[tuple[str, Message, str]] = field(default_factory=list)
    shown: list[View] = field(default_factory=list)

    async def show(self, call: Call, view: View) -> None:  # noqa: ARG002
        self.shown.append(view)

    async def tell(self, call: Call, message: Message) -> str:  # noqa: ARG002
        self.told.append(message)
        return "9.9"

    async def post(self, channel: str, message: Message, thread_ts: str = "") -> str:
        self.posted.append((channel, message, thread_ts))
        return self.refuses

    async def post_all(self, channel: str, messages: Sequence[Message]) -> int:
        self.posted += [(channel, message, "") for message in messages]
        return len(messages)

    async def zone_of(self, person: Person) -> tuple[str, ZoneSource]:  # noqa: ARG002
        return "UTC", ZoneSource.WORKSPACE

    async def reachable(self, target: Target) -> bool | None:  # noqa: ARG002
        return None

    async def works(self) -> bool:
        return not self.refuses


@dataclass
class MoodyStore:
    """The store; while `busy`, nothing can be read or written, while `slow` it takes for ever."""

    inner: SqlStore
    busy: bool = False
    slow: bool = False

    async def _ready(self) -> None:
        if self.slow:
            await asyncio.Event().wait()
        if self.busy:
            raise Busy

    async def read(self, work: Callable[[Records], T]) -> T:
        await self._ready()
        return await self.inner.read(work)

    async def write(self, work: Callable[[Records], T]) -> T:
        await self._ready()
        return await self.inner.write(work)

    async def check(self) -> None:
        await self.inner.check()

    async def close(self) -> None:
        await self.inner.close()


class Bench:
    """The desk, whose search finds with one outcome, and the time."""

    def __init__(self, store: MoodyStore, outcome: Outcome) -> None:
        self.store = store
        self.out = Outbox()
        self.now = MONDAY
        clock = GivenClock(lambda: self.now)
        known = replace(library(), answers=search(outcome))
        self.desk: Desk = replace(build_desk(Settings(), known, store, clock), patience=5.0)

    def sure(self, outcome: Outcome) -> None:
        """From now on the search finds with this outcome."""
        self.desk = replace(self.desk, answers=search(outcome))

    def impatient(self) -> None:
        """From now on an answer hardly waits for what only adds to it."""
        self.desk = replace(self.desk, patience=0.01)

    def wait(self, **passed: float) -> None:
        """Let time pass."""
        self.now += timedelta(**passed)

    async def do(self, handler: Handler, call: Call) -> Reply:
        """What a handler replies, with what follows it carried out."""
        reply = await handler(self.desk, call)
        if reply.after is not None:
            await reply.after(self.out)
        return reply

    async def start(self, background: Background, move: Move = Move.OUTSIDE) -> None:
        """Maya starts."""
        goal = Goal(background, move, 6.0, date(2026, 7, 31))
        form = StartForm(goal, Rhythm(WORKDAYS, time(9, 0)), "UTC", ZoneSource.OWN)
        await self.desk.coaching.start(MAYA, form)

    async def group(self, place: Place = CHANNEL) -> None:
        """Maya starts a study group."""
        form = GroupForm(Rhythm(frozenset({2}), time(17, 0)), "UTC")
        await self.desk.groups.start(place, MAYA, form)

    async def noted(self) -> list[tuple[str, int, int]]:
        """The gaps: text, how often asked, how often passed on."""
        gaps = await self.store.inner.read(lambda records: records.gaps("T1"))
        return [(gap.text, gap.count, gap.told) for gap in gaps]

    async def votes(self) -> list[tuple[str, str, str, str | None, int]]:
        """The votes: vote, outcome, key, reason, count."""
        votes = await self.store.inner.read(lambda records: records.votes("T1"))
        return [
            (v.vote.value, v.outcome.value, v.key, v.reason and v.reason.value, v.count)
            for v in votes
        ]


def lived(outcome: Outcome) -> Callable[[Callable[[Bench], Awaitable[None]]], Callable[[], None]]:
    """A test of a story in which every question is found with one outcome."""

    def decorate(story: Callable[[Bench], Awaitable[None]]) -> Callable[[], None]:
        async def main() -> None:
            store = MoodyStore(SqlStore.open("sqlite://"))
            try:
                await story(Bench(store, outcome))
            finally:
                await store.close()

        def test() -> None:
            asyncio.run(main())

        test.__name__ = story.__name__
        test.__doc__ = story.__doc__
        return test

    return decorate


def read(reply: Reply) -> str:
    """All the words that a reply shows."""
    screen = reply.view or {"blocks": reply.message.blocks if reply.message else []}
    return shown({"blocks": list(screen["blocks"])})


def buttons(screen: Reply | Message) -> dict[str, str]:
    """The values of the buttons by their action id."""
    found = screen if isinstance(screen, Message) else screen.message
    assert found is not None
    return {
        element["action_id"]: element["value"]
        for block in found.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }


def direct(text: str, ts: str = "1.1", **more: Any) -> Call:
    """Something in Maya's direct messages."""
    return Call(MAYA, text, channel="D1", ts=ts, **more)
