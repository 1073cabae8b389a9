"""PostgreSQL: a small pool of threads, each with a connection for the length of a transaction."""

import threading
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from bot.domain.errors import Busy
from bot.store.errors import Captured, connection_lost, for_caller, is_conflict
from bot.store.jobs import Job, JobQueue, all_committing
from bot.store.records import SqlRecords
from bot.store.urls import PostgresPlace

POOL_SIZE = 4
TRIES = 20
_FIRST_PAUSE, _LONGEST_PAUSE = 0.002, 0.1
_CONNECT_SECONDS = 5
_STATEMENT_MS = 10_000


def postgres_engine(place: PostgresPlace, lock_wait: float) -> Engine:
    """An engine with one connection per thread; `lock_wait` is how many seconds locks are waited
    for."""
    url = place.engine_url()
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(_CONNECT_SECONDS)})
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        hide_parameters=True,  # what people wrote must not stand in an error, and so in a log
    )

    def limit(connection: Any, record: Any) -> None:
        del record
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(lock_wait * 1000)}")
            cursor.execute(f"SET statement_timeout = {_STATEMENT_MS}")
        connection.commit()

    event.listen(engine, "connect", limit)
    return engine


class Worker:
    """One thread that runs jobs, each in its own transaction, again after a conflict.

    Writes are SERIALIZABLE: use cases read before they save ("is there a group already?"), and on
    SQLite they never overlap. Only this level gives them the same on PostgreSQL, and running a
    short transaction again is cheap. What the dispatchers do to many rows (`ByRows`) locks each of
    them, and is READ COMMITTED: several workers would only be in each other's way. Reads are
    REPEATABLE READ and read-only: all that one of them sees is from the same moment, as on SQLite,
    and such a transaction never conflicts.
    """

    def __init__(self, engine: Engine, jobs: JobQueue, lock: threading.Lock, number: int) -> None:
        self._writing = engine.execution_options(isolation_level="SERIALIZABLE")
        self._reading = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._by_rows = engine.execution_options(isolation_level="READ COMMITTED")
        self._jobs = jobs
        self._lock = lock
        self._number = number
        self.thread = threading.Thread(target=self._run, name=f"store-{number}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            for attempt in range(TRIES):
                if not job.start() or self._attempt(job):
                    break
                time.sleep(self._pause(attempt))
            else:
                job.fail(Busy("too many others were changing the same; nothing was saved"))

    def _engine(self, job: Job[Any]) -> Engine:
        if not job.saves:
            return self._reading
        return self._by_rows if job.by_rows else self._writing

    def _pause(self, attempt: int) -> float:
        """Seconds before the next try; threads differ so that they do not collide again."""
        longer: float = min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)
        return longer * (0.5 + self._number / POOL_SIZE)

    def _attempt(self, job: Job[Any]) -> bool:
        """Run a job once; False when it is worth running again."""
        value = None
        with Captured() as failed, self._engine(job).connect() as connection:
            value = self._transact(job, connection)
        if failed.error is None:
            job.succeed(value)
            return True
        committing = job.is_committing()
        lost = connection_lost(failed.error)
        if is_conflict(failed.error) or (lost and not committing):
            return False
        job.fail(for_caller(failed.error, committing=committing))
        return True

    def _transact(self, job: Job[Any], connection: Connection) -> Any:
        """Leaving without commit rolls back: that is what a read and an abandoned write want."""
        with connection.begin() as transaction:
            value = job.work(SqlRecords(connection, writable=job.saves))
            if not job.saves or not all_committing([job], self._lock):
                transaction.rollback()
            return value
