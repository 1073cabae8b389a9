"""Small worlds of some weeks, many seeds; and faults planted in the rules, which must be found.

Thousands of people are simulated by `make reliability`.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.deliveries import Kind, Target
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.services.delivery.dispatcher import Dispatcher, Promises
from bot.system import GivenClock
from tests.reliability.crash_points import quiet
from tests.reliability.invariants import Broken
from tests.reliability.local_rules import instant, is_quiet, latest
from tests.reliability.simulated_slack import Odds
from tests.reliability.simulation import Plan, Simulation, Twist
from tests.reliability.simulator import broken_in, told
from tests.reliability.virtual_loop import Stuck, VirtualLoop

WORLDS = 4
SMALL = Plan(0, people=10, days=7, workspaces=2)


@pytest.fixture(autouse=True)
def without_log() -> Iterator[None]:
    with quiet():
        yield


def lived(plan: Plan, twist: Twist | None = None) -> Simulation:
    simulation = Simulation(plan, twist)
    with told(simulation):
        return simulation.run()


@pytest.mark.parametrize("number", range(WORLDS))
def test_whatever_goes_wrong_every_invariant_holds(number: int, seed: int) -> None:
    simulation = lived(replace(SMALL, seed=seed + number, full=number == 0))
    assert simulation.judge.posts > 20
    assert simulation.judged > 5


def test_the_same_seed_gives_the_same_world(seed: int) -> None:
    short = replace(SMALL, seed=seed, days=3)
    one, two = lived(short), lived(short)
    assert list(one.judge.events) == list(two.judge.events)
    assert (one.step, one.ended) == (two.step, two.ended)


# -- planted faults ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Other:
    """A messenger or a store, or records, of which one thing is different."""

    inner: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Repeating(Other):
    """Posts everything twice, as a client does that tries again by itself."""

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        await self.inner.send(target, message, delivery_id)
        arrived: Arrived = await self.inner.send(target, message, delivery_id)
        return arrived


class Blind(Other):
    """Finds nothing in any history."""

    async def find(self, *given: Any) -> tuple[Arrived, ...]:
        await self.inner.find(*given)
        return ()


class Silent(Other):
    """Never gets an answer about any history."""

    async def find(self, *given: Any) -> tuple[Arrived, ...]:
        raise SendUncertain(str(len(given)))


class Impatient(Other):
    """Does not wait when Slack asks for it."""

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        for _ in range(20):
            try:
                arrived: Arrived = await self.inner.send(target, message, delivery_id)
            except SendRefused as refusal:
                if refusal.code != "ratelimited":
                    raise
            else:
                return arrived
        raise SendUncertain("ratelimited")


class Unmarking(Other):
    """Records that do not keep that something is being sent."""

    def mark_sending(self, taken: list[Any]) -> None:
        assert taken is not None


class Losing(Other):
    """Records in which some of what is claimed is lost."""

    def claim(self, *given: Any) -> int:
        number: int = self.inner.claim(*given)
        lost = "DELETE FROM deliveries WHERE state = 'due' AND id LIKE '%3'"
        self.inner.connection.exec_driver_sql(lost)
        return number


@dataclass(frozen=True)
class Wrapping(Other):
    """A store that hands out other records for saving."""

    records: type[Other] = Other

    async def write(self, work: Any) -> Any:
        return await self.inner.write(lambda records: work(self.records(records)))


def repeats(_: Simulation, made: Dispatcher) -> Dispatcher:
    return replace(made, messenger=Repeating(made.messenger))


def is_blind(simulation: Simulation, made: Dispatcher) -> Dispatcher:
    simulation.slack.odds = Odds(answer_lost=0.2)
    return replace(made, messenger=Blind(made.messenger))


def never_mends(simulation: Simulation, made: Dispatcher) -> Dispatcher:
    simulation.slack.odds = Odds(lost=0.2)
    return replace(made, messenger=Silent(made.messenger))


def does_not_wait(simulation: Simulation, made: Dispatcher) -> Dispatcher:
    simulation.slack.odds = Odds(too_fast=0.2)
    return replace(made, messenger=Impatient(made.messenger))


def does_not_mark(_: Simulation, made: Dispatcher) -> Dispatcher:
    return replace(made, store=Wrapping(made.store, Unmarking))


def loses(_: Simulation, made: Dispatcher) -> Dispatcher:
    return replace(made, store=Wrapping(made.store, Losing))


def has_no_cap(simulation: Simulation, made: Dispatcher) -> Dispatcher:
    simulation.judge.cap = 1
    return replace(made, promises=Promises(unasked_per_day=9))


def has_no_pace(simulation: Simulation, made: Dispatcher) -> Dispatcher:
    simulation.judge.posts_per_minute = 1
    return replace(made, promises=Promises(posts_per_minute=0))


def is_early(simulation: Simulation, made: Dispatcher) -> Dispatcher:
    return replace(made, clock=GivenClock(lambda: simulation.now() + timedelta(hours=1)))


FAULTS: dict[str, Twist] = {
    "heals_doubles": repeats,
    "heals_doubles, blind": is_blind,
    "nothing_stays_under_way": never_mends,
    "waits_when_told": does_not_wait,
    "marked_before_sent": does_not_mark,
    "nothing_lost": loses,
    "within_cap": has_no_cap,
    "keeps_pace": has_no_pace,
    "within_window": is_early,
}
CALM = Plan(1, people=10, days=8, workspaces=1, calm=True)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_its_name(name: str) -> None:
    simulation = Simulation(CALM, FAULTS[name])
    with pytest.raises(Broken) as found, told(simulation):
        simulation.run()
    assert found.value.name == name.split(",", maxsplit=1)[0]


def test_without_a_fault_a_calm_world_is_calm() -> None:
    simulation = lived(CALM)
    assert set(simulation.ended) <= {"sent", "skipped"}
    assert simulation.deaths == simulation.judge.healed == 0


def test_a_fault_is_told_with_its_seed_its_step_and_what_happened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    simulation = Simulation(CALM, is_early)
    with pytest.raises(Broken), told(simulation):
        simulation.run()
    shown = capsys.readouterr().out
    assert f"seed 1, step {simulation.step}: " in shown
    assert "post id" in shown


# -- the tools -----------------------------------------------------------------------------------


def test_local_rules_know_gaps_folds_and_nights() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert instant(spring, time(2, 30), "Europe/Berlin") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(autumn, time(2, 30), "Europe/Berlin") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert instant(spring, time(9), "Asia/Tokyo") == datetime(2026, 3, 29, tzinfo=UTC)
    assert is_quiet(datetime(2026, 3, 29, 22, tzinfo=UTC), "Europe/Berlin")
    assert not is_quiet(datetime(2026, 3, 29, 3, tzinfo=UTC), "Europe/Berlin")
    due = instant(spring, time(22), "Europe/Berlin")
    assert latest(Kind.DAILY_PROMPT, spring, due, "Europe/Berlin") == due + timedelta(hours=1)


def test_virtual_time_leaps_and_never_waits_for_nothing() -> None:
    async def sleeps() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    async def waits() -> None:
        await asyncio.Event().wait()

    with closing(VirtualLoop()) as loop:
        assert loop.run_until_complete(sleeps()) == pytest.approx(86_400)
        waiting = loop.create_task(waits())
        with pytest.raises(Stuck):
            loop.run_until_complete(waiting)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(waiting)


def test_an_invariant_is_found_in_any_group() -> None:
    inner = Broken("apart", "too close")
    assert broken_in(ExceptionGroup("", [ValueError(), ExceptionGroup("", [inner])])) is inner
    assert broken_in(ValueError()) is None
