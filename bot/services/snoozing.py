"""Snoozes: what has not come yet moves, what has come already comes once more the same day."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.cadence import Occurrence
from bot.domain.deliveries import REMINDERS, Kind, State, Subscription
from bot.domain.errors import NothingToSnooze, SnoozedOnce, SnoozeOutOfRange, SnoozeTooLate
from bot.domain.learners import Learner, Person
from bot.domain.prompts import Assignment
from bot.domain.snoozes import LONGEST, Snooze, Until, ends_on, later_today
from bot.ports import Clock, Ids, Records, Store
from bot.services.outlooks import next_sends
from bot.services.planning import week_of
from bot.services.results import Snoozed
from bot.services.rhythms import learner_of, planned, subscribe_learner, target_of


@dataclass(frozen=True, slots=True)
class Snoozing:
    """Use cases of being left alone for a while."""

    store: Store
    clock: Clock
    ids: Ids

    async def snooze(self, person: Person, wish: Snooze, prompt_id: str | None = None) -> Snoozed:
        """Leave somebody alone; `prompt_id` is the prompt that lies before them, if any.

        Raises SnoozeOutOfRange, SnoozeTooLate, NothingToSnooze or SnoozedOnce, and then changes
        nothing.
        """
        return await self.store.write(
            lambda records: self._snooze(records, person, wish, prompt_id)
        )

    def _snooze(
        self, records: Records, person: Person, wish: Snooze, prompt_id: str | None
    ) -> Snoozed:
        now = self.clock.now()
        learner = self._awake(records, person)
        if learner.left_alone and wish.until is not Until.NEVER:
            raise NothingToSnooze
        if wish.until is Until.LATER:
            self._until_later(records, learner, wish, prompt_id)
        else:
            learner = _left_alone(learner, wish, learner.today(now))
            records.save_learner(learner)
            subscribe_learner(records, learner, now)
            _bring_back(records, learner, wish, prompt_id)
        wanted = {*wish.kinds, *(REMINDERS[kind] for kind in wish.kinds)}
        sends = [send for send in next_sends(records, learner, now) if send.kind in wanted]
        return Snoozed(wish.kinds, sends)

    def _awake(self, records: Records, person: Person) -> Learner:
        """The learner; who says when to go on has ended the rest that their silence began."""
        learner = learner_of(records, person)
        if not learner.silence.resting:
            return learner
        learner = learner.resumed()
        records.save_learner(learner)
        subscribe_learner(records, learner, self.clock.now())
        return learner

    # -- later today --------------------------------------------------------------------------

    def _until_later(
        self, records: Records, learner: Learner, wish: Snooze, prompt_id: str | None
    ) -> None:
        moved = [self._later(records, learner, kind, prompt_id) for kind in wish.kinds]
        if not any(moved):
            raise NothingToSnooze

    def _later(self, records: Records, learner: Learner, kind: Kind, prompt_id: str | None) -> bool:
        """Move today's message of a kind, or have it come once more; whether there was one."""
        now = self.clock.now()
        target, label = target_of(learner.person), learner.today(now)
        row = records.delivery(target, kind, label)
        subscription = records.subscription(target, kind)
        if row is not None and row.state is State.DUE:
            at = _later_at(row.not_before, now, learner)
            records.save_delivery(replace(row, due=at, not_before=at, changed_at=now))
            return True
        coming = subscription.next if subscription else None
        if subscription and coming and coming.label == label and row is None:
            self._claim(records, learner, subscription, coming, now)
            return True
        content_id = _arrived(records, learner, kind, label, prompt_id)
        if content_id is not None:
            self._remind(records, learner, REMINDERS[kind], content_id, now)
        return content_id is not None

    def _claim(
        self,
        records: Records,
        learner: Learner,
        subscription: Subscription,
        coming: Occurrence,
        now: datetime,
    ) -> None:
        """What would come today becomes a delivery now, to be sent later: once for its date."""
        at = _later_at(coming.due, now, learner)
        records.add_delivery(planned(self.ids, learner, subscription.kind, now, at))
        last = Occurrence(coming.label, at)
        following = subscription.following(at, last)
        records.save_subscription(replace(subscription, next=following, last=last))

    def _remind(
        self, records: Records, learner: Learner, kind: Kind, content_id: str, now: datetime
    ) -> None:
        at = _later_at(now, now, learner)
        row = replace(planned(self.ids, learner, kind, now, at), content_id=content_id)
        if records.add_delivery(row):
            return
        waiting = records.delivery(row.target, kind, row.label)
        if waiting is None or waiting.state is not State.DUE:
            raise SnoozedOnce
        records.save_delivery(
            replace(waiting, due=at, not_before=at, changed_at=now, content_id=content_id)
        )


def _later_at(planned_for: datetime, now: datetime, learner: Learner) -> datetime:
    at = later_today(planned_for, now, learner.zone)
    if at is None:
        raise SnoozeTooLate
    return at


def _arrived(
    records: Records, learner: Learner, kind: Kind, label: date, prompt_id: str | None
) -> str | None:
    """What of a kind lies before somebody today: the id of the prompt, or the check-in's week."""
    if kind is Kind.DAILY_PROMPT:
        given = records.assignment(learner.person, label)
        return prompt_id or (given.prompt_id if given else None)
    asked = records.delivery(target_of(learner.person), kind, label)
    return week_of(label).isoformat() if asked is not None else None


# -- longer ------------------------------------------------------------------------------------


def _left_alone(learner: Learner, wish: Snooze, today: date) -> Learner:
    if wish.until is Until.NEVER:
        return learner.without(wish.kinds)
    until = ends_on(wish.until, today, learner.rests.country)
    if not today < until <= today + LONGEST:
        raise SnoozeOutOfRange
    return learner.snoozed(wish.kinds, until)


def _bring_back(records: Records, learner: Learner, wish: Snooze, prompt_id: str | None) -> None:
    """The prompt that lay before somebody comes back as the next one, unless it is answered."""
    subscription = records.subscription(target_of(learner.person), Kind.DAILY_PROMPT)
    if prompt_id is None or Kind.DAILY_PROMPT not in wish.kinds or subscription is None:
        return
    if subscription.next is None or records.answer_to(learner.person, prompt_id) is not None:
        return
    label = subscription.next.label
    if records.assignment(learner.person, label) is None:
        records.save_assignment(Assignment(learner.person, label, prompt_id))
