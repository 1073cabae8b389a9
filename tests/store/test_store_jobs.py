"""Group commit, and what cancelling a caller does to a job in each of its states."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from store_samples import MAYA, NEIGHBOUR, answer, learner, plan, using

from bot.domain.errors import Uncertain
from bot.domain.learners import Person
from bot.ports import Records
from bot.store.jobs import Job
from bot.store.sql import SqlStore

PATIENCE = 10.0
WRITERS = 4
"""The most writer threads that an engine has; so many blocked jobs block them all."""


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


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


def saving(person: Person, then: Callable[[], object] = lambda: None) -> Callable[[Records], str]:
    """Work that saves a learner and then does something."""

    def work(records: Records) -> str:
        records.save_learner(learner(person))
        then()
        return "saved"

    return work


async def known(store: SqlStore, person: Person = MAYA) -> bool:
    return await store.read(lambda records: records.learner(person)) is not None


def test_one_failing_job_among_many_fails_alone(url: str) -> None:
    people = [Person("T1", f"U{number}") for number in range(40)]

    def work_of(person: Person) -> Callable[[Records], str]:
        def fail() -> None:
            if person.user == "U17":
                raise LookupError("U17 has a problem")

        return saving(person, fail)

    async def play(store: SqlStore) -> None:
        jobs = [store.write(work_of(person)) for person in people]
        outcomes = await asyncio.gather(*jobs, return_exceptions=True)
        failed = [each for each in outcomes if each != "saved"]
        assert [repr(each) for each in failed] == ["LookupError('U17 has a problem')"]
        missing = [person.user for person in people if not await known(store, person)]
        assert missing == ["U17"]

    using(url, play)


def test_many_waiting_writes_share_one_commit(file_url: str, gate: Gate) -> None:
    commits: list[str] = []

    def count_commits(records: Records) -> None:
        raw = records.connection.connection.driver_connection
        raw.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
        gate.wait()

    async def play(store: SqlStore) -> None:
        first = asyncio.create_task(store.write(count_commits))
        await gate.reached()
        rest = [asyncio.create_task(store.write(saving(MAYA))) for _ in range(100)]
        await asyncio.sleep(0)
        gate.open()
        await asyncio.gather(first, *rest)
        assert len(commits) == 2

    using(file_url, play)


def test_a_job_that_had_not_begun_never_runs(url: str, gate: Gate) -> None:
    ran = threading.Event()

    async def play(store: SqlStore) -> None:
        blockers = [store.write(lambda _: gate.wait()) for _ in range(WRITERS)]
        blocked = [asyncio.create_task(each) for each in blockers]
        await gate.reached()
        await asyncio.sleep(0.05)  # on PostgreSQL all four threads must stand at the gate
        waiting = asyncio.create_task(store.write(saving(MAYA, ran.set)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.open()
        await asyncio.gather(*blocked)
        await store.check()
        assert not ran.is_set()
        assert not await known(store)

    using(url, play)


def test_a_running_job_is_rolled_back(url: str, gate: Gate) -> None:
    async def play(store: SqlStore) -> None:
        running = asyncio.create_task(store.write(saving(MAYA, gate.wait)))
        await gate.reached()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        gate.open()
        await store.check()
        assert not await known(store)

    using(url, play)


def test_a_timeout_gives_a_running_job_up(url: str, gate: Gate) -> None:
    async def play(store: SqlStore) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await store.write(saving(MAYA, gate.wait))
        gate.open()
        await store.check()
        assert not await known(store)

    using(url, play)


def test_a_job_given_up_after_it_ran_leaves_the_others_of_its_group_alone(
    file_url: str, gate: Gate
) -> None:
    second_gate, runs = Gate(), []

    def counting(records: Records) -> None:
        runs.append(records.learner(MAYA) is not None)
        second_gate.wait()
        records.save_learner(learner(NEIGHBOUR))

    async def play(store: SqlStore) -> None:
        first = asyncio.create_task(store.write(lambda _: gate.wait()))
        await gate.reached()
        given_up = asyncio.create_task(store.write(saving(MAYA)))
        other = asyncio.create_task(store.write(counting))
        await asyncio.sleep(0)
        gate.open()
        await second_gate.reached()  # by now the job that is given up has run
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        second_gate.open()
        await asyncio.gather(first, other)
        assert not await known(store, MAYA)
        assert await known(store, NEIGHBOUR)
        assert runs == [True, False]  # run again, without seeing what was never saved

    using(file_url, play)


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


def test_a_job_that_has_ended_gives_its_outcome_to_a_cancelled_caller() -> None:
    async def main() -> None:
        job = Job(lambda _: None, threading.Lock(), saves=True)
        caller = asyncio.create_task(job.outcome())
        await asyncio.sleep(0)
        assert job.start()
        job.succeed(None)
        caller.cancel()
        assert await caller is None

    asyncio.run(main())


def test_closing_finishes_what_was_queued(lasting_url: str) -> None:
    people = [Person("T1", f"U{number}") for number in range(50)]

    async def main() -> None:
        store = SqlStore.open(lasting_url)
        jobs = [asyncio.create_task(store.write(saving(person))) for person in people]
        await asyncio.sleep(0)
        await store.close()
        assert await asyncio.gather(*jobs) == ["saved"] * 50

    asyncio.run(main())
    count = using(lasting_url, lambda store: store.read(lambda r: r.learners_of("T1")))
    assert count == 50


def test_different_records_of_one_work_are_saved_together_or_not_at_all(url: str) -> None:
    def work(records: Records) -> None:
        records.save_learner(learner())
        records.save_plan(plan())
        records.save_answer(answer())
        raise KeyError("late")

    async def play(store: SqlStore) -> None:
        with pytest.raises(KeyError, match="late"):
            await store.write(work)
        assert not await known(store)
        assert await store.read(lambda records: records.plan(MAYA)) is None
        assert await store.read(lambda records: records.answer(MAYA, "a1")) is None

    using(url, play)
