"""Several workers on one PostgreSQL, each of them killed now and then: who takes over its work?

`python -m tests.reliability.postgres_kills --rows 10000 --kills 40 --workers 4 --seed 1`
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import make_url

from bot.domain.deliveries import State
from bot.store.migrate import upgrade
from tests.own_postgres import own_postgres
from tests.reliability.killing import Ground, Pace, ground
from tests.reliability.stand_in import LOST, Fault
from tests.reliability.verdict import Verdict
from tests.reliability.wishes import all_at_once
from tests.reliability.workers import PROPER

NINE = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""When everybody's prompt is due."""
PACE = Pace(posts=6_000, beat=0.05)
"""As many as the settings allow, so that all workers always have work."""
SOME_REFUSED: tuple[Fault, ...] = (
    {"method": "chat.postMessage", "kind": "ratelimited", "share": 0.005, "retry_after": 1},
    {"method": "chat.postMessage", "kind": "error", "share": 0.01, "error": "restricted_too_many"},
)
LOOK, RATE = 0.01, 10
"""How often, in seconds, time passes, and how much faster than it really does."""
IDLE, IDLE_STEP = timedelta(seconds=5), timedelta(seconds=2)
"""When nothing may go and nothing was begun for so long, nobody works, and time passes in larger
steps."""
LAST_KILL = 0.95
"""All kills strike before so much has been posted."""
LEAST_PACE = 10.0
"""Posts a second below which something hangs, on however busy a machine."""
PATIENCE = 60.0


@dataclass
class Shift:
    """Workers, and the kills that wait for them: each strikes when so much is posted."""

    ground: Ground
    rng: random.Random
    at: list[int]
    workers: list[int] = field(default_factory=list)
    kills: int = 0
    left_alone: timedelta = timedelta(0)

    def begin(self, count: int) -> None:
        """Start so many workers at once."""
        self.workers = [self._started() for _ in range(count)]
        for pid in self.workers:
            self.ground.forks.until_ready(pid)

    def _started(self) -> int:
        return self.ground.forks.start(self.ground.job.told())

    def go_on(self) -> None:
        """Let time pass, kill and replace, until everything has ended."""
        end = time.monotonic() + PATIENCE + len(self.ground.wanted) / LEAST_PACE
        while self.at or self._left():
            assert time.monotonic() < end, "the workers do not come to an end"
            time.sleep(LOOK)
            self.ground.pass_time(IDLE_STEP if self._idle() else timedelta(seconds=LOOK * RATE))
            if self.at and len(self.ground.slack.posts()) >= self.at[0]:
                del self.at[0]
                self._kill_one()

    def _left(self) -> bool:
        """Whether something is open; takes note of how long the oldest was left in `sending`."""
        ahead, now = self.ground.ahead(), self.ground.clock.now()
        if ahead.sending is not None:
            self.left_alone = max(self.left_alone, now - ahead.sending)
        claims = ahead.claim is not None and ahead.claim <= now
        return claims or ahead.send is not None or ahead.sending is not None

    def _idle(self) -> bool:
        now = self.ground.clock.now()
        ahead = self.ground.ahead()
        begun = self.ground.count(State.SENDING, since=now - IDLE)
        return not begun and all(at is None or at > now for at in (ahead.claim, ahead.send))

    def _kill_one(self) -> None:
        time.sleep(self.rng.random() * LOOK)
        place = self.rng.randrange(len(self.workers))
        self.ground.forks.kill(self.workers[place])
        self.kills += 1
        self.workers[place] = self._started()

    def end(self) -> None:
        """Nobody works any more."""
        while self.workers:
            pid = self.workers.pop()
            self.ground.forks.kill(pid)


@dataclass(frozen=True)
class Outcome:
    """What came of a run. `twice_posted`: deliveries of which more than one message ever stood."""

    kills: int
    workers: int
    seed: int
    verdict: Verdict
    twice_posted: int
    left_alone: timedelta
    seconds: float
    complaints: str

    @property
    def good(self) -> bool:
        """Whether nothing is lost, doubled, taken twice, or left."""
        return not self.verdict.faults and not self.complaints

    def __str__(self) -> str:
        """A few lines for people."""
        return (
            f"{self.workers} workers, {self.kills} kills, {self.seconds:.0f} s, seed {self.seed}\n"
            f"  {self.verdict}\n"
            f"  {self.twice_posted} posted twice; the dead ones' work was taken up after "
            f"{self.left_alone.total_seconds():.0f} s at most\n{self.complaints}"
        ).rstrip()


def killed_on(server: str, rows: int, kills: int, workers: int, seed: int) -> Outcome:
    """A whole run on a server, in a database of its own."""
    began, rng = time.monotonic(), random.Random(seed)
    with ground(PROPER, all_at_once(rows), _database(server, seed), PACE) as place:
        place.slack.break_things((*SOME_REFUSED, *LOST), rng)
        place.slack.move(NINE)
        at = sorted(rng.randrange(int(rows * LAST_KILL)) for _ in range(kills))
        shift = Shift(place, rng, at)
        shift.begin(workers)
        shift.go_on()
        shift.end()
        place.slack.mend_things()
        place.drain()
        return Outcome(
            shift.kills,
            workers,
            seed,
            place.verdict(NINE),
            _twice_posted(place),
            shift.left_alone,
            time.monotonic() - began,
            place.complaints(),
        )


def _database(server: str, seed: int) -> str:
    name = f"kills_{seed}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    upgrade(url)
    return url


def _twice_posted(place: Ground) -> int:
    ids = [post.block_id for post in place.slack.posts()]
    return len(ids) - len(set(ids))


def main() -> int:
    """Kill, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args()
    print(f"postgres_kills: {chosen.rows:,} rows, seed {chosen.seed}", flush=True)
    with own_postgres() as server:
        found = killed_on(server, chosen.rows, chosen.kills, chosen.workers, chosen.seed)
    print(f"  {found}")
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
