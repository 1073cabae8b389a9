"""The heartbeat: APScheduler wakes the dispatcher; the rows in the store decide everything else."""

import time
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Heartbeat:
    """Calls a tick every so many seconds, one at a time, and never catches up on missed ones."""

    def __init__(self, tick: Callable[[], Awaitable[object]], seconds: float) -> None:
        self._tick = tick
        self._last = time.monotonic()
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
        await self._tick()
        self._last = time.monotonic()

    def age(self) -> float:
        """Seconds since the last beat that ended well."""
        return time.monotonic() - self._last

    def start(self) -> None:
        """Begin to beat; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Beat no more; a beat that is under way ends by itself."""
        self._scheduler.shutdown(wait=False)
