"""What is due goes out once, at its time, in its order, within its bounds."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from services_desk import MAYA, MONDAY, RAVI, Bench, berlin, live, lived, refused

from bot.domain.deliveries import Kind, State
from bot.domain.learners import Person
from bot.services.results import PromptCard, Welcome

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 3, 3)


@lived
async def test_nothing_is_sent_to_people_who_did_not_start(bench: Bench) -> None:
    assert await bench.dispatcher.next_due() is None
    assert await bench.dispatcher.tick() == 0
    assert bench.post.calls == []


@lived
async def test_the_welcome_comes_before_the_first_prompt(bench: Bench) -> None:
    people = [Person("T1", f"U{number}") for number in range(12)]
    shown: list[object] = []
    render = bench.render
    bench.render = lambda result: (shown.append(result), render(result))[1]
    for person in people:
        await bench.start(person)
    assert await bench.dispatcher.tick() == 24
    for person in people:
        assert len(bench.post.to(person)) == 2
    order: dict[str, list[type]] = {}
    for result, address in zip(shown, bench.post.calls, strict=True):
        order.setdefault(address, []).append(type(result))
    assert set(map(tuple, order.values())) == {(Welcome, PromptCard)}


@lived
async def test_a_tick_that_comes_again_sends_nothing_more(bench: Bench) -> None:
    await bench.start()
    assert await bench.dispatcher.tick() == 2
    assert await bench.dispatcher.tick() == 0
    await bench.after(minutes=10)
    assert len(bench.post.calls) == 2


@lived
async def test_a_delivery_remembers_where_it_arrived(bench: Bench) -> None:
    await bench.start()
    await bench.dispatcher.tick()
    prompt = await bench.delivery(Kind.DAILY_PROMPT)
    assert prompt.state is State.SENT
    assert (prompt.channel, prompt.ts) == ("DU1", bench.post.posted[1].arrived.ts)
    assert prompt.content_id is not None
    assert prompt.attempts == 1


@lived
async def test_the_prompt_goes_out_at_the_instant_it_is_due(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 8, 59) + timedelta(seconds=59))
    assert bench.post.posted == []
    assert await bench.dispatcher.next_due() == berlin(3, 9)
    await bench.at(berlin(3, 9))
    assert [found.at for found in bench.post.posted] == [berlin(3, 9)]
    assert (await bench.delivery(Kind.DAILY_PROMPT, TUESDAY)).due == berlin(3, 9)


@lived
async def test_a_week_brings_five_prompts_and_a_check_in_at_their_times(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(MONDAY + timedelta(days=7))
    sent = [found.at.astimezone(BERLIN) for found in bench.post.posted]
    assert [(at.day, at.hour) for at in sent] == [(3, 9), (4, 9), (5, 9), (6, 9), (6, 16), (9, 9)]


@lived
async def test_the_local_time_stays_when_the_clocks_change(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(MONDAY + timedelta(days=42))
    prompts = [found.at.astimezone(BERLIN) for found in bench.post.posted]
    hours = {(at.hour, at.minute) for at in prompts if at.weekday() != 4 or at.hour < 12}
    assert hours == {(9, 0)}
    assert {at.utcoffset() for at in prompts} == {timedelta(hours=1), timedelta(hours=2)}


@lived
async def test_after_a_long_sleep_only_the_latest_prompt_comes(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(5, 10))
    assert len(bench.post.posted) == 1
    assert await bench.state(Kind.DAILY_PROMPT, date(2026, 3, 5)) == (State.SENT, None)
    await bench.after(minutes=5)
    assert len(bench.post.posted) == 1
    await bench.live_until(berlin(6, 12))
    assert [found.at for found in bench.post.posted] == [berlin(5, 10), berlin(6, 9)]


@lived
async def test_a_prompt_is_still_sent_at_six_in_the_evening(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 18))
    assert len(bench.post.posted) == 1


@lived
async def test_a_prompt_that_is_too_late_is_skipped_and_the_next_one_comes(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 18) + timedelta(seconds=1))
    assert bench.post.posted == []
    assert await bench.state(Kind.DAILY_PROMPT, TUESDAY) == (State.SKIPPED, "too_late")
    await bench.live_until(berlin(4, 9))
    assert [found.at for found in bench.post.posted] == [berlin(4, 9)]


@lived
async def test_a_row_that_waited_too_long_is_skipped(bench: Bench) -> None:
    await bench.start()
    await bench.at(MONDAY + timedelta(days=8))
    assert await bench.state(Kind.WELCOME, MONDAY.date()) == (State.SKIPPED, "too_late")
    assert await bench.state(Kind.DAILY_PROMPT, MONDAY.date()) == (State.SKIPPED, "too_late")


@lived
async def test_a_check_in_is_worth_sending_for_two_days(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(8, 15, 59))
    state = await bench.state(Kind.WEEKLY_CHECKIN, date(2026, 3, 6))
    assert state == (State.SENT, None)


@lived
async def test_a_check_in_is_skipped_after_two_days(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(8, 16, 1))
    state = await bench.state(Kind.WEEKLY_CHECKIN, date(2026, 3, 6))
    assert state == (State.SKIPPED, "too_late")


# -- how much a day -------------------------------------------------------------------------------


async def _friday(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(berlin(6, 23))


@pytest.mark.parametrize(
    ("cap", "on_friday"),
    [(0, []), (1, [9]), (2, [9, 16])],
)
def test_the_cap_bounds_what_comes_unasked_in_a_day(cap: int, on_friday: list[int]) -> None:
    async def story(bench: Bench) -> None:
        await _friday(bench)
        sent = [found.at.astimezone(BERLIN) for found in bench.post.posted]
        assert [at.hour for at in sent if at.day == 6] == on_friday
        if cap == 1:
            state = await bench.state(Kind.WEEKLY_CHECKIN, date(2026, 3, 6))
            assert state == (State.SKIPPED, "daily_cap")

    live(story, unasked_per_day=cap)


def test_the_welcome_does_not_count_against_the_cap() -> None:
    async def story(bench: Bench) -> None:
        await bench.start()
        await bench.dispatcher.tick()
        assert len(bench.post.posted) == 2

    live(story, unasked_per_day=1)


def test_the_cap_of_one_person_leaves_others_alone() -> None:
    async def story(bench: Bench) -> None:
        await bench.start(MAYA)
        await bench.start(RAVI)
        await bench.dispatcher.tick()
        assert len(bench.post.to(MAYA)) == len(bench.post.to(RAVI)) == 2

    live(story, unasked_per_day=1)


def test_the_day_of_the_cap_ends_at_four_in_the_morning() -> None:
    async def story(bench: Bench) -> None:
        bench.now = berlin(3, 2)  # Monday night still: the first prompt counts for Monday
        await bench.settled()
        await bench.live_until(berlin(3, 12))
        assert [found.at for found in bench.post.posted] == [berlin(3, 9)]

    live(story, unasked_per_day=1)


# -- pause -----------------------------------------------------------------------------------------


@lived
async def test_a_pause_stops_everything_and_a_resume_goes_on_from_then(bench: Bench) -> None:
    await bench.settled()
    assert (await bench.desk.coaching.pause(MAYA, paused=True)).sends == ()
    assert await bench.dispatcher.next_due() is None
    await bench.live_until(berlin(12, 12))
    assert bench.post.posted == []
    await bench.desk.coaching.pause(MAYA, paused=False)
    await bench.live_until(berlin(13, 10))
    assert [found.at for found in bench.post.posted] == [berlin(13, 9)]


@lived
async def test_a_pause_stops_what_was_claimed_already(bench: Bench) -> None:
    await bench.settled()
    bench.post.next(MAYA.user, refused("ratelimited", 60))
    await bench.at(berlin(3, 9))
    assert await bench.state(Kind.DAILY_PROMPT, TUESDAY) == (State.DUE, "ratelimited")
    await bench.desk.coaching.pause(MAYA, paused=True)
    await bench.after(minutes=2)
    assert bench.post.posted == []
    assert await bench.state(Kind.DAILY_PROMPT, TUESDAY) == (State.SKIPPED, "not_wanted")


@lived
async def test_pausing_and_resuming_on_one_day_does_not_repeat_its_prompt(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 9))
    for paused in (True, False):
        await bench.desk.coaching.pause(MAYA, paused=paused)
    await bench.live_until(berlin(3, 23))
    assert len(bench.post.posted) == 1
