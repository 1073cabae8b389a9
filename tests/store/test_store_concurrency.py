"""Many writers at once: no update is lost, and what may happen once happens once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from store_samples import (
    DM,
    MAYA,
    NOW,
    PLACE,
    TODAY,
    delivery,
    group,
    learner,
    using,
)

from bot.domain.deliveries import State, Target
from bot.ports import Records
from bot.store.sql import SqlStore


def one_hour_more(records: Records) -> None:
    found = records.learner(MAYA)
    goal = replace(found.goal, hours_per_week=found.goal.hours_per_week + 1)
    records.save_learner(replace(found, goal=goal))


def test_no_update_is_lost_among_many_tasks(url: str) -> None:
    async def play(store: SqlStore) -> float:
        await store.write(lambda records: records.save_learner(learner(hours=0)))
        await asyncio.gather(*[store.write(one_hour_more) for _ in range(60)])
        found = await store.read(lambda records: records.learner(MAYA))
        return found.goal.hours_per_week

    assert using(url, play) == 60


def test_no_update_is_lost_between_two_processes_on_one_database(lasting_url: str) -> None:
    """Two stores know nothing of each other, just as those of two processes."""

    async def play(store: SqlStore) -> float:
        other = SqlStore.open(lasting_url)
        await store.write(lambda records: records.save_learner(learner(hours=0)))
        jobs = [each.write(one_hour_more) for _ in range(20) for each in (store, other)]
        await asyncio.gather(*jobs)
        await other.close()
        found = await store.read(lambda records: records.learner(MAYA))
        return found.goal.hours_per_week

    assert using(lasting_url, play) == 40


def test_of_many_who_look_first_only_one_starts_the_group(url: str) -> None:
    def start(records: Records) -> bool:
        if records.group(PLACE) is not None:
            return False
        records.save_group(group())
        return True

    async def play(store: SqlStore) -> list[bool]:
        return await asyncio.gather(*[store.write(start) for _ in range(20)])

    assert sorted(using(url, play)) == [False] * 19 + [True]


def test_a_cap_holds_although_the_rows_counted_are_not_the_rows_saved(url: str) -> None:
    """Each write reads rows that another one is just adding: they must not overlap."""

    def send(number: int) -> object:
        def work(records: Records) -> bool:
            if len(records.sent_lately(DM.workspace, [DM.address], NOW)) >= 2:
                return False
            label = TODAY + timedelta(days=number)
            return records.add_delivery(delivery(f"d{number}", label=label, state=State.SENDING))

        return work

    async def play(store: SqlStore) -> list[bool]:
        return await asyncio.gather(*[store.write(send(number)) for number in range(12)])

    assert sum(using(url, play)) == 2


def test_an_envelope_and_a_delivery_are_claimed_by_one_of_many(url: str) -> None:
    async def play(store: SqlStore) -> None:
        claims = [store.write(lambda r: r.claim_envelope("E1", NOW)) for _ in range(20)]
        assert sum(await asyncio.gather(*claims)) == 1
        adds = [
            store.write(lambda r, name=f"d{number}": r.add_delivery(delivery(name)))
            for number in range(20)
        ]
        assert sum(await asyncio.gather(*adds)) == 1

    using(url, play)


def test_two_dispatchers_claim_every_delivery_once(lasting_url: str) -> None:
    count = 60

    def fill(records: Records) -> None:
        for number in range(count):
            records.add_delivery(delivery(f"d{number:02}", Target("T1", f"U{number}")))

    def claim(records: Records) -> list[str]:
        found = records.open_deliveries("T1", NOW, 5)
        for each in found:
            records.save_delivery(replace(each, state=State.SENDING, attempts=1))
        return [each.id for each in found]

    async def dispatch(store: SqlStore) -> list[str]:
        claimed: list[str] = []
        while batch := await store.write(claim):
            claimed += batch
        return claimed

    async def play(store: SqlStore) -> list[str]:
        other = SqlStore.open(lasting_url)
        await store.write(fill)
        halves = await asyncio.gather(*[dispatch(each) for each in (store, other) * 2])
        await other.close()
        return [claimed for half in halves for claimed in half]

    # A batch may be empty while the rest is held by others, so a dispatcher may end early;
    # together they still claim all.
    assert sorted(using(lasting_url, play)) == [f"d{number:02}" for number in range(count)]


def test_on_postgres_rows_claimed_by_another_are_passed_over(postgres_url: str) -> None:
    async def play(store: SqlStore) -> None:
        for user in ("U1", "U2"):
            due = delivery(f"d-{user}", Target("T1", user))
            await store.write(lambda records, due=due: records.add_delivery(due))
        both = asyncio.Barrier(2)
        loop = asyncio.get_running_loop()

        def take_slowly(records: Records) -> list[str]:
            found = [each.target.address for each in records.open_deliveries("T1", NOW, 1)]
            asyncio.run_coroutine_threadsafe(both.wait(), loop).result(10)
            return found

        pair = await asyncio.gather(store.write(take_slowly), store.write(take_slowly))
        assert sorted(pair) == [["U1"], ["U2"]]

    using(postgres_url, play)


def test_a_read_sees_one_moment(lasting_url: str) -> None:
    async def play(store: SqlStore) -> None:
        loop = asyncio.get_running_loop()
        await store.write(lambda records: records.save_learner(learner(hours=1)))

        def look_twice(records: Records) -> list[float]:
            first = records.learner(MAYA)
            asyncio.run_coroutine_threadsafe(store.write(one_hour_more), loop).result(10)
            return [first.goal.hours_per_week, records.learner(MAYA).goal.hours_per_week]

        assert await store.read(look_twice) == [1, 1]
        assert (await store.read(lambda r: r.learner(MAYA))).goal.hours_per_week == 2

    using(lasting_url, play)
