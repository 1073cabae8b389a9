"""A place to kill in: a database, the stand-in for Slack, a clock, and a fork server."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, func, select

from bot.domain.deliveries import State
from bot.store.records import SqlRecords
from bot.store.schema import deliveries, subscriptions
from bot.store.urls import place_of
from tests.ready import ready_database
from tests.reliability.forking import Forks, fork_server
from tests.reliability.shared_clock import SharedClock
from tests.reliability.stand_in import StandIn, stand_in
from tests.reliability.verdict import OPEN, Verdict, judge
from tests.reliability.wishes import MONDAY, Wish, keep
from tests.reliability.workers import PROGRAM, Job

A_SECOND = timedelta(seconds=1)
LONGEST_STEP = timedelta(minutes=1)
LOOK_SECONDS = 0.015
DRAIN_SECONDS = 120.0
COMPLAINTS = ("Traceback", "delivery_broken", "beat_failed")
"""What stands in the errors of a worker when something in the program broke."""


@dataclass(frozen=True)
class Ahead:
    """When something may be claimed, sent, and healed next, and since when something is being
    sent; None where there is nothing."""

    claim: datetime | None
    send: datetime | None
    sending: datetime | None
    heal: datetime | None

    @property
    def begun(self) -> bool:
        """Whether anything is left of what was claimed."""
        return any((self.send, self.sending, self.heal))


@dataclass
class Ground:
    """Everything that a run needs, and what it asks of the database."""

    folder: Path
    job: Job
    clock: SharedClock
    slack: StandIn
    forks: Forks
    engine: Engine
    wanted: Sequence[Wish]

    def pass_time(self, amount: timedelta) -> None:
        """Let time pass for everybody."""
        self.slack.move(self.clock.now() + amount)

    def count(self, *states: State, since: datetime = MONDAY) -> int:
        """How many deliveries are in these states, and came there no earlier than an instant."""
        table = deliveries.c
        query = select(func.count()).where(table.state.in_(states), table.changed_at >= since)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def behind(self) -> timedelta:
        """How long ago the oldest that is open was due."""
        query = select(func.min(deliveries.c.due)).where(deliveries.c.state.in_(OPEN))
        with self.engine.connect() as connection:
            oldest = connection.execute(query).scalar_one()
        return timedelta(0) if oldest is None else self.clock.now() - oldest

    def drain(self) -> None:
        """Have one worker end everything that has begun, on a day without faults."""
        until = self.clock.now()
        pid = self._at_work()
        self._wait_until_claimed(until)
        with self.engine.begin() as connection:
            connection.execute(subscriptions.update().values(next_due=None, next_label=None))
        self._let_time_pass()
        self.forks.kill(pid)

    def _at_work(self) -> int:
        """A worker that has begun. The whole program does not say when; its first call does."""
        before = self.slack.calls()
        pid = self.forks.start(self.job.told())
        if self.job.manner != PROGRAM:
            self.forks.until_ready(pid)
            return pid
        end = time.monotonic() + DRAIN_SECONDS
        while self.slack.calls() == before:
            assert time.monotonic() < end, "the program does not start"
            time.sleep(LOOK_SECONDS)
        return pid

    def _wait_until_claimed(self, now: datetime) -> None:
        end = time.monotonic() + DRAIN_SECONDS
        while (claim := self.ahead().claim) is not None and claim <= now:
            assert time.monotonic() < end, "what is due is not claimed"
            time.sleep(LOOK_SECONDS)

    def _let_time_pass(self) -> None:
        """Time goes faster while nothing changes, until nothing is left to do."""
        end, step, before = time.monotonic() + DRAIN_SECONDS, A_SECOND, None
        while self.ahead().begun or self.slack.next_late():
            assert time.monotonic() < end, f"not everything ends: {self.ahead()}"
            self.pass_time(step)
            time.sleep(LOOK_SECONDS)
            now = self._progress()
            step = A_SECOND if now != before else min(step * 1.5, LONGEST_STEP)
            before = now

    def ahead(self) -> Ahead:
        """What is left to do, and when."""
        with self.engine.connect() as connection:
            records = SqlRecords(connection, writable=False)
            ahead = records.ahead()
            send = min((waiting.first for waiting in records.waiting()), default=None)
        return Ahead(ahead.claim, send, ahead.reconcile, ahead.heal)

    def _progress(self) -> object:
        table = deliveries.c
        query = select(
            table.state, func.count(), func.count(table.heal_at), func.sum(table.attempts)
        )
        with self.engine.connect() as connection:
            return connection.execute(query.group_by(table.state).order_by(table.state)).all()

    def verdict(self, end: datetime) -> Verdict:
        """What became of everything that was due until an instant."""
        wanted = {wish: tuple(wish.labels(MONDAY, end)) for wish in self.wanted}
        return judge(self.engine, self.slack.posts(), wanted, Path(self.job.journal))

    def complaints(self) -> str:
        """What workers said of something that broke in them; empty when nothing did."""
        lines = (self.folder / "errors").read_text().splitlines()
        broken = [line for line in lines if any(word in line for word in COMPLAINTS)]
        return "\n".join(broken[:20])


@dataclass(frozen=True)
class Pace:
    """Posts a minute, and seconds between two looks of a worker."""

    posts: int = 500
    beat: float = 0.005


@contextmanager
def ground(
    manner: str, wanted: Sequence[Wish], database: str = "", pace: Pace | None = None
) -> Iterator[Ground]:
    """A place with these wishes, on Monday 2 March 2026; in a SQLite file unless one is named."""
    pace = pace or Pace()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coach-kills-")))
        if not database:
            ready_database(folder / "coach.db")
            database = f"sqlite:///{folder / 'coach.db'}"
        keep(database, wanted, MONDAY)
        clock = SharedClock.made(folder / "clock", MONDAY)
        slack = stack.enter_context(stand_in(len(wanted), clock))
        forks = stack.enter_context(fork_server(folder / "errors", manner))
        job = Job(
            manner,
            database,
            slack.api_url,
            slack.token,
            str(folder / "clock"),
            str(folder / "journal"),
            pace.posts,
            pace.beat,
        )
        Path(job.journal).touch()
        engine = create_engine(place_of(database).engine_url(), poolclass=NullPool)
        stack.callback(engine.dispose)
        yield Ground(folder, job, clock, slack, forks, engine, wanted)
