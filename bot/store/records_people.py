"""Rows of people: learners, plans and check-ins, and forgetting all of a person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.domain.learners import Background, Goal, Learner, Move, Person, ZoneSource
from bot.domain.plans import CheckIn, Done, Plan, PromiseOutcome
from bot.domain.silence import Silence
from bot.store.records_base import RecordsBase, of_person, owner
from bot.store.schema import (
    answers,
    assignments,
    check_ins,
    deliveries,
    group_members,
    learners,
    plans,
    resting_targets,
    study_groups,
    subscriptions,
)


class PeopleRecords(RecordsBase):
    """Learners, their plans and check-ins."""

    def learner(self, person: Person) -> Learner | None:
        """The learner, None for somebody who has not started."""
        row = self.first(select(learners).where(of_person(learners, person)))
        return None if row is None else _learner(row)

    def save_learner(self, learner: Learner) -> None:
        """Keep a learner as they are now."""
        row = {
            **owner(learner.person),
            **_goal_row(learner.goal),
            "zone": learner.zone,
            "zone_source": learner.zone_source.value,
            "prompts": learner.prompts,
            "checkins": learner.checkins,
            "started_at": learner.started_at,
            "paused": learner.paused,
            "rests": learner.rests,
            "prompts_from": learner.prompts_from,
            "checkins_from": learner.checkins_from,
            "unasked_per_day": learner.unasked_per_day,
            "silent_prompts": learner.silence.prompts,
            "silent_checkins": learner.silence.checkins,
            "resting": learner.silence.resting,
        }
        self.put(learners, row)

    def plan(self, person: Person) -> Plan | None:
        """The person's plan."""
        row = self.first(select(plans).where(of_person(plans, person)))
        return None if row is None else _plan(row)

    def save_plan(self, plan: Plan) -> None:
        """Keep a plan as it is now."""
        row = {
            **owner(plan.person),
            **_goal_row(plan.goal),
            "template_id": plan.template_id,
            "started_on": plan.started_on,
            "pace": plan.pace,
            "done": _done_json(plan.done),
            "dropped": sorted(plan.dropped),
            "promised": list(plan.promised),
        }
        self.put(plans, row)

    def check_in(self, person: Person, week: date) -> CheckIn | None:
        """The check-in of one week."""
        query = select(check_ins).where(of_person(check_ins, person), check_ins.c.week == week)
        row = self.first(query)
        return None if row is None else _check_in(row)

    def save_check_in(self, check_in: CheckIn) -> None:
        """Keep a check-in; the same week again replaces it."""
        row = {
            **owner(check_in.person),
            "week": check_in.week,
            "outcomes": {key: outcome.value for key, outcome in check_in.outcomes.items()},
            "evidence": check_in.evidence,
            "hours": check_in.hours,
            "obstacle": check_in.obstacle,
            "confidence": check_in.confidence,
            "pace_before": check_in.pace_before,
            "at": check_in.at,
        }
        self.put(check_ins, row)

    def check_ins(self, person: Person) -> Sequence[CheckIn]:
        """A person's check-ins, oldest first."""
        query = select(check_ins).where(of_person(check_ins, person)).order_by(check_ins.c.week)
        return [_check_in(row) for row in self.all(query)]

    def forget(self, person: Person) -> int:
        """Delete every row of a person, what was to be sent to them, and their memberships."""
        own = (learners, plans, assignments, answers, check_ins, group_members)
        gone = sum(self.change(delete(table).where(of_person(table, person))) for table in own)
        for table in (subscriptions, deliveries, resting_targets):
            to_them = (table.c.workspace == person.workspace) & (table.c.address == person.user)
            gone += self.change(delete(table).where(to_them))
        founded = self.change(
            update(study_groups)
            .where(
                study_groups.c.started_by_workspace == person.workspace,
                study_groups.c.started_by_user == person.user,
            )
            .values(started_by_user="")
        )
        if gone or founded:
            self.mark_for_scrubbing()
        return gone


def _learner(row: Row[Any]) -> Learner:
    return Learner(
        person=Person(row.workspace, row.user_id),
        goal=_goal(row),
        zone=row.zone,
        zone_source=ZoneSource(row.zone_source),
        prompts=row.prompts,
        checkins=row.checkins,
        started_at=row.started_at,
        paused=row.paused,
        rests=row.rests,
        prompts_from=row.prompts_from,
        checkins_from=row.checkins_from,
        unasked_per_day=row.unasked_per_day,
        silence=Silence(row.silent_prompts, row.silent_checkins, row.resting),
    )


def _plan(row: Row[Any]) -> Plan:
    return Plan(
        person=Person(row.workspace, row.user_id),
        template_id=row.template_id,
        goal=_goal(row),
        started_on=row.started_on,
        pace=row.pace,
        done={
            key: Done(
                date.fromisoformat(entry["on"]),
                entry["evidence"],
                date.fromisoformat(entry["week"]) if entry["week"] else None,
            )
            for key, entry in row.done.items()
        },
        dropped=frozenset(row.dropped),
        promised=tuple(row.promised),
    )


def _check_in(row: Row[Any]) -> CheckIn:
    return CheckIn(
        person=Person(row.workspace, row.user_id),
        week=row.week,
        outcomes={key: PromiseOutcome(value) for key, value in row.outcomes.items()},
        evidence=row.evidence,
        hours=row.hours,
        obstacle=row.obstacle,
        confidence=row.confidence,
        pace_before=row.pace_before,
        at=row.at,
    )


def _goal(row: Row[Any]) -> Goal:
    return Goal(Background(row.background), Move(row.move), row.hours_per_week, row.target)


def _goal_row(goal: Goal) -> dict[str, Any]:
    return {
        "background": goal.background.value,
        "move": goal.move.value,
        "hours_per_week": goal.hours_per_week,
        "target": goal.target,
    }


def _done_json(done: Mapping[str, Done]) -> dict[str, dict[str, str | None]]:
    return {
        key: {
            "on": entry.on.isoformat(),
            "evidence": entry.evidence,
            "week": entry.week.isoformat() if entry.week else None,
        }
        for key, entry in done.items()
    }
