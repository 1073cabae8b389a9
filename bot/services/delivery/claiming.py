"""Claiming: subscriptions whose time has come become deliveries."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot.domain.cadence import Occurrence
from bot.domain.deliveries import Subscription, sendable_until
from bot.domain.pacing import Pace
from bot.ports import ByRows, Clock, Ids, Meter, Planned, Records, Store

log = structlog.get_logger(__name__)

BATCH = 1_000
"""Subscriptions in one transaction: many, since the commit costs more than the rows."""


@dataclass(eq=False)
class Claimer:
    """Makes a delivery of each due subscription, and plans its next one."""

    store: Store
    clock: Clock
    ids: Ids
    pace: Pace
    meter: Meter

    async def claim(self) -> bool:
        """Claim a batch; whether there may be more."""
        number = await self.store.write(ByRows(self._claim))
        self.meter.claimed(number)
        return number == BATCH

    def _claim(self, records: Records) -> int:
        now = self.clock.now()
        ended = {standing.workspace for standing in records.standings() if standing.ended}
        plan = partial(_planned, now=now)
        return records.claim(now, BATCH, plan, self.ids.new, self.pace.spread, ended)


def _planned(subscription: Subscription, now: datetime) -> Planned:
    """The latest occurrence only: after a long sleep there is no burst."""
    try:
        latest = subscription.latest(now)
        expires = sendable_until(subscription.kind, latest.label, latest.due, subscription.zone)
        if now > expires:
            following = subscription.following(now, latest)
            return Planned(latest.label, latest.due, "too_late", following, latest)
        # What goes late counts from now: the next one must not come within twelve hours of it.
        last = Occurrence(latest.label, max(latest.due, now))
        return Planned(latest.label, latest.due, None, subscription.following(now, last), last)
    except ValueError as error:
        return _unplannable(subscription, error)


def _unplannable(subscription: Subscription, error: ValueError) -> Planned:
    """A zone that the zone data no longer knows: this one rests, and nobody waits for it."""
    if subscription.next is None:
        raise error
    log.error("subscription_unplannable", kind=subscription.kind, zone=subscription.zone)
    planned = subscription.next
    return Planned(planned.label, planned.due, "unknown_zone", None, planned)
