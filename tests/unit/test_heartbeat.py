"""The heart beats on whatever a tick does and wherever the clock is set."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.scheduler import Heartbeat


@dataclass
class Clock:
    """A wall clock that a test sets."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Tick:
    """A tick that takes time or fails as a test wants, and notes when it began."""

    begun: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    seconds: float = 0.0
    together: int = 0
    most_together: int = 0

    async def __call__(self) -> None:
        self.begun.append(time.monotonic())
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            await asyncio.sleep(self.seconds)
            if self.errors:
                raise self.errors.pop(0)
        finally:
            self.together -= 1


def beating(
    test: Callable[[Heartbeat], Awaitable[None]],
    tick: Callable[[], Awaitable[object]],
    seconds: float = 0.05,
    *,
    wall: Callable[[], float] = time.time,
    hangs_after: float = 300.0,
) -> None:
    """Run a heart for the length of a test's steps."""

    async def steps() -> None:
        heart = Heartbeat(tick, seconds, wall, hangs_after)
        heart.start()
        try:
            await test(heart)
        finally:
            await heart.stop(5)

    asyncio.run(steps())


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


def test_it_beats_at_its_interval_and_knows_its_pulse() -> None:
    tick = Tick()

    async def steps(heart: Heartbeat) -> None:
        await until(lambda: heart.pulse().beats >= 5)
        pulse = heart.pulse()
        assert pulse.well
        assert (pulse.failures, pulse.failed, pulse.last_error) == (0, 0, None)
        assert pulse.age < 1
        assert pulse.rescued == 0
        assert pulse.longest < 1

    beating(steps, tick)
    gaps = [after - before for before, after in zip(tick.begun, tick.begun[1:], strict=False)]
    assert min(gaps) > 0.02


def test_one_beat_at_a_time_however_long_it_takes() -> None:
    tick = Tick(seconds=0.2)

    async def steps(heart: Heartbeat) -> None:
        await until(lambda: heart.pulse().beats >= 3)
        assert heart.pulse().longest >= 0.2

    beating(steps, tick, 0.02)
    assert tick.most_together == 1


def test_a_tick_that_raises_is_counted_and_the_heart_goes_on() -> None:
    tick = Tick(errors=[OSError("secret words"), ValueError(), ValueError(), RuntimeError()])

    async def steps(heart: Heartbeat) -> None:
        await until(lambda: heart.pulse().failures == 2)
        assert heart.pulse().well
        await until(lambda: heart.pulse().failures == 4)
        pulse = heart.pulse()
        assert not pulse.well
        assert pulse.last_error == "RuntimeError"
        assert pulse.beats == 0
        await until(lambda: heart.pulse().beats >= 2)
        pulse = heart.pulse()
        assert pulse.well
        assert (pulse.failures, pulse.failed) == (0, 4)

    with capture_logs() as logs:
        beating(steps, tick)
    levels = [line["log_level"] for line in logs if line["event"] == "beat_failed"]
    assert levels == ["warning", "warning", "error", "error"]
    assert [line["failures"] for line in logs if line["event"] == "heart_recovered"] == [4]


def test_a_failure_that_lasts_does_not_fill_the_log() -> None:
    async def tick() -> None:
        raise OSError

    async def steps(heart: Heartbeat) -> None:
        await until(lambda: heart.pulse().failures >= 61, 20)

    with capture_logs() as logs:
        beating(steps, tick, 0.005)
    assert [line["failures"] for line in logs if line["event"] == "beat_failed"] == [1, 3, 60]


def test_a_tick_that_fails_before_it_awaits_anything_is_counted() -> None:
    def tick() -> Awaitable[object]:
        raise OSError

    async def steps(heart: Heartbeat) -> None:
        await until(lambda: heart.pulse().failed >= 2)

    beating(steps, tick)


def test_a_tick_that_cancels_itself_is_a_failure_like_others() -> None:
    left = 3

    async def tick() -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise asyncio.CancelledError

    async def steps(heart: Heartbeat) -> None:
        await until(lambda: heart.pulse().beats >= 1)
        assert heart.pulse().failed == 3

    beating(steps, tick)


@pytest.mark.parametrize("hours", [-1, 1, -87_600, 87_600])
def test_a_clock_that_jumps_makes_it_beat_at_once(hours: int) -> None:
    tick, clock = Tick(), Clock()

    async def steps(heart: Heartbeat) -> None:
        await asyncio.sleep(0.6)
        assert tick.begun == []
        clock.ahead = hours * 3600
        await until(lambda: heart.pulse().beats == 1, 2)
        assert heart.pulse().rescued == 1

    beating(steps, tick, 60, wall=clock)


def test_a_small_correction_of_the_clock_is_no_jump() -> None:
    tick, clock = Tick(), Clock()

    async def steps(_: Heartbeat) -> None:
        for _ in range(4):
            clock.ahead += 0.4
            await asyncio.sleep(0.5)
        assert tick.begun == []

    beating(steps, tick, 60, wall=clock)


def test_a_beat_that_hangs_is_told_once_and_seen() -> None:
    tick = Tick(seconds=1.5)

    async def steps(heart: Heartbeat) -> None:
        await until(lambda: heart.pulse().hangs)
        pulse = heart.pulse()
        assert not pulse.well
        assert pulse.still > 0.1
        await until(lambda: heart.pulse().beats == 1)

    with capture_logs() as logs:
        beating(steps, tick, hangs_after=0.1)
    assert [line["event"] for line in logs if line["event"] == "beat_hangs"] == ["beat_hangs"]


def test_stopping_lets_a_beat_end_and_cuts_it_off_after_a_while() -> None:
    ended: list[str] = []

    async def tick() -> None:
        try:
            await asyncio.sleep(0.3)
            ended.append("well")
        except asyncio.CancelledError:
            ended.append("cut off")
            raise

    async def steps(seconds: float) -> None:
        heart = Heartbeat(tick, 0.05)
        heart.start()
        await until(lambda: heart.pulse().still > 0)
        await heart.stop(seconds)
        await asyncio.sleep(0.2)

    asyncio.run(steps(5))
    asyncio.run(steps(0.05))
    assert ended == ["well", "cut off"]


def test_a_heart_that_never_began_can_be_stopped() -> None:
    async def steps() -> None:
        await Heartbeat(Tick(), 1).stop(1)

    asyncio.run(steps())
