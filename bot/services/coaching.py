"""Starting, and the rhythm of one learner: when things come, pause and resume."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.content import Content
from bot.domain.cadence import Every, Rhythm, zone_names
from bot.domain.deliveries import Delivery, Kind
from bot.domain.learners import Defaults, Goal, Learner, Person, ZoneSource
from bot.domain.plans import Plan, renewed_promises, template_for
from bot.domain.rests import Rests, Vacation
from bot.ports import Clock, Ids, Records, Store
from bot.services.delivery.taking import Compose
from bot.services.outlooks import next_sends, outlook
from bot.services.planning import plan_view
from bot.services.prompting import Prompting
from bot.services.results import BeforeRest, Composed, Outlook, Welcome
from bot.services.rhythms import learner_of, send_now, subscribe_learner


@dataclass(frozen=True, slots=True)
class StartForm:
    """What the start form asks."""

    goal: Goal
    prompts: Rhythm
    zone: str
    zone_source: ZoneSource


FOLLOW_SLACK = ""
"""In place of a zone: the one that Slack reports, whichever that is."""


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """What the settings form asks.

    `zone` may be FOLLOW_SLACK. Every two weeks begins with the present week, or goes on as it
    was. `unasked_per_day` is None for what the installation has chosen.
    """

    prompts: Rhythm
    checkins: Rhythm
    zone: str
    unasked_per_day: int | None = None
    country: str = ""
    vacations: tuple[Vacation, ...] = ()


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
        prompts = replace(known.prompts, days=form.prompts.days, at=form.prompts.at)
        return replace(known, goal=form.goal, prompts=prompts)

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
        return Welcome(learner, view, next_sends(records, learner, now), edited)

    def compose(self, records: Records, delivery: Delivery) -> Composed | None:
        """What the welcome message shows; None when the person is gone meanwhile."""
        learner = records.learner(_addressed(delivery))
        if learner is None:
            return None
        return Composed(self._welcome(records, learner, self._clock.now(), edited=False))

    # -- rhythm -----------------------------------------------------------------------------

    async def settings(self, person: Person, form: SettingsForm) -> Outlook:
        """Change when things come; the sends that remain move with it."""
        return await self._change(person, lambda learner: self._with_settings(learner, form))

    def _with_settings(self, learner: Learner, form: SettingsForm) -> Learner:
        today = learner.today(self._clock.now())
        changed = replace(
            learner,
            prompts=_anchored(form.prompts, learner.prompts, today),
            checkins=_anchored(form.checkins, learner.checkins, today),
            unasked_per_day=form.unasked_per_day,
            rests=Rests(form.country, form.vacations),
        )
        if form.zone == FOLLOW_SLACK:
            return changed.following_slack()
        return changed.moved_to(form.zone, ZoneSource.OWN)

    async def pause(self, person: Person, *, paused: bool) -> Outlook:
        """Stop everything unasked, or let it come again; nothing that was kept is touched.

        To resume also ends what was snoozed.
        """
        return await self._change(
            person,
            lambda learner: learner.on_pause() if paused else learner.resumed(),
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

    async def outlook(self, person: Person) -> Outlook:
        """What comes next, soonest first, and what rests."""
        return await self._store.read(
            lambda records: outlook(records, learner_of(records, person), self._clock.now())
        )

    async def _change(self, person: Person, change: Callable[[Learner], Learner]) -> Outlook:
        return await self._store.write(
            lambda records: self._saved(records, change(learner_of(records, person)))
        )

    def _saved(self, records: Records, learner: Learner) -> Outlook:
        now = self._clock.now()
        records.save_learner(learner)
        subscribe_learner(records, learner, now)
        return outlook(records, learner, now)

    # -- silence ----------------------------------------------------------------------------

    async def noticed(self, person: Person) -> None:
        """Somebody has given a sign of life; what was counted begins anew."""
        learner = await self.learner(person)
        if learner is not None and learner.heard() != learner:
            await self._store.write(lambda records: self._noticed(records, person))

    def _noticed(self, records: Records, person: Person) -> None:
        learner = records.learner(person)
        if learner is not None:
            records.save_learner(learner.heard())

    def reached(self, records: Records, delivery: Delivery) -> None:
        """A message has arrived: one more without a sign of life, and the coach may rest now."""
        learner = records.learner(_addressed(delivery))
        if learner is None:
            return
        after = learner.reached(delivery.kind, delivery.label, self._defaults.patience)
        if after != learner:
            records.save_learner(after)
        if after.paused and not learner.paused:
            subscribe_learner(records, after, self._clock.now())

    def announcing(self, compose: Compose) -> Compose:
        """What composes a message, saying with the last one for now that the coach rests then."""

        def composed(records: Records, delivery: Delivery) -> Composed | None:
            found, learner = compose(records, delivery), records.learner(_addressed(delivery))
            if found is None or learner is None:
                return found
            after = learner.reached(delivery.kind, delivery.label, self._defaults.patience)
            return replace(found, result=BeforeRest(found.result)) if after.paused else found

        return composed


def _addressed(delivery: Delivery) -> Person:
    return Person(delivery.target.workspace, delivery.target.address)


def _anchored(wanted: Rhythm, before: Rhythm, today: date) -> Rhythm:
    """The rhythm with every second week counted as before, or from the present week on."""
    if wanted.every is not Every.FORTNIGHT:
        return wanted
    return replace(wanted, anchor=before.anchor if before.every is wanted.every else today)
