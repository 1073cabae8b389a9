"""Snoozing: what has not come yet moves, what has come comes once more, and nothing twice."""

from datetime import date, time, timedelta

import pytest
from services_desk import MAYA, MONDAY, MORNINGS, Bench, berlin, live, lived, refused

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind, State
from bot.domain.errors import (
    CoachError,
    NothingToSnooze,
    NotStarted,
    SnoozedOnce,
    SnoozeOutOfRange,
    SnoozeTooLate,
)
from bot.domain.snoozes import PERSONAL, Snooze, Until
from bot.services.coaching import SettingsForm
from bot.services.planning import CheckInForm, week_of
from bot.services.results import NextSend, Rest, RestReason, Snoozed
from tests.shipped import shipped

PROMPTS, CHECKINS = (Kind.DAILY_PROMPT,), (Kind.WEEKLY_CHECKIN,)
ZONE = "Europe/Berlin"
TUESDAY = date(2026, 3, 3)


async def snooze(
    bench: Bench,
    until: Until | date,
    kinds: tuple[Kind, ...] = PROMPTS,
    prompt_id: str | None = None,
) -> Snoozed:
    return await bench.desk.snoozing.snooze(MAYA, Snooze(kinds, until), prompt_id)


def came(bench: Bench) -> list[object]:
    return [found.at for found in bench.post.posted]


# -- later today -------------------------------------------------------------------------------


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


# -- longer ------------------------------------------------------------------------------------


@lived
async def test_until_tomorrow_rests_today_only(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    result = await snooze(bench, Until.TOMORROW)
    assert [send.due for send in result.sends] == [berlin(4, 9)]
    await bench.live_until(berlin(5, 12))
    assert came(bench) == [berlin(4, 9), berlin(5, 9)]


@lived
async def test_until_a_date_for_one_kind_leaves_the_other(bench: Bench) -> None:
    await bench.settled()
    await snooze(bench, date(2026, 3, 16))
    await bench.live_until(berlin(16, 12))
    assert came(bench) == [berlin(6, 16), berlin(13, 16), berlin(16, 9)]


@lived
async def test_until_the_next_working_day_counts_holidays(bench: Bench) -> None:
    await bench.settled()
    form = SettingsForm(MORNINGS, Rhythm(frozenset({4}), time(16)), ZONE, country="DE")
    await bench.desk.coaching.settings(MAYA, form)
    bench.now = MONDAY + timedelta(days=31)  # Maundy Thursday
    result = await snooze(bench, Until.WORKDAY)
    assert result.sends[0].due.date() == date(2026, 4, 7)


@lived
async def test_never_turns_one_kind_off_and_the_settings_show_it(bench: Bench) -> None:
    await bench.settled()
    result = await snooze(bench, Until.NEVER)
    assert result.sends == []
    seen = await bench.desk.coaching.outlook(MAYA)
    assert {send.kind for send in seen.sends} == {Kind.WEEKLY_CHECKIN}
    assert seen.rests == (Rest(RestReason.OFF, Kind.DAILY_PROMPT),)
    await bench.live_until(berlin(6, 23))
    assert came(bench) == [berlin(6, 16)]


@lived
async def test_a_prompt_that_was_put_off_is_the_next_one(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 9))
    first = await bench.delivery(Kind.DAILY_PROMPT, TUESDAY)
    await snooze(bench, date(2026, 3, 6), prompt_id=first.content_id)
    await bench.live_until(berlin(9, 12))
    back = await bench.delivery(Kind.DAILY_PROMPT, date(2026, 3, 6))
    assert back.content_id == first.content_id
    later = await bench.delivery(Kind.DAILY_PROMPT, date(2026, 3, 9))
    assert later.content_id != first.content_id


@lived
async def test_a_snooze_wins_over_what_is_due_and_not_sent(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 9) + timedelta(seconds=5)
    await snooze(bench, Until.TOMORROW)
    await bench.live_until(berlin(3, 23))
    assert came(bench) == []


@lived
async def test_to_resume_ends_a_snooze(bench: Bench) -> None:
    await bench.settled()
    await snooze(bench, date(2026, 6, 1), PERSONAL)
    seen = await bench.desk.coaching.outlook(MAYA)
    assert [rest.reason for rest in seen.rests] == [RestReason.SNOOZED] * 2
    await bench.desk.coaching.pause(MAYA, paused=False)
    await bench.live_until(berlin(3, 12))
    assert came(bench) == [berlin(3, 9)]


@pytest.mark.parametrize("until", [date(2026, 3, 2), date(2025, 1, 1), date(2027, 3, 4)])
def test_a_date_that_is_over_or_too_far_is_refused(until: date) -> None:
    async def story(bench: Bench) -> None:
        await bench.settled()
        before = await bench.desk.coaching.outlook(MAYA)
        with pytest.raises(SnoozeOutOfRange):
            await snooze(bench, until)
        assert await bench.desk.coaching.outlook(MAYA) == before

    live(story)


@lived
async def test_who_has_not_started_has_nothing_to_snooze(bench: Bench) -> None:
    for until in (Until.LATER, Until.TOMORROW):
        with pytest.raises(NotStarted):
            await snooze(bench, until)


def test_every_refusal_has_its_words() -> None:
    messages = shipped().messages
    for kind in CoachError.__subclasses__():
        assert f"refused.{kind.code}" in messages
