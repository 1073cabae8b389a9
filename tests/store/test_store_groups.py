"""Study groups and their members: the same on every engine."""

from dataclasses import replace

from store_samples import MAYA, NEIGHBOUR, PLACE, SAME_USER_ELSEWHERE, group, using

from bot.domain.groups import Place
from bot.store.sql import SqlStore


def test_a_group_comes_back_with_exactly_its_members(url: str) -> None:
    smaller = replace(group(), members=frozenset({"U2", "U3"}), week=4, paused=True)

    async def play(store: SqlStore) -> None:
        assert await store.read(lambda records: records.group(PLACE)) is None
        await store.write(lambda records: records.save_group(group()))
        assert await store.read(lambda records: records.group(PLACE)) == group()
        await store.write(lambda records: records.save_group(smaller))
        assert await store.read(lambda records: records.group(PLACE)) == smaller

    using(url, play)


def test_the_groups_of_a_person_are_those_of_their_workspace(url: str) -> None:
    second = group(Place("T1", "C2"), frozenset({"U1"}))
    elsewhere = group(Place("T2", "C1"), frozenset({"U1"}))

    async def play(store: SqlStore) -> None:
        for each in (second, elsewhere, group()):
            await store.write(lambda records, each=each: records.save_group(each))
        found = [
            list(await store.read(lambda records, who=who: records.groups_of(who)))
            for who in (MAYA, NEIGHBOUR, SAME_USER_ELSEWHERE)
        ]
        assert found == [[group(), second], [group()], [elsewhere]]

    using(url, play)


def test_ending_a_group_takes_its_members_along_and_no_other_group(url: str) -> None:
    elsewhere = group(Place("T2", "C1"))

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_group(group()))
        await store.write(lambda records: records.save_group(elsewhere))
        await store.write(lambda records: records.delete_group(PLACE))
        assert await store.read(lambda records: records.group(PLACE)) is None
        assert list(await store.read(lambda records: records.groups_of(MAYA))) == []
        assert await store.write(lambda records: records.forget(NEIGHBOUR)) == 0
        assert await store.read(lambda records: records.group(elsewhere.place)) == elsewhere
        # A group that starts there anew begins without the members of the old one.
        fresh = group(members=frozenset())
        await store.write(lambda records: records.save_group(fresh))
        assert await store.read(lambda records: records.group(PLACE)) == fresh

    using(url, play)
