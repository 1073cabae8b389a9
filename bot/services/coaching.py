"""Starting, and the rhythm of one learner: when things come, pause and resume."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.content import Content
from bot.domain.cadence import Rhythm, zone_names
from bot.domain.deliveries import Delivery, Kind
from bot.domain.learners import Defaults, Goal, Learner, Person, ZoneSource
from bot.domain.plans import Plan, renewed_promises, template_for
from bot.ports import Clock, Ids, Records, Store
from bot.services.planning import plan_view
from bot.services.prompting import Prompting
from bot.services.results import Composed, NextSend, Welcome
from bot.services.rhythms import learner_of, next_sends, send_now, subscribe_learner


@dataclass(frozen=True, slots=True)
class StartForm:
    """What the start form asks."""

    goal: Goal
    prompts: Rhythm
    zone: str
    zone_source: ZoneSource


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """What the settings form asks."""

    prompts: Rhythm
    checkins: Rhythm
    zone: str


class Coaching:
    """Use cases of starting and of the rhythm."""

    def __init__(
        self,
        content: Content,
        store: Store,
        clock: Clock,
        ids: Ids,
        defaults: Defaults,
        prompting: Prompting,
    ) -> None:
        self._content = content
        self._store = store
        self._clock = clock
        self._ids = ids
        self._defaults = defaults
        self._prompting = prompting

    async def learner(self, person: Person) -> Learner | None:
        """The learner, None for somebody who has not started."""
        return await self._store.read(lambda records: records.learner(person))

    async def known(self, person: Person) -> Learner:
        """The learner; raises NotStarted for somebody who has not started."""
        return await self._store.read(lambda records: learner_of(records, person))

    async def start(self, person: Person, form: StartForm) -> Welcome:
        """Begin, or edit what was chosen at the start; what was done is never lost."""
        return await self._store.write(lambda records: self._start(records, person, form))

    def _start(self, records: Records, person: Person, form: StartForm) -> Welcome:
        now = self._clock.now()
        known = records.learner(person)
        learner = self._enrolled(known, person, form, now)
        records.save_learner(learner)
        plan = self._planned(records.plan(person), learner, now)
        records.save_plan(plan)
        subscribe_learner(records, learner, now)
        if known is None:
            send_now(records, self._ids, learner, Kind.WELCOME, now)
            first = self._prompting.assigned(records, learner, now)
            send_now(records, self._ids, learner, Kind.DAILY_PROMPT, now, first.prompt_id)
        return self._welcome(records, learner, now, edited=known is not None)

    def _enrolled(
        self, known: Learner | None, person: Person, form: StartForm, now: datetime
    ) -> Learner:
        if known is None:
            return Learner(
                person=person,
                goal=form.goal,
                zone=form.zone,
                zone_source=form.zone_source,
                prompts=form.prompts,
                checkins=self._defaults.checkins,
                started_at=now,
            )
        return replace(known, goal=form.goal, prompts=form.prompts)

    def _planned(self, known: Plan | None, learner: Learner, now: datetime) -> Plan:
        template = template_for(tuple(self._content.plans.values()), learner.goal)
        today = learner.today(now)
        pace = learner.goal.hours_per_week
        if known is None:
            plan = Plan(learner.person, template.id, learner.goal, today, pace)
            return renewed_promises(plan, template, today)
        if known.goal.hours_per_week == pace:
            pace = known.pace
        plan = replace(known, template_id=template.id, goal=learner.goal, pace=pace)
        return renewed_promises(plan, template, today)

    def _welcome(
        self, records: Records, learner: Learner, now: datetime, *, edited: bool
    ) -> Welcome:
        view = plan_view(records, self._content, learner, now)
        return Welcome(learner, view, next_sends(records, learner), edited)

    def compose(self, records: Records, delivery: Delivery) -> Composed | None:
        """What the welcome message shows; None when the person is gone meanwhile."""
        learner = records.learner(Person(delivery.target.workspace, delivery.target.address))
        if learner is None:
            return None
        return Composed(self._welcome(records, learner, self._clock.now(), edited=False))

    # -- rhythm -----------------------------------------------------------------------------

    async def settings(self, person: Person, form: SettingsForm) -> Sequence[NextSend]:
        """Change when things come; the sends that remain move with it."""
        return await self._store.write(
            lambda records: self._saved(
                records,
                replace(
                    learner_of(records, person),
                    prompts=form.prompts,
                    checkins=form.checkins,
                    zone=form.zone,
                    zone_source=ZoneSource.OWN,
                ),
            )
        )

    async def pause(self, person: Person, *, paused: bool) -> Sequence[NextSend]:
        """Stop everything unasked, or let it come again; nothing that was kept is touched."""
        return await self._store.write(
            lambda records: self._saved(
                records, replace(learner_of(records, person), paused=paused)
            )
        )

    async def zone_reported(self, person: Person, zone: str) -> None:
        """Slack says that somebody is in another zone; their own choice still wins.

        A zone that is not known changes nothing.
        """
        await self._store.write(lambda records: self._zone_reported(records, person, zone))

    def _zone_reported(self, records: Records, person: Person, zone: str) -> None:
        learner = records.learner(person)
        if learner is not None and zone in zone_names():
            self._saved(records, learner.moved_to(zone, ZoneSource.SLACK))

    async def next_sends(self, person: Person) -> Sequence[NextSend]:
        """What comes next, soonest first; empty while paused."""
        return await self._store.read(
            lambda records: next_sends(records, learner_of(records, person))
        )

    def _saved(self, records: Records, learner: Learner) -> Sequence[NextSend]:
        records.save_learner(learner)
        subscribe_learner(records, learner, self._clock.now())
        return next_sends(records, learner)
