"""Group commit, and what cancelling a caller does to a job in each of its states."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from store_samples import MAYA, NEIGHBOUR, answer, learner, plan, using
from store_work import Gate, known, saving

from bot.domain.learners import Person
from bot.ports import Records
from bot.store.jobs import Job
from bot.store.sql import SqlStore

WRITERS = 4
"""The most writer threads that an engine has; so many blocked jobs block them all."""


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
    saved = using(lasting_url, lambda store: store.read(lambda r: [r.learner(p) for p in people]))
    assert None not in saved


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
