"""A process that dies in the middle of something: nothing it does afterwards has any effect."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from bot.domain.deliveries import Target
from bot.ports import Arrived, Message, Messenger, Records, Store

T = TypeVar("T")


class Died(BaseException):
    """The process is no more; what of it still runs finds out at its next effect."""


@dataclass
class Fuse:
    """Lets a process die at the n-th of the points before and after its effects, counted from 1.

    `look` is asked at every point; what it answered is kept in `seen`. `dies` is told once.
    """

    at: int | None = None
    look: Callable[[], Hashable] | None = None
    dies: Callable[[], None] = lambda: None
    passed: int = 0
    dead: bool = False
    seen: list[Hashable] = field(default_factory=list)

    def burn(self) -> None:
        """A point is reached. Raises Died when it is the one, and ever after."""
        self.passed += 1
        if self.look is not None:
            self.seen.append(self.look())
        if self.passed == self.at and not self.dead:
            self.dead = True
            self.dies()
        if self.dead:
            raise Died


@dataclass(frozen=True)
class DyingStore:
    """The store as one process sees it: it may die before each piece of work, and after it is
    saved."""

    inner: Store
    fuse: Fuse

    async def read(self, work: Callable[[Records], T]) -> T:
        """As the store's own."""
        self.fuse.burn()
        value = await self.inner.read(work)
        self.fuse.burn()
        return value

    async def write(self, work: Callable[[Records], T]) -> T:
        """As the store's own."""
        self.fuse.burn()
        value = await self.inner.write(self._alive(work))
        self.fuse.burn()
        return value

    def _alive(self, work: Callable[[Records], T]) -> Callable[[Records], T]:
        """Work that waits for its turn when the process dies is never begun."""

        def begun(records: Records) -> T:
            if self.fuse.dead:
                raise Died
            return work(records)

        return begun

    async def check(self) -> None:
        """As the store's own."""
        await self.inner.check()

    def waiting(self) -> int:
        """As the store's own."""
        return self.inner.waiting()

    async def close(self) -> None:
        """The store outlives the process."""


@dataclass(frozen=True)
class DyingMessenger:
    """The messenger as one process sees it: it may die before a call leaves, and after it was
    carried out but before the answer is heard."""

    inner: Messenger
    fuse: Fuse

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        """As the messenger's own."""
        self.fuse.burn()
        try:
            return await self.inner.send(target, message, delivery_id)
        finally:
            self.fuse.burn()

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        """As the messenger's own."""
        self.fuse.burn()
        try:
            return await self.inner.find(target, delivery_id, since)
        finally:
            self.fuse.burn()

    async def remove(self, target: Target, arrived: Arrived) -> None:
        """As the messenger's own."""
        self.fuse.burn()
        try:
            await self.inner.remove(target, arrived)
        finally:
            self.fuse.burn()

    async def probe(self, workspace: str) -> None:
        """As the messenger's own."""
        self.fuse.burn()
        try:
            await self.inner.probe(workspace)
        finally:
            self.fuse.burn()
