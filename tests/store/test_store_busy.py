"""A database that can't take work says so, saves nothing, and recovers by itself."""

import asyncio
import sqlite3
import threading

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from store_samples import MAYA, answer, learner, using

from bot.domain.errors import Busy, Uncertain
from bot.ports import Records
from bot.store.errors import for_caller
from bot.store.sql import QUEUE_LIMIT, SqlStore


def save(records: Records) -> None:
    records.save_learner(learner())


async def known(store: SqlStore) -> bool:
    return await store.read(lambda records: records.learner(MAYA)) is not None


def test_a_sqlite_lock_held_elsewhere_makes_writes_busy_and_reads_go_on(file_url: str) -> None:
    async def play(store: SqlStore) -> None:
        other = sqlite3.connect(file_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy) as refused:
            await store.write(save)
        assert "locked" in str(refused.value.__cause__)
        with pytest.raises(Busy):
            await store.check()
        assert not await known(store)
        other.execute("ROLLBACK")
        other.close()
        await store.write(save)
        assert await known(store)

    using(file_url, play, lock_wait=0.05)


def test_a_postgres_lock_held_elsewhere_makes_writes_busy(postgres_url: str) -> None:
    async def play(store: SqlStore) -> None:
        with psycopg.connect(postgres_url) as other:
            other.execute("LOCK TABLE learners IN EXCLUSIVE MODE")
            with pytest.raises(Busy) as refused:
                await store.write(save)
            assert "lock timeout" in str(refused.value.__cause__)
            assert not await known(store)
        await store.write(save)
        assert await known(store)

    using(postgres_url, play, lock_wait=0.05)


def test_a_postgres_connection_that_broke_is_replaced_without_anybody_noticing(
    postgres_url: str,
) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"

    async def play(store: SqlStore) -> None:
        await asyncio.gather(*[store.write(save) for _ in range(8)])
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(cut + " AND backend_type = 'client backend'")
        await store.write(lambda records: records.save_answer(answer()))
        assert await known(store)

    using(postgres_url, play)


def test_a_full_disk_is_busy_and_nothing_is_lost(file_url: str) -> None:
    def no_room(records: Records) -> None:
        size = records.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        records.connection.exec_driver_sql(f"PRAGMA max_page_count={size}")

    async def play(store: SqlStore) -> None:
        await store.write(save)
        await store.write(no_room)
        long = answer(text="word " * 4000)
        with pytest.raises(Busy) as refused:
            await store.write(lambda records: records.save_answer(long))
        assert "full" in str(refused.value.__cause__)
        assert await known(store)
        assert await store.read(lambda records: records.answer(MAYA, "a1")) is None
        await store.write(lambda records: records.save_learner(learner(hours=9.0)))

    using(file_url, play)


def test_jobs_of_a_group_that_sqlite_rolled_back_are_all_told(file_url: str) -> None:
    gate = threading.Event()

    async def play(store: SqlStore) -> None:
        first = asyncio.create_task(store.write(lambda _: gate.wait(10)))
        await asyncio.sleep(0.05)
        done = asyncio.create_task(store.write(save))
        lost = asyncio.create_task(
            store.write(
                lambda r: r.connection.exec_driver_sql(
                    "INSERT OR ROLLBACK INTO learners SELECT * FROM learners"
                )
            )
        )
        await asyncio.sleep(0)
        gate.set()
        outcomes = await asyncio.gather(first, done, lost, return_exceptions=True)
        assert outcomes[0] is True
        assert [type(each) for each in outcomes[1:]] == [Busy, Busy]
        assert not await known(store)
        await store.write(save)
        assert await known(store)

    using(file_url, play)


def test_a_database_that_became_read_only_is_busy(file_url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(lambda r: r.connection.exec_driver_sql("PRAGMA query_only=ON"))
        with pytest.raises(Busy) as refused:
            await store.write(save)
        assert "readonly" in str(refused.value.__cause__)

    using(file_url, play)


def test_too_many_waiting_jobs_are_refused_at_once(file_url: str) -> None:
    gate = threading.Event()

    async def play(store: SqlStore) -> None:
        blocked = asyncio.create_task(store.write(lambda _: gate.wait(10)))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(store.write(lambda _: None)) for _ in range(QUEUE_LIMIT)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="10000 jobs wait"):
            await store.write(save)
        gate.set()
        await asyncio.gather(blocked, *waiting)
        await store.write(save)

    using(file_url, play)


def test_a_store_that_does_not_answer_fails_its_check_in_time(file_url: str) -> None:
    gate = threading.Event()

    async def play(store: SqlStore) -> None:
        blocked = asyncio.create_task(store.write(lambda _: gate.wait(10)))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="did not answer"):
            await store.check(within=0.1)
        gate.set()
        await blocked
        await store.check()

    using(file_url, play)


def test_a_closed_store_refuses_work_and_closing_twice_is_harmless(url: str) -> None:
    async def main() -> None:
        store = SqlStore.open(url)
        await store.close()
        await store.close()
        for work in (store.read, store.write):
            with pytest.raises(Busy, match="closed"):
                await work(save)

    asyncio.run(main())


def test_a_disk_error_during_the_commit_is_uncertain() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    assert isinstance(for_caller(error, committing=True), Uncertain)
    assert isinstance(for_caller(error), Busy)


def test_a_connection_lost_during_the_commit_is_uncertain() -> None:
    error = DBAPIError("COMMIT", {}, psycopg.OperationalError("gone"), connection_invalidated=True)
    assert isinstance(for_caller(error, committing=True), Uncertain)
    assert isinstance(for_caller(error), Busy)
