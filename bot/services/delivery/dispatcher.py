"""The tick: what is due becomes delivery rows, and rows that may go are sent, workspace by
workspace."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from bot.domain.deliveries import RECONCILE_AFTER, Sending
from bot.domain.errors import Busy, DeliveryMoved, Uncertain
from bot.domain.pacing import Pace
from bot.ports import (
    Ahead,
    Clock,
    Ids,
    Messenger,
    Meter,
    Records,
    SendRefused,
    SendUncertain,
    Store,
    Waiting,
)
from bot.services.delivery.claiming import Claimer
from bot.services.delivery.courier import HOLD_FOR, Courier, Render
from bot.services.delivery.mending import Mender
from bot.services.delivery.settling import Settler
from bot.services.delivery.taking import Taker, Topics

log = structlog.get_logger(__name__)

MENDING = "mending"
"""Its name among what runs; no workspace is called so."""
END_AFTER = timedelta(hours=24)
"""A workspace that refuses our token for so long has sent us away without telling."""
FORGET_AT_ONCE = 500
LONGEST_PAUSE = 1.0
"""Seconds between two posts of a workspace that are waited for; a slower pace is for the beats."""
_A_MOMENT = timedelta(microseconds=1)
_MAKE_OR_BREAK = frozenset({"invalid_auth", "not_authed"})


@dataclass(frozen=True, slots=True)
class Promises:
    """What whoever runs the coach can choose about sending; from `config/coach.yaml`."""

    unasked_per_day: int = 2
    posts_per_minute: int = 500
    in_flight: int = 5
    keep_days: int = 400


@dataclass(eq=False)
class Dispatcher:
    """Looks at what is due, and has it claimed, sent and mended.

    Nothing is scheduled per person; rows decide. Each workspace is served by itself, so that one
    in which Slack is slow never delays another.
    """

    store: Store
    messenger: Messenger
    clock: Clock
    ids: Ids
    topics: Topics
    render: Render
    meter: Meter
    promises: Promises = field(default_factory=Promises)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _sent: int = 0
    _swept_on: date | None = None
    _stopping: bool = False

    def __post_init__(self) -> None:
        chosen = self.promises
        self._pace = Pace(chosen.posts_per_minute)
        self._claimer = Claimer(self.store, self.clock, self.ids, self._pace, self.meter)
        self._taker = Taker(
            self.store, self.clock, self.topics, self._pace, chosen.unasked_per_day, self.meter
        )
        settler = Settler(self.store, self.clock, self.topics, self.meter)
        self._courier = Courier(
            self.store,
            self.messenger,
            self.clock,
            self.topics,
            self.render,
            self.meter,
            settler,
            chosen.in_flight,
        )
        self._mender = Mender(self.store, self.messenger, self.clock, settler, self.meter)

    # -- when -----------------------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """The next instant at which a tick would find something to do."""
        return await self.store.read(self._next_due)

    def _next_due(self, records: Records) -> datetime | None:
        if records.sending() is Sending.OFF:
            return None
        ahead = records.ahead()
        stuck = ahead.reconcile and ahead.reconcile + RECONCILE_AFTER + _A_MOMENT
        sends = [self._ready_at(waiting) for waiting in records.waiting()] if ahead.send else []
        instants = (ahead.claim, stuck, ahead.heal, *sends)
        return min((instant for instant in instants if instant is not None), default=None)

    def _ready_at(self, waiting: Waiting) -> datetime:
        standing, ready = waiting.standing, waiting.first
        if standing.held_until is not None:
            ready = max(ready, standing.held_until)
        if standing.taken_until is not None and self._pace.posts_per_minute:
            ready = max(ready, self._pace.free_again(standing.taken_until))
        return ready

    # -- the tick ---------------------------------------------------------------------------------

    async def tick(self) -> int:
        """Do everything that is due now and see it through; how many messages were settled."""
        before = self._sent
        await self._guarded(self.beat())
        await self.rest()
        return self._sent - before

    async def beat(self) -> None:
        """Look at what is due, and begin it; a slow workspace is not waited for. One at a time.

        Raises Busy or Uncertain when the store is away.
        """
        async with self._one_at_a_time:
            begun = asyncio.get_running_loop().time()
            await self._beat()
            self.meter.tick(asyncio.get_running_loop().time() - begun)

    async def rest(self) -> None:
        """Return when all that was begun has ended; when cancelled, end it."""
        running = list(self._running.values())
        try:
            ended = await asyncio.gather(*running, return_exceptions=True)
        except asyncio.CancelledError:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            raise
        for outcome in ended:
            if isinstance(outcome, BaseException):
                raise outcome

    async def stop(self, seconds: float) -> None:
        """Begin nothing more, and let what is under way end, for so many seconds at most.

        What is cut off is reconciled at the next start.
        """
        self._stopping = True
        try:
            async with asyncio.timeout(seconds):
                await self.rest()
        except TimeoutError:
            log.warning("sending_cut_off")

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (Busy, Uncertain, DeliveryMoved) as error:
            # The rows are still there; the next tick goes on where this one stopped.
            log.warning("tick_interrupted", reason=type(error).__name__)

    async def _beat(self) -> None:
        now = self.clock.now()
        ahead = await self.store.read(lambda records: records.ahead())
        if not _anything(ahead, now):
            await self._sweep(now)
            return
        if await self.store.read(lambda records: records.sending()) is Sending.OFF:
            return
        if _passed(ahead.reconcile, now - RECONCILE_AFTER) or _passed(ahead.heal, now):
            self._begin(MENDING, self._mend())
        claimed = _passed(ahead.claim, now)
        while claimed:
            claimed = await self._claimer.claim()
            await self._serve_all()
        await self._serve_all()

    async def _serve_all(self) -> None:
        now = self.clock.now()
        waiting = await self.store.read(lambda records: records.waiting())
        for found in waiting:
            name = found.standing.workspace
            if self._ready_at(found) <= now and not self._courier.holds(name, now):
                self._begin(name, self._serve(name))

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background, once at a time under each name."""
        if name in self._running:
            work.close()
            return
        task = asyncio.create_task(self._guarded(work))
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))

    # -- one workspace --------------------------------------------------------------------------

    async def _serve(self, workspace: str) -> None:
        """Send what a workspace may get, as fast as its pace allows."""
        more = True
        while more and not self._stopping and not self._courier.holds(workspace, self.clock.now()):
            portion = await self._taker.take(workspace)
            more = portion.more
            if portion.asks:
                more = await self._works_again(workspace)
            elif portion.ready:
                await self._courier.deliver(portion.ready)
                self._sent += len(portion.ready)
            if more and portion.free_at is not None:
                more = await self._waited(portion.free_at)

    async def _waited(self, until: datetime) -> bool:
        """Wait until the pace allows more; False when that is for a later beat to see."""
        before = self.clock.now()
        wait = (until - before).total_seconds()
        if wait > LONGEST_PAUSE:
            return False
        await asyncio.sleep(max(0.0, wait))
        return self.clock.now() > before  # a clock that somebody else moves may stand still

    async def _works_again(self, workspace: str) -> bool:
        """Ask Slack about a workspace that was held; when not, hold it for longer, or end it."""
        try:
            await self.messenger.probe(workspace)
        except (SendRefused, SendUncertain) as error:
            code = error.code
            await self.store.write(lambda records: self._hold(records, workspace, code))
            return False
        log.info("workspace_works_again", workspace=workspace)
        await self.store.write(lambda records: records.revive_workspace(workspace))
        return True

    def _hold(self, records: Records, workspace: str, code: str) -> None:
        now = self.clock.now()
        since = records.standing(workspace).held_since or now
        if now - since >= END_AFTER:
            log.error("workspace_refuses_for_a_day", workspace=workspace, code=code)
            if code in _MAKE_OR_BREAK:
                records.end_workspace(workspace, code)
                return
        records.hold_workspace(workspace, now + HOLD_FOR, code, since=since)

    # -- beside it --------------------------------------------------------------------------------

    async def _mend(self) -> None:
        await self._mender.reconcile()
        await self._mender.heal()

    async def _sweep(self, now: datetime) -> None:
        """Once a day, forget what ended long ago."""
        if self._swept_on == now.date():
            return
        before = (now - timedelta(days=self.promises.keep_days)).date()
        gone = FORGET_AT_ONCE
        while gone == FORGET_AT_ONCE:
            gone = await self.store.write(
                lambda records: records.forget_deliveries(before, FORGET_AT_ONCE)
            )
        self._swept_on = now.date()


def _passed(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def _anything(ahead: Ahead, now: datetime) -> bool:
    return (
        _passed(ahead.claim, now)
        or ahead.send
        or _passed(ahead.reconcile, now - RECONCILE_AFTER)
        or _passed(ahead.heal, now)
    )
