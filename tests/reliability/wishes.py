"""Many people who want something every day, so that something is due all the time.

What was due when is worked out here once more, without the program's own rules: none of these zones
changes its clocks.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.cadence import Occurrence, Rhythm
from bot.domain.deliveries import Kind, Subscription, Target
from bot.store.sql import SqlStore

WORKSPACE = "T0PLAYGRND"
MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))
A_DAY = timedelta(days=1)
PLACES = (
    ("Africa/Lagos", timedelta(hours=1)),
    ("America/Phoenix", timedelta(hours=-7)),
    ("Asia/Tokyo", timedelta(hours=9)),
)
"""Eight hours apart: from 08:00 to 16:00 in one after the other is a day all round."""


@dataclass(frozen=True)
class Wish:
    """One person's daily prompt. `offset` is that of the zone, all the year."""

    address: str
    zone: str
    offset: timedelta
    at: time

    def due(self, label: date) -> datetime:
        """The instant at which it is due on a local date."""
        return datetime.combine(label, self.at, UTC) - self.offset

    def labels(self, begin: datetime, end: datetime) -> Iterator[date]:
        """The local dates on which it is due after `begin`, until and with `end`."""
        label = begin.date() - A_DAY
        while self.due(label) <= end:
            if self.due(label) > begin:
                yield label
            label += A_DAY

    def subscription(self, begin: datetime) -> Subscription:
        """As the program keeps it."""
        first = next(self.labels(begin, begin + 2 * A_DAY))
        return Subscription(
            Target(WORKSPACE, self.address),
            Kind.DAILY_PROMPT,
            self.zone,
            Rhythm(EVERY_DAY, self.at),
            Occurrence(first, self.due(first)),
        )


def wishes(rng: random.Random, count: int) -> list[Wish]:
    """So many people of the playground, each at a time of their own."""
    made = []
    for number in range(count):
        zone, offset = PLACES[number % len(PLACES)]
        minute = 8 * 60 + rng.randrange(8 * 60)
        made.append(Wish(f"U0P{number:05d}", zone, offset, time(minute // 60, minute % 60)))
    return made


def all_at_once(count: int) -> list[Wish]:
    """So many people who want it at the same minute."""
    zone, offset = PLACES[0]
    return [Wish(f"U0P{number:05d}", zone, offset, time(9)) for number in range(count)]


def keep(database: str, wanted: Sequence[Wish], begin: datetime) -> None:
    """Write them into a database."""

    async def write() -> None:
        store = SqlStore.open(database)
        subscriptions = [wish.subscription(begin) for wish in wanted]
        await store.write(
            lambda records: [records.save_subscription(each) for each in subscriptions]
        )
        await store.close()

    asyncio.run(write())
