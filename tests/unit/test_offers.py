"""The three ways out of a plan that slips: what they promise holds, and nothing done is lost."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import TODAY, paces, plan, steady, targets, template_of_hours, ways

from bot.domain.plans import Plan, PlanTemplate, end_of, month_end, schedule
from bot.domain.replanning import MAX_HOURS, Offer, OfferKind, accept, offers
from tests.shipped import shipped

WAY = template_of_hours([4, 6, 5, 10, 3, 12], optional=[1, 3, 5])
CONTENT = shipped()


def slipping(draw_plan: Plan, way: PlanTemplate) -> dict[OfferKind, Offer]:
    return {offer.kind: offer for offer in offers(draw_plan, way, TODAY)}


def test_a_plan_in_time_has_no_offers() -> None:
    dated = schedule(plan(), WAY, TODAY)
    on_the_day = plan(target=end_of(dated, TODAY))
    assert offers(on_the_day, WAY, TODAY) == ()
    a_day_late = plan(target=end_of(dated, TODAY) - timedelta(days=1))
    assert [offer.kind for offer in offers(a_day_late, WAY, TODAY)] == list(OfferKind)


@steady
@given(ways, paces, targets)
def test_keeping_the_date_needs_the_hours_that_are_offered(
    way: PlanTemplate, pace: float, target: date
) -> None:
    running = plan(pace, target)
    found = slipping(running, way)
    if not found:
        return
    offer = found[OfferKind.KEEP_DATE]
    changed = accept(running, offer)
    assert end_of(schedule(changed, way, TODAY), TODAY) == offer.end
    assert offer.hours_per_week <= MAX_HOURS
    assert (changed.pace, changed.goal.hours_per_week) == (offer.hours_per_week,) * 2
    assert offers(changed, way, TODAY) == ()
    if offer.end > target:
        assert offer.hours_per_week == MAX_HOURS or target < TODAY + timedelta(days=7)
        assert changed.goal.target == month_end(offer.end)
    else:
        assert changed.goal.target == target
        half_an_hour_less = replace(changed, pace=offer.hours_per_week - 0.5)
        assert end_of(schedule(half_an_hour_less, way, TODAY), TODAY) > target


@steady
@given(ways, paces, targets)
def test_keeping_the_hours_moves_the_target_to_a_month_end_that_holds(
    way: PlanTemplate, pace: float, target: date
) -> None:
    running = plan(pace, target)
    found = slipping(running, way)
    if not found:
        return
    offer = found[OfferKind.KEEP_HOURS]
    changed = accept(running, offer)
    assert offer.end == end_of(schedule(running, way, TODAY), TODAY)
    assert changed.goal.target == month_end(offer.end)
    assert changed.pace == pace
    assert offers(changed, way, TODAY) == ()


@steady
@given(ways, paces, targets)
def test_cutting_takes_only_what_may_be_cut_and_no_more_than_needed(
    way: PlanTemplate, pace: float, target: date
) -> None:
    running = plan(pace, target)
    found = slipping(running, way)
    if not found:
        return
    offer = found[OfferKind.CUT_SCOPE]
    changed = accept(running, offer)
    optional = [entry for entry in way.milestones if not entry.essential]
    assert list(offer.cut) == optional[::-1][: len(offer.cut)]
    assert end_of(schedule(changed, way, TODAY), TODAY) == offer.end
    assert offer.end <= target or len(offer.cut) == len(optional)
    if offer.cut:
        kept = running.dropped | {entry.id for entry in offer.cut[:-1]}
        almost = schedule(replace(running, dropped=kept), way, TODAY)
        assert end_of(almost, TODAY) > target


@steady
@given(ways, paces, targets, st.sets(st.integers(0, 11)))
def test_no_way_out_loses_what_is_done(
    way: PlanTemplate, pace: float, target: date, finished: set[int]
) -> None:
    running = plan(pace, target)
    for entry in (entry for at, entry in enumerate(way.milestones) if at in finished):
        running = running.finish(entry.id, TODAY, "a link")
    essential = {entry.id for entry in way.milestones if entry.essential}
    for offer in offers(running, way, TODAY):
        changed = accept(running, offer)
        assert changed.done == running.done
        assert not {entry.id for entry in offer.cut} & (essential | running.done.keys())
        assert not changed.dropped & (essential | running.done.keys())


@pytest.mark.parametrize("template_id", sorted(CONTENT.plans))
def test_the_shipped_plans_offer_ways_out_that_keep_what_is_essential(template_id: str) -> None:
    way = CONTENT.plans[template_id]
    running = plan(2, TODAY + timedelta(days=28))
    found = slipping(running, way)
    assert set(found) == set(OfferKind)
    assert all(not entry.essential for entry in found[OfferKind.CUT_SCOPE].cut)
