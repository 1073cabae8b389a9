"""The heartbeat: APScheduler wakes the dispatcher; the rows in the store decide everything else."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Heartbeat:
    """Calls a tick every so many seconds, one at a time, and never catches up on missed ones."""

    def __init__(self, tick: Callable[[], Awaitable[object]], seconds: float) -> None:
        self._tick = tick
        self._last = time.monotonic()
        self._resting = asyncio.Event()
        self._resting.set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._beat,
            "interval",
            seconds=seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    async def _beat(self) -> None:
        self._resting.clear()
        try:
            await self._tick()
            self._last = time.monotonic()
        finally:
            self._resting.set()

    def age(self) -> float:
        """Seconds since the last beat that ended well."""
        return time.monotonic() - self._last

    def start(self) -> None:
        """Begin to beat; needs a running event loop."""
        self._scheduler.start()

    async def stop(self, seconds: float) -> None:
        """Beat no more; a beat that is under way may end, for so many seconds at most.

        APScheduler would cut it off, and a message that is being sent would be left in doubt.
        """
        self._scheduler.pause()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._resting.wait()
        self._scheduler.shutdown(wait=False)
