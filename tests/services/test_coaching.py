"""Starting, editing the start, and choosing when things come."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from services_desk import FORM, GOAL, MAYA, MORNINGS, Bench, berlin, lived

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind, State
from bot.domain.errors import NotStarted
from bot.domain.learners import Background, ZoneSource
from bot.domain.plans import PromiseOutcome, schedule
from bot.services.coaching import SettingsForm
from bot.services.planning import CheckInForm, week_of
from bot.services.results import Outlook, Rest, RestReason
from tests.shipped import shipped

FRIDAYS = Rhythm(frozenset({4}), time(16, 0))


@lived
async def test_a_start_gives_a_plan_with_dates_and_says_what_comes(bench: Bench) -> None:
    welcome = await bench.desk.coaching.start(MAYA, FORM)
    assert not welcome.edited
    assert welcome.learner.person == MAYA
    plan = welcome.view.plan
    assert (plan.pace, plan.started_on) == (6.0, date(2026, 3, 2))
    assert welcome.view.dated == schedule(plan, welcome.view.template, date(2026, 3, 2))
    assert welcome.view.promised
    assert [(send.kind, send.due) for send in welcome.sends] == [
        (Kind.DAILY_PROMPT, berlin(3, 9)),
        (Kind.WEEKLY_CHECKIN, berlin(6, 16)),
    ]


@lived
async def test_the_template_fits_background_and_move(bench: Bench) -> None:
    for background in Background:
        goal = replace(GOAL, background=background)
        welcome = await bench.desk.coaching.start(MAYA, replace(FORM, goal=goal))
        assert background in welcome.view.template.backgrounds


@lived
async def test_the_first_check_in_waits_three_days(bench: Bench) -> None:
    bench.now = berlin(5, 10)  # Thursday
    welcome = await bench.desk.coaching.start(MAYA, FORM)
    due = {send.kind: send.due for send in welcome.sends}
    assert due[Kind.WEEKLY_CHECKIN] == berlin(13, 16)


@lived
async def test_editing_the_start_keeps_what_was_done(bench: Bench) -> None:
    await bench.settled()
    view = await bench.desk.planning.view(MAYA)
    first = view.dated[0].milestone.id
    await bench.desk.planning.finish(MAYA, first, "a link")
    card = await bench.desk.prompting.today(MAYA)
    await bench.desk.prompting.answer(MAYA, card.prompt.id, "my words")
    bench.now = berlin(4, 10)
    later = replace(FORM, goal=replace(GOAL, hours_per_week=3.0, target=date(2026, 12, 31)))
    edited = await bench.desk.coaching.start(MAYA, later)
    assert edited.edited
    plan = edited.view.plan
    assert plan.done[first].evidence == "a link"
    assert (plan.started_on, plan.pace) == (date(2026, 3, 2), 3.0)
    assert plan.goal.target == date(2026, 12, 31)
    assert first not in plan.promised
    journal = await bench.desk.prompting.journal(MAYA)
    assert [entry.answer.text for entry in journal.entries] == ["my words"]
    learner = await bench.desk.coaching.known(MAYA)
    assert learner.started_at == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@lived
async def test_editing_the_start_sends_no_second_welcome(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.start(MAYA, FORM)
    await bench.live_until(berlin(4, 10))
    assert [found.at for found in bench.post.posted] == [berlin(3, 9), berlin(4, 9)]
    await bench.desk.coaching.start(MAYA, FORM)
    await bench.live_until(berlin(4, 23))
    assert len(bench.post.posted) == 2
    await bench.live_until(berlin(5, 9))
    assert len(bench.post.posted) == 3


@lived
async def test_starting_twice_at_once_is_starting_once(bench: Bench) -> None:
    await bench.start()
    await bench.start()
    await bench.dispatcher.tick()
    assert len(bench.post.posted) == 2


@lived
async def test_an_edit_that_leaves_the_hours_keeps_the_real_pace(bench: Bench) -> None:
    await bench.settled()
    form = CheckInForm({}, "", 2.0, "", 50)
    await bench.desk.planning.check_in(MAYA, week_of(date(2026, 3, 2)), form)
    edited = await bench.desk.coaching.start(MAYA, FORM)
    assert edited.view.plan.pace == 4.0


@lived
async def test_another_background_keeps_what_was_done_under_the_first(bench: Bench) -> None:
    await bench.settled()
    first = (await bench.desk.planning.view(MAYA)).dated[0].milestone.id
    await bench.desk.planning.finish(MAYA, first, "a link")
    engineer = replace(FORM, goal=replace(GOAL, background=Background.ENGINEER))
    await bench.desk.coaching.start(MAYA, engineer)
    back = await bench.desk.coaching.start(MAYA, FORM)
    assert back.view.plan.done[first].evidence == "a link"


@lived
async def test_settings_move_what_comes(bench: Bench) -> None:
    await bench.settled()
    form = SettingsForm(
        Rhythm(frozenset({1, 3}), time(7, 30)), Rhythm(frozenset({6}), time(20, 0)), "Asia/Kolkata"
    )
    seen = await bench.desk.coaching.settings(MAYA, form)
    assert [send.due for send in seen.sends[:3]] == [
        datetime(2026, 3, 3, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 8, 14, 30, tzinfo=UTC),
    ]
    learner = await bench.desk.coaching.known(MAYA)
    assert learner.zone_source is ZoneSource.OWN
    await bench.live_until(datetime(2026, 3, 9, 0, tzinfo=UTC))
    assert [found.at for found in bench.post.posted] == [
        datetime(2026, 3, 3, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 8, 14, 30, tzinfo=UTC),
    ]


@lived
async def test_saving_the_settings_does_not_lose_a_prompt_that_is_due(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 9) + timedelta(seconds=5)  # due, and the tick has not come by yet
    await bench.desk.coaching.settings(MAYA, SettingsForm(MORNINGS, FRIDAYS, "Europe/Berlin"))
    await bench.dispatcher.tick()
    assert (await bench.state(Kind.DAILY_PROMPT, date(2026, 3, 3)))[0] is State.SENT


@lived
async def test_a_prompt_that_is_due_is_not_doubled_by_another_time_or_zone(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 9) + timedelta(seconds=5)
    later = SettingsForm(Rhythm(frozenset(range(5)), time(15, 0)), FRIDAYS, "Europe/Lisbon")
    await bench.desk.coaching.settings(MAYA, later)
    await bench.live_until(berlin(4, 12))
    assert len(bench.post.posted) == 1
    await bench.live_until(berlin(4, 16))
    assert len(bench.post.posted) == 2


@lived
async def test_a_pause_wins_over_a_prompt_that_is_due(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 9) + timedelta(seconds=5)
    await bench.desk.coaching.pause(MAYA, paused=True)
    await bench.live_until(berlin(4, 12))
    assert bench.post.posted == []


@lived
async def test_the_next_sends_are_soonest_first_and_none_while_paused(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(5, 12)
    await bench.dispatcher.tick()
    seen = await bench.desk.coaching.outlook(MAYA)
    prompt, check_in = Kind.DAILY_PROMPT, Kind.WEEKLY_CHECKIN
    assert [send.kind for send in seen.sends] == [prompt, check_in, prompt, prompt, prompt]
    assert [send.due for send in seen.sends] == sorted(send.due for send in seen.sends)
    assert seen.rests == ()
    paused = await bench.desk.coaching.pause(MAYA, paused=True)
    assert paused == await bench.desk.coaching.outlook(MAYA)
    assert paused == Outlook((), (Rest(RestReason.PAUSED),))


@lived
async def test_who_has_not_started_is_refused_and_changes_nothing(bench: Bench) -> None:
    coaching, planning, prompting = bench.desk.coaching, bench.desk.planning, bench.desk.prompting
    form = SettingsForm(MORNINGS, FRIDAYS, "Europe/Berlin")
    prompt_id = next(iter(shipped().prompts))
    check_in = CheckInForm({"a": PromiseOutcome.DONE}, "", 1.0, "", 50)
    for attempt in (
        coaching.known(MAYA),
        coaching.settings(MAYA, form),
        coaching.pause(MAYA, paused=True),
        coaching.outlook(MAYA),
        planning.view(MAYA),
        planning.invite(MAYA),
        planning.check_in(MAYA, date(2026, 3, 2), check_in),
        prompting.today(MAYA),
        prompting.swap(MAYA),
        prompting.answer(MAYA, prompt_id, "words"),
    ):
        with pytest.raises(NotStarted):
            await attempt
    await coaching.zone_reported(MAYA, "Asia/Tokyo")
    assert set((await bench.desk.privacy.summary(MAYA)).counts.values()) == {0}
    assert await bench.dispatcher.next_due() is None


@lived
async def test_the_overview_is_there_before_and_after_the_start(bench: Bench) -> None:
    assert (await bench.desk.overviews.overview(MAYA)).learner is None
    await bench.settled()
    seen = await bench.desk.overviews.overview(MAYA)
    assert seen.plan is not None
    assert seen.card is not None
    assert not seen.check_in_due
    bench.now = berlin(6, 10)
    assert (await bench.desk.overviews.overview(MAYA)).check_in_due
