"""A piece of work on its way through the store, and what cancelling its caller still can stop."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any, Generic, TypeVar, cast

from bot.domain.errors import Uncertain
from bot.store.records import SqlRecords

T = TypeVar("T")

GRACE = 1.0
"""Seconds that a cancelled caller waits for a commit that has already begun."""


class Stage(Enum):
    """Where a job stands. Only PENDING and RUNNING can still be given up."""

    PENDING = "pending"
    RUNNING = "running"
    COMMITTING = "committing"
    ABANDONED = "abandoned"
    FINISHED = "finished"


class Job(Generic[T]):
    """Work with its outcome, moved between the caller's loop and a store thread under one lock."""

    def __init__(
        self,
        work: Callable[[SqlRecords], T],
        lock: threading.Lock,
        *,
        saves: bool,
        by_rows: bool = False,
    ) -> None:
        self.work = work
        self.saves = saves
        self.by_rows = by_rows
        self.stage = Stage.PENDING
        self._lock = lock
        self._unwanted = False
        self._value: T | None = None
        self._error: BaseException | None = None
        self._loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[None] = self._loop.create_future()

    def start(self) -> bool:
        """Begin, or begin anew after a conflict; False when the caller has given it up."""
        with self._lock:
            if self.stage is Stage.ABANDONED or self._unwanted:
                self.stage = Stage.ABANDONED
            else:
                self.stage = Stage.RUNNING
            started = self.stage is Stage.RUNNING
        if not started:
            self.tell_caller()
        return started

    def abandoned(self) -> bool:
        """Whether the caller has given it up, so that it must not be saved."""
        with self._lock:
            return self.stage is Stage.ABANDONED

    def is_committing(self) -> bool:
        """Whether it is being saved at this moment."""
        with self._lock:
            return self.stage is Stage.COMMITTING

    def succeed(self, value: T) -> None:
        """Hand the result to the caller."""
        self.decide(value, None)
        self.tell_caller()

    def fail(self, error: BaseException) -> None:
        """Hand an exception to the caller, unless the job has ended already."""
        self.decide(None, error)
        self.tell_caller()

    def decide(self, value: T | None, error: BaseException | None) -> None:
        """Set the outcome, unless the job has ended already; the caller is not woken yet."""
        with self._lock:
            if self.stage not in (Stage.ABANDONED, Stage.FINISHED):
                self.stage, self._value, self._error = Stage.FINISHED, value, error

    def tell_caller(self) -> None:
        """Wake the caller."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        if not self._settled.done():
            self._settled.set_result(None)

    def _settle_if_ended(self) -> None:
        with self._lock:
            ended = self.stage is Stage.FINISHED
        if ended:
            self._settle()

    def _abandon(self) -> bool:
        """Give the job up; False when it is being saved or has ended."""
        with self._lock:
            if self.stage in (Stage.PENDING, Stage.RUNNING):
                self.stage = Stage.ABANDONED
            elif self.stage is Stage.COMMITTING:
                self._unwanted = True  # if the commit fails, it is not tried again
            return self.stage is Stage.ABANDONED

    async def outcome(self) -> T:
        """Wait for the result. A cancelled caller gets it all the same once it is being saved.

        Raises CancelledError when the job was given up, Uncertain when the commit took too long.
        """
        try:
            await self._settled
        except asyncio.CancelledError:
            if self._abandon():
                raise
            await self._wait_for_commit()
        return self._result()

    async def _wait_for_commit(self) -> None:
        deadline = self._loop.time() + GRACE
        if self._settled.cancelled():  # with its caller; the outcome is still to come
            self._settled = self._loop.create_future()
            self._settle_if_ended()
        while not self._settled.done() and (left := deadline - self._loop.time()) > 0:
            try:
                await asyncio.wait([self._settled], timeout=left)
            except asyncio.CancelledError:
                continue  # being told twice changes nothing: whether it was saved is what counts

    def _result(self) -> T:
        with self._lock:
            stage, value, error = self.stage, self._value, self._error
        if stage is Stage.ABANDONED:
            raise asyncio.CancelledError
        if stage is not Stage.FINISHED:
            raise Uncertain("the commit had begun and has not ended; it may or may not be saved")
        if error is not None:
            raise error
        return cast("T", value)


JobQueue = queue.SimpleQueue["Job[Any] | None"]
"""Jobs in their order; None tells one thread to end."""


def all_committing(jobs: Sequence[Job[Any]], lock: threading.Lock) -> bool:
    """Put jobs past the point of giving up, all or none; False when one was given up before."""
    with lock:
        if any(job.stage is not Stage.RUNNING for job in jobs):
            return False
        for job in jobs:
            job.stage = Stage.COMMITTING
    return True
