"""A store that is away at times, and at times does not know whether it has saved something."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.errors import Busy, Uncertain
from bot.ports import Records, Store

T = TypeVar("T")


@dataclass
class FlakyStore:
    """The store as the dispatcher sees it: at times it is busy, or does not know."""

    inner: Store
    rng: random.Random
    failed: Callable[[], None]
    busy_until: float = 0.0
    odds: float = 0.001
    writes: int = 0

    async def read(self, work: Callable[[Records], T]) -> T:
        """As the store's own, when it is there."""
        self._available()
        return await self.inner.read(work)

    async def write(self, work: Callable[[Records], T]) -> T:
        """As the store's own; after it is saved, that may not be known."""
        self.writes += 1
        self._available()
        value = await self.inner.write(work)
        if self.rng.random() < self.odds:
            self.failed()
            raise Uncertain("it may or may not be saved")
        return value

    def _available(self) -> None:
        away = asyncio.get_running_loop().time() < self.busy_until
        if away or self.rng.random() < self.odds:
            self.failed()
            raise Busy("the store is away")

    async def check(self) -> None:
        """As the store's own."""
        await self.inner.check()

    def waiting(self) -> int:
        """As the store's own."""
        return self.inner.waiting()

    async def close(self) -> None:
        """The store outlives the process."""
