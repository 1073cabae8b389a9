"""Everybody at nine, and Slack that limits: `python -m tests.reliability.pacing`.

Real workers in processes of their own send over real HTTP, by the real clock, to a stand-in that
answers 429 to whoever is too fast. One worker uses SQLite; several share one PostgreSQL.
"""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot.domain.cadence import Occurrence, Rhythm
from bot.domain.deliveries import Kind, State, Subscription, Target
from bot.metrics import Instruments
from bot.ports import Arrived, Message, Records
from bot.services.delivery.dispatcher import Dispatcher, Promises
from bot.services.delivery.taking import Topic
from bot.services.results import Composed
from bot.slack.messenger import SlackMessenger, slack_client
from bot.store.migrate import upgrade
from bot.store.sql import SqlStore
from bot.system import RandomIds, SystemClock
from tests.own_postgres import own_postgres
from tests.reliability.quick_slack import quick_slack

PERMITTED = 1_800
"""Posts a minute that the stand-in allows each workspace; thirty a second."""
SHARE = 0.95
"""What of that the coach uses, as 500 of Slack's 525."""
IN_A_HURRY = 3.0
"""How much faster than permitted the coach posts in the trial in which Slack must limit it."""
BIG, SMALL = "T1", "T2"
MESSAGE = Message("Good morning")
EVERY_DAY = frozenset(range(7))
BEAT = 0.25


@dataclass(frozen=True)
class Trial:
    """How it is tried."""

    database: str
    slack: str
    per_minute: int


class ByWorkspace:
    """Posts to each workspace with its own token, as installations have them."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._of = {
            name: SlackMessenger(slack_client(f"xoxb-{name}", url, session))
            for name in (BIG, SMALL)
        }

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        return await self._of[target.workspace].send(target, message, delivery_id)

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        return await self._of[target.workspace].find(target, delivery_id, since)

    async def remove(self, target: Target, arrived: Arrived) -> None:
        await self._of[target.workspace].remove(target, arrived)

    async def probe(self, workspace: str) -> None:
        await self._of[workspace].probe(workspace)


async def _work(trial: Trial, go: Any, stop: Any) -> None:
    store = SqlStore.open(trial.database)
    drawn = Composed(MESSAGE)
    async with aiohttp.ClientSession() as session:
        worker = Dispatcher(
            store=store,
            messenger=ByWorkspace(trial.slack, session),
            clock=SystemClock(),
            ids=RandomIds(),
            topics={Kind.DAILY_PROMPT: Topic(lambda *_: drawn)},
            render=lambda _: MESSAGE,
            meter=Instruments("pacing", "none"),
            promises=Promises(posts_per_minute=trial.per_minute),
        )
        await asyncio.to_thread(go.wait)
        while not stop.is_set():
            await worker.beat()
            await asyncio.sleep(BEAT)
        await worker.stop(10)
    await store.close()


def _worker(trial: Trial, go: Any, stop: Any) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(_work(trial, go, stop))


def _filling(people: dict[str, int], due: datetime) -> Any:
    rhythm = Rhythm(EVERY_DAY, time_of_day(due.hour, due.minute))

    def fill(records: Records) -> None:
        for name, number in people.items():
            for user in range(number):
                target = Target(name, f"U{user}")
                coming = Occurrence(due.date(), due)
                wish = Subscription(target, Kind.DAILY_PROMPT, "UTC", rhythm, coming)
                records.save_subscription(wish)

    return fill


@dataclass(frozen=True)
class Seen:
    """What came of a trial; seconds since everybody was due."""

    workers: int
    sent: int
    open: int
    limited: int
    seconds: float
    late: dict[str, list[float]]

    def rate(self) -> float:
        """Posts a minute."""
        return self.sent / self.seconds * 60


async def _counts(store: SqlStore) -> dict[State, int]:
    return dict(await store.read(lambda records: records.delivery_counts()))


async def _lateness(store: SqlStore, people: dict[str, int], due: datetime) -> dict[str, Any]:
    def look(records: Records) -> dict[str, Any]:
        late: dict[str, list[float]] = {}
        for name, number in people.items():
            rows = [
                row
                for user in range(number)
                for row in records.deliveries_to(Target(name, f"U{user}"))
                if row.state is State.SENT
            ]
            late[name] = sorted((row.changed_at - due).total_seconds() for row in rows)
        return late

    return await store.read(look)


async def _tried(trial: Trial, people: dict[str, int], workers: int, count: Any) -> Seen:
    store = SqlStore.open(trial.database)
    context = multiprocessing.get_context("spawn")
    go, stop = context.Event(), context.Event()
    team = [context.Process(target=_worker, args=(trial, go, stop)) for _ in range(workers)]
    for process in team:
        process.start()
    await asyncio.sleep(3 + workers)  # until they have imported everything
    due = datetime.now(UTC)
    await store.write(_filling(people, due))
    due = datetime.now(UTC)
    begun = time.monotonic()
    go.set()
    wanted = sum(people.values())
    most = 30 + 3 * 60 * wanted / trial.per_minute + 3 * 60 * wanted / PERMITTED
    while (await _counts(store))[State.SENT] < wanted and time.monotonic() - begun < most:
        await asyncio.sleep(0.2)
    seconds = time.monotonic() - begun
    stop.set()
    for process in team:
        process.join(30)
        process.kill()
    counts, answers = await _counts(store), count()
    late = await _lateness(store, people, due)
    await store.close()
    limited = sum(number for name, number in answers.items() if name.endswith(" 429"))
    still = counts[State.DUE] + counts[State.SENDING]
    return Seen(workers, counts[State.SENT], still, limited, seconds, late)


def tried(database: str, per_minute: int, people: dict[str, int], workers: int) -> Seen:
    """Let so many workers send to so many people of each workspace."""
    with quick_slack(PERMITTED) as (url, counts):
        return asyncio.run(_tried(Trial(database, url, per_minute), people, workers, counts))


def steady(database: str, workers: int, people: int) -> Iterator[str]:
    """At the chosen pace: no 429, and nine tenths of what is permitted."""
    seen = tried(database, round(PERMITTED * SHARE), {BIG: people}, workers)
    share = seen.rate() / PERMITTED
    print(
        f"pace, {workers} worker(s): {seen.sent} sent in {seen.seconds:.1f} s, "
        f"{share:.1%} of the permitted rate (wanted 90 %), {seen.limited} answers of 429 (wanted 0)"
    )
    if seen.sent != people or seen.open:
        yield f"{people - seen.sent} of {people} not sent"
    if seen.limited:
        yield f"{seen.limited} answers of 429"


def at_nine(database: str, people: int) -> Iterator[str]:
    """In a hurry, so that Slack limits: all delivered, and the small workspace is not late."""
    crowd = {BIG: people, SMALL: 5}
    seen = tried(database, round(PERMITTED * IN_A_HURRY), crowd, 1)
    last = seen.late[SMALL][-1] if seen.late[SMALL] else float("inf")
    print(
        f"{people} people at nine, {seen.limited} answers of 429: {seen.sent} of {people + 5} sent "
        f"in {seen.seconds:.1f} s; the last of 5 elsewhere after {last:.1f} s (wanted < 5)"
    )
    if seen.sent != people + 5 or seen.open:
        yield f"{people + 5 - seen.sent} not sent"
    if not seen.limited:
        yield "Slack never limited: the trial shows nothing"
    if last >= 5:
        yield f"the other workspace was {last:.1f} s late"


def _migrated(server: str) -> str:
    """The server's own database, with our tables."""
    upgrade(server)
    return server


def main(given: Sequence[str] | None = None) -> int:
    """Try, print, and say whether something is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_500)
    people = parser.parse_args(given).people
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, own_postgres() as server:
        files = (f"sqlite:///{Path(folder) / f'pacing-{number}.db'}" for number in range(9))
        wrong += steady(next(files), 1, people)
        wrong += steady(_migrated(server), 4, people)
        wrong += at_nine(next(files), people)
    for what in wrong:
        print(f"not as it should be: {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
