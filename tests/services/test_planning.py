"""The plan, the weekly check-in, and the ways out of a slip."""

from datetime import date, timedelta

import pytest
from services_desk import GOAL, MAYA, Bench, berlin, lived

from bot.domain.deliveries import Kind, State
from bot.domain.errors import Gone
from bot.domain.plans import PromiseOutcome, end_of
from bot.domain.replanning import OfferKind
from bot.services.planning import CheckInForm

WEEK = date(2026, 3, 2)
DONE, MOVED, DROPPED = PromiseOutcome.DONE, PromiseOutcome.MOVED, PromiseOutcome.DROPPED


def form(hours: float, evidence: str = "a link", **outcomes: PromiseOutcome) -> CheckInForm:
    """A filled check-in; names of milestones with underscores."""
    named = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
    return CheckInForm(named, evidence, hours, "too many meetings", 60)


async def promised(bench: Bench) -> str:
    """The first promise of the week."""
    return (await bench.desk.planning.invite(MAYA)).promises[0].id


@lived
async def test_a_milestone_is_closed_with_its_evidence(bench: Bench) -> None:
    await bench.settled()
    view = await bench.desk.planning.view(MAYA)
    first = view.dated[0].milestone
    after = await bench.desk.planning.finish(MAYA, first.id, "a link")
    assert after.plan.done[first.id].on == WEEK
    assert first.id not in {entry.milestone.id for entry in after.dated}
    bench.now = berlin(4, 10)
    again = await bench.desk.planning.finish(MAYA, first.id, "a better link")
    assert again.plan.done[first.id].on == WEEK
    assert again.plan.done[first.id].evidence == "a better link"
    with pytest.raises(Gone):
        await bench.desk.planning.finish(MAYA, "no-such-milestone", "a link")


@lived
async def test_a_check_in_moves_the_plan_half_way_to_the_real_hours(bench: Bench) -> None:
    await bench.settled()
    name = await promised(bench)
    result = await bench.desk.planning.check_in(MAYA, WEEK, form(2.0, **{name: DONE}))
    assert result.view.plan.pace == 4.0
    assert [milestone.id for milestone in result.finished] == [name]
    assert result.view.plan.done[name].evidence == "a link"
    assert name not in result.view.plan.promised
    assert result.check_in.pace_before == 6.0


@lived
async def test_an_edited_check_in_counts_once(bench: Bench) -> None:
    await bench.settled()
    name = await promised(bench)
    planning = bench.desk.planning
    await planning.check_in(MAYA, WEEK, form(2.0, **{name: DONE}))
    for _ in range(3):
        again = await planning.check_in(MAYA, WEEK, form(2.0, **{name: DONE}))
        assert again.view.plan.pace == 4.0
    mended = await planning.check_in(MAYA, WEEK, form(6.0, **{name: MOVED}))
    assert mended.view.plan.pace == 6.0
    assert name not in mended.view.plan.done
    dropped = await planning.check_in(MAYA, WEEK, form(6.0, **{name: DROPPED}))
    assert dropped.view.plan.dropped == {name}
    back = await planning.check_in(MAYA, WEEK, form(6.0, **{name: DONE}))
    assert back.view.plan.dropped == frozenset()
    assert set(back.view.plan.done) == {name}
    kept = await bench.store.read(lambda records: records.check_ins(MAYA))
    assert len(kept) == 1


@lived
async def test_what_was_closed_by_hand_survives_an_edited_check_in(bench: Bench) -> None:
    await bench.settled()
    planning = bench.desk.planning
    name = await promised(bench)
    await planning.finish(MAYA, name, "the link that counts")
    # The form was open meanwhile, so the promise is still in it.
    await planning.check_in(MAYA, WEEK, form(6.0, "", **{name: DONE}))
    result = await planning.check_in(MAYA, WEEK, form(6.0, "", **{name: MOVED}))
    assert result.view.plan.done[name].evidence == "the link that counts"


@lived
async def test_editing_last_weeks_check_in_leaves_this_weeks_in_force(bench: Bench) -> None:
    await bench.settled()
    planning = bench.desk.planning
    await planning.check_in(MAYA, WEEK, form(2.0))
    bench.now = berlin(13, 17)
    second = await planning.check_in(MAYA, WEEK + timedelta(days=7), form(8.0))
    assert second.view.plan.pace == 6.0
    edited = await planning.check_in(MAYA, WEEK, form(2.0, "a note"))
    assert edited.view.plan.pace == 6.0


@lived
async def test_the_promises_that_come_back_are_those_of_the_week(bench: Bench) -> None:
    await bench.settled()
    planning = bench.desk.planning
    invite = await planning.invite(MAYA)
    view = await planning.view(MAYA)
    assert (invite.week, invite.earlier) == (WEEK, None)
    assert invite.promises == view.promised
    name = invite.promises[0].id
    await planning.check_in(MAYA, WEEK, form(2.0, **{name: DONE}))
    again = await planning.invite(MAYA, WEEK)
    assert again.earlier is not None
    assert [milestone.id for milestone in again.promises] == [name]


@lived
async def test_what_is_done_already_is_not_asked_again(bench: Bench) -> None:
    await bench.settled()
    name = await promised(bench)
    await bench.desk.planning.finish(MAYA, name, "a link")
    invite = await bench.desk.planning.invite(MAYA)
    assert name not in {milestone.id for milestone in invite.promises}


@lived
async def test_who_checked_in_already_is_not_invited(bench: Bench) -> None:
    await bench.settled()
    await bench.live_until(berlin(6, 12))
    await bench.desk.planning.check_in(MAYA, WEEK, form(5.0))
    bench.post.posted.clear()
    await bench.live_until(berlin(6, 23))
    assert bench.post.posted == []
    state = await bench.state(Kind.WEEKLY_CHECKIN, date(2026, 3, 6))
    assert state == (State.SKIPPED, "not_wanted")


async def slipped(bench: Bench) -> None:
    """Maya starts with far too few hours for her date."""
    goal = type(GOAL)(GOAL.background, GOAL.move, 2.0, date(2026, 5, 31))
    await bench.settled(goal=goal)


@lived
async def test_a_slip_has_three_ways_out(bench: Bench) -> None:
    await slipped(bench)
    view = await bench.desk.planning.view(MAYA)
    assert end_of(view.dated, view.today) > view.plan.goal.target
    assert [offer.kind for offer in view.offers] == list(OfferKind)


@lived
async def test_the_date_is_kept_by_more_hours(bench: Bench) -> None:
    await slipped(bench)
    after = await bench.desk.planning.accept(MAYA, OfferKind.KEEP_DATE)
    assert after.offers == ()
    assert after.plan.goal.target == date(2026, 5, 31)
    assert after.plan.pace == after.plan.goal.hours_per_week > 2.0
    assert end_of(after.dated, after.today) <= date(2026, 5, 31)
    learner = await bench.desk.coaching.known(MAYA)
    assert learner.goal == after.plan.goal


@lived
async def test_the_hours_are_kept_by_a_later_date(bench: Bench) -> None:
    await slipped(bench)
    after = await bench.desk.planning.accept(MAYA, OfferKind.KEEP_HOURS)
    assert after.offers == ()
    assert (after.plan.pace, after.plan.goal.hours_per_week) == (2.0, 2.0)
    assert after.plan.goal.target >= end_of(after.dated, after.today)
    assert (await bench.desk.coaching.known(MAYA)).goal == after.plan.goal


@lived
async def test_scope_is_cut_where_it_is_not_essential(bench: Bench) -> None:
    await slipped(bench)
    before = await bench.desk.planning.view(MAYA)
    after = await bench.desk.planning.accept(MAYA, OfferKind.CUT_SCOPE)
    cut = {entry.milestone for entry in before.dated} - {entry.milestone for entry in after.dated}
    assert cut
    assert not any(milestone.essential for milestone in cut)
    assert after.plan.dropped == {milestone.id for milestone in cut}
    assert not set(after.plan.promised) & after.plan.dropped


@lived
async def test_a_plan_that_does_not_slip_has_nothing_to_offer(bench: Bench) -> None:
    await bench.settled(goal=type(GOAL)(GOAL.background, GOAL.move, 40.0, date(2027, 12, 31)))
    for kind in OfferKind:
        with pytest.raises(Gone):
            await bench.desk.planning.accept(MAYA, kind)
