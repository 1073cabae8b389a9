"""Thousands of people over months of virtual time, with everything going wrong that can.

`python -m tests.reliability.simulator --people 5000 --days 90 --seed 1` lives through months in a
fraction of the time; without arguments it takes minutes. The dispatcher, the rules and the tables
are those of the program; the time, Slack, the people and the accidents come from one seed: answers
that are lost, posts that arrive late, refusals, outages of a workspace, histories that can't be
read, people who leave and come back, a store that is busy or unsure, processes that die at any
effect, clocks that are set, machines that sleep.

After every step the invariants of `tests.reliability.invariants` must hold, and at the end those of
`tests.reliability.endings`. The first one that does not ends the run; the seed, the step and the
last events are printed.
"""

import argparse
import random
import sys
import time as stopwatch
from collections.abc import Iterator
from contextlib import contextmanager

from tests.reliability.crash_points import quiet
from tests.reliability.invariants import Broken
from tests.reliability.simulation import Plan, Simulation


def broken_in(error: BaseException) -> Broken | None:
    """The invariant that did not hold, in whatever group it came."""
    if isinstance(error, Broken):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next((found for each in error.exceptions if (found := broken_in(each))), None)
    return None


@contextmanager
def told(simulation: Simulation) -> Iterator[None]:
    """Print the seed, the step and what happened last when something is not as it should be."""
    try:
        yield
    except BaseException as error:
        broken = broken_in(error)
        print(f"\nseed {simulation.plan.seed}, step {simulation.step}: {broken or error!r}")
        for event in simulation.judge.events:
            print("  ", event)
        if broken is None or broken is error:
            raise
        raise broken from error


def main() -> int:
    """Live, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description="Months in minutes")
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--workspaces", type=int, default=4)
    parser.add_argument("--pace", type=int, default=500)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    plan = Plan(given.seed, given.people, given.days, given.workspaces, given.pace, given.full)
    print(f"simulator: {plan.people} people, {plan.days} days, seed {plan.seed}", flush=True)
    began = stopwatch.monotonic()
    simulation = Simulation(plan)
    try:
        with quiet(), told(simulation):
            simulation.run()
    except Broken:
        return 1
    print(summary(simulation), f"  {stopwatch.monotonic() - began:.0f} s", sep="\n")
    return 0


def summary(simulation: Simulation) -> str:
    """What was lived through, for people."""
    judge = simulation.judge
    acts, deaths = simulation.people.done, simulation.deaths
    return (
        f"  {simulation.step:,} steps, {judge.posts:,} posts, {acts:,} acts of people,"
        f" {deaths} deaths of the process, {simulation.ended}\n"
        f"  {simulation.judged:,} wishes held against the rows, {judge.healed} doubles healed"
        f" within {judge.longest.total_seconds():.0f} s, {judge.late_pairs} pairs closer than"
        f" 12 h because the first came late"
    )


if __name__ == "__main__":
    sys.exit(main())
