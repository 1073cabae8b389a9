"""Study groups: who starts, joins and leaves, and sessions that count once they are posted."""

from datetime import time, timedelta

import pytest
from services_desk import (
    ANSWER_LOST,
    CHANNEL,
    MAYA,
    RAVI,
    Bench,
    berlin,
    lived,
    refused,
)

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind, State, Target
from bot.domain.errors import Gone, GroupExists, NoGroupHere
from bot.domain.groups import Place
from bot.services.study_groups import GroupForm
from tests.shipped import shipped

TUESDAYS = GroupForm(Rhythm(frozenset({1}), time(17, 0)), "Europe/Berlin")


async def begun(bench: Bench) -> None:
    """Maya starts a group that meets on Tuesdays at five."""
    await bench.desk.groups.start(CHANNEL, MAYA, TUESDAYS)


async def week(bench: Bench) -> int:
    """The number of the session that comes next."""
    return (await bench.desk.groups.status(CHANNEL, MAYA)).group.week


@lived
async def test_a_group_starts_with_its_founder_and_a_date(bench: Bench) -> None:
    await bench.desk.groups.free(CHANNEL)
    view = await bench.desk.groups.start(CHANNEL, MAYA, TUESDAYS)
    assert view.is_member
    assert view.group.members == {MAYA.user}
    assert view.session == shipped().session(1)
    assert view.sends is not None
    assert view.sends.due == berlin(3, 17)
    assert view.weeks == len(shipped().syllabus)


@lived
async def test_a_channel_has_one_group(bench: Bench) -> None:
    await begun(bench)
    with pytest.raises(GroupExists):
        await bench.desk.groups.free(CHANNEL)
    with pytest.raises(GroupExists):
        await bench.desk.groups.start(CHANNEL, RAVI, TUESDAYS)
    other = Place("T2", CHANNEL.channel)
    await bench.desk.groups.free(other)
    with pytest.raises(NoGroupHere):
        await bench.desk.groups.status(other, MAYA)


@lived
async def test_joining_and_leaving(bench: Bench) -> None:
    await begun(bench)
    for _ in range(2):
        view = await bench.desk.groups.join(CHANNEL, RAVI)
        assert view.is_member
        assert view.group.members == {MAYA.user, RAVI.user}
    assert [view.group.place for view in (await bench.desk.overviews.overview(RAVI)).groups] == [
        CHANNEL
    ]
    for _ in range(2):
        view = await bench.desk.groups.leave(CHANNEL, RAVI)
        assert not view.is_member
        assert view.group.members == {MAYA.user}
    assert not (await bench.desk.overviews.overview(RAVI)).groups


@lived
async def test_where_there_is_no_group_everything_says_so(bench: Bench) -> None:
    groups = bench.desk.groups
    for attempt in (
        groups.join(CHANNEL, MAYA),
        groups.leave(CHANNEL, MAYA),
        groups.pause(CHANNEL, MAYA, paused=True),
        groups.reschedule(CHANNEL, MAYA, TUESDAYS),
        groups.status(CHANNEL, MAYA),
        groups.end(CHANNEL),
    ):
        with pytest.raises(NoGroupHere):
            await attempt
    with pytest.raises(Gone):
        groups.session("no-such-session")


@lived
async def test_a_session_a_week_until_the_syllabus_ends(bench: Bench) -> None:
    await begun(bench)
    weeks = len(shipped().syllabus)
    await bench.live_until(berlin(3, 17) + timedelta(weeks=weeks + 3))
    assert len(bench.post.posted) == weeks
    assert {found.target for found in bench.post.posted} == {Target("T1", "C1")}
    days = {found.at.astimezone(berlin(3, 17).tzinfo).weekday() for found in bench.post.posted}
    assert days == {1}
    for found, session in zip(bench.post.posted, shipped().syllabus, strict=True):
        assert session.title in str(found.message)
    view = await bench.desk.groups.status(CHANNEL, MAYA)
    assert view.session is None
    assert view.sends is None
    assert await bench.dispatcher.next_due() is None


@lived
async def test_a_session_that_was_not_posted_comes_next_week(bench: Bench) -> None:
    await begun(bench)
    bench.post.next("C1", refused("invalid_blocks"))
    await bench.live_until(berlin(4, 12))
    assert bench.post.posted == []
    assert await week(bench) == 1
    await bench.live_until(berlin(10, 17))
    assert await week(bench) == 2
    assert shipped().syllabus[0].title in str(bench.post.posted[0].message)


@lived
async def test_a_session_that_comes_too_late_is_left_for_next_week(bench: Bench) -> None:
    await begun(bench)
    await bench.at(berlin(4, 5, 1))
    assert bench.post.posted == []
    assert await week(bench) == 1


@lived
async def test_a_paused_group_goes_on_where_it_stopped(bench: Bench) -> None:
    await begun(bench)
    await bench.live_until(berlin(4, 12))
    paused = await bench.desk.groups.pause(CHANNEL, RAVI, paused=True)
    assert paused.sends is None
    await bench.live_until(berlin(20, 12))
    assert len(bench.post.posted) == 1
    resumed = await bench.desk.groups.pause(CHANNEL, RAVI, paused=False)
    assert resumed.sends is not None
    await bench.live_until(berlin(25, 12))
    assert len(bench.post.posted) == 2
    assert await week(bench) == 3


@lived
async def test_a_pause_or_an_end_stops_a_session_that_was_claimed(bench: Bench) -> None:
    await begun(bench)
    bench.post.next("C1", refused("ratelimited", 60))
    await bench.at(berlin(3, 17))
    await bench.desk.groups.pause(CHANNEL, MAYA, paused=True)
    await bench.after(minutes=5)
    assert bench.post.posted == []
    await bench.desk.groups.pause(CHANNEL, MAYA, paused=False)
    bench.post.next("C1", refused("ratelimited", 60))
    await bench.at(berlin(10, 17))
    await bench.desk.groups.end(CHANNEL)
    await bench.after(minutes=5)
    assert bench.post.posted == []


@lived
async def test_an_ended_group_is_gone_and_a_new_one_begins_at_the_first_week(bench: Bench) -> None:
    await begun(bench)
    await bench.live_until(berlin(4, 12))
    assert await week(bench) == 2
    await bench.desk.groups.end(CHANNEL)
    assert await bench.dispatcher.next_due() is None
    assert not (await bench.desk.overviews.overview(MAYA)).groups
    with pytest.raises(NoGroupHere):
        await bench.desk.groups.status(CHANNEL, MAYA)
    await begun(bench)
    assert await week(bench) == 1


@lived
async def test_another_time_keeps_the_sessions_that_were_held(bench: Bench) -> None:
    await begun(bench)
    await bench.live_until(berlin(4, 12))
    form = GroupForm(Rhythm(frozenset({3}), time(12, 0)), "Europe/Lisbon")
    view = await bench.desk.groups.reschedule(CHANNEL, RAVI, form)
    assert view.group.week == 2
    assert view.sends is not None
    assert (view.sends.due, view.sends.zone) == (berlin(5, 13), "Europe/Lisbon")


@lived
async def test_a_session_whose_outcome_was_unclear_counts_once_it_is_found(bench: Bench) -> None:
    await begun(bench)
    bench.post.next("C1", ANSWER_LOST)
    await bench.at(berlin(3, 17))
    assert await week(bench) == 1
    await bench.after(seconds=61)
    assert await week(bench) == 2
    assert len(bench.post.calls) == 1


@lived
async def test_joining_just_when_a_session_is_due_does_not_lose_it(bench: Bench) -> None:
    await begun(bench)
    bench.now = berlin(3, 17) + timedelta(milliseconds=500)  # due, the tick has not come by yet
    await bench.desk.groups.join(CHANNEL, RAVI)
    await bench.dispatcher.tick()
    assert len(bench.post.posted) == 1


@lived
async def test_sessions_respect_the_cap_of_their_channel_only(bench: Bench) -> None:
    await bench.settled()
    await begun(bench)
    await bench.live_until(berlin(3, 23))
    assert [found.target.address for found in bench.post.posted] == [MAYA.user, "C1"]
    target = Target("T1", "C1")
    found = await bench.store.read(
        lambda records: records.delivery(target, Kind.GROUP_SESSION, berlin(3, 17).date())
    )
    assert found is not None
    assert found.state is State.SENT
