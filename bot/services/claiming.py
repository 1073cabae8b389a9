"""Claiming: subscriptions whose time has come become deliveries."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from bot.domain.deliveries import Delivery, State, Subscription, Target, sendable_until
from bot.domain.pacing import Pace
from bot.ports import Clock, Ids, Meter, Records, Store

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
        number = await self.store.write(self._claim)
        self.meter.claimed(number)
        return number == BATCH

    def _claim(self, records: Records) -> int:
        now = self.clock.now()
        due = records.due_subscriptions(now, BATCH)
        if due:
            ended = {standing.workspace for standing in records.standings() if standing.ended}
            records.add_deliveries(self._deliveries(due, ended, now))
            records.move_subscriptions([_moved(subscription, now) for subscription in due])
        return len(due)

    def _deliveries(
        self, due: Sequence[Subscription], ended: Collection[str], now: datetime
    ) -> list[Delivery]:
        together = Counter(subscription.target.workspace for subscription in due)
        spreads = {name: self.pace.spread(number) for name, number in together.items()}
        return [
            self._delivery(
                each, spreads[each.target.workspace], each.target.workspace in ended, now
            )
            for each in due
        ]

    def _delivery(
        self, subscription: Subscription, spread: timedelta, ended: bool, now: datetime
    ) -> Delivery:
        """The latest occurrence only: after a long sleep there is no burst."""
        latest = subscription.latest(now)
        expires = sendable_until(subscription.kind, latest.label, latest.due, subscription.zone)
        why = "workspace_ended" if ended else None if now <= expires else "too_late"
        return Delivery(
            id=self.ids.new(),
            target=subscription.target,
            kind=subscription.kind,
            label=latest.label,
            zone=subscription.zone,
            due=latest.due,
            state=State.SKIPPED if why else State.DUE,
            not_before=now + spread * _place(subscription.target),
            changed_at=now,
            error=why,
        )


def _moved(subscription: Subscription, now: datetime) -> Subscription:
    latest = subscription.latest(now)
    return replace(subscription, next=subscription.following(now, latest), last=latest)


def _place(target: Target) -> float:
    """A target's own place from 0 to 1 among all that are due together, the same every day."""
    return crc32(f"{target.workspace} {target.address}".encode()) / 2**32
