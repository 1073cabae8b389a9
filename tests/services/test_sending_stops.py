"""When nothing may be sent: off, held, ended, resting, broken too often; and how it goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from services_desk import (
    CHANNEL,
    LOST,
    MAYA,
    MAYA_ELSEWHERE,
    RAVI,
    Bench,
    berlin,
    live,
    lived,
    refusal,
    refused,
)

from bot.domain.breaker import LEAST, REST
from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind, Sending, State, Target
from bot.domain.learners import Person
from bot.ports import SendUncertain, Standing
from bot.services.rhythms import target_of
from bot.services.study_groups import GroupForm

HOUR = timedelta(hours=1)
TUESDAYS = GroupForm(Rhythm(frozenset({1}), berlin(3, 18).time()), "Europe/Berlin")


async def standing(bench: Bench, workspace: str = "T1") -> Standing:
    return await bench.store.read(lambda records: records.standing(workspace))


async def switch(bench: Bench, sending: Sending) -> None:
    await bench.store.write(lambda records: records.set_sending(sending))


# -- the kill switch -------------------------------------------------------------------------------


@lived
async def test_while_it_is_off_nothing_goes_and_nothing_is_lost(bench: Bench) -> None:
    await bench.start()
    await switch(bench, Sending.OFF)
    assert await bench.dispatcher.tick() == 0
    assert await bench.dispatcher.next_due() is None
    await bench.after(hours=1)
    assert bench.post.calls == []
    await switch(bench, Sending.ON)
    assert await bench.dispatcher.tick() == 2


@lived
async def test_a_dry_run_decides_everything_and_sends_nothing(bench: Bench) -> None:
    await bench.start()
    await switch(bench, Sending.DRY_RUN)
    await bench.dispatcher.tick()
    assert bench.post.calls == []
    assert await bench.state(Kind.WELCOME) == (State.SKIPPED, "dry_run")
    await switch(bench, Sending.ON)
    await bench.after(minutes=1)
    assert bench.post.calls == []


# -- held ------------------------------------------------------------------------------------------


@lived
async def test_a_workspace_that_refuses_is_asked_every_hour_and_then_goes_on(bench: Bench) -> None:
    await bench.start()
    bench.post.next(MAYA.user, refused("access_denied"))
    bench.post.trouble = refusal("access_denied")
    await bench.dispatcher.tick()
    await bench.start(RAVI)
    for _ in range(3):
        await bench.after(hours=1)
    assert bench.post.probed == ["T1"] * 3
    assert len(bench.post.calls) == 1
    bench.post.trouble = None
    await bench.after(hours=1)
    assert len(bench.post.to(MAYA)) == len(bench.post.to(RAVI)) == 2
    assert (await bench.delivery(Kind.WELCOME)).failures == 0, "it was not the message's fault"
    assert (await standing(bench)).held_why is None


@lived
async def test_a_probe_that_is_lost_on_the_way_is_made_again(bench: Bench) -> None:
    await bench.start()
    bench.post.next(MAYA.user, refused("access_denied"))
    bench.post.trouble = SendUncertain("no_answer")
    await bench.dispatcher.tick()
    await bench.after(hours=1)
    bench.post.trouble = None
    await bench.after(hours=1)
    assert len(bench.post.to(MAYA)) == 2


@pytest.mark.parametrize(("code", "ended"), [("invalid_auth", True), ("access_denied", False)])
def test_a_token_that_is_refused_for_a_day_is_the_end(code: str, ended: bool) -> None:
    async def story(bench: Bench) -> None:
        await bench.start()
        bench.post.next(MAYA.user, refused(code))
        bench.post.trouble = refusal(code)
        await bench.dispatcher.tick()
        for _ in range(26):
            await bench.after(hours=1)
        assert ((await standing(bench)).ended == code) is ended
        assert (len(bench.post.probed) == 24) is ended

    live(story)


@lived
async def test_a_hold_of_one_workspace_leaves_the_others_alone(bench: Bench) -> None:
    await bench.start(RAVI)
    await bench.start(MAYA_ELSEWHERE)
    bench.post.next(RAVI.user, refused("access_denied"))
    await bench.dispatcher.tick()
    assert (await standing(bench, "T2")).held_until is None
    assert len(bench.post.to(MAYA_ELSEWHERE)) == 2


# -- ended -----------------------------------------------------------------------------------------


@lived
async def test_a_workspace_that_sent_us_away_gets_nothing_until_it_is_revived(bench: Bench) -> None:
    people = [Person("T1", f"U{number}") for number in range(8)]
    for person in people:
        await bench.start(person)
    bench.post.next("U3", refused("account_inactive"))
    await bench.dispatcher.tick()
    assert (await standing(bench)).ended == "account_inactive"
    tried = len(bench.post.calls)
    await bench.live_until(berlin(5, 12))
    assert len(bench.post.calls) == tried
    counts = await bench.store.read(lambda records: records.delivery_counts())
    assert counts[State.DUE] == counts[State.SENDING] == 0
    await bench.store.write(lambda records: records.revive_workspace("T1"))
    await bench.live_until(berlin(6, 9) + HOUR)
    assert len(bench.post.calls) == tried + len(people)


# -- resting ---------------------------------------------------------------------------------------


@lived
async def test_who_is_gone_is_not_written_to_again_until_they_are_back(bench: Bench) -> None:
    await bench.settled()
    bench.post.next(MAYA.user, refused("user_disabled"))
    await bench.live_until(berlin(5, 12))
    assert bench.post.calls.count(MAYA.user) == 3  # welcome, first prompt, and the one refused
    await bench.desk.coaching.zone_reported(MAYA, "Europe/Lisbon")
    await bench.live_until(berlin(6, 12))
    assert bench.post.calls.count(MAYA.user) == 3, "a change of zone wakes nobody"
    assert await bench.desk.standing.wake(target_of(MAYA)) == "user_disabled"
    await bench.live_until(berlin(9, 12))
    assert len(bench.post.to(MAYA)) >= 1


@lived
async def test_whoever_started_a_group_is_told_once_when_its_channel_is_shut(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.groups.start(CHANNEL, MAYA, TUESDAYS)
    bench.post.next(CHANNEL.channel, refused("is_archived"))
    await bench.live_until(berlin(20, 12))
    told = [found for found in bench.post.to(MAYA) if f"<#{CHANNEL.channel}>" in str(found.message)]
    assert len(told) == 1
    assert bench.post.calls.count(CHANNEL.channel) == 1


@lived
async def test_a_group_whose_channel_is_open_again_needs_no_notice(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.groups.start(CHANNEL, MAYA, TUESDAYS)
    bench.post.next(CHANNEL.channel, refused("is_archived"))
    await switch_off_after_the_refusal(bench)
    target = Target("T1", CHANNEL.channel)
    await bench.desk.standing.wake(target)
    await switch(bench, Sending.ON)
    await bench.after(minutes=1)
    assert f"<#{CHANNEL.channel}>" not in str([found.message for found in bench.post.to(MAYA)])


async def switch_off_after_the_refusal(bench: Bench) -> None:
    """The channel refuses, and before the notice goes somebody switches everything off."""

    async def off(target: Target) -> None:
        if target.address == CHANNEL.channel:
            await switch(bench, Sending.OFF)

    bench.post.before_send = off
    await bench.at(berlin(3, 18))
    bench.post.before_send = None


# -- broken too often ------------------------------------------------------------------------------


@lived
async def test_when_too_many_fail_the_workspace_is_left_alone_for_a_while(bench: Bench) -> None:
    people = [Person("T1", f"U{number}") for number in range(60)]
    for person in people:
        await bench.start(person)
        bench.post.next(person.user, *[refused("invalid_blocks")] * 2)
    await bench.start(MAYA_ELSEWHERE)
    await bench.dispatcher.tick()
    tried = len(bench.post.calls)
    assert LEAST <= tried <= LEAST + 2 * 5 + 2
    assert len(bench.post.posted) == 2, "the other workspace got its own"
    assert (await standing(bench)).held_why == "breaker"
    await bench.at(bench.now + REST - timedelta(seconds=1))
    assert len(bench.post.calls) == tried
    await bench.after(seconds=2)
    assert len(bench.post.calls) > tried


# -- doubles ---------------------------------------------------------------------------------------


@lived
async def test_of_two_copies_the_younger_is_taken_away(bench: Bench) -> None:
    await bench.start()
    bench.post.next(MAYA.user, LOST)
    await bench.dispatcher.tick()
    welcome = await bench.delivery(Kind.WELCOME)
    await bench.after(seconds=61)
    await bench.after(seconds=31)
    (second,) = [found for found in bench.post.posted if found.delivery_id == welcome.id]
    # The first copy, given up a minute ago, stands there after all, and is the older one.
    first = replace(second, arrived=replace(second.arrived, ts="0.1"), at=second.at)
    bench.post.posted.insert(0, first)
    await bench.after(minutes=2)
    assert bench.post.removed == [second.arrived]
    settled = await bench.delivery(Kind.WELCOME)
    assert settled.ts == "0.1"
    looks = len(bench.post.looked_up)
    for _ in range(20):
        await bench.after(minutes=1)
    assert looks + 1 <= len(bench.post.looked_up) <= looks + 3, "at four and at nine minutes"
    assert (await bench.delivery(Kind.WELCOME)).heal_at is None


# -- what else a tick does -------------------------------------------------------------------------


@lived
async def test_a_zone_that_is_no_more_stops_nobody_else(bench: Bench) -> None:
    await bench.settled()
    await bench.settled(RAVI)

    def lose(records: object) -> None:
        wish = records.subscription(target_of(MAYA), Kind.DAILY_PROMPT)  # type: ignore[attr-defined]
        records.save_subscription(replace(wish, zone="Atlantis/Poseidonis"))  # type: ignore[attr-defined]

    await bench.store.write(lose)
    await bench.at(berlin(3, 9))
    assert len(bench.post.to(RAVI)) == 1
    assert bench.post.to(MAYA) == []


def test_what_ended_long_ago_is_forgotten() -> None:
    async def story(bench: Bench) -> None:
        await bench.settled()
        await bench.desk.coaching.pause(MAYA, paused=True)
        await bench.after(days=31)
        assert await bench.known_delivery(Kind.WELCOME, berlin(2, 12).date()) is None

    live(story, keep_days=30)


def test_a_pace_is_kept_and_says_when_it_goes_on() -> None:
    async def story(bench: Bench) -> None:
        for number in range(30):
            await bench.start(Person("T1", f"U{number}"))
        begun = bench.now
        await bench.live_until(begun + timedelta(minutes=1))
        sent = len(bench.post.posted)
        assert 29 <= sent <= 31
        await bench.live_until(begun + timedelta(minutes=3))
        assert len(bench.post.posted) == 60

    live(story, posts_per_minute=30)
