"""Kills the dispatcher again and again while it sends: is a message lost, or does one stand twice?

`python -m tests.reliability.killer --kills 10000 --seed 1`
"""

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from tests.reliability.killing import Ground, ground
from tests.reliability.stand_in import EVERYTHING
from tests.reliability.verdict import Verdict
from tests.reliability.wishes import wishes

PEOPLE = 9_000
LIFE_SECONDS = 0.03
"""A worker is killed within twice this after it began to work."""
EARLY = 0.05
"""So many are killed before they began."""
START_SECONDS = 0.02
LONGEST_IN_LIFE = timedelta(seconds=3)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(seconds=85)


@dataclass
class Killed:
    """What came of a run."""

    seed: int
    kills: int
    verdict: Verdict
    busy: int
    seconds: float
    complaints: str

    @property
    def good(self) -> bool:
        """Whether nothing is lost, doubled, or left."""
        return not self.verdict.faults and not self.complaints

    def __str__(self) -> str:
        """A few lines for people."""
        return (
            f"{self.kills:,} kills, {self.busy:,} of them with posts under way; "
            f"{self.seconds:.0f} s, seed {self.seed}\n  {self.verdict}\n{self.complaints}"
        ).rstrip()


@dataclass
class Killer:
    """Starts workers and kills them, all by a seed. When exactly a kill strikes, the machine says."""

    ground: Ground
    rng: random.Random
    busy: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def life(self) -> None:
        """One worker from its fork to its end, and some time without any."""
        place, rng = self.ground, self.rng
        born = place.clock.now()
        pid = place.forks.start(place.job.told())
        if rng.random() < EARLY:
            time.sleep(rng.random() * START_SECONDS)
        else:
            place.forks.until_ready(pid)
            self._let_work()
        place.forks.kill(pid)
        self.busy += place.being_sent(born) > 0
        place.pass_time(SHORTEST_PAUSE + rng.random() * (LONGEST_PAUSE - SHORTEST_PAUSE))

    def _let_work(self) -> None:
        time.sleep(self.rng.random() * LIFE_SECONDS)
        if self.rng.random() < 0.5:
            self.ground.pass_time(self.rng.random() * LONGEST_IN_LIFE)
            time.sleep(self.rng.random() * LIFE_SECONDS)


def killed(kills: int, seed: int, manner: str = "proper", people: int = PEOPLE) -> Killed:
    """A whole run: so many kills with everything going wrong, then one worker that ends it all."""
    began, rng = time.monotonic(), random.Random(seed)
    with ground(manner, wishes(rng, people)) as place:
        killer = Killer(place, rng)
        place.slack.break_things(EVERYTHING, rng)
        for _ in range(kills):
            killer.life()
        place.slack.mend_things()
        end = place.clock.now()
        place.drain()
        verdict = place.verdict(end)
        return Killed(
            seed, kills, verdict, killer.busy, time.monotonic() - began, place.complaints()
        )


def main() -> int:
    """Kill, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--manner", default="proper")
    arguments = parser.parse_args()
    print(f"killer: {arguments.kills:,} kills, seed {arguments.seed}", flush=True)
    found = killed(arguments.kills, arguments.seed, arguments.manner)
    print(found)
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
