"""Work that tests give to a store: saving somebody, stopping where the test wants it."""

import asyncio
import threading
from collections.abc import Callable

from store_samples import MAYA, learner

from bot.domain.learners import Person
from bot.ports import Records
from bot.store.sql import SqlStore

PATIENCE = 10.0


class Gate:
    """Stops work in a store thread until the test opens it."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._reached = threading.Semaphore(0)

    def wait(self) -> None:
        """What the work calls."""
        self._reached.release()
        assert self._open.wait(PATIENCE), "the test never opened the gate"

    def open(self) -> None:
        """Let everything through."""
        self._open.set()

    async def reached(self) -> None:
        """Wait until work stands at the gate."""
        assert await asyncio.to_thread(self._reached.acquire, timeout=PATIENCE)


def saving(person: Person, then: Callable[[], object] = lambda: None) -> Callable[[Records], str]:
    """Work that saves a learner and then does something."""

    def work(records: Records) -> str:
        records.save_learner(learner(person))
        then()
        return "saved"

    return work


async def known(store: SqlStore, person: Person = MAYA) -> bool:
    return await store.read(lambda records: records.learner(person)) is not None
