"""Snoozing until another day or for good, and what is refused."""

from datetime import date, time, timedelta

import pytest
from services_desk import MAYA, MONDAY, MORNINGS, Bench, berlin, live, lived
from snoozed import TUESDAY, ZONE, came, snooze

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind
from bot.domain.errors import NothingToSnooze, NotStarted, SnoozeOutOfRange
from bot.domain.silence import Patience
from bot.domain.snoozes import PERSONAL, Until
from bot.services.coaching import SettingsForm
from bot.services.results import Rest, RestReason


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
async def test_in_a_pause_there_is_nothing_to_put_off_but_a_kind_can_be_ended(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.pause(MAYA, paused=True)
    for until in (Until.LATER, Until.TOMORROW, date(2026, 3, 6)):
        with pytest.raises(NothingToSnooze):
            await snooze(bench, until)
    assert (await snooze(bench, Until.NEVER)).sends == []


def test_who_puts_off_the_last_prompt_is_not_left_alone() -> None:
    async def story(bench: Bench) -> None:
        await bench.settled()
        await bench.live_until(berlin(9, 10))
        assert (await bench.desk.coaching.known(MAYA)).silence.resting
        result = await snooze(bench, Until.LATER)
        assert result.sends[0].due == berlin(9, 13)
        await bench.live_until(berlin(10, 12))
        assert came(bench)[-2:] == [berlin(9, 13), berlin(10, 9)]

    live(story, patience=Patience())


@lived
async def test_who_has_not_started_has_nothing_to_snooze(bench: Bench) -> None:
    for until in (Until.LATER, Until.TOMORROW):
        with pytest.raises(NotStarted):
            await snooze(bench, until)
