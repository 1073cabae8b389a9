"""Snoozing until later today: what has not come yet moves, what has come comes once more."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from services_desk import MAYA, Bench, berlin, live, lived, refused
from snoozed import CHECKINS, TUESDAY, ZONE, came, snooze

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind, State
from bot.domain.errors import NothingToSnooze, SnoozedOnce, SnoozeTooLate
from bot.domain.snoozes import PERSONAL, Until
from bot.services.coaching import SettingsForm
from bot.services.planning import CheckInForm, week_of
from bot.services.results import NextSend


@lived
async def test_what_has_not_come_yet_comes_three_hours_later_and_once(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    result = await snooze(bench, Until.LATER)
    assert result.sends[0] == NextSend(Kind.DAILY_PROMPT, berlin(3, 12), ZONE)
    await bench.live_until(berlin(4, 12))
    assert came(bench) == [berlin(3, 12), berlin(4, 9)]


@lived
async def test_what_waits_for_later_is_among_what_comes_next(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    await snooze(bench, Until.LATER)
    seen = await bench.desk.coaching.outlook(MAYA)
    assert [send.due for send in seen.sends[:2]] == [berlin(3, 12), berlin(4, 9)]


@lived
async def test_settings_and_zones_that_change_meanwhile_bring_no_second_one(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    await snooze(bench, Until.LATER)
    for zone in ("America/New_York", "Asia/Tokyo", "Pacific/Honolulu"):
        await bench.desk.coaching.zone_reported(MAYA, zone)
    await bench.desk.coaching.zone_reported(MAYA, ZONE)
    await bench.live_until(berlin(3, 23))
    assert came(bench) == [berlin(3, 12)]


@lived
async def test_who_takes_the_prompt_before_does_not_get_it_later(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    await snooze(bench, Until.LATER)
    bench.now = berlin(3, 10)
    await bench.desk.prompting.today(MAYA)
    await bench.live_until(berlin(4, 12))
    assert came(bench) == [berlin(4, 9)]


@lived
async def test_a_prompt_put_off_counts_when_it_really_comes(bench: Bench) -> None:
    evenings = Rhythm(frozenset(range(7)), time(19))
    await bench.settled(prompts=evenings)
    bench.now = berlin(3, 18)
    await snooze(bench, Until.LATER)
    mornings = SettingsForm(replace(evenings, at=time(7)), Rhythm(frozenset({4}), time(16)), ZONE)
    await bench.desk.coaching.settings(MAYA, mornings)
    await bench.live_until(berlin(5, 12))
    assert came(bench) == [berlin(3, 22), berlin(5, 7)]


@lived
async def test_snoozing_twice_moves_it_twice(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    await snooze(bench, Until.LATER)
    bench.now = berlin(3, 11)
    await snooze(bench, Until.LATER)
    await bench.live_until(berlin(3, 23))
    assert came(bench) == [berlin(3, 15)]


@lived
async def test_what_has_come_comes_once_more_with_the_same_prompt(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 9))
    first = await bench.delivery(Kind.DAILY_PROMPT, TUESDAY)
    bench.now = berlin(3, 9, 20)
    result = await snooze(bench, Until.LATER, prompt_id=first.content_id)
    assert result.sends[0] == NextSend(Kind.PROMPT_REMINDER, berlin(3, 12, 20), ZONE)
    await bench.live_until(berlin(4, 12))
    assert came(bench) == [berlin(3, 9), berlin(3, 12, 20), berlin(4, 9)]
    again = await bench.delivery(Kind.PROMPT_REMINDER, TUESDAY)
    assert (again.content_id, again.state) == (first.content_id, State.SENT)


@lived
async def test_a_prompt_answered_meanwhile_does_not_come_again(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 9))
    await snooze(bench, Until.LATER)
    prompt = (await bench.delivery(Kind.DAILY_PROMPT, TUESDAY)).content_id
    await bench.desk.prompting.answer(MAYA, str(prompt), "my words")
    await bench.live_until(berlin(3, 23))
    assert came(bench) == [berlin(3, 9)]


@lived
async def test_the_reminder_is_answered_in_its_thread(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 9))
    await snooze(bench, Until.LATER)
    await bench.live_until(berlin(3, 13))
    again = await bench.delivery(Kind.PROMPT_REMINDER, TUESDAY)
    found = await bench.desk.prompting.prompt_at(MAYA, str(again.channel), str(again.ts))
    assert found == again.content_id


@lived
async def test_it_comes_back_once_a_day_at_most(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 9))
    await snooze(bench, Until.LATER)
    bench.now = berlin(3, 10)
    await snooze(bench, Until.LATER)
    await bench.live_until(berlin(3, 13))
    assert came(bench) == [berlin(3, 9), berlin(3, 13)]
    with pytest.raises(SnoozedOnce):
        await snooze(bench, Until.LATER)


@lived
async def test_a_reminder_was_asked_for_and_counts_for_no_limit(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(berlin(6, 17))  # Friday: a prompt and a check-in, the most of a day
    bench.post.posted.clear()
    await snooze(bench, Until.LATER, PERSONAL)
    await bench.live_until(berlin(6, 23))
    assert came(bench) == [berlin(6, 20), berlin(6, 20)]


@lived
async def test_a_check_in_comes_again_unless_it_is_done(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(berlin(6, 16))
    await snooze(bench, Until.LATER, CHECKINS)
    await bench.live_until(berlin(6, 20))
    assert await bench.state(Kind.CHECKIN_REMINDER, date(2026, 3, 6)) == (State.SENT, None)
    await bench.live_until(berlin(13, 16))
    await snooze(bench, Until.LATER, CHECKINS)
    form = CheckInForm({}, "", 2.0, "", 50)
    await bench.desk.planning.check_in(MAYA, week_of(date(2026, 3, 13)), form)
    await bench.live_until(berlin(13, 20))
    assert (await bench.state(Kind.CHECKIN_REMINDER, date(2026, 3, 13)))[0] is State.SKIPPED


@pytest.mark.parametrize("hour", [20, 22, 26])
def test_not_so_late_that_it_would_come_at_night(hour: int) -> None:
    async def story(bench: Bench) -> None:
        await bench.settled()
        await bench.at(berlin(3, 9))
        bench.now = berlin(3, 0) + timedelta(hours=hour)
        with pytest.raises(SnoozeTooLate):
            await snooze(bench, Until.LATER)
        await bench.live_until(berlin(4, 8))
        assert came(bench) == [berlin(3, 9)]

    live(story)


@lived
async def test_on_a_day_without_anything_there_is_nothing_to_have_later(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(7, 11)  # Saturday
    await bench.dispatcher.tick()
    with pytest.raises(NothingToSnooze):
        await snooze(bench, Until.LATER, PERSONAL)


@lived
async def test_what_slack_did_not_take_yet_moves_too(bench: Bench) -> None:
    await bench.settled()
    bench.post.next(MAYA.user, refused("ratelimited", 600))
    await bench.at(berlin(3, 9))
    bench.now = berlin(3, 9, 5)
    await snooze(bench, Until.LATER)
    await bench.live_until(berlin(3, 23))
    assert came(bench) == [berlin(3, 12, 10)]
