"""Small stories of sending: who is there, and what goes wrong with Slack. A process is to die at
every point of each of them."""

from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import select

from bot.app import topics_of
from bot.domain.cadence import WORKDAYS, Rhythm
from bot.domain.deliveries import Delivery, Kind, State, Subscription, Target
from bot.domain.groups import Place
from bot.domain.learners import Background, Goal, Move, Person, ZoneSource
from bot.domain.remedies import Remedy
from bot.ports import Message, Messenger, Records, Store
from bot.services.coaching import StartForm
from bot.services.delivery.dispatcher import Dispatcher, Promises
from bot.services.delivery.taking import Topic, Topics
from bot.services.results import Composed
from bot.services.rhythms import subscribe
from bot.services.study_groups import GroupForm
from bot.store.schema import deliveries
from bot.system import GivenClock
from tests.reliability.desks import CountedIds, desk_on
from tests.reliability.loop_store import LoopStore
from tests.reliability.silent import SILENT
from tests.reliability.small_slack import (
    ANSWER_LOST,
    FINE,
    LOST,
    NO_ANSWER,
    Fate,
    SmallSlack,
    late,
    refused,
    unread,
)

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""Half past nine in Berlin."""
GOAL = Goal(Background.PM, Move.INSIDE, 6.0, date(2026, 7, 31))
FORM = StartForm(GOAL, Rhythm(WORKDAYS, time(9, 0)), "Europe/Berlin", ZoneSource.SLACK)
MAYA = Person("T1", "U1")
CHANNEL = Place("T1", "C1")
ENDED = frozenset({State.SENT, State.SKIPPED, State.FAILED, State.UNKNOWN})
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

Key = tuple[str, str, str]
"""Workspace and address, kind, and local date of a message."""


PLAIN: Topics = {
    kind: Topic(lambda _, delivery: Composed(delivery.kind), capped=kind is not Kind.WELCOME)
    for kind in Kind
}


class Sender(Protocol):
    """What a process does."""

    async def tick(self) -> int:
        """Do everything that is due now."""
        ...

    async def next_due(self) -> datetime | None:
        """When something is due next."""
        ...


@dataclass(frozen=True)
class Story:
    """Who is there, how Slack behaves, and for how long it is looked at from the beginning on."""

    name: str
    set_up: Callable[["Stage"], Awaitable[None]]
    fates: Mapping[str, Sequence[Fate]] = field(default_factory=dict)
    history: Sequence[Exception | None] = ()
    removals: Sequence[Exception | None] = ()
    probes: Sequence[Exception | None] = ()
    begins: timedelta = SECOND
    lasts: timedelta = HOUR
    promises: Promises = field(default_factory=lambda: Promises(posts_per_minute=0))
    real: bool = False
    """Whether the services fill the messages. The others show nothing but their kind."""


class Stage:
    """A store, a Slack, and the time, which moves when it is told to."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.store = LoopStore()
        self.now = MONDAY + story.begins
        self.clock = GivenClock(lambda: self.now)
        self.ids = CountedIds()
        self.desk = desk_on(self.store, self.clock, self.ids)
        self.topics: Topics = topics_of(self.desk) if story.real else PLAIN
        self.slack = SmallSlack(lambda: self.now)
        self._depth = 0

    @property
    def end(self) -> datetime:
        """When nobody looks any more."""
        return MONDAY + self.story.begins + self.story.lasts

    async def set_up(self) -> None:
        """Everything that happens before the process begins."""
        self.now = MONDAY
        await self.story.set_up(self)

    def open(self) -> None:
        """The process begins."""
        story = self.story
        self.now = MONDAY + story.begins
        self.slack = SmallSlack(
            lambda: self.now,
            history=deque(story.history),
            removals=deque(story.removals),
            probes=deque(story.probes),
        )
        for address, fates in story.fates.items():
            self.slack.fates[address].extend(fates)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Afterwards everything is as it was before."""
        now, slack, given = self.now, self.slack, self.ids.given
        self.slack = slack.copied()
        self.store.mark(f"kept{self._depth}")
        self._depth += 1
        yield
        self._depth -= 1
        self.store.back_to(f"kept{self._depth}")
        self.now, self.slack, self.ids.given = now, slack, given

    def pass_time(self, until: datetime) -> None:
        """Some time passes."""
        self.now = max(self.now, until)

    def rows(self) -> Mapping[str, tuple[Key, State]]:
        """Every delivery that there is, by its id."""
        return self.store.now(_keys)

    def version(self) -> Hashable:
        """The same only when nothing has been written or sent, and no time has passed."""
        return self.now, self.slack.version(), self.store.version()

    def state(self) -> Hashable:
        """Everything that goes on when a process dies: store, Slack and time."""
        return self.now, self.slack.state(), self.store.contents()

    def visible(self) -> Iterator[Key]:
        """What stands in its conversation; a message without its row raises KeyError."""
        rows = self.rows()
        return (rows[each.delivery_id][0] for each in self.slack.visible())

    def add(self, *due: tuple[str, str, Kind]) -> None:
        """Put messages on their way to a workspace and an address."""
        for workspace, address, kind in due:
            self.store.now(partial(_add, self, Target(workspace, address), kind))


def _add(stage: Stage, target: Target, kind: Kind, records: Records) -> None:
    now = stage.now
    records.add_delivery(
        Delivery(
            id=stage.ids.new(),
            target=target,
            kind=kind,
            label=now.date(),
            zone="Europe/Berlin",
            due=now,
            state=State.DUE,
            not_before=now,
            changed_at=now,
        )
    )


def _keys(records: Records) -> Mapping[str, tuple[Key, State]]:
    table = deliveries.c
    query = select(table.id, table.workspace, table.address, table.kind, table.label, table.state)
    found = records.all(query)  # type: ignore[attr-defined]
    return {
        row.id: ((f"{row.workspace} {row.address}", row.kind, str(row.label)), State(row.state))
        for row in found
    }


def real_sender(stage: Stage, store: Store, messenger: Messenger) -> Dispatcher:
    """The dispatcher of the program, as after a start."""
    return Dispatcher(
        store=store,
        messenger=messenger,
        clock=stage.clock,
        ids=stage.ids,
        topics=stage.topics,
        render=lambda result: Message(type(result).__name__),
        meter=SILENT,
        promises=stage.story.promises,
    )


# -- who is there --------------------------------------------------------------------------------

FIRST = (Kind.WELCOME, Kind.DAILY_PROMPT)


async def maya(stage: Stage) -> None:
    """A welcome and a prompt for one person."""
    stage.add(*(("T1", "U1", kind) for kind in FIRST))


async def two(stage: Stage) -> None:
    """A prompt each for two people of one workspace."""
    stage.add(("T1", "U1", Kind.DAILY_PROMPT), ("T1", "U2", Kind.DAILY_PROMPT))


async def two_workspaces(stage: Stage) -> None:
    """A prompt each for two people with the same address, in workspaces of their own."""
    stage.add(("T1", "U1", Kind.DAILY_PROMPT), ("T2", "U1", Kind.DAILY_PROMPT))


async def subscribed(stage: Stage) -> None:
    """Two people want a prompt at nine; the one of today is over."""
    for user in ("U1", "U2"):
        wish = Subscription(
            Target("T1", user), Kind.DAILY_PROMPT, "Europe/Berlin", FORM.prompts, None
        )
        stage.store.now(partial(subscribe, wish=wish, after=MONDAY))


async def started(stage: Stage) -> None:
    """Somebody starts, as people do: a welcome and a first prompt."""
    await stage.desk.coaching.start(MAYA, FORM)


async def group(stage: Stage) -> None:
    """A channel has a study group that meets on Mondays at eleven."""
    form = GroupForm(Rhythm(frozenset({0}), time(11, 0)), "Europe/Berlin")
    await stage.desk.groups.start(CHANNEL, MAYA, form)


TOMORROW = timedelta(hours=23, minutes=29)
NO_HISTORY_NOW = unread("no_connection", Remedy.BACK_OFF)
NO_HISTORY_TOO_FAST = unread("ratelimited", Remedy.WAIT, 30)

_ALL = (
    Story("welcome and prompt", maya),
    Story("two people", two),
    Story("lost", maya, {"U1": [LOST]}),
    Story("lost twice", maya, {"U1": [LOST, LOST]}),
    Story("answer lost", maya, {"U1": [ANSWER_LOST, ANSWER_LOST]}),
    Story("too fast", two, {"U1": [refused("ratelimited", 20)]}),
    Story("too fast, lost", two, {"U1": [refused("ratelimited", 5), LOST], "U2": [ANSWER_LOST]}),
    Story("no connection", maya, {"U1": [refused("no_connection"), FINE, FINE]}),
    Story("held", two, {"U1": [refused("org_login_required")]}, lasts=4 * HOUR),
    Story(
        "held for long",
        maya,
        {"U1": [refused("org_login_required")]},
        probes=[NO_ANSWER, NO_ANSWER],
        lasts=6 * HOUR,
    ),
    Story("late by 30 s", maya, {"U1": [late(30)]}),
    Story("late by 2 min", maya, {"U1": [late(120)]}),
    Story("late by 5 min", maya, {"U1": [late(300)]}),
    Story("both late", maya, {"U1": [late(100), late(200)]}),
    Story("late, removal fails", maya, {"U1": [late(120)]}, removals=[NO_ANSWER]),
    Story(
        "history away",
        maya,
        {"U1": [ANSWER_LOST, LOST]},
        history=[NO_ANSWER, NO_HISTORY_NOW, NO_HISTORY_TOO_FAST],
    ),
    Story("daily prompt", subscribed, begins=TOMORROW, lasts=2 * HOUR),
    Story("daily prompt, lost", subscribed, {"U2": [LOST]}, begins=TOMORROW, lasts=2 * HOUR),
    Story("two workspaces", two_workspaces, {"U1": [LOST, FINE, ANSWER_LOST]}),
    Story("slow pace", two, promises=Promises(posts_per_minute=40)),
    Story("start", started, {"U1": [LOST]}, real=True),
    Story("session", group, {"C1": [ANSWER_LOST]}, lasts=3 * HOUR, real=True),
)
STORIES = {story.name: story for story in _ALL}
