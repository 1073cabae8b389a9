"""The store that the use cases see: SQL work in the store's own threads, awaited from the loop."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Engine, text

from bot.domain.errors import Busy
from bot.ports import ByRows, Records
from bot.store import postgres, sqlite_workers
from bot.store.jobs import Job, JobQueue
from bot.store.opening import open_postgres, open_sqlite
from bot.store.records import SqlRecords
from bot.store.urls import SqlitePlace, place_of

T = TypeVar("T")

QUEUE_LIMIT = 10_000
"""Jobs that may wait; more than that would all come too late for whoever waits for them."""

SQLITE_READERS = 2
LOCK_WAIT = 5.0
CHECK_SECONDS = 2.0


class SqlStore:
    """`bot.ports.Store` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine, *, in_memory: bool = False) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._closed = False
        self._writes: JobQueue
        self._reads: JobQueue
        self._readers: Sequence[threading.Thread] = ()
        self._writers: Sequence[threading.Thread] = ()
        if engine.dialect.name == "sqlite":
            self._start_sqlite(in_memory)
        else:
            self._start_postgres()

    @classmethod
    def open(cls, url: str, *, lock_wait: float = LOCK_WAIT) -> "SqlStore":
        """Open the database of a URL, for use from one running loop; blocks while it opens.

        A SQLite file is created and brought up to date by itself; `sqlite://` lives in memory.
        `lock_wait` is how many seconds a write waits for a lock that another process holds.
        Raises StoreError, in words, when the database can't be used.
        """
        place = place_of(url)
        if isinstance(place, SqlitePlace):
            return cls(open_sqlite(place, lock_wait), in_memory=place.in_memory)
        return cls(open_postgres(place, lock_wait))

    def _start_sqlite(self, in_memory: bool) -> None:
        writer = sqlite_workers.Writer(self._engine, self._lock, in_memory=in_memory)
        self._writes = writer.jobs
        self._writers = [writer.thread]
        if in_memory:
            self._reads = self._writes
            return
        self._reads = queue.SimpleQueue()
        readers = [sqlite_workers.Reader(self._engine, self._reads) for _ in range(SQLITE_READERS)]
        self._readers = [reader.thread for reader in readers]

    def _start_postgres(self) -> None:
        self._writes = self._reads = queue.SimpleQueue()
        workers = [
            postgres.Worker(self._engine, self._writes, self._lock, number)
            for number in range(postgres.POOL_SIZE)
        ]
        self._writers = [worker.thread for worker in workers]

    async def read(self, work: Callable[[Records], T]) -> T:
        """Run work that saves nothing; it sees one moment of the database."""
        return await self._submit(self._reads, work, saves=False)

    async def write(self, work: Callable[[Records], T]) -> T:
        """Run work and save what it did, all or nothing; see `bot.ports.Store` for cancelling."""
        return await self._submit(self._writes, work, saves=True)

    async def _submit(self, jobs: JobQueue, work: Callable[[SqlRecords], T], *, saves: bool) -> T:
        if self._closed:
            raise Busy("the store is closed; nothing was saved")
        if jobs.qsize() >= QUEUE_LIMIT:
            raise Busy(f"{QUEUE_LIMIT} jobs wait already; nothing was saved")
        job = Job(work, self._lock, saves=saves, by_rows=isinstance(work, ByRows))
        jobs.put(job)
        return await job.outcome()

    async def check(self, within: float = CHECK_SECONDS) -> None:
        """Raises Busy when the database does not take a write and a read within some seconds."""
        job_pair = [
            self._submit(self._writes, _answer_one, saves=True),
            self._submit(self._reads, _answer_one, saves=False),
        ]
        try:
            async with asyncio.timeout(within):
                await asyncio.gather(*job_pair)
        except TimeoutError as error:
            raise Busy(f"the database did not answer within {within} seconds") from error

    def waiting(self) -> int:
        """How many pieces of work wait for the store's threads."""
        queues = {id(jobs): jobs for jobs in (self._reads, self._writes)}
        return sum(jobs.qsize() for jobs in queues.values())

    async def close(self) -> None:
        """Finish what is queued, put everything into the database file, end the threads."""
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._end_threads)

    def _end_threads(self) -> None:
        for jobs, threads in ((self._reads, self._readers), (self._writes, self._writers)):
            for _ in threads:
                jobs.put(None)
            for thread in threads:
                thread.join()
        self._engine.dispose()


def _answer_one(records: SqlRecords) -> None:
    records.connection.execute(text("SELECT 1")).one()
