"""What forked processes do: send what is due from a database, in the program's way or naively.

Each opens its own store, HTTP session and dispatcher, as the program does; a SQLite file is locked
for one dispatcher first. The clock is the test's; it stands in a file. Before each post the worker
writes into the journal which try of which delivery it is about to make.
"""

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from bot.app import DRAIN_SECONDS, SLACK_TIMEOUT, Parts
from bot.cli.ending import until_ended
from bot.cli.serve import serving
from bot.domain.confidence import Outcome
from bot.domain.deliveries import Delivery, Kind, State
from bot.domain.feedback import Vote, Votes
from bot.domain.pacing import Pace
from bot.logs import configure
from bot.metrics import Instruments
from bot.ports import Arrived, Clock, Message, Messenger, Records, SendRefused, SendUncertain, Store
from bot.scheduler import Heartbeat
from bot.services.delivery.claiming import Claimer
from bot.services.delivery.dispatcher import Dispatcher, Promises
from bot.services.delivery.taking import Topic
from bot.services.results import Composed
from bot.settings import Settings
from bot.slack.messenger import SlackMessenger, slack_client
from bot.store.lock import single_dispatcher
from bot.store.sql import SqlStore
from bot.system import RandomIds
from tests.reliability.shared_clock import SharedClock
from tests.reliability.wishes import WORKSPACE
from tests.shipped import library

PROGRAM = "program"
"""The manner of a worker that is the whole program."""
PROPER = "proper"
"""The manner of the program's own dispatcher."""
COUNTED_ON = date(2026, 3, 2)


@dataclass(frozen=True)
class Job:
    """Where a worker finds everything, and how it sends.

    `pace` is posts a minute. `beat` is how often it looks, in seconds: the program does every
    second, but here a second is short.
    """

    manner: str
    database: str
    api_url: str
    token: str
    clock: str
    journal: str
    pace: int
    beat: float

    def told(self) -> Mapping[str, Any]:
        """As it is handed to the fork server."""
        return asdict(self)


# -- what is sent ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Try:
    """Which try of which delivery this is."""

    delivery: str
    attempt: int


def _composed(_: Records, delivery: Delivery) -> Composed:
    return Composed(Try(delivery.id, delivery.attempts + 1))


def counts_arrival(records: Records, delivery: Delivery) -> None:
    """What follows from an arrival, in the same transaction: here, a number that goes up."""
    workspace = delivery.target.workspace
    records.add_vote(Votes(workspace, "arrived", Outcome.ANSWER, Vote.HELPFUL, COUNTED_ON))


TOPICS = {Kind.DAILY_PROMPT: Topic(_composed, counts_arrival)}


def _journal(path: str) -> Callable[[object], Message]:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def render(result: object) -> Message:
        assert isinstance(result, Try)
        os.write(file, f"{result.delivery} {result.attempt}\n".encode())
        words = {"type": "mrkdwn", "text": "What would you measure first?"}
        return Message("What would you measure first?", ({"type": "section", "text": words},))

    return render


# -- how ------------------------------------------------------------------------------------------


class Sends(Protocol):
    """Something that looks at what is due."""

    async def beat(self) -> None: ...
    async def stop(self, seconds: float) -> None: ...


@dataclass
class Naive:
    """Two ways that look right until a process dies: nothing is said before the call, or nothing
    is asked after it."""

    store: Store
    messenger: Messenger
    clock: Clock
    marks_first: bool

    def __post_init__(self) -> None:
        self._claimer = Claimer(self.store, self.clock, RandomIds(), Pace(0), _meter())
        self._render = _journal(os.devnull)

    async def beat(self) -> None:
        await self._claimer.claim()
        due = await self.store.read(lambda r: r.open_deliveries(WORKSPACE, self.clock.now(), 50))
        for delivery in due:
            if self.marks_first:
                await self._mark(delivery, None)
                await self._arrived(delivery)
            elif arrived := await self._arrived(delivery):
                await self._mark(delivery, arrived)

    async def _arrived(self, delivery: Delivery) -> Arrived | None:
        message = self._render(Try(delivery.id, 1))
        try:
            return await self.messenger.send(delivery.target, message, delivery.id)
        except (SendRefused, SendUncertain):
            return None

    async def _mark(self, delivery: Delivery, arrived: Arrived | None) -> None:
        taken = replace(delivery, state=State.SENDING, attempts=1)
        sent = replace(taken, state=State.SENT, changed_at=self.clock.now())
        if arrived is not None:
            sent = replace(sent, channel=arrived.channel, ts=arrived.ts)

        def mark(records: Records) -> None:
            records.save_delivery(taken)
            records.save_delivery(sent)
            counts_arrival(records, delivery)

        await self.store.write(mark)

    async def stop(self, seconds: float) -> None:
        del seconds


def _meter() -> Instruments:
    return Instruments("0", "0")


def _proper(job: Job, store: Store, messenger: Messenger, clock: Clock) -> Sends:
    return Dispatcher(
        store=store,
        messenger=messenger,
        clock=clock,
        ids=RandomIds(),
        topics=TOPICS,
        render=_journal(job.journal),
        meter=_meter(),
        promises=Promises(posts_per_minute=job.pace),
    )


Make = Callable[[Job, Store, Messenger, Clock], Sends]
MANNERS: Mapping[str, Make] = {
    PROPER: _proper,
    "send then mark": lambda _, *parts: Naive(*parts, marks_first=False),
    "mark then send": lambda _, *parts: Naive(*parts, marks_first=True),
}


async def _sender(job: Job, cleanup: AsyncExitStack) -> Sends:
    store = SqlStore.open(job.database)
    cleanup.push_async_callback(store.close)
    session = await cleanup.enter_async_context(aiohttp.ClientSession(timeout=SLACK_TIMEOUT))
    messenger = SlackMessenger(slack_client(job.token, job.api_url, session))
    cleanup.enter_context(single_dispatcher(job.database))
    return MANNERS[job.manner](job, store, messenger, SharedClock(Path(job.clock)))


async def _send(job: Job, ready: Callable[[], None]) -> None:
    """Send until killed, or asked to end."""
    async with AsyncExitStack() as cleanup:
        sender = await _sender(job, cleanup)
        heart = Heartbeat(sender.beat, job.beat)
        heart.start()
        cleanup.push_async_callback(sender.stop, DRAIN_SECONDS)
        cleanup.push_async_callback(heart.stop, DRAIN_SECONDS)
        ready()
        await until_ended()


# -- the whole program ----------------------------------------------------------------------------


async def _run(job: Job) -> None:
    """`coach worker`, on the test's clock, with content that was read before the fork."""
    limits = Settings().behaviour.limits.model_copy(update={"tick_seconds": job.beat})
    settings = Settings(
        bot_token=job.token,
        slack_api_url=job.api_url,
        database_url=job.database,
        behaviour=Settings().behaviour.model_copy(update={"limits": limits}),
    )
    parts = Parts(receives=False, listens=False)
    await serving(settings, SharedClock(Path(job.clock)), parts, library())


def prepare(manners: Collection[str]) -> None:
    """What is done once, before the first fork."""
    configure("ERROR", "json")
    if PROGRAM in manners:
        library()


def do(told: Mapping[str, Any], ready: Callable[[], None]) -> None:
    """Do a job in a forked process. The program does not say when it is ready; its calls do."""
    job = Job(**told)
    asyncio.run(_run(job) if job.manner == PROGRAM else _send(job, ready))
