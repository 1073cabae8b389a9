"""Asks the program to end again and again while it sends: does it end soon, and end what it began?

`python -m tests.reliability.stops --stops 200 --seed 1` runs `coach worker` with the shipped
content, and sends it a real `SIGTERM`. Slack answers, if slowly at times, and refuses some posts.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from bot.app import build_desk
from bot.domain.cadence import Rhythm
from bot.domain.deliveries import State
from bot.domain.learners import Background, Goal, Move, Person, ZoneSource
from bot.services.coaching import StartForm
from bot.settings import Settings
from bot.store.schema import deliveries
from bot.store.sql import SqlStore
from tests.reliability.killing import Ground, Pace, ground
from tests.reliability.stand_in import REFUSED, Fault
from tests.reliability.wishes import EVERY_DAY, WORKSPACE, wishes
from tests.reliability.workers import PROGRAM
from tests.shipped import library

PEOPLE_A_STOP = 5
SLOW: tuple[Fault, ...] = (
    {"method": "chat.postMessage", "kind": "slow", "share": 0.1, "seconds": 0.3},
    {"method": "chat.postMessage", "kind": "slow", "share": 0.01, "seconds": 2.0},
)
SOON, LATEST = 0.0002, 0.3
"""Seconds until a stop, from when the program posts, or from its first call."""
AT_WORK = 0.8
WAITS = 3.0
LOOK, RATE = 0.005, 5
GOAL = Goal(Background.PM, Move.INSIDE, 6.0, date(2026, 7, 31))
WITHIN = 8.0
"""Seconds within which it has to end."""


@dataclass
class Stops:
    """What was seen of stops. `left`: rows in `sending` afterwards."""

    seed: int
    count: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    left: int = 0
    longest: float = 0.0
    sent: int = 0
    doubles: int = 0
    open: int = 0
    seconds: float = 0.0
    complaints: str = ""

    @property
    def good(self) -> bool:
        """Whether each ended well, soon, and with nothing left."""
        ended = self.statuses == {0: self.count} and self.longest < WITHIN
        return ended and not (self.left or self.doubles or self.open or self.complaints)

    def __str__(self) -> str:
        """A few lines for people."""
        return (
            f"{self.count} stops, exit codes {dict(self.statuses)}, longest {self.longest:.1f} s, "
            f"{self.left} rows left in sending; {self.sent:,} sent, {self.doubles} doubles, "
            f"{self.open} open at the end; {self.seconds:.0f} s, seed {self.seed}\n"
            f"{self.complaints}"
        ).rstrip()


def enrol(place: Ground) -> None:
    """Let everybody begin, so that a welcome and a prompt are due to each at once."""

    async def begin() -> None:
        store = SqlStore.open(place.job.database)
        desk = build_desk(Settings(), library(), store, place.clock)
        for wish in place.wanted:
            form = StartForm(GOAL, Rhythm(EVERY_DAY, wish.at), wish.zone, ZoneSource.SLACK)
            await desk.coaching.start(Person(WORKSPACE, wish.address), form)
        await store.close()

    asyncio.run(begin())


@dataclass
class Stopper:
    """Starts the program and asks it to end, by a seed."""

    ground: Ground
    rng: random.Random
    seen: Stops

    def stop_one(self) -> None:
        """One program from its start to its end."""
        posting = self.rng.random() < AT_WORK
        method = "chat.postMessage" if posting else "auth.test"
        before = self.ground.slack.calls(method)
        pid = self.ground.forks.start(self.ground.job.told())
        end = time.monotonic() + WAITS
        while self.ground.slack.calls(method) == before and time.monotonic() < end:
            self._wait(LOOK)
        self._wait(SOON * (LATEST / SOON) ** self.rng.random())
        asked = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        self.seen.statuses[self.ground.forks.wait(pid)] += 1
        self.seen.longest = max(self.seen.longest, time.monotonic() - asked)
        self.seen.left += self.ground.count(State.SENDING)
        self.seen.count += 1

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        self.ground.pass_time(timedelta(seconds=seconds * RATE))


def stopped(stops: int, seed: int) -> Stops:
    """A whole run: so many stops, then one program that sends what is left."""
    began, rng = time.monotonic(), random.Random(seed)
    seen = Stops(seed)
    with ground(PROGRAM, wishes(rng, stops * PEOPLE_A_STOP), pace=Pace(beat=0.02)) as place:
        enrol(place)
        place.slack.break_things((*REFUSED, *SLOW), rng)
        stopper = Stopper(place, rng, seen)
        for _ in range(stops):
            stopper.stop_one()
        place.slack.mend_things()
        place.drain()
        _conclude(place, seen)
    seen.seconds = time.monotonic() - began
    return seen


def _conclude(place: Ground, seen: Stops) -> None:
    visible = Counter(post.block_id for post in place.slack.posts() if not post.deleted)
    with place.engine.connect() as connection:
        states = Counter(connection.execute(select(deliveries.c.state)).scalars())
    seen.sent = states[State.SENT]
    seen.open = states[State.DUE] + states[State.SENDING]
    seen.doubles = sum(count > 1 for count in visible.values())
    seen.complaints = place.complaints()


def main() -> int:
    """Stop, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--stops", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args()
    print(f"stops: {chosen.stops}, seed {chosen.seed}", flush=True)
    found = stopped(chosen.stops, chosen.seed)
    print(f"  {found}")
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
