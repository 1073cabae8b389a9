"""A process that dies at every point of small stories, and dies again while it recovers.

`python -m tests.reliability.crash_points --points 100000` plays each story of
`tests.reliability.stories` again and again. A point lies before and after every read and write of
the store and every call to Slack: the process dies at the first, at the second, and so on until it
comes through alive. Then two processes die in one story, at each pair of points; then three, at
points that the seed draws. A new process goes on with what the store holds, until nothing is left
to do.

Whatever happened, each message that a story brings must stand in its conversation once: one that is
missing is lost, one that stands there twice is a double.
"""

import argparse
import asyncio
import logging
import random
import sys
import time as stopwatch
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

import structlog

from bot.domain.deliveries import State
from tests.reliability.dying import Died, DyingMessenger, DyingStore, Fuse
from tests.reliability.stories import ENDED, STORIES, Sender, Stage, Story, real_sender

RESTART = timedelta(seconds=3)
MOMENT = timedelta(milliseconds=1)
MOST_LOOKS = 400
WITHIN = timedelta(minutes=10)
"""A double that is seen for longer counts as one."""

Point = tuple[int, ...]
"""At which of its points each process of a run dies, one after the other."""
Start = Callable[[Stage, DyingStore, DyingMessenger], Sender]


class Restless(AssertionError):
    """What is due stays due, whatever is done about it."""


@dataclass
class Tally:
    """What became of the messages, over many points.

    Between two points nothing may have been written or sent: a death leaves the same at both, and
    is played at one of them; `deaths` counts those. `states` counts what was left behind that was
    different from all that was known, and lived on to the end.
    """

    points: int = 0
    deaths: int = 0
    states: int = 0
    expected: int = 0
    lost: int = 0
    doubles: int = 0
    unknown: int = 0
    healed: int = 0
    deepest: int = 0
    """How many processes died one after the other at most."""
    longest: timedelta = field(default_factory=timedelta)
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count what another one has counted."""
        for name in (
            "points",
            "deaths",
            "states",
            "expected",
            "lost",
            "doubles",
            "unknown",
            "healed",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.deepest = max(self.deepest, other.deepest)
        self.longest = max(self.longest, other.longest)
        self.examples += other.examples

    def __str__(self) -> str:
        """One line for people."""
        return (
            f"{self.points:>8,} points {self.deaths:>7,} deaths {self.states:>7,} states"
            f" {self.expected:>9,} messages {self.lost:>4,} lost {self.doubles:>4,} doubles"
            f" {self.unknown:>4,} unknown {self.healed:>6,} healed"
            f" within {self.longest.total_seconds():.0f} s"
        )


class Theatre:
    """One story, ready to be played as often as one likes."""

    def __init__(self, story: Story, start: Start = real_sender) -> None:
        self.story = story
        self._start = start
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_unheard)
        self.stage = Stage(story)
        self._known: dict[Hashable, Tally] = {}
        self._loop.run_until_complete(self.stage.set_up())
        self.stage.store.begin()
        self.stage.open()
        with self.stage.kept():
            self._live(Fuse())
            self.expected = frozenset(self.stage.visible())

    def close(self) -> None:
        """End it."""
        self.stage.store.end()
        self._loop.close()

    def after(self, deaths: Point) -> Iterator[Tally]:
        """Let processes die at these points, one after the other, and the next one at each of its
        points in turn; what became of the messages each time."""
        with self.stage.kept():
            if all(self._died(at) for at in deaths):
                yield from self._each_point(deaths)

    def _each_point(self, deaths: Point) -> Iterator[Tally]:
        before, found = None, Tally()
        for at, version in enumerate(self._walked(), start=1):
            if version != before:
                with self.stage.kept():
                    self._died(at)
                    found = self._lived_on((*deaths, at))
                yield found
            else:
                yield replace(found, deaths=0, states=0, examples=[])
            before = version

    def _walked(self) -> Sequence[Hashable]:
        """Come through alive: at each point, the version of what a death there would leave."""
        fuse = Fuse(look=self.stage.version)
        with self.stage.kept():
            self._live(fuse)
        return fuse.seen

    def state(self, deaths: Point) -> Hashable:
        """What the next process finds after these deaths."""
        with self.stage.kept():
            for at in deaths:
                self._died(at)
            return self.stage.state()

    def _lived_on(self, deaths: Point) -> Tally:
        """What becomes of everything. A new process knows only what it finds, so the same findings
        need to be lived once."""
        state = self.stage.state()
        if state not in self._known:
            self._live(Fuse())
            self._known[state] = self._judged(deaths)
            return self._known[state]
        return replace(self._known[state], states=0, examples=[])

    def _died(self, at: int) -> bool:
        """Let a process die at one of its points; False when it came to its end before."""
        died = not self._live(Fuse(at))
        self.stage.pass_time(self.stage.now + RESTART)
        return died

    def _live(self, fuse: Fuse) -> bool:
        """One process, until nothing is left to do; False when it died."""
        return self._loop.run_until_complete(self._life(fuse))

    async def _life(self, fuse: Fuse) -> bool:
        stage = self.stage
        sender = self._start(
            stage, DyingStore(stage.store, fuse), DyingMessenger(stage.slack, fuse)
        )
        try:
            await self._go_on(sender)
        except Died:
            await buried(sender)
        return not fuse.dead

    async def _go_on(self, sender: Sender) -> None:
        stage = self.stage
        for _ in range(MOST_LOOKS):
            await sender.tick()
            due = await sender.next_due()
            if due is None or due > stage.end:
                stage.pass_time(stage.end)
                return
            stage.pass_time(max(due, stage.now + MOMENT))
        raise Restless(f"{self.story.name}: what is due stays due")

    def _judged(self, deaths: Point) -> Tally:
        rows, slack = self.stage.rows(), self.stage.slack
        found = Counter(rows[each.delivery_id][0] for each in slack.visible())
        unknown = {key for key, state in rows.values() if state is State.UNKNOWN}
        lost = [key for key in self.expected - found.keys() if key not in unknown]
        open_still = [key for key, state in rows.values() if state not in ENDED]
        doubles = [key for key, number in found.items() if number > 1]
        longest = slack.longest_double()
        tally = Tally(1, 1, 1, len(self.expected), unknown=len(unknown), longest=longest)
        tally.deepest = len(deaths)
        tally.lost = len(lost) + len(open_still)
        tally.doubles = len(doubles) + (longest > WITHIN)
        tally.healed = len(slack.healed)
        if tally.lost or tally.doubles:
            what = f"lost {lost}, open {open_still}, doubles {doubles}, seen for {longest}"
            tally.examples = [f"{self.story.name} {deaths}: {what}"]
        return tally


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Nobody hears what a dead process would have said; anything else is told as always."""
    if not isinstance(context.get("exception"), Died):
        loop.default_exception_handler(context)


async def buried(sender: Sender) -> None:
    """Wait until all that the dead process had begun has found out that it is dead."""
    for _ in range(MOST_LOOKS):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            return
        await asyncio.gather(*others, return_exceptions=True)
    raise Restless(f"{type(sender).__name__} goes on after its death")


def one_death(theatre: Theatre) -> Iterator[Tally]:
    """Die at the first point, at the second, and so on until none kills."""
    return theatre.after(())


def several(theatre: Theatre, seed: int, points: int) -> Iterator[Tally]:
    """Single deaths, then pairs until two thirds of the points are used up, then three in a row;
    the points that come first are drawn by the seed."""
    rng = random.Random(f"{seed} {theatre.story.name}")
    played = 0
    for tally in one_death(theatre):
        played += 1
        yield tally
    reach = played
    explored = set[Hashable]()
    for first in rng.sample(range(1, reach + 1), reach):
        state = theatre.state((first,))
        if state in explored:
            continue
        explored.add(state)
        for tally in theatre.after((first,)):
            played += 1
            yield tally
        if played > points * 2 // 3:
            break
    while True:
        yield from theatre.after((rng.randint(1, reach), rng.randint(1, reach)))


def counted(name: str, seed: int, points: int) -> Tally:
    """Play one story at so many points."""
    tally = Tally()
    with quiet(), closing(Theatre(STORIES[name])) as theatre:
        for found in islice(several(theatre, seed, points), points):
            tally.add(found)
    return tally


@contextmanager
def quiet() -> Iterator[None]:
    """The log of a process that dies a hundred thousand times tells nothing."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


def main() -> int:
    """Play, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description="Deaths at every point")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--workers", type=int, default=None)
    arguments = parser.parse_args()
    print(f"crash points: {arguments.points:,}, {len(STORIES)} stories, seed {arguments.seed}")
    began = stopwatch.monotonic()
    each = -(-arguments.points // len(STORIES))
    total = Tally()
    with ProcessPoolExecutor(arguments.workers) as pool:
        play = partial(counted, seed=arguments.seed, points=each)
        for name, tally in zip(STORIES, pool.map(play, STORIES), strict=True):
            total.add(tally)
            print(f"  {name:<22}{tally}", flush=True)
    seconds = stopwatch.monotonic() - began
    print(f"  {'all':<22}{total}\n  {seconds:.0f} s, {total.points / seconds:.0f} points a second")
    for example in total.examples[:20]:
        print("  ", example)
    return int(bool(total.lost or total.doubles))


if __name__ == "__main__":
    sys.exit(main())
