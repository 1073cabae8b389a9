"""What to do when a plan slips: three computed ways out, and the plan after one was taken."""

import math
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bot.domain.plans import Milestone, Plan, PlanTemplate, end_of, month_end, schedule

MAX_HOURS = 40.0
"""No offer asks for more hours a week than this."""


class OfferKind(StrEnum):
    """The three ways out when a plan slips."""

    KEEP_DATE = "keep_date"
    KEEP_HOURS = "keep_hours"
    CUT_SCOPE = "cut_scope"


@dataclass(frozen=True, slots=True)
class Offer:
    """One computed way out: the hours a week it takes, where it ends, and what it would cut."""

    kind: OfferKind
    hours_per_week: float
    end: date
    cut: tuple[Milestone, ...] = ()


def offers(plan: Plan, template: PlanTemplate, today: date) -> tuple[Offer, ...]:
    """The three offers when the plan ends after its target date; empty when it does not slip."""
    dated = schedule(plan, template, today)
    if end_of(dated, today) <= plan.goal.target:
        return ()
    return (
        _keep_date(plan, template, today),
        Offer(OfferKind.KEEP_HOURS, plan.pace, end_of(dated, today)),
        _cut_scope(plan, template, today),
    )


def _keep_date(plan: Plan, template: PlanTemplate, today: date) -> Offer:
    left = sum(milestone.hours for milestone in plan.open_milestones(template))
    days = max((plan.goal.target - today).days, 7)
    needed = min(math.ceil(left / (days / 7) * 2) / 2, MAX_HOURS)
    end = end_of(schedule(replace(plan, pace=needed), template, today), today)
    return Offer(OfferKind.KEEP_DATE, needed, end)


def _cut_scope(plan: Plan, template: PlanTemplate, today: date) -> Offer:
    """Cuts what is not essential, last first, until the date holds or nothing is left to cut."""
    cut: list[Milestone] = []
    optional = [found for found in plan.open_milestones(template) if not found.essential]
    smaller = plan
    while optional and end_of(schedule(smaller, template, today), today) > plan.goal.target:
        cut.append(optional.pop())
        smaller = smaller.drop(cut[-1].id)
    end = end_of(schedule(smaller, template, today), today)
    return Offer(OfferKind.CUT_SCOPE, plan.pace, end, tuple(cut))


def accept(plan: Plan, offer: Offer) -> Plan:
    """The plan after one of its offers was taken."""
    match offer.kind:
        case OfferKind.KEEP_DATE:
            target = plan.goal.target
            if offer.end > target:
                target = month_end(offer.end)
            goal = replace(plan.goal, hours_per_week=offer.hours_per_week, target=target)
            return replace(plan, goal=goal, pace=offer.hours_per_week)
        case OfferKind.KEEP_HOURS:
            return replace(plan, goal=replace(plan.goal, target=month_end(offer.end)))
        case OfferKind.CUT_SCOPE:
            dropped = plan.dropped | {milestone.id for milestone in offer.cut}
            return replace(plan, dropped=dropped)
