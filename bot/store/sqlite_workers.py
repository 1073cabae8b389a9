"""SQLite's threads: one that writes with group commit, and readers beside it."""

import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from bot.domain.errors import Busy
from bot.store.errors import Captured, for_caller
from bot.store.jobs import Job, JobQueue, all_committing
from bot.store.records import SqlRecords
from bot.store.sqlite_engine import Session

GROUP_LIMIT = 200
"""Jobs that share one commit at most: beyond that the first would wait too long for the last."""

_SCRUB_AGAIN_AFTER = 5.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What one job did inside the group's transaction; it counts when that is committed."""

    job: Job[Any]
    value: Any
    error: BaseException | None
    forgot: bool

    def decide(self) -> None:
        """It is saved: from now on a cancelled caller gets this outcome too."""
        error = None if self.error is None else for_caller(self.error)
        self.job.decide(self.value, error)


class Writer:
    """Takes what is queued, runs it in one transaction, each job in a savepoint of its own.

    One fsync serves the whole group, so that many small writes cost little more than one. For a
    database in memory, which has one connection only, it runs the reads as well.
    """

    def __init__(self, engine: Engine, lock: threading.Lock, *, in_memory: bool) -> None:
        self.jobs: JobQueue = queue.SimpleQueue()
        self._session = Session(engine, in_memory=in_memory)
        self._lock = lock
        self._closing = False
        self._in_memory = in_memory
        self._must_scrub = False
        self._scrub_again = 0.0
        self.thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self._closing:
            group = self._next_group()
            with Captured() as crash:
                self._save(group)
            if crash.error is not None:
                self._give_up(group, crash.error)
        if self._must_scrub:
            self._scrub()
        with Captured():  # SQLite itself empties a log that was left over, at the next start
            self._session.truncate_wal()
        self._session.close()

    def _next_group(self) -> list[Job[Any]]:
        group: list[Job[Any]] = []
        wait = _SCRUB_AGAIN_AFTER if self._must_scrub else None
        try:
            job = self.jobs.get(timeout=wait)
            while job is not None and len(group) < GROUP_LIMIT - 1:
                group.append(job)
                job = self.jobs.get_nowait()
            if job is None:
                self._closing = True
            else:
                group.append(job)
        except queue.Empty:
            pass
        return group

    def _give_up(self, group: Sequence[Job[Any]], error: BaseException) -> None:
        for job in group:
            job.fail(for_caller(error, committing=job.is_committing()))
        with Captured():  # a connection that can't even be closed is replaced all the same
            self._session.replace()

    def _save(self, group: Sequence[Job[Any]]) -> None:
        ran = self._commit(group)
        for done in ran:
            done.decide()
        # Nobody else waits for the wiping that somebody's "delete" brings with it.
        for done in ran:
            if not done.forgot:
                done.job.tell_caller()
        forgetting = [done for done in ran if done.forgot]
        if forgetting or (self._must_scrub and time.monotonic() >= self._scrub_again):
            self._scrub()
        for done in forgetting:
            done.job.tell_caller()

    def _commit(self, group: Sequence[Job[Any]]) -> Sequence[Ran]:
        """Run a group in one transaction and save it; what those did that were not given up."""
        while group:
            self._session.run("BEGIN IMMEDIATE")
            ran = self._run_all(group)
            if all_committing([done.job for done in ran], self._lock):
                self._session.run("COMMIT")
                return ran
            # One was given up after it had run: the others run again without it.
            self._session.run("ROLLBACK")
            group = [done.job for done in ran]
        return ()

    def _run_all(self, group: Sequence[Job[Any]]) -> list[Ran]:
        attempted = [self._attempt(job) for job in group if job.start()]
        return [done for done in attempted if done is not None]

    def _attempt(self, job: Job[Any]) -> Ran | None:
        self._session.run("SAVEPOINT job")
        records = SqlRecords(self._session.connection, writable=job.saves)
        value = None
        with Captured() as failed:
            value = job.work(records)
        if failed.error is not None and not self._session.in_transaction():
            # After some failures, such as a full disk, SQLite rolls back the whole group.
            raise Busy("the transaction was rolled back; nothing was saved") from failed.error
        given_up = job.abandoned()
        forgot = records.forgot and failed.error is None
        if given_up or failed.error is not None:
            self._session.run("ROLLBACK TO job")
        self._session.run("RELEASE job")
        return None if given_up else Ran(job, value, failed.error, forgot)

    def _scrub(self) -> None:
        """Wipe what was forgotten from the files; if that fails, it is tried again soon.

        Nothing is raised: that it was deleted is saved already, and so is that wiping is owed.
        """
        if not self._in_memory:
            self._must_scrub = True
            self._scrub_again = time.monotonic() + _SCRUB_AGAIN_AFTER
            with Captured():
                self._must_scrub = not self._session.scrub()


class Reader:
    """Runs reads, each in a transaction of its own, so that it sees one moment."""

    def __init__(self, engine: Engine, jobs: JobQueue) -> None:
        self._session = Session(engine, in_memory=False, query_only=True)
        self._jobs = jobs
        self.thread = threading.Thread(target=self._run, name="store-reader", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.start():
                self._read(job)
        self._session.close()

    def _read(self, job: Job[Any]) -> None:
        value = None
        with Captured() as failed:
            self._session.run("BEGIN")
            value = job.work(SqlRecords(self._session.connection, writable=False))
        with Captured() as broken:
            self._session.undo()
        if broken.error is not None:
            with Captured():  # a connection that can't even be closed is replaced all the same
                self._session.replace()
        if failed.error is None:
            job.succeed(value)
        else:
            job.fail(for_caller(failed.error))
