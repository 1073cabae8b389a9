"""Keeps what is sent unasked in step with what people chose: one subscription a kind."""

from datetime import date, datetime, timedelta

from bot.domain.cadence import Occurrence, Rhythm, next_occurrence, occurrence, zone_of
from bot.domain.deliveries import Delivery, Kind, State, Subscription, Target
from bot.domain.errors import NotStarted
from bot.domain.learners import Learner, Person
from bot.ports import Ids, Records
from bot.services.results import NextSend

PERSONAL = (Kind.DAILY_PROMPT, Kind.WEEKLY_CHECKIN)

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


def subscribe(
    records: Records,
    target: Target,
    kind: Kind,
    rhythm: Rhythm,
    zone: str,
    after: datetime,
) -> Subscription:
    """Create or move a subscription; what was sent last still counts, so nothing comes twice.

    An occurrence that is due already, but not yet claimed by the dispatcher, is kept: changing a
    setting in that second must not lose it.
    """
    old = records.subscription(target, kind)
    last = old.last if old else None
    following = next_occurrence(rhythm, zone_of(zone), after, last)
    if old is not None and old.next is not None and old.next.due <= after and rhythm.days:
        following = old.next
    subscription = Subscription(target, kind, zone, rhythm, following, last)
    records.save_subscription(subscription)
    return subscription


def subscribe_learner(records: Records, learner: Learner, now: datetime) -> None:
    """Bring both rhythms of a learner up to date; a pause puts them to rest."""
    resting = Rhythm(frozenset(), learner.prompts.at)
    first_check_in = max(now, learner.started_at + BEFORE_FIRST_CHECK_IN)
    for kind, rhythm, after in (
        (Kind.DAILY_PROMPT, learner.prompts, now),
        (Kind.WEEKLY_CHECKIN, learner.checkins, first_check_in),
    ):
        wanted = resting if learner.paused else rhythm
        subscribe(records, target_of(learner.person), kind, wanted, learner.zone, after)


def given_today(records: Records, learner: Learner, label: date, now: datetime) -> None:
    """Note that today's prompt was already given on request, so that it does not come again."""
    target = target_of(learner.person)
    subscription = records.subscription(target, Kind.DAILY_PROMPT)
    if subscription is None:
        return
    zone = zone_of(learner.zone)
    last = Occurrence(label, occurrence(label, subscription.rhythm.at, zone))
    following = next_occurrence(subscription.rhythm, zone, now, last)
    moved = Subscription(
        target, Kind.DAILY_PROMPT, learner.zone, subscription.rhythm, following, last
    )
    records.save_subscription(moved)


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
        Delivery(
            id=ids.new(),
            target=target_of(learner.person),
            kind=kind,
            label=learner.today(now),
            zone=learner.zone,
            due=now,
            state=State.DUE,
            not_before=now,
            changed_at=now,
            content_id=content_id,
        )
    )


def next_sends(records: Records, learner: Learner) -> tuple[NextSend, ...]:
    """What comes next for a person, soonest first."""
    found = (records.subscription(target_of(learner.person), kind) for kind in PERSONAL)
    sends = [NextSend(sub.kind, sub.next.due, sub.zone) for sub in found if sub and sub.next]
    return tuple(sorted(sends, key=lambda send: send.due))
