"""What a cancelled caller gets when the saving of its work has already begun."""

import asyncio
import threading
from collections.abc import Callable

import psycopg
import pytest
from store_samples import MAYA, learner, using
from store_work import Gate, known, saving

from bot.domain.errors import Uncertain
from bot.ports import Records
from bot.store.sql import SqlStore


def stopping_at_commit(gate: Gate) -> Callable[[Records], None]:
    """Work whose COMMIT, on SQLite, stops at a gate."""

    def stop(sql: str) -> None:
        if sql == "COMMIT":
            gate.wait()

    def work(records: Records) -> None:
        records.save_learner(learner())
        records.connection.connection.driver_connection.set_trace_callback(stop)

    return work


def test_a_job_being_saved_gives_its_outcome_to_a_cancelled_caller(
    file_url: str, gate: Gate
) -> None:
    async def play(store: SqlStore) -> None:
        saved = asyncio.create_task(store.write(stopping_at_commit(gate)))
        await gate.reached()
        for _ in range(2):  # being told twice changes nothing
            saved.cancel()
            await asyncio.sleep(0)
        gate.open()
        assert await saved is None
        assert await known(store)

    using(file_url, play)


def test_a_timeout_during_the_commit_is_no_timeout_when_it_was_saved(
    file_url: str, gate: Gate
) -> None:
    async def play(store: SqlStore) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as deadline:
            saved = store.write(stopping_at_commit(gate))

            async def expire() -> None:
                await gate.reached()
                deadline.reschedule(loop.time())
                loop.call_later(0.05, gate.open)

            expiring = asyncio.create_task(expire())
            await saved
        await expiring
        assert deadline.expired()
        assert await known(store)

    using(file_url, play)


def test_a_commit_that_takes_too_long_is_uncertain(file_url: str, gate: Gate) -> None:
    async def play(store: SqlStore) -> None:
        saved = asyncio.create_task(store.write(stopping_at_commit(gate)))
        await gate.reached()
        saved.cancel()
        with pytest.raises(Uncertain):
            await saved
        gate.open()
        await store.check()
        assert await known(store)

    using(file_url, play)


def until_postgres_commits(url: str) -> None:
    """Wait until a commit lingers in its trigger."""
    lingering = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(lingering).fetchone() == (0,):
            threading.Event().wait(0.01)


def test_postgres_gives_the_outcome_of_a_slow_commit_to_a_cancelled_caller(
    postgres_url: str, slow_postgres_commit: None
) -> None:
    del slow_postgres_commit

    async def play(store: SqlStore) -> None:
        saved = asyncio.create_task(store.write(saving(MAYA)))
        await asyncio.to_thread(until_postgres_commits, postgres_url)
        saved.cancel()
        assert await saved == "saved"
        assert await known(store)

    using(postgres_url, play)


def test_a_commit_that_failed_is_not_tried_again_for_a_cancelled_caller(
    postgres_url: str, conflicting_postgres_commit: None
) -> None:
    del conflicting_postgres_commit

    async def play(store: SqlStore) -> None:
        saved = asyncio.create_task(store.write(saving(MAYA)))
        await asyncio.to_thread(until_postgres_commits, postgres_url)
        saved.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saved
        assert not await known(store)

    using(postgres_url, play)
