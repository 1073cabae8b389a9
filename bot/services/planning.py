"""The plan and the weekly check-in: dates, promises, evidence, and the ways out of a slip."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.content import Content
from bot.domain.deliveries import Delivery, Kind
from bot.domain.errors import Gone, NotStarted
from bot.domain.learners import Learner, Person
from bot.domain.plans import (
    CheckIn,
    Milestone,
    Plan,
    PlanTemplate,
    PromiseOutcome,
    apply_check_in,
    end_of,
    renewed_promises,
    schedule,
    template_for,
)
from bot.domain.replanning import OfferKind, accept, offers
from bot.ports import Clock, Records, Store
from bot.services.results import CheckInInvite, CheckInResult, Composed, PlanView
from bot.services.rhythms import learner_of


@dataclass(frozen=True, slots=True)
class CheckInForm:
    """What the weekly form asks; `confidence` in per cent that the target month holds."""

    outcomes: Mapping[str, PromiseOutcome]
    evidence: str
    hours: float
    obstacle: str
    confidence: int


def week_of(day: date) -> date:
    """The Monday that names the week of a date."""
    return day - timedelta(days=day.weekday())


def template_of(content: Content, plan: Plan) -> PlanTemplate:
    """The plan's template; when the content lost it, the one that fits the goal today."""
    found = content.plans.get(plan.template_id)
    return found or template_for(tuple(content.plans.values()), plan.goal)


def plan_view(records: Records, content: Content, learner: Learner, now: datetime) -> PlanView:
    """The learner's plan with today's dates. Raises NotStarted when there is none."""
    plan = records.plan(learner.person)
    if plan is None:
        raise NotStarted
    return _view(plan, template_of(content, plan), learner.today(now))


def _view(plan: Plan, template: PlanTemplate, today: date) -> PlanView:
    return PlanView(
        plan=plan,
        template=template,
        dated=schedule(plan, template, today),
        offers=offers(plan, template, today),
        today=today,
    )


class Planning:
    """Use cases of a learner's plan."""

    def __init__(self, content: Content, store: Store, clock: Clock) -> None:
        self._content = content
        self._store = store
        self._clock = clock

    async def view(self, person: Person) -> PlanView:
        """The plan with its dates as they stand today."""
        return await self._store.read(lambda records: self._today_view(records, person))

    def view_in(self, records: Records, learner: Learner) -> PlanView:
        """As `view`, inside a transaction that is already open."""
        return plan_view(records, self._content, learner, self._clock.now())

    def _today_view(self, records: Records, person: Person) -> PlanView:
        return self.view_in(records, learner_of(records, person))

    async def finish(self, person: Person, milestone_id: str, evidence: str) -> PlanView:
        """Close a milestone with its evidence. Raises Gone when the plan has no such milestone."""
        return await self._store.write(
            lambda records: self._finish(records, person, milestone_id, evidence)
        )

    def _finish(
        self, records: Records, person: Person, milestone_id: str, evidence: str
    ) -> PlanView:
        view = self._today_view(records, person)
        if view.template.milestone(milestone_id) is None:
            raise Gone
        records.save_plan(view.plan.finish(milestone_id, view.today, evidence))
        return self._today_view(records, person)

    async def accept(self, person: Person, kind: OfferKind) -> PlanView:
        """Take one of the three ways out. Raises Gone when the plan no longer slips."""
        return await self._store.write(lambda records: self._accept(records, person, kind))

    def _accept(self, records: Records, person: Person, kind: OfferKind) -> PlanView:
        view = self._today_view(records, person)
        offer = next((found for found in view.offers if found.kind is kind), None)
        if offer is None:
            raise Gone
        plan = accept(view.plan, offer)
        records.save_plan(renewed_promises(plan, view.template, view.today))
        learner = learner_of(records, person)
        records.save_learner(replace(learner, goal=plan.goal))
        return self._today_view(records, person)

    # -- weekly check-in --------------------------------------------------------------------

    async def invite(self, person: Person, week: date | None = None) -> CheckInInvite:
        """What the check-in of a week asks; without a week, of the present one."""
        return await self._store.read(lambda records: self._invite(records, person, week))

    def _invite(self, records: Records, person: Person, week: date | None) -> CheckInInvite:
        learner = learner_of(records, person)
        view = self.view_in(records, learner)
        week = week or week_of(view.today)
        earlier = records.check_in(person, week)
        return CheckInInvite(
            learner=learner,
            week=week,
            promises=_asked(view, earlier),
            planned_hours=learner.goal.hours_per_week,
            earlier=earlier,
        )

    def compose(self, records: Records, delivery: Delivery) -> Composed | None:
        """The invitation of a delivery; None when paused, gone, or already checked in."""
        person = Person(delivery.target.workspace, delivery.target.address)
        learner = records.learner(person)
        if learner is None or not learner.wants(delivery.kind, delivery.label):
            return None
        return self._composed(records, person, week_of(delivery.label))

    def compose_again(self, records: Records, delivery: Delivery) -> Composed | None:
        """The invitation that was snoozed until later; None when it is no longer wanted."""
        person = Person(delivery.target.workspace, delivery.target.address)
        learner = records.learner(person)
        if learner is None or not learner.wants_again(Kind.WEEKLY_CHECKIN, delivery.label):
            return None
        return self._composed(records, person, date.fromisoformat(delivery.content_id or ""))

    def _composed(self, records: Records, person: Person, week: date) -> Composed | None:
        invite = self._invite(records, person, week)
        return None if invite.earlier else Composed(invite, week.isoformat())

    async def check_in(self, person: Person, week: date, form: CheckInForm) -> CheckInResult:
        """Keep a check-in and move the plan; sending it again replaces it and counts once."""
        return await self._store.write(lambda records: self._check_in(records, person, week, form))

    def _check_in(
        self, records: Records, person: Person, week: date, form: CheckInForm
    ) -> CheckInResult:
        view = self._today_view(records, person)
        earlier = records.check_in(person, week)
        check_in = CheckIn(
            person=person,
            week=week,
            outcomes=_known(view.template, form.outcomes),
            evidence=form.evidence,
            hours=form.hours,
            obstacle=form.obstacle,
            confidence=form.confidence,
            pace_before=earlier.pace_before if earlier else view.plan.pace,
            at=self._clock.now(),
        )
        records.save_check_in(check_in)
        plan = apply_check_in(view.plan, check_in, view.today, earlier)
        records.save_plan(renewed_promises(plan, view.template, view.today))
        after = self._today_view(records, person)
        return CheckInResult(
            check_in=check_in,
            view=after,
            end_before=end_of(view.dated, view.today),
            finished=_finished(view.template, form.outcomes),
        )


def _asked(view: PlanView, earlier: CheckIn | None) -> tuple[Milestone, ...]:
    """The promises that come back: those of the week, or the ones that were already answered."""
    wanted = tuple(earlier.outcomes) if earlier else view.plan.promised
    found = (view.template.milestone(name) for name in wanted)
    milestones = tuple(milestone for milestone in found if milestone is not None)
    if earlier is None:
        return tuple(entry for entry in milestones if entry.id not in view.plan.done)
    return milestones


def _known(
    template: PlanTemplate, outcomes: Mapping[str, PromiseOutcome]
) -> dict[str, PromiseOutcome]:
    """The outcomes of milestones that the plan has; a form may be older than the plan."""
    return {name: found for name, found in outcomes.items() if template.milestone(name)}


def _finished(
    template: PlanTemplate, outcomes: Mapping[str, PromiseOutcome]
) -> tuple[Milestone, ...]:
    names = {name for name, outcome in outcomes.items() if outcome is PromiseOutcome.DONE}
    return tuple(milestone for milestone in template.milestones if milestone.id in names)
