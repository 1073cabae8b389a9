"""How much the dispatcher costs: `python -m tests.reliability.speed [question …]`.

Each figure stands beside a floor that was measured in the same run where there is one, since the
same machine is twice as fast at one hour as at another. What a message shows, and drawing it, is
left out: these are the costs of delivering.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot.domain.cadence import WORKDAYS, Occurrence, Rhythm
from bot.domain.deliveries import Kind, State, Subscription, Target
from bot.metrics import Instruments
from bot.ports import Arrived, Message, Messenger, Records
from bot.services.delivery.dispatcher import Dispatcher, Promises
from bot.services.delivery.taking import Topic
from bot.services.results import Composed
from bot.slack.messenger import SlackMessenger, slack_client
from bot.store.sql import SqlStore
from bot.system import GivenClock, RandomIds
from tests.reliability.quick_slack import quick_slack

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NINE + timedelta(days=1)
MORNINGS = Rhythm(WORKDAYS, time_of_day(9))
TEXT = "Good morning. Here is today's prompt: a bus app suggests the next stop. Who is hurt by it?"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": TEXT}}
MESSAGE = Message(TEXT, (SECTION,))
WORKSPACES = 10
IN_FLIGHT = 5
FILLED_AT_ONCE = 5_000
LOOKS = 2_000


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    question: str
    wanted: str
    seen: str


class Nowhere:
    """A messenger that takes everything and does nothing."""

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        del message, delivery_id
        return Arrived(target.address, "1.1")

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        raise NotImplementedError

    async def remove(self, target: Target, arrived: Arrived) -> None:
        raise NotImplementedError

    async def probe(self, workspace: str) -> None:
        raise NotImplementedError


def _filling(first: int, last: int, due: datetime) -> Callable[[Records], None]:
    coming = Occurrence(due.date(), due)

    def fill(records: Records) -> None:
        for number in range(first, last):
            target = Target(f"T{number % WORKSPACES}", f"U{number}")
            wish = Subscription(target, Kind.DAILY_PROMPT, "UTC", MORNINGS, coming)
            records.save_subscription(wish)

    return fill


@asynccontextmanager
async def enrolled(url: str, people: int, due: datetime) -> AsyncIterator[SqlStore]:
    """A store with so many people whose next prompt is due at an instant."""
    store = SqlStore.open(url)
    try:
        for first in range(0, people, FILLED_AT_ONCE):
            last = min(people, first + FILLED_AT_ONCE)
            await store.write(_filling(first, last, due))
        yield store
    finally:
        await store.close()


def dispatcher(store: SqlStore, messenger: Messenger) -> Dispatcher:
    """A dispatcher without pace, at nine, whose messages are drawn already."""
    drawn = Composed(MESSAGE)
    return Dispatcher(
        store=store,
        messenger=messenger,
        clock=GivenClock(lambda: NINE),
        ids=RandomIds(),
        topics={Kind.DAILY_PROMPT: Topic(lambda *_: drawn)},
        render=lambda _: MESSAGE,
        meter=Instruments("speed", "none"),
        promises=Promises(posts_per_minute=0, in_flight=IN_FLIGHT),
    )


def resident() -> float:
    """Megabytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _idle(url: str, people: int) -> float:
    """Milliseconds of the best of ten rounds of looks at which nothing is due."""
    async with enrolled(url, people, LATER) as store:
        idle = dispatcher(store, Nowhere())
        await idle.tick()
        rounds = []
        for _ in range(10):
            begun = time.perf_counter()
            for _ in range(LOOKS // 10):
                await idle.beat()
            rounds.append((time.perf_counter() - begun) / (LOOKS // 10) * 1e3)
        return min(rounds)


async def idle(new_url: Callable[[], str], people: int) -> Iterator[Figure]:
    """Does a look at which nothing is due cost more the more people there are?"""
    few, many = await _idle(new_url(), 1_000), await _idle(new_url(), people)
    limit = "0.1" if new_url().startswith("sqlite") else "0.5"
    return iter(
        (
            Figure(f"idle tick, {people:,} enrolled", f"<= {limit} ms", f"{many:.3f} ms"),
            Figure(f"idle tick, {people:,} : 1,000", "<= 1.2", f"{many / few:.2f}"),
        )
    )


async def claims(new_url: Callable[[], str], people: int) -> Iterator[Figure]:
    """How fast are due rows claimed, taken and marked, each step committed durably?"""
    async with enrolled(new_url(), people, NINE) as store:
        busy = dispatcher(store, Nowhere())
        before, begun = resident(), time.perf_counter()
        done = await busy.tick()
        seconds, grown = time.perf_counter() - begun, resident() - before
        counts = await store.read(lambda records: records.delivery_counts())
    if (done, counts[State.SENT]) != (people, people):
        raise AssertionError(f"{done} of {people} settled, {counts}")
    return iter(
        (
            Figure(
                f"{people:,} rows claimed and marked",
                ">= 15,000 /s",
                f"{people / seconds:,.0f} /s",
            ),
            Figure(f"memory grown by {people:,} people", "<= 10 MB", f"{grown:.1f} MB"),
        )
    )


async def _bare(url: str, posts: int) -> float:
    """Seconds that the SDK alone takes, with one session and as many posts at once."""
    async with aiohttp.ClientSession() as session:
        client = slack_client("xoxb-speed", url, session)
        left = iter(range(posts))

        async def post() -> None:
            for number in left:
                await client.chat_postMessage(
                    channel=f"U{number}",
                    text=TEXT,
                    blocks=[{**SECTION, "block_id": f"{number:020}"}],
                    unfurl_links=False,
                    unfurl_media=False,
                    metadata={"event_type": "coach", "event_payload": {"id": f"{number:020}"}},
                )

        begun = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(WORKSPACES * IN_FLIGHT)))
        return time.perf_counter() - begun


async def _drained(database: str, url: str, posts: int) -> float:
    async with (
        aiohttp.ClientSession() as session,
        enrolled(database, posts, NINE) as store,
    ):
        draining = dispatcher(store, SlackMessenger(slack_client("xoxb-speed", url, session)))
        begun = time.perf_counter()
        done = await draining.tick()
        seconds = time.perf_counter() - begun
    if done != posts:
        raise AssertionError(f"{done} of {posts} settled")
    return seconds


async def drain(new_url: Callable[[], str], people: int) -> Iterator[Figure]:
    """What share of the SDK's own rate is left when everything is recorded as well?"""
    posts = max(1_000, people // 10)
    with quick_slack() as (url, _):
        await _bare(url, 1_000)
        floor, ours = [], []
        for _ in range(2):
            floor.append(await _bare(url, posts))
            ours.append(await _drained(new_url(), url, posts))
    share = min(floor) / min(ours)
    rates = f"{posts / min(ours):,.0f} of {posts / min(floor):,.0f} /s"
    return iter((Figure(f"{posts:,} drained : the bare SDK", ">= 85 %", f"{share:.0%} ({rates})"),))


QUESTIONS: dict[str, Callable[[Callable[[], str], int], Awaitable[Iterator[Figure]]]] = {
    "idle": idle,
    "claims": claims,
    "drain": drain,
}


def sqlite_urls(folder: Path) -> Callable[[], str]:
    """A new database file at every call."""
    numbers = iter(range(1_000))
    return lambda: f"sqlite:///{folder / f'speed-{next(numbers)}.db'}"


def measure(names: list[str], people: int, new_url: Callable[[], str]) -> list[Figure]:
    """The figures of some questions."""
    found: list[Figure] = []
    for name in names:
        answer: Any = asyncio.run(QUESTIONS[name](new_url, people))  # type: ignore[arg-type]
        found += answer
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="*", help=f"some of {', '.join(QUESTIONS)}")
    parser.add_argument("--people", type=int, default=1_000_000)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    with tempfile.TemporaryDirectory() as folder:
        for figure in measure(
            given.questions or list(QUESTIONS), given.people, sqlite_urls(Path(folder))
        ):
            print(f"{figure.question:42} {figure.wanted:>14} {figure.seen:>30}")


if __name__ == "__main__":
    main()
