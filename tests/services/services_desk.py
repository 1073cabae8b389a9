"""The use cases on a real store in memory, with a clock and a messenger that a test leads."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.assembly import build_desk, topics_of
from bot.domain.cadence import WORKDAYS, Rhythm
from bot.domain.deliveries import Delivery, Kind, State, Target
from bot.domain.errors import Busy
from bot.domain.groups import Place
from bot.domain.learners import Background, Goal, Move, Person, ZoneSource
from bot.domain.remedies import Remedy
from bot.domain.silence import Patience
from bot.ports import Arrived, Message, Records, SendRefused, SendUncertain, Store
from bot.services.coaching import StartForm
from bot.services.delivery.courier import Render
from bot.services.delivery.dispatcher import Dispatcher, Promises
from bot.services.delivery.taking import Topic
from bot.services.rhythms import target_of
from bot.settings import Behaviour, Settings
from bot.slack.deliveries import renderer
from bot.slack.errors import CallKind, remedy_of
from bot.slack.messenger import GIVEN_UP
from bot.store.sql import SqlStore
from bot.system import GivenClock, RandomIds
from tests.shipped import library

T = TypeVar("T")

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""Half past nine in Berlin."""
MAYA = Person("T1", "U1")
MAYA_ELSEWHERE = Person("T2", "U1")
RAVI = Person("T1", "U2")
CHANNEL = Place("T1", "C1")
MORNINGS = Rhythm(WORKDAYS, time(9, 0))
GOAL = Goal(Background.PM, Move.INSIDE, 6.0, date(2026, 7, 31))
FORM = StartForm(GOAL, MORNINGS, "Europe/Berlin", ZoneSource.SLACK)


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """A local time in Berlin in March 2026."""
    local = datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))
    return local.astimezone(UTC)


@dataclass(frozen=True)
class Posted:
    """A message that stands in a conversation."""

    target: Target
    message: Message
    delivery_id: str
    at: datetime
    arrived: Arrived


@dataclass(frozen=True)
class Outcome:
    """What becomes of one call: whether the message arrives, and what is raised beside that."""

    arrives: bool
    raises: BaseException | None = None


FINE = Outcome(arrives=True)
LOST = Outcome(arrives=False, raises=SendUncertain("no answer"))
ANSWER_LOST = Outcome(arrives=True, raises=SendUncertain("no answer"))
DIES_BEFORE = Outcome(arrives=False, raises=asyncio.CancelledError())
DIES_AFTER = Outcome(arrives=True, raises=asyncio.CancelledError())


def refusal(code: str, wait: float = 0.0) -> SendRefused:
    """Slack's no to a message, when mending it did not help."""
    remedy = remedy_of(code, CallKind.POST)
    return SendRefused(code, GIVEN_UP.get(remedy, remedy), wait)


def refused(code: str, wait: float = 0.0) -> Outcome:
    """Slack says no."""
    return Outcome(arrives=False, raises=refusal(code, wait))


@dataclass
class MoodyStore:
    """The store, except that it is busy at those of its writes that a test names, from 1."""

    inner: SqlStore
    busy_at: frozenset[int]
    writes: int = 0

    async def read(self, work: Callable[[Records], T]) -> T:
        return await self.inner.read(work)

    async def write(self, work: Callable[[Records], T]) -> T:
        self.writes += 1
        if self.writes in self.busy_at:
            raise Busy
        return await self.inner.write(work)

    async def check(self) -> None:
        await self.inner.check()

    async def close(self) -> None:
        await self.inner.close()


class Tally:
    """A meter that counts by name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def tick(self, seconds: float) -> None:
        assert seconds >= 0
        self.counts["tick"] += 1

    def claimed(self, number: int) -> None:
        self.counts["claimed"] += number

    def sent(self, kind: Kind, lateness: float) -> None:
        assert lateness >= 0
        self.counts[f"sent {kind}"] += 1

    def skipped(self, reason: str) -> None:
        self.counts[f"skipped {reason}"] += 1

    def refused(self, code: str, remedy: Remedy) -> None:
        self.counts[f"refused {code} {remedy}"] += 1

    def uncertain(self, code: str) -> None:
        self.counts[f"uncertain {code}"] += 1

    def reconciled(self, outcome: State) -> None:
        self.counts[f"reconciled {outcome}"] += 1

    def healed(self) -> None:
        self.counts["healed"] += 1


@dataclass
class Post:
    """A messenger that keeps what arrived; the outcomes of the next calls are given per address."""

    clock: GivenClock
    posted: list[Posted] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    history: Exception | None = None
    removed: list[Arrived] = field(default_factory=list)
    probed: list[str] = field(default_factory=list)
    trouble: Exception | None = None
    script: dict[str, deque[Outcome]] = field(default_factory=lambda: defaultdict(deque))
    before_send: Callable[[Target], Awaitable[None]] | None = None

    def next(self, address: str, *outcomes: Outcome) -> None:
        """What happens to the next messages to an address; after that they arrive."""
        self.script[address].extend(outcomes)

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        self.calls.append(target.address)
        if self.before_send is not None:
            await self.before_send(target)
        waiting = self.script[target.address]
        outcome = waiting.popleft() if waiting else FINE
        arrived = Arrived(f"D{target.address}", f"{len(self.calls)}.{delivery_id[:6]}")
        if outcome.arrives:
            now = self.clock.now()
            self.posted.append(Posted(target, message, delivery_id, now, arrived))
        if outcome.raises is not None:
            raise outcome.raises
        return arrived

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        self.looked_up.append(delivery_id)
        if self.history is not None:
            raise self.history
        return tuple(
            found.arrived
            for found in self.posted
            if (found.target, found.delivery_id) == (target, delivery_id) and found.at >= since
        )

    async def remove(self, target: Target, arrived: Arrived) -> None:  # noqa: ARG002
        self.posted[:] = [found for found in self.posted if found.arrived != arrived]
        self.removed.append(arrived)

    async def probe(self, workspace: str) -> None:
        self.probed.append(workspace)
        if self.trouble is not None:
            raise self.trouble

    def to(self, person: Person) -> list[Posted]:
        """What arrived for one person."""
        return [found for found in self.posted if found.target == target_of(person)]


ENDLESS = Patience(0, 0)
"""The coach goes on, however silent somebody is: most stories are about something else."""


def settings_with(patience: Patience) -> Settings:
    """The usual settings with another patience."""
    chosen = {"silent_prompts": patience.prompts, "silent_checkins": patience.checkins}
    limits = Behaviour().limits.model_copy(update=chosen)
    return Settings(behaviour=Behaviour().model_copy(update={"limits": limits}))


class Bench:
    """The services, a dispatcher and the time, which moves only when it is told to."""

    def __init__(
        self, store: SqlStore, promises: Promises, *, patience: Patience = ENDLESS
    ) -> None:
        self.store = store
        self.now = MONDAY
        self.clock = GivenClock(lambda: self.now)
        self.post = Post(self.clock)
        self.promises = promises
        self.tally = Tally()
        self.desk = build_desk(settings_with(patience), library(), store, self.clock)
        self.topics = topics_of(self.desk)
        self.render: Render = renderer(self.desk.words)
        self.dispatcher = self.new_dispatcher()

    def new_dispatcher(self, post: Post | None = None, store: Store | None = None) -> Dispatcher:
        """As after a restart of the program: the rows are all that is left."""
        return Dispatcher(
            store=store or self.store,
            messenger=post or self.post,
            clock=self.clock,
            ids=RandomIds(),
            topics=self.topics,
            render=self.rendered,
            meter=self.tally,
            promises=self.promises,
        )

    def rendered(self, result: object) -> Message:
        """A result as a message; `render` can be changed at any time."""
        return self.render(result)

    def restart(self) -> None:
        """The program starts anew on the same store."""
        self.dispatcher = self.new_dispatcher()

    def topic(self, kind: Kind, topic: Topic) -> None:
        """Fill one kind of delivery in another way."""
        self.topics = {**self.topics, kind: topic}
        self.restart()

    async def start(self, person: Person = MAYA, **changes: object) -> None:
        """Somebody starts; nothing is sent yet."""
        await self.desk.coaching.start(person, replace(FORM, **changes))  # type: ignore[arg-type]

    async def settled(self, person: Person = MAYA, **changes: object) -> None:
        """Somebody has started, and has got the welcome and the first prompt."""
        await self.start(person, **changes)
        await self.dispatcher.tick()
        self.post.posted.clear()

    async def at(self, moment: datetime) -> None:
        """Wake up at an instant, having slept until then."""
        self.now = moment
        await self.dispatcher.tick()

    async def after(self, **passed: float) -> None:
        """Wake up when some time has passed, in the words of a timedelta."""
        await self.at(self.now + timedelta(**passed))

    async def live_until(self, moment: datetime) -> None:
        """Wake up whenever something is due, and at the end."""
        for _ in range(1_000):
            due = await self.dispatcher.next_due()
            if due is None or due > moment:
                break
            await self.at(max(due, self.now + timedelta(seconds=1)))
        else:
            raise AssertionError("what is due stays due")
        await self.at(moment)

    async def known_delivery(
        self, kind: Kind, label: date, person: Person = MAYA
    ) -> Delivery | None:
        """The delivery of a kind for a date, if there is one."""
        target = target_of(person)
        return await self.store.read(lambda records: records.delivery(target, kind, label))

    async def delivery(
        self, kind: Kind, label: date | None = None, person: Person = MAYA
    ) -> Delivery:
        """The one delivery of a kind; it must be there."""
        day = label or MONDAY.date()
        found = await self.known_delivery(kind, day, person)
        assert found is not None, f"no {kind} for {day}"
        return found

    async def state(
        self, kind: Kind, label: date | None = None, person: Person = MAYA
    ) -> tuple[State, str | None]:
        """Where a delivery stands, and why."""
        found = await self.delivery(kind, label, person)
        return found.state, found.error


def live(
    story: Callable[[Bench], Awaitable[None]], *, patience: Patience = ENDLESS, **promises: int
) -> None:
    """Play a story on an empty store; as fast as it goes unless a pace is promised."""

    async def main() -> None:
        store = SqlStore.open("sqlite://")
        try:
            chosen = Promises(**{"posts_per_minute": 0, **promises})
            await story(Bench(store, chosen, patience=patience))
        finally:
            await store.close()

    asyncio.run(main())


def lived(story: Callable[[Bench], Awaitable[None]]) -> Callable[[], None]:
    """A test of a story that takes a bench."""

    def test() -> None:
        live(story)

    test.__name__ = story.__name__
    test.__doc__ = story.__doc__
    return test
