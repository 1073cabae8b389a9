"""Forgetting a person deletes all of theirs, nothing else, and leaves no byte in the files."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import (
    DAY,
    DM,
    MAYA,
    NEIGHBOUR,
    NOW,
    PLACE,
    SAME_USER_ELSEWHERE,
    TODAY,
    answer,
    check_in,
    delivery,
    group,
    learner,
    plan,
    subscription,
    using,
)

from bot.domain.deliveries import Kind, State, Target
from bot.domain.groups import Place
from bot.domain.learners import Person
from bot.domain.prompts import Assignment
from bot.ports import Records
from bot.store.sql import SqlStore

OTHERS = (NEIGHBOUR, SAME_USER_ELSEWHERE)


def fill(person: Person) -> Callable[[Records], None]:
    """Work that saves one of everything for a person."""
    target = Target(person.workspace, person.user)

    def work(records: Records) -> None:
        records.save_learner(learner(person))
        records.save_plan(plan(person))
        records.save_check_in(check_in(person))
        records.save_assignment(Assignment(person, TODAY, "p1"))
        records.save_answer(answer(person=person))
        records.save_answer(answer(person=person, version=2))
        records.save_subscription(subscription(target))
        records.add_delivery(delivery(f"d-{person.user}", target))

    return work


def everything(person: Person) -> Callable[[Records], list[object]]:
    """Work that finds what there is of a person."""
    target = Target(person.workspace, person.user)

    def work(records: Records) -> list[object]:
        found = [
            records.learner(person),
            records.plan(person),
            *records.check_ins(person),
            *records.prompts_seen(person),
            *records.answer_versions(person),
            *records.groups_of(person),
            records.subscription(target, Kind.DAILY_PROMPT),
            records.delivery(target, Kind.DAILY_PROMPT, TODAY),
        ]
        return [each for each in found if each is not None]

    return work


def test_all_of_a_person_goes_and_all_of_the_others_stays(url: str) -> None:
    async def play(store: SqlStore) -> None:
        for person in (MAYA, *OTHERS):
            await store.write(fill(person))
        await store.write(lambda records: records.save_group(group()))
        await store.write(lambda records: records.save_group(group(Place("T2", "C1"))))
        before = [await store.read(everything(person)) for person in OTHERS]
        assert [len(found) for found in before] == [9, 9]
        assert await store.write(lambda records: records.forget(MAYA)) == 9
        assert await store.read(everything(MAYA)) == []
        left = await store.read(lambda records: records.group(PLACE))
        assert left.members == {"U2"}
        after = [await store.read(everything(person)) for person in OTHERS]
        assert [len(found) for found in after] == [9, 9]
        assert await store.write(lambda records: records.forget(MAYA)) == 0

    using(url, play)


def test_a_late_retry_does_not_bring_anything_back(url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.add_delivery(delivery(state=State.SENDING)))
        await store.write(lambda records: records.forget(MAYA))
        late = replace(delivery(), state=State.SENT, channel="D1", ts="1.0")
        await store.write(lambda records: records.save_delivery(late))
        found = await store.read(lambda r: r.delivery(DM, Kind.DAILY_PROMPT, TODAY))
        assert found is None

    using(url, play)


def traces(folder: Path, words: bytes) -> list[str]:
    return [file.name for file in folder.iterdir() if words in file.read_bytes()]


@pytest.mark.parametrize("course", [5, 7])
def test_no_byte_of_a_person_stays_in_the_files(file_url: str, course: int) -> None:
    """Answers of all sizes, edited and interleaved, move about in the file before they go."""
    folder = Path(file_url.removeprefix("sqlite:///")).parent
    chance = random.Random(course)  # noqa: S311 - the same course each time
    people = [Person("T1", f"U{number}") for number in range(8)]

    def words(person: Person) -> str:
        return f"MINE-{person.user} "

    async def play(store: SqlStore) -> int:
        forgotten = 0
        for step in range(300):
            person = chance.choice(people)
            text = words(person) * chance.choice([1, 3, 30, 200, 700])
            version = chance.randrange(1, 4)
            at = NOW + step * DAY
            row = answer(f"a{chance.randrange(60)}", person, version=version, text=text, at=at)
            await store.write(lambda records, row=row: records.save_answer(row))
            if step % 12 == 11:
                assert traces(folder, words(person).encode())
                await store.write(lambda records, person=person: records.forget(person))
                assert traces(folder, words(person).encode()) == []
                forgotten += 1
        return forgotten

    assert using(file_url, play) == 25


def test_no_byte_stays_although_another_process_was_reading(file_url: str) -> None:
    folder = Path(file_url.removeprefix("sqlite:///")).parent
    secret = "SECRET-OF-MAYA"

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_answer(answer(text=secret)))
        reader = sqlite3.connect(folder / "coach.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM answers").fetchall()
        await store.write(lambda records: records.forget(MAYA))
        assert traces(folder, secret.encode())  # the reader still sees the moment before
        reader.close()

    using(file_url, play)
    using(file_url, lambda store: store.check())
    assert traces(folder, secret.encode()) == []


def test_forgetting_one_and_saving_another_may_share_a_commit(file_url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(fill(MAYA))
        both = [store.write(lambda r: r.forget(MAYA)), store.write(fill(NEIGHBOUR))]
        assert await asyncio.gather(*both) == [8, None]
        assert await store.read(everything(MAYA)) == []

    using(file_url, play)
