"""Who can't be reached gets nothing, and nothing of what was missed comes later."""

from datetime import timedelta

from services_desk import CHANNEL, MAYA, MAYA_ELSEWHERE, RAVI, Bench, berlin, lived

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Target
from bot.services.rhythms import target_of
from bot.services.study_groups import GroupForm

DM = target_of(MAYA)
TUESDAY, FRIDAY = berlin(3, 10), berlin(6, 10)


@lived
async def test_who_is_away_gets_nothing_and_the_others_do(bench: Bench) -> None:
    await bench.settled()
    await bench.settled(RAVI)
    assert await bench.desk.standing.rest(DM, "user_disabled")
    await bench.live_until(FRIDAY)
    assert bench.post.to(MAYA) == []
    assert len(bench.post.to(RAVI)) == 4


@lived
async def test_who_is_back_gets_what_comes_next_and_nothing_missed(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.standing.rest(DM, "user_disabled")
    await bench.live_until(TUESDAY + timedelta(days=1))
    assert await bench.desk.standing.wake(DM) == "user_disabled"
    await bench.live_until(FRIDAY)
    days = [found.at.date().day for found in bench.post.to(MAYA)]
    assert days == [5, 6]


@lived
async def test_what_is_due_when_somebody_leaves_is_skipped(bench: Bench) -> None:
    await bench.start()
    await bench.desk.standing.rest(DM, "user_disabled")
    await bench.after(minutes=1)
    assert bench.post.calls == []
    rows = await bench.store.read(lambda records: records.deliveries_to(DM))
    assert rows
    assert {row.error for row in rows} == {"user_disabled"}


@lived
async def test_saying_it_again_changes_nothing(bench: Bench) -> None:
    await bench.settled()
    standing = bench.desk.standing
    assert await standing.rest(DM, "user_disabled") is True
    assert await standing.rest(DM, "not_reachable") is False
    assert await standing.wake(DM) == "user_disabled"
    assert await standing.wake(DM) is None


@lived
async def test_a_pause_stays_a_pause(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.pause(MAYA, paused=True)
    await bench.desk.standing.rest(DM, "user_disabled")
    await bench.desk.standing.wake(DM)
    await bench.live_until(FRIDAY)
    assert bench.post.to(MAYA) == []


@lived
async def test_the_same_id_elsewhere_is_somebody_else(bench: Bench) -> None:
    await bench.settled()
    await bench.settled(MAYA_ELSEWHERE)
    await bench.desk.standing.rest(DM, "user_disabled")
    await bench.live_until(TUESDAY)
    assert bench.post.to(MAYA) == []
    assert len(bench.post.to(MAYA_ELSEWHERE)) == 1


@lived
async def test_of_who_gets_nothing_anyway_nothing_is_noted(bench: Bench) -> None:
    stranger = Target("T1", "U9")
    assert await bench.desk.standing.rest(stranger, "user_disabled") is False
    assert await bench.desk.standing.rests(stranger) is False
    assert await bench.desk.standing.wake(stranger) is None


@lived
async def test_a_group_goes_on_with_the_session_that_would_have_come(bench: Bench) -> None:
    channel = Target(CHANNEL.workspace, CHANNEL.channel)
    form = GroupForm(Rhythm(frozenset({1}), TUESDAY.time()), "Europe/Berlin")
    await bench.desk.groups.start(CHANNEL, MAYA, form)
    await bench.desk.standing.rest(channel, "is_archived")
    await bench.live_until(TUESDAY + timedelta(days=8))
    assert bench.post.calls == []
    assert await bench.desk.standing.wake(channel) == "is_archived"
    await bench.live_until(TUESDAY + timedelta(days=15))
    assert bench.post.calls == ["C1"]
    view = await bench.desk.groups.status(CHANNEL, MAYA)
    assert view.group.week == 2


@lived
async def test_a_workspace_ends_and_begins_once(bench: Bench) -> None:
    standing = bench.desk.standing
    assert await standing.end("T1", "app_uninstalled") is True
    assert await standing.end("T1", "tokens_revoked") is False
    assert await standing.revive("T2") is None
    assert await standing.revive("T1") == "app_uninstalled"
    assert await standing.revive("T1") is None
