"""The heartbeat: APScheduler wakes the dispatcher; the rows in the store decide everything else.

APScheduler sleeps until a wall-clock time, so it stays silent for an hour when the clock is set
back by one. A watchdog on the monotonic clock stands beside it and begins the beats that it misses.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

log = structlog.get_logger(__name__)

WATCH_SECONDS = 0.5
"""How often the watchdog looks, and how late a beat may be before it begins one: a heart whose
scheduler has gone silent beats again within twice this and the interval."""

JUMP_SECONDS = 1.0
"""Seconds by which wall clock and monotonic clock may drift apart between two looks; more is a
clock that was set or a machine that slept, and what is due may have changed."""

ALARM_AFTER = 3
"""Beats that fail one after the other before it is an alarm: two may be a blip of the database."""

TOLD_AGAIN_AFTER = 60
"""Failures of one kind in a row after which the log tells of it again."""

HANGS_AFTER = 300.0
"""Seconds that a beat may go on. It only looks and claims, and does not wait for what is sent: a
million people who are due at once take about one minute."""

RESTS_TOO_LONG = 10.0
"""Seconds by which the next beat may be late before the heart counts as standing still."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the heart beats at one moment; times are seconds."""

    beats: int
    """Beats that ended well since the start."""
    failures: int
    """Beats that failed since the last one that ended well."""
    failed: int
    """Beats that failed since the start."""
    last_error: str | None
    """The kind of error that the last failed beat ended with; never its text."""
    age: float
    """Since the last beat that ended well, or since the start when there was none."""
    longest: float
    """The longest beat that has ended."""
    still: float
    """Since the beat under way began; 0 at rest."""
    rescued: int
    """Beats that the watchdog began because the scheduler had not."""
    hangs: bool
    """Whether the beat under way has gone on for too long."""
    stands: bool
    """Whether it is at rest although the next beat should have begun long ago."""

    @property
    def well(self) -> bool:
        """Whether it beats: it does not fail again and again, does not hang, does not rest."""
        return self.failures < ALARM_AFTER and not self.hangs and not self.stands


class _FromNow(BaseTrigger):  # type: ignore[misc]
    """The next beat is so many seconds from now.

    APScheduler's own interval lists every run that was missed: after a clock that was set forward
    by years it would count hundreds of millions of beats before it did anything else.
    """

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _: datetime | None, now: datetime) -> datetime:
        """APScheduler asks this after each run, with the present."""
        return now + self._interval


class Heartbeat:
    """Calls a tick every so many seconds, one at a time, and never catches up on missed ones.

    A tick that raises is counted and logged, and the heart goes on. `wall` is the wall clock, in
    seconds; only its jumps matter here. `hangs_after` is in seconds.
    """

    def __init__(
        self,
        tick: Callable[[], Awaitable[object]],
        seconds: float,
        wall: Callable[[], float] = time.time,
        hangs_after: float = HANGS_AFTER,
    ) -> None:
        self._tick = tick
        self._seconds = seconds
        self._wall = wall
        self._hangs_after = hangs_after
        self._beat: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopped = False
        self._told_of_hang = False
        now = time.monotonic()
        self._active = self._good = now
        self._beats = self._failures = self._failed = self._rescued = 0
        self._longest = 0.0
        self._last_error: str | None = None
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to beat; needs a running event loop."""
        self._active = self._good = time.monotonic()
        self._schedule()
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watching(), name="heart-watchdog")

    def _schedule(self) -> None:
        self._scheduler.add_job(
            self._wake,
            _FromNow(self._seconds),
            id="tick",
            replace_existing=True,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    async def stop(self, seconds: float) -> None:
        """Beat no more; a beat that is under way may end, for so many seconds at most."""
        self._stopped = True
        if self._watch is not None:
            self._watch.cancel()
        if self._scheduler.running:
            self._scheduler.pause()
            await asyncio.sleep(0)  # a wake-up that has begun ends; cut off, it logs an error
            self._scheduler.shutdown(wait=False)
        if self._beat is not None and not self._beat.done():
            await asyncio.wait({self._beat}, timeout=seconds)
            self._beat.cancel()
        await asyncio.gather(
            *(task for task in (self._watch, self._beat) if task), return_exceptions=True
        )

    # -- beats --------------------------------------------------------------------------------

    async def _wake(self) -> None:
        # The scheduler would cut off its own job when it is shut down, and leave a message that is
        # being sent in doubt: the beat is a task beside it.
        self._begin()

    def _begin(self) -> bool:
        if self._stopped or self._under_way():
            return False
        self._told_of_hang = False
        self._active = time.monotonic()
        self._beat = asyncio.create_task(self._one_beat(), name="heart-beat")
        return True

    def _under_way(self) -> bool:
        return self._beat is not None and not self._beat.done()

    async def _one_beat(self) -> None:
        begun = time.monotonic()
        # As a task its error can be looked at without catching whatever there is.
        tick = asyncio.create_task(self._run_tick(), name="tick")
        try:
            await asyncio.wait({tick})
        finally:
            if not tick.done():
                tick.cancel()
                await asyncio.gather(tick, return_exceptions=True)
        self._active = time.monotonic()
        self._longest = max(self._longest, self._active - begun)
        if tick.cancelled():
            self._note_failure(asyncio.CancelledError())
        elif (error := tick.exception()) is not None:
            self._note_failure(error)
        else:
            self._note_success()

    async def _run_tick(self) -> None:
        await self._tick()

    def _note_success(self) -> None:
        if self._failures:
            log.info("heart_recovered", failures=self._failures)
        self._good = self._active
        self._beats += 1
        self._failures = 0

    def _note_failure(self, error: BaseException) -> None:
        kind, self._last_error = self._last_error, type(error).__name__
        self._failures += 1
        self._failed += 1
        # Whatever lasts for hours is told now and then; what is new is told at once.
        known = self._failures not in (1, ALARM_AFTER) and kind == self._last_error
        if known and self._failures % TOLD_AGAIN_AFTER:
            return
        note = log.error if self._failures >= ALARM_AFTER else log.warning
        note("beat_failed", failures=self._failures, exc_info=error)

    # -- watchdog -----------------------------------------------------------------------------

    async def _watching(self) -> None:
        apart = self._apart()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            before, apart = apart, self._apart()
            if abs(apart - before) > JUMP_SECONDS:
                self._rescue("clock_jumped")
            elif time.monotonic() - self._active > self._seconds + WATCH_SECONDS:
                self._rescue("late")
            self._tell_of_hang()

    def _apart(self) -> float:
        return self._wall() - time.monotonic()

    def _rescue(self, reason: str) -> None:
        """Begin a beat, and let the scheduler count anew from what the clock says now."""
        if not self._begin():
            return
        self._rescued += 1
        log.warning("heart_rescued", reason=reason, rescued=self._rescued)
        self._schedule()

    def _tell_of_hang(self) -> None:
        pulse = self.pulse()
        if pulse.hangs and not self._told_of_hang:
            self._told_of_hang = True
            log.error("beat_hangs", seconds=round(pulse.still))

    # -- what others may know -----------------------------------------------------------------

    def pulse(self) -> Pulse:
        """How it beats now."""
        now = time.monotonic()
        still = now - self._active if self._under_way() else 0.0
        rested = 0.0 if self._under_way() else now - self._active
        return Pulse(
            beats=self._beats,
            failures=self._failures,
            failed=self._failed,
            last_error=self._last_error,
            age=now - self._good,
            longest=self._longest,
            still=still,
            rescued=self._rescued,
            hangs=still > self._hangs_after,
            stands=rested > self._seconds + RESTS_TOO_LONG,
        )

    def age(self) -> float:
        """Seconds since the last beat that ended well."""
        return self.pulse().age
