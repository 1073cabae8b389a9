"""One simulated world: processes, people and accidents on virtual time, all from one seed."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.app import topics_of
from bot.domain.errors import Busy, Uncertain
from bot.ports import Records
from bot.services.delivery.dispatcher import Dispatcher, Promises
from bot.system import GivenClock
from tests.reliability.desks import CountedIds, desk_on
from tests.reliability.dying import Died, DyingMessenger, DyingStore, Fuse
from tests.reliability.endings import Ending
from tests.reliability.flaky_store import FlakyStore
from tests.reliability.invariants import Judge
from tests.reliability.light import light_topics, rendered
from tests.reliability.loop_store import LoopStore
from tests.reliability.rows import Rows
from tests.reliability.silent import SILENT
from tests.reliability.simulated_people import PER_DAY, People, person
from tests.reliability.simulated_slack import KIND_ODDS, SimulatedSlack
from tests.reliability.virtual_loop import VirtualLoop

BEGIN = datetime(2026, 2, 16, tzinfo=UTC)
"""Before the clock changes of spring, so that a run of some weeks has them in it."""
DAY = 86_400.0
HOUR = 3_600.0
QUIET_END = 5 * HOUR
"""At the end everything is well again for so long, and all must come to rest."""

ACCIDENTS = {"die": 2.0, "outage": 0.3, "unread": 0.2, "store": 0.3, "sleep": 0.05, "clock": 0.1}
"""How often each happens in a day, over all workspaces."""


@dataclass(frozen=True)
class Plan:
    """One run."""

    seed: int
    people: int = 40
    days: float = 10
    workspaces: int = 3
    posts_per_minute: int = 120
    full: bool = False
    """Whether the services fill the messages, which takes longer."""
    calm: bool = False
    """Whether nothing goes wrong."""


Twist = Callable[["Simulation", Dispatcher], Dispatcher]
"""How a process differs from the one of the program, for tests that must see it fail."""


@dataclass
class Simulation:
    """A world that one seed determines."""

    plan: Plan
    twist: Twist | None = None
    step: int = 0
    deaths: int = 0
    judged: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    sleeping: timedelta = field(default_factory=timedelta)
    wrong: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        plan = self.plan
        self.rng = random.Random(f"simulator {plan.seed}")
        self.loop = VirtualLoop()
        self.store, self.ids = LoopStore(), CountedIds()
        self.promises = Promises(posts_per_minute=plan.posts_per_minute)
        self.judge = Judge(
            Rows(self.store), self.now, plan.posts_per_minute, self.promises.unasked_per_day
        )
        self.slack = SimulatedSlack(self.rng, self.true_time, self.judge)
        self.desk = desk_on(self.store, GivenClock(self.now), self.ids)
        self.topics = topics_of(self.desk) if plan.full else light_topics(self.desk)
        everybody = [person(number, plan.workspaces) for number in range(plan.people)]
        self.people = People(self.rng, self.desk, self.store, self.slack, self.judge, everybody)
        self.people.silent = {each for each in everybody if self.rng.random() < 0.15}
        self.poke = asyncio.Event()
        self.flaky = FlakyStore(self.store, self.rng, self.judge.interrupted)
        if plan.calm:
            self.slack.odds, self.flaky.odds = KIND_ODDS, 0.0
        self.fuse = Fuse()

    def true_time(self) -> datetime:
        """The time that everybody else goes by."""
        return BEGIN + timedelta(seconds=self.loop.time()) + self.sleeping

    def now(self) -> datetime:
        """The time that the coach goes by."""
        return self.true_time() + self.wrong

    # -- the process ------------------------------------------------------------------------------

    def _dispatcher(self) -> Dispatcher:
        self.fuse = Fuse(dies=self._died)
        made = Dispatcher(
            store=DyingStore(self.flaky, self.fuse),
            messenger=DyingMessenger(self.slack, self.fuse),
            clock=GivenClock(self.now),
            ids=self.ids,
            topics=self.topics,
            render=rendered,
            meter=SILENT,
            promises=self.promises,
        )
        return self.twist(self, made) if self.twist else made

    async def _processes(self, until: float) -> None:
        """One process after the other."""
        while self.loop.time() < until:
            await self._process(self._dispatcher(), until)
            if self.fuse.dead:
                down = self.rng.choice((1, 5, 30, 120, self.rng.uniform(0, 20_000)))
                left = until - QUIET_END - self.loop.time()
                await asyncio.sleep(min(down, max(5, left)))
                self.judge.interrupted()
                self.judge.down = False

    def _died(self) -> None:
        self.deaths += 1
        self.judge.down = True
        self.judge.interrupted()
        self.judge.note("died")
        self.poke.set()

    async def _process(self, dispatcher: Dispatcher, until: float) -> None:
        while self.loop.time() < until and not self.fuse.dead:
            before = self.flaky.writes + self.slack.calls
            due = await self._beat(dispatcher)
            self._step()
            busy = before != self.flaky.writes + self.slack.calls
            await self._wait(due, busy=busy, until=until)

    async def _beat(self, dispatcher: Dispatcher) -> datetime | None:
        try:
            await dispatcher.beat()
            due = await dispatcher.next_due()
        except (Busy, Uncertain):
            return self.now()
        except Died:
            return None
        self.judge.beats.append(self.now())
        return due

    async def _wait(self, due: datetime | None, *, busy: bool, until: float) -> None:
        """Until something is due or happens, and a second at least, as the heart beats."""
        most = until - self.loop.time()
        seconds = most if due is None else (due - self.now()).total_seconds()
        seconds = 1.0 if busy else max(1.0, min(seconds, most))
        self.poke.clear()
        try:
            async with asyncio.timeout(seconds):
                await self.poke.wait()
        except TimeoutError:
            return

    def _step(self) -> None:
        self.step += 1
        self.judge.after_step()

    # -- what happens -----------------------------------------------------------------------------

    async def _people(self, until: float) -> None:
        """Everybody starts in the first days; then they do what people do."""
        beginners = list(self.people.everybody)
        while beginners:
            await asyncio.sleep(self.rng.expovariate(len(self.people.everybody) / DAY))
            beginner = beginners.pop()
            if self.people.shut_out(beginner):
                beginners.insert(0, beginner)
            else:
                await self.people.start(beginner)
                self.poke.set()
        rate = sum(PER_DAY.values()) * len(self.people.everybody) / DAY
        while self.loop.time() < until:
            await asyncio.sleep(self.rng.expovariate(rate))
            if await self.people.something():
                self.poke.set()

    async def _accidents(self, until: float) -> None:
        rate = sum(ACCIDENTS.values()) / DAY
        while self.loop.time() < until and not self.plan.calm:
            await asyncio.sleep(self.rng.expovariate(rate))
            (name,) = self.rng.choices(list(ACCIDENTS), list(ACCIDENTS.values()))
            await getattr(self, f"_{name}")()
            self.judge.note(name)
            self.poke.set()

    async def _die(self) -> None:
        self.fuse.at = self.fuse.passed + self.rng.randint(1, 60)

    async def _outage(self) -> None:
        workspace = f"T{self.rng.randrange(self.plan.workspaces)}"
        code = self.rng.choice(
            ("no_connection", "http_error", "org_login_required", "invalid_auth", "token_revoked")
        )
        self.slack.trouble_of[workspace] = code
        hours = self.rng.choice((0.1, 1, 5, 20))
        self.loop.call_later(hours * HOUR, self._mended, workspace)

    def _mended(self, workspace: str) -> None:
        self.judge.trouble(workspace)
        if self.slack.trouble_of.pop(workspace, None) == "token_revoked":
            self.store.now(partial(_revived, workspace=workspace))
            self.poke.set()

    async def _unread(self) -> None:
        workspace = f"T{self.rng.randrange(self.plan.workspaces)}"
        self.slack.unread[workspace] = self.rng.choice(("missing_scope", "http_error"))
        hours = self.rng.choice((0.1, 1, 12))
        self.loop.call_later(hours * HOUR, self._readable, workspace)

    def _readable(self, workspace: str) -> None:
        self.judge.trouble(workspace)
        self.slack.unread.pop(workspace, None)

    async def _store(self) -> None:
        self.flaky.busy_until = self.loop.time() + self.rng.choice((5.0, 30.0, 300.0))

    async def _sleep(self) -> None:
        self._jump(lambda: setattr(self, "sleeping", self.sleeping + self._hours()))

    def _hours(self) -> timedelta:
        return timedelta(hours=self.rng.choice((0.1, 1, 5, 12, 40)))

    async def _clock(self) -> None:
        """The clock is some minutes wrong, or right again."""
        off = timedelta(seconds=self.rng.choice((0, 0, 1, -1, 30, -30, 200, -200)))
        self._jump(lambda: setattr(self, "wrong", off))

    def _jump(self, change: Callable[[], None]) -> None:
        self.judge.jumps.append(self.now())
        change()
        self.judge.jumps.append(self.now())
        self.judge.interrupted()

    async def _hours_pass(self, until: float) -> None:
        while self.loop.time() < until:
            await asyncio.sleep(HOUR)
            self.people.look_at_the_silent()
            Ending(self.judge).after_hour()
            self.slack.forget(self.true_time() - timedelta(days=2))

    # -- all of it --------------------------------------------------------------------------------

    def run(self) -> "Simulation":
        """Live all of it. Raises Broken, with what happened last."""
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(_unheard)
        try:
            self.loop.run_until_complete(self._run())
        finally:
            self._close()
        return self

    async def _run(self) -> None:
        end = self.plan.days * DAY
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._processes(end + QUIET_END))
            tasks.create_task(self._people(end))
            tasks.create_task(self._accidents(end))
            tasks.create_task(self._hours_pass(end))
            self.loop.call_later(end, self._all_is_well)
        quiet_since = self.now() - timedelta(seconds=QUIET_END / 2)
        self.judged = Ending(self.judge).judged(BEGIN, quiet_since)
        self.ended = self.judge.rows.counts()

    def _all_is_well(self) -> None:
        for workspace in [*self.slack.trouble_of]:
            self._mended(workspace)
        for number in range(self.plan.workspaces):
            self.store.now(partial(_revived, workspace=f"T{number}"))
        self.slack.unread.clear()
        self.slack.odds, self.flaky.odds, self.flaky.busy_until = KIND_ODDS, 0.0, 0.0
        self.fuse.at = None
        self.poke.set()

    def _close(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
        asyncio.set_event_loop(None)
        self.store.end()


def _revived(records: Records, workspace: str) -> None:
    records.revive_workspace(workspace)


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    if not isinstance(context.get("exception"), Died | Busy | Uncertain):
        loop.default_exception_handler(context)
