"""Silence, days off, other rhythms, the zone given back, and zone data that has changed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from services_desk import MAYA, MONDAY, MORNINGS, RAVI, Bench, berlin, live, lived

from bot.domain.cadence import Every, Occurrence, Rhythm
from bot.domain.deliveries import Kind, Subscription
from bot.domain.learners import ZoneSource
from bot.domain.rests import Vacation
from bot.domain.silence import Patience
from bot.ports import Records
from bot.services.coaching import FOLLOW_SLACK, SettingsForm
from bot.services.results import Rest, RestReason
from bot.services.retiming import BATCH, ZONE_DATA, Retiming
from bot.services.rhythms import target_of

FRIDAYS = Rhythm(frozenset({4}), time(16, 0))
USUAL = SettingsForm(MORNINGS, FRIDAYS, "Europe/Berlin")


def patient(story: Callable[[Bench], Awaitable[None]]) -> Callable[[], None]:
    """A test of a story in which the coach has its usual patience."""

    def test() -> None:
        live(story, patience=Patience())

    test.__name__ = story.__name__
    return test


# -- silence -----------------------------------------------------------------------------------


@patient
async def test_the_fifth_prompt_in_silence_says_that_the_coach_rests_now(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(MONDAY + timedelta(days=40))
    prompts = [found for found in bench.post.posted if "Today's prompt" in found.message.text]
    assert [found.at for found in prompts] == [berlin(day, 9) for day in (3, 4, 5, 6, 9)]
    said = ["I rest now" in str(found.message.blocks) for found in bench.post.posted]
    assert said == [False] * (len(said) - 1) + [True]
    assert bench.post.posted[-1].at == berlin(9, 9)
    assert await bench.dispatcher.next_due() is None
    seen = await bench.desk.coaching.outlook(MAYA)
    assert seen.rests == (Rest(RestReason.SILENCE),)


@patient
async def test_the_third_check_in_in_silence_is_the_last_one(bench: Bench) -> None:
    await bench.settled()
    off = replace(USUAL, prompts=replace(MORNINGS, every=Every.NEVER))
    await bench.desk.coaching.settings(MAYA, off)
    await bench.live_until(MONDAY + timedelta(days=70))
    assert [found.at for found in bench.post.posted] == [
        berlin(6, 16),
        berlin(13, 16),
        berlin(20, 16),
    ]
    assert "I rest now" in str(bench.post.posted[-1].message.blocks)


@patient
async def test_a_sign_of_life_begins_the_count_anew(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(berlin(6, 12))  # four prompts
    await bench.desk.coaching.noticed(MAYA)
    await bench.live_until(berlin(12, 12))  # four more
    assert not (await bench.desk.coaching.known(MAYA)).paused
    await bench.live_until(berlin(20, 12))
    prompts = [found for found in bench.post.posted if "Today's prompt" in found.message.text]
    assert len(prompts) == 4 + 5


@patient
async def test_the_count_survives_a_restart(bench: Bench) -> None:
    await bench.settled()
    for day in (3, 4, 5, 6, 9, 10):
        bench.restart()
        await bench.at(berlin(day, 9))
    assert len(bench.post.posted) == 5


@patient
async def test_one_tap_brings_everything_back_and_the_count_with_it(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(berlin(16, 8))
    bench.post.posted.clear()
    await bench.desk.coaching.pause(MAYA, paused=False)
    await bench.live_until(berlin(19, 12))
    assert [found.at for found in bench.post.posted] == [berlin(day, 9) for day in (16, 17, 18, 19)]
    assert not (await bench.desk.coaching.known(MAYA)).paused


@patient
async def test_who_does_not_exist_gives_no_sign_of_life(bench: Bench) -> None:
    await bench.desk.coaching.noticed(RAVI)
    assert await bench.desk.coaching.learner(RAVI) is None


# -- days off ----------------------------------------------------------------------------------


@lived
async def test_holidays_are_free_of_prompts_and_named_in_what_comes(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.settings(MAYA, replace(USUAL, country="DE"))
    bench.now = datetime(2026, 4, 2, 12, tzinfo=UTC)
    await bench.dispatcher.tick()
    bench.post.posted.clear()
    seen = await bench.desk.coaching.outlook(MAYA)
    assert [(rest.first, rest.name) for rest in seen.rests] == [
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "Easter Monday"),
    ]
    await bench.live_until(datetime(2026, 4, 7, 12, tzinfo=UTC))
    assert [found.at for found in bench.post.posted] == [
        datetime(2026, 4, 3, 14, tzinfo=UTC),  # the check-in
        datetime(2026, 4, 7, 7, tzinfo=UTC),
    ]


@lived
async def test_nothing_comes_in_a_vacation_and_no_backlog_after_it(bench: Bench) -> None:
    await bench.settled()
    away = (Vacation(date(2026, 3, 4), date(2026, 3, 15)),)
    seen = await bench.desk.coaching.settings(MAYA, replace(USUAL, vacations=away))
    assert Rest(RestReason.VACATION, None, away[0].first, away[0].last) in seen.rests
    await bench.live_until(berlin(17, 12))
    assert [found.at for found in bench.post.posted] == [berlin(3, 9), berlin(16, 9), berlin(17, 9)]


@lived
async def test_a_vacation_entered_at_the_last_second_counts(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 9) + timedelta(seconds=5)
    today = (Vacation(date(2026, 3, 3), date(2026, 3, 3)),)
    await bench.desk.coaching.settings(MAYA, replace(USUAL, vacations=today))
    await bench.live_until(berlin(4, 12))
    assert [found.at for found in bench.post.posted] == [berlin(4, 9)]


@lived
async def test_nobody_is_sent_what_they_do_not_want(bench: Bench) -> None:
    await bench.settled()
    seen = await bench.desk.coaching.settings(MAYA, replace(USUAL, unasked_per_day=0))
    assert (seen.sends, seen.rests) == ((), (Rest(RestReason.NONE_WANTED),))
    await bench.live_until(berlin(20, 12))
    assert bench.post.posted == []


@lived
async def test_the_chosen_number_stands_with_the_subscription(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.settings(MAYA, replace(USUAL, unasked_per_day=3))
    target = target_of(MAYA)
    found = await bench.store.read(lambda records: records.subscription(target, Kind.DAILY_PROMPT))
    assert found is not None
    assert found.cap(2) == 3


# -- rhythms -----------------------------------------------------------------------------------


@lived
async def test_every_two_weeks_begins_with_this_week_and_stays_with_it(bench: Bench) -> None:
    await bench.settled()
    fortnightly = replace(USUAL, checkins=replace(FRIDAYS, every=Every.FORTNIGHT))
    off = replace(fortnightly, prompts=replace(MORNINGS, every=Every.NEVER))
    await bench.desk.coaching.settings(MAYA, off)
    await bench.live_until(berlin(10, 12))
    await bench.desk.coaching.settings(MAYA, off)  # saved again in a week without one
    await bench.live_until(berlin(31, 12))
    assert [found.at for found in bench.post.posted] == [berlin(6, 16), berlin(20, 16)]


@lived
async def test_no_check_in_is_asked_for_in_a_week_without_one(bench: Bench) -> None:
    await bench.settled()
    monthly = replace(USUAL, checkins=replace(FRIDAYS, every=Every.MONTH))
    await bench.desk.coaching.settings(MAYA, monthly)
    for day, due in ((6, True), (13, False)):
        bench.now = berlin(day, 17)
        assert (await bench.desk.overviews.overview(MAYA)).check_in_due == due


@lived
async def test_what_comes_next_are_five_and_one_of_each_kind(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(6, 17)  # the monthly check-in is four weeks away
    await bench.dispatcher.tick()
    monthly = replace(USUAL, checkins=replace(FRIDAYS, every=Every.MONTH))
    seen = await bench.desk.coaching.settings(MAYA, monthly)
    assert [send.due for send in seen.sends[:5]] == [berlin(day, 9) for day in range(9, 14)]
    assert [send.kind for send in seen.sends[5:]] == [Kind.WEEKLY_CHECKIN]


@lived
async def test_editing_the_start_leaves_the_rhythm_s_weeks_alone(bench: Bench) -> None:
    await bench.settled()
    fortnightly = replace(USUAL, prompts=replace(MORNINGS, every=Every.FORTNIGHT))
    await bench.desk.coaching.settings(MAYA, fortnightly)
    before = (await bench.desk.coaching.known(MAYA)).prompts
    await bench.start(prompts=Rhythm(frozenset({1}), time(7)))
    after = (await bench.desk.coaching.known(MAYA)).prompts
    assert after == replace(before, days=frozenset({1}), at=time(7))


# -- zones -------------------------------------------------------------------------------------


@lived
async def test_a_zone_given_back_follows_slack_from_then_on(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.settings(MAYA, replace(USUAL, zone="Asia/Tokyo"))
    await bench.desk.coaching.zone_reported(MAYA, "Europe/Lisbon")
    assert (await bench.desk.coaching.known(MAYA)).zone == "Asia/Tokyo"
    await bench.desk.coaching.settings(MAYA, replace(USUAL, zone=FOLLOW_SLACK))
    known = await bench.desk.coaching.known(MAYA)
    assert (known.zone, known.zone_source) == ("Asia/Tokyo", ZoneSource.SLACK)
    await bench.desk.coaching.zone_reported(MAYA, "Europe/Lisbon")
    await bench.live_until(berlin(3, 23))
    assert [found.at for found in bench.post.posted] == [datetime(2026, 3, 3, 9, tzinfo=UTC)]


# -- zone data ---------------------------------------------------------------------------------


async def wishes(bench: Bench) -> list[Subscription]:
    def look(records: Records) -> list[Subscription]:
        return list(records.subscriptions_after(None, 1_000))

    return await bench.store.write(look)


async def shift(bench: Bench, hours: int) -> None:
    """Every stored instant is off, as if the zones' rules had changed since."""

    def work(records: Records) -> None:
        for wish in records.subscriptions_after(None, 1_000):
            if wish.next is not None:
                wrong = Occurrence(wish.next.label, wish.next.due + timedelta(hours=hours))
                records.save_subscription(replace(wish, next=wrong))

    await bench.store.write(work)


@pytest.mark.parametrize("hours", [-1, 1, 100])
def test_new_zone_data_sets_every_instant_right_and_keeps_its_date(hours: int) -> None:
    async def story(bench: Bench) -> None:
        await bench.settled()
        await bench.settled(RAVI, zone="Asia/Kolkata")
        right = await wishes(bench)
        await bench.store.write(lambda records: records.save_note(ZONE_DATA, "tzdata 1"))
        await shift(bench, hours)
        retiming = Retiming(bench.store, bench.clock, "tzdata 2")
        assert await retiming.run() == len(right) == 4
        assert await wishes(bench) == right
        await shift(bench, hours)
        assert await retiming.run() == 0  # done with this data

    live(story)


@lived
async def test_new_zone_data_leaves_what_rests_at_rest(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.pause(MAYA, paused=True)
    before = await wishes(bench)
    assert await Retiming(bench.store, bench.clock, "tzdata 2").run() == 0
    assert await wishes(bench) == before
    assert await bench.dispatcher.next_due() is None


@lived
async def test_new_zone_data_reaches_more_than_one_batch(bench: Bench) -> None:
    await bench.settled()
    first = (await wishes(bench))[0]
    many = [
        replace(first, target=replace(first.target, address=f"U{number:05}"))
        for number in range(BATCH + 3)
    ]

    def fill(records: Records) -> None:
        for wish in many:
            records.save_subscription(wish)

    await bench.store.write(fill)
    await shift(bench, 1)
    moved = await Retiming(bench.store, bench.clock, "tzdata 2").run()
    assert moved == len(many) + 2
