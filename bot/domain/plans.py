"""Plans: templates of milestones, a person's dated copy, and weekly check-ins."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.domain.authored import Authored, ItemId, Line, Paragraph, Title
from bot.domain.learners import Background, Goal, Move, Person


class Evidence(StrEnum):
    """What closes a milestone."""

    LOG = "log"
    ARTIFACT = "artifact"
    CONVERSATION = "conversation"
    TALK = "talk"
    SHIPPED = "shipped"


class Milestone(Authored):
    """One piece of work with a definition of done; `essential` ones are never cut."""

    id: ItemId
    title: Title
    skill: ItemId
    hours: Annotated[float, Field(gt=0, le=80)]
    after: tuple[ItemId, ...] = ()
    done_when: Line
    evidence: Evidence
    first_step: Line
    essential: bool = True


class PlanTemplate(Authored):
    """The milestones of one way into the work, in the order in which they are done."""

    id: ItemId
    title: Title
    summary: Paragraph
    backgrounds: Annotated[tuple[Background, ...], Field(min_length=1)]
    moves: Annotated[tuple[Move, ...], Field(min_length=1)]
    weeks: Annotated[int, Field(ge=4, le=52)]
    range: Line
    sources: tuple[str, ...] = ()
    milestones: Annotated[tuple[Milestone, ...], Field(min_length=5, max_length=40)]

    @model_validator(mode="after")
    def _order_holds(self) -> Self:
        earlier: set[str] = set()
        for milestone in self.milestones:
            if milestone.id in earlier:
                raise ValueError(f"milestone {milestone.id!r} stands twice")
            if missing := set(milestone.after) - earlier:
                raise ValueError(f"{milestone.id!r} comes before what it needs: {sorted(missing)}")
            earlier.add(milestone.id)
        return self

    def milestone(self, milestone_id: str) -> Milestone | None:
        """The milestone of that id, None when the template has no such one."""
        return next((found for found in self.milestones if found.id == milestone_id), None)


def template_for(templates: Sequence[PlanTemplate], goal: Goal) -> PlanTemplate:
    """The template that fits a background and a channel of the move; the first one otherwise."""
    for template in templates:
        if goal.background in template.backgrounds and goal.move in template.moves:
            return template
    return templates[0]


@dataclass(frozen=True, slots=True)
class Done:
    """That a milestone is finished, on which local date, and with what evidence.

    `week` names the check-in that closed it, None when it was closed by hand.
    """

    on: date
    evidence: str
    week: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A person's running copy of a template.

    `promised` are the milestones that the person took on for the coming week. `pace` is the hours
    a week that dates are computed from: what was planned at first, what is really spent later.
    """

    person: Person
    template_id: str
    goal: Goal
    started_on: date
    pace: float
    done: Mapping[str, Done] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    promised: tuple[str, ...] = ()

    def open_milestones(self, template: PlanTemplate) -> tuple[Milestone, ...]:
        """What is still to do, in order."""
        closed = self.dropped | self.done.keys()
        return tuple(entry for entry in template.milestones if entry.id not in closed)

    def finish(self, milestone_id: str, on: date, evidence: str) -> "Plan":
        """The plan with one milestone closed; closing it again replaces the evidence only."""
        first = self.done.get(milestone_id)
        closed = Done(first.on if first else on, evidence)
        return replace(self, done={**self.done, milestone_id: closed})

    def reopen(self, milestone_ids: Collection[str], week: date) -> "Plan":
        """The plan without what the check-in of a week closed; what was closed by hand stays."""
        kept = {
            name: proof
            for name, proof in self.done.items()
            if name not in milestone_ids or proof.week != week
        }
        return replace(self, done=kept)

    def drop(self, milestone_id: str) -> "Plan":
        """The plan without one milestone; what was done stays done."""
        return replace(self, dropped=self.dropped | {milestone_id})


@dataclass(frozen=True, slots=True)
class Dated:
    """A milestone with the local date by which it is done at the plan's pace."""

    milestone: Milestone
    due: date


MAX_PROMISES = 3


def schedule(plan: Plan, template: PlanTemplate, today: date) -> tuple[Dated, ...]:
    """Dates for what is still open, from today on, at the plan's hours a week.

    The hours are spread evenly over the days: eight hours at four a week end two weeks from
    today. A pace of zero is read as half an hour a week, so that there is always a date.
    """
    hours = 0.0
    dated = []
    for milestone in plan.open_milestones(template):
        hours += milestone.hours
        dated.append(Dated(milestone, today + _days(hours, plan.pace)))
    return tuple(dated)


def _days(hours: float, pace: float) -> timedelta:
    # Rounded first, so that a whole number of days is not pushed up by the last binary digit.
    return timedelta(days=math.ceil(round(hours * 7 / max(pace, 0.5), 6)))


def end_of(dated: Sequence[Dated], today: date) -> date:
    """The date of the last open milestone; today when nothing is open."""
    return dated[-1].due if dated else today


def promises_for(dated: Sequence[Dated], today: date) -> tuple[str, ...]:
    """What is due within a week, at least the next one, at most three: next week's promises."""
    week = [entry.milestone.id for entry in dated if entry.due <= today + timedelta(days=7)]
    first = [entry.milestone.id for entry in dated[:1]]
    return tuple((week or first)[:MAX_PROMISES])


class PromiseOutcome(StrEnum):
    """What became of a promise."""

    DONE = "done"
    MOVED = "moved"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One week looked back on. `week` is the Monday of that week and names it.

    `pace_before` is the plan's pace when the week was first looked back on, so that an edited
    check-in counts once.
    """

    person: Person
    week: date
    outcomes: Mapping[str, PromiseOutcome]
    evidence: str
    hours: float
    obstacle: str
    confidence: int
    pace_before: float
    at: datetime


def apply_check_in(
    plan: Plan, check_in: CheckIn, today: date, earlier: CheckIn | None = None
) -> Plan:
    """The plan after a check-in: promises kept, moved or dropped, and the pace as it really is.

    The pace moves half of the way to the hours of this week, so that one odd week does not turn
    the plan over. With an `earlier` version of the same check-in, that one is taken back first;
    what came after it, another week or a new pace that was chosen, stays.
    """
    first_done = {name: proof.on for name, proof in plan.done.items()}
    if earlier is not None:
        plan = plan.reopen(earlier.outcomes.keys(), check_in.week)
        plan = replace(plan, dropped=plan.dropped - _dropped(earlier))
    for milestone_id, outcome in check_in.outcomes.items():
        if outcome is PromiseOutcome.DROPPED:
            plan = plan.drop(milestone_id)
        elif outcome is PromiseOutcome.DONE and milestone_id not in plan.done:
            on = first_done.get(milestone_id, today)
            closed = Done(on, check_in.evidence, check_in.week)
            plan = replace(plan, done={**plan.done, milestone_id: closed})
    if earlier is not None and plan.pace != pace_after(earlier):
        return plan
    return replace(plan, pace=pace_after(check_in))


def _dropped(check_in: CheckIn) -> frozenset[str]:
    return frozenset(
        name for name, outcome in check_in.outcomes.items() if outcome is PromiseOutcome.DROPPED
    )


def pace_after(check_in: CheckIn) -> float:
    """The pace that a check-in leads to."""
    return round((check_in.pace_before + check_in.hours) / 2, 1)


def renewed_promises(plan: Plan, template: PlanTemplate, today: date) -> Plan:
    """The plan with the coming week's promises chosen anew."""
    return replace(plan, promised=promises_for(schedule(plan, template, today), today))


def month_end(day: date) -> date:
    """The last day of the month of a date."""
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)
