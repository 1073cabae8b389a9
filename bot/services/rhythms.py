"""Keeps what is sent unasked in step with what people chose: one subscription a kind."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.cadence import MIN_GAP, Occurrence, occurrence, zone_of
from bot.domain.deliveries import (
    Delivery,
    Kind,
    State,
    Subscription,
    Target,
    sendable_until,
)
from bot.domain.errors import NotStarted
from bot.domain.learners import Learner, Person
from bot.ports import Ids, Records

BEFORE_FIRST_CHECK_IN = timedelta(days=3)
"""Nobody is asked to look back on a week that has hardly begun."""


def target_of(person: Person) -> Target:
    """Where a person's unasked messages go: their DM, addressed by their user id."""
    return Target(person.workspace, person.user)


def learner_of(records: Records, person: Person) -> Learner:
    """The learner; raises NotStarted for somebody who has not started."""
    learner = records.learner(person)
    if learner is None:
        raise NotStarted
    return learner


def subscribe(records: Records, wish: Subscription, after: datetime) -> Subscription:
    """Create or move a subscription; what was sent last still counts, so nothing comes twice.

    `next` and `last` of the wish are worked out here. A target that can't be reached gets nothing
    until it is woken.
    """
    old = records.subscription(wish.target, wish.kind)
    last = old.last if old else None
    following = _unclaimed(old, wish, after) or _jumped_over(old, wish, after)
    following = following or wish.following(after, last)
    if records.resting(wish.target) is not None:
        following = None
    subscription = replace(wish, next=following, last=last)
    records.save_subscription(subscription)
    return subscription


def _unclaimed(old: Subscription | None, wish: Subscription, now: datetime) -> Occurrence | None:
    """What is due already and was not yet claimed by the dispatcher.

    Changing a setting in that second must not lose it, unless it is to rest now. In another zone
    it belongs to the date that it is there.
    """
    due = old.next if old else None
    if old is None or due is None or due.due > now or wish.rhythm.rests:
        return None
    if old.zone != wish.zone:
        here = due.due.astimezone(zone_of(wish.zone)).date()
        due = Occurrence(here, due.due)
    came = old.last is not None and due.label <= old.last.label
    return None if came or wish.rests.covers(due.label) else due


def _jumped_over(old: Subscription | None, wish: Subscription, now: datetime) -> Occurrence | None:
    """What was to come, and whose time has passed in the zone that somebody has come to.

    It comes at once, while it is worth sending: who flies east must not lose a week's check-in.
    """
    missed = old.next if old else None
    if old is None or missed is None or old.zone == wish.zone or old.rhythm != wish.rhythm:
        return None
    due = occurrence(missed.label, wish.rhythm.at, zone_of(wish.zone))
    if due > now or now > sendable_until(wish.kind, missed.label, due, wish.zone):
        return None
    if old.last is not None and now - old.last.due < MIN_GAP:
        return None
    return None if wish.rests.covers(missed.label) else Occurrence(missed.label, due)


def subscribe_learner(records: Records, learner: Learner, now: datetime) -> None:
    """Bring both rhythms of a learner up to date; a pause puts them to rest."""
    first_check_in = max(now, learner.started_at + BEFORE_FIRST_CHECK_IN)
    subscribe(records, wish_of(learner, Kind.DAILY_PROMPT), now)
    subscribe(records, wish_of(learner, Kind.WEEKLY_CHECKIN), first_check_in)


def wish_of(learner: Learner, kind: Kind) -> Subscription:
    """What a learner wants of one kind, before it is worked out when it comes next."""
    rhythm = learner.rhythm_of(kind)
    return Subscription(
        target=target_of(learner.person),
        kind=kind,
        zone=learner.zone,
        rhythm=replace(rhythm, days=frozenset()) if learner.left_alone else rhythm,
        next=None,
        rests=learner.rests_of(kind),
        unasked_per_day=learner.unasked_per_day,
    )


def given_today(records: Records, learner: Learner, label: date, now: datetime) -> None:
    """Note that today's prompt was already given on request, so that it does not come again."""
    target = target_of(learner.person)
    subscription = records.subscription(target, Kind.DAILY_PROMPT)
    if subscription is None:
        return
    zone = zone_of(learner.zone)
    last = Occurrence(label, occurrence(label, subscription.rhythm.at, zone))
    if subscription.last is not None and subscription.last.label > label:
        last = subscription.last  # after a flight west, today is a date that was had already
    following = subscription.following(now, last)
    records.save_subscription(replace(subscription, next=following, last=last))
    waiting = records.delivery(target, Kind.DAILY_PROMPT, label)
    if waiting is not None and waiting.state is State.DUE:
        records.save_delivery(
            replace(waiting, state=State.SKIPPED, error="given_on_request", changed_at=now)
        )


def send_now(
    records: Records,
    ids: Ids,
    learner: Learner,
    kind: Kind,
    now: datetime,
    content_id: str | None = None,
) -> None:
    """Put a message on its way at once; the row stands before anything is acknowledged."""
    records.add_delivery(
        replace(planned(ids, learner, kind, now, at=now), content_id=content_id),
    )


def planned(ids: Ids, learner: Learner, kind: Kind, now: datetime, at: datetime) -> Delivery:
    """A message of today that is to be sent at an instant."""
    return Delivery(
        id=ids.new(),
        target=target_of(learner.person),
        kind=kind,
        label=learner.today(now),
        zone=learner.zone,
        due=at,
        state=State.DUE,
        not_before=at,
        changed_at=now,
    )
