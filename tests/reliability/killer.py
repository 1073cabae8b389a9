"""Kills the dispatcher again and again while it sends: is a message lost, or does one stand twice?

`python -m tests.reliability.killer --kills 10000 --seed 1`
"""

import argparse
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.deliveries import State
from tests.reliability.killing import Ground, ground
from tests.reliability.stand_in import EVERYTHING
from tests.reliability.verdict import Verdict
from tests.reliability.wishes import wishes
from tests.reliability.workers import MANNERS, PROPER

PEOPLE = 3_000
SHORTEST_LIFE, LONGEST_LIFE = 0.001, 0.2
"""Seconds from the fork, for those that are killed at any time; short lives are as likely as long
ones: between a tenth and a hundredth of a second lie as many of them as between a hundredth and a
thousandth."""
AT_WORK = 0.7
"""So many are killed when they have begun to call Slack, after a time as above."""
SOON = 0.0002
WAITS = 0.5
"""Seconds after which one that calls nobody is killed all the same."""
LOOK, RATE = 0.003, 40
"""How often, in seconds, time passes for a living worker, and how much faster than it really does:
60 seconds, after which a post counts as lost, are a second and a half then."""
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(seconds=85)
BEHIND = timedelta(minutes=30)
"""When something that was due so long ago is still open, pauses are short until it has gone: else a
slow machine would let messages grow too late for their day, and see them skipped."""


@dataclass
class Killed:
    """What came of a run. `busy`: kills that struck while posts were under way. `looked_up`: how
    often Slack's history was asked what had become of one."""

    seed: int
    kills: int
    verdict: Verdict
    busy: int
    looked_up: int
    seconds: float
    complaints: str

    @property
    def good(self) -> bool:
        """Whether nothing is lost, doubled, or left."""
        return not self.verdict.faults and not self.complaints

    def __str__(self) -> str:
        """A few lines for people."""
        return (
            f"{self.kills:,} kills, {self.busy:,} of them with posts under way, "
            f"{self.looked_up:,} look-ups; {self.seconds:.0f} s, seed {self.seed}\n"
            f"    {self.verdict}\n{self.complaints}"
        ).rstrip()


@dataclass
class Killer:
    """Starts workers and kills them, by a seed; where a kill strikes is up to the machine too."""

    ground: Ground
    rng: random.Random
    busy: int = 0

    def life(self) -> None:
        """One worker from its fork to its end, and some time without any."""
        place = self.ground
        born = place.clock.now()
        pid = place.forks.start(place.job.told())
        if self.rng.random() < AT_WORK:
            self._until_it_calls(pid)
            self._live_on(self._between(SOON, LONGEST_LIFE))
        else:
            self._live_on(self._between(SHORTEST_LIFE, LONGEST_LIFE))
        place.forks.kill(pid)
        self.busy += place.count(State.SENDING, since=born) > 0
        longer = self.rng.random() * (LONGEST_PAUSE - SHORTEST_PAUSE)
        behind = place.behind() > BEHIND
        place.pass_time(SHORTEST_PAUSE if behind else SHORTEST_PAUSE + longer)

    def _between(self, low: float, high: float) -> float:
        return low * (high / low) ** self.rng.random()

    def _until_it_calls(self, pid: int) -> None:
        before = self.ground.slack.calls()
        self.ground.forks.until_ready(pid)
        end = time.monotonic() + WAITS
        while self.ground.slack.calls() == before and time.monotonic() < end:
            self._live_on(LOOK)

    def _live_on(self, seconds: float) -> None:
        """Time passes in steps, and faster than it does."""
        while seconds > 0:
            step = min(LOOK, seconds)
            time.sleep(step)
            seconds -= step
            self.ground.pass_time(timedelta(seconds=step * RATE))


def killed(kills: int, seed: int, manner: str = PROPER, people: int = PEOPLE) -> Killed:
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
            seed=seed,
            kills=kills,
            verdict=verdict,
            busy=killer.busy,
            looked_up=place.slack.calls("conversations.history"),
            seconds=time.monotonic() - began,
            complaints=place.complaints(),
        )


def main() -> int:
    """Kill, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--manner", choices=MANNERS, default=PROPER)
    arguments = parser.parse_args()
    count = os.cpu_count() or 1
    print(f"killer: {arguments.kills:,} kills in {count} places, seed {arguments.seed}", flush=True)
    began = time.monotonic()
    seeds = range(arguments.seed, arguments.seed + count)
    with ProcessPoolExecutor(count) as pool:
        runs = pool.map(
            killed, [arguments.kills // count] * count, seeds, [arguments.manner] * count
        )
        found = list(runs)
    for run in found:
        print(f"  {run}")
    print(f"  in all {Verdict.total([run.verdict for run in found])}")
    print(f"  {time.monotonic() - began:.0f} s")
    return 0 if all(run.good for run in found) else 1


if __name__ == "__main__":
    sys.exit(main())
