"""What comes in the next time for a person, and what rests meanwhile."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from bot.domain.cadence import Every
from bot.domain.deliveries import REMINDERS, Kind, Target
from bot.domain.learners import Learner, Person
from bot.domain.rests import public_holidays
from bot.domain.snoozes import PERSONAL
from bot.ports import Records
from bot.services.results import NextSend, Outlook, Rest, RestReason
from bot.services.rhythms import target_of

SHOWN = 5
"""How many of the next sends are listed."""

SNOOZED = frozenset({*PERSONAL, *REMINDERS.values()})
"""What may wait for later today."""


def next_sends(records: Records, learner: Learner, now: datetime) -> tuple[NextSend, ...]:
    """What comes next for a person, of each kind, soonest first."""
    return _in_order([*_waiting(records, learner, now), *_regular(records, learner, 1)])


def outlook(records: Records, learner: Learner, now: datetime) -> Outlook:
    """The next sends over all kinds, at least one of each, and what rests meanwhile."""
    found = _in_order(
        [
            *_waiting(records, learner, now),
            *_regular(records, learner, SHOWN),
            *_of_groups(records, learner.person),
        ]
    )
    firsts = {send.kind: send for send in reversed(found)}
    sends = _in_order({*found[:SHOWN], *firsts.values()})
    until = sends[-1].due if sends else now
    return Outlook(sends, tuple(rests_of(learner, learner.today(now), learner.today(until))))


def _in_order(sends: Iterable[NextSend]) -> tuple[NextSend, ...]:
    return tuple(sorted(sends, key=lambda send: (send.due, send.kind)))


def _waiting(records: Records, learner: Learner, now: datetime) -> list[NextSend]:
    """What was snoozed until later today."""
    if learner.left_alone:
        return []
    rows = records.waiting_deliveries(target_of(learner.person))
    return [
        NextSend(row.kind, row.not_before, row.zone)
        for row in rows
        if row.not_before > now and row.kind in SNOOZED
    ]


def _regular(records: Records, learner: Learner, count: int) -> Iterator[NextSend]:
    for kind in PERSONAL:
        subscription = records.subscription(target_of(learner.person), kind)
        coming = subscription.next if subscription else None
        for _ in range(count):
            if subscription is None or coming is None:
                break
            yield NextSend(kind, coming.due, subscription.zone)
            coming = subscription.following(coming.due, coming)


def _of_groups(records: Records, person: Person) -> Iterator[NextSend]:
    for group in records.groups_of(person):
        target = Target(group.place.workspace, group.place.channel)
        subscription = records.subscription(target, Kind.GROUP_SESSION)
        if subscription is not None and subscription.next is not None:
            yield NextSend(Kind.GROUP_SESSION, subscription.next.due, subscription.zone)


def rests_of(learner: Learner, today: date, until: date) -> Iterator[Rest]:
    """What rests from today on: everything, a kind, and the days off in the time that is shown."""
    if learner.paused:
        yield Rest(RestReason.SILENCE if learner.silence.resting else RestReason.PAUSED)
        return
    if learner.unasked_per_day == 0:
        yield Rest(RestReason.NONE_WANTED)
        return
    for kind in PERSONAL:
        snoozed = learner.rests_of(kind).until
        if learner.rhythm_of(kind).every is Every.NEVER:
            yield Rest(RestReason.OFF, kind)
        elif snoozed is not None and snoozed > today:
            yield Rest(RestReason.SNOOZED, kind, today, snoozed - timedelta(days=1))
    for away in learner.rests.vacations:
        if away.last >= today:
            yield Rest(RestReason.VACATION, None, away.first, away.last)
    yield from _holidays(learner, today, until)


def _holidays(learner: Learner, today: date, until: date) -> Iterator[Rest]:
    """The next public holidays on which a prompt would have come."""
    country, years = learner.rests.country, range(today.year, until.year + 1)
    days = (found for year in years for found in sorted(public_holidays(country, year).items()))
    free = (
        Rest(RestReason.HOLIDAY, Kind.DAILY_PROMPT, day, day, name)
        for day, name in days
        if today <= day <= until and learner.prompts.wants(day)
    )
    return islice(free, SHOWN)
