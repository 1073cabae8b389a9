"""The tick: what is due becomes delivery rows, and rows that may go are handed to the courier."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from bot.domain.cadence import DAY_ENDS, local_date, occurrence, zone_of
from bot.domain.deliveries import Delivery, State, Subscription, sendable_until
from bot.domain.errors import Busy, DeliveryMoved, Uncertain
from bot.ports import Clock, Ids, Records, Store
from bot.services.courier import Courier, Ready, Topic, Topics, one_row

log = structlog.get_logger(__name__)

BATCH = 500


@dataclass(frozen=True, slots=True)
class _Taken:
    """Rows that may go now, and how many were looked at: fewer than a batch means no more."""

    ready: tuple[Ready, ...]
    looked_at: int


@dataclass(eq=False)
class Dispatcher:
    """One tick claims, takes and sends. Nothing is scheduled per person; rows decide.

    `unasked_per_day` caps what a target gets in one local day.
    """

    store: Store
    courier: Courier
    clock: Clock
    ids: Ids
    topics: Topics
    unasked_per_day: int
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next_due(self) -> datetime | None:
        """The next instant at which a tick would find something to do."""
        return await self.store.read(lambda records: records.next_due())

    async def tick(self) -> int:
        """Do everything that is due now; how many messages were settled. One tick at a time."""
        async with self._one_at_a_time:
            try:
                return await self._tick()
            except (Busy, Uncertain, DeliveryMoved) as error:
                # The rows are still there; the next tick goes on where this one stopped.
                log.warning("tick_interrupted", reason=type(error).__name__)
                return 0

    async def _tick(self) -> int:
        await self.courier.reconcile()
        if not await self.store.read(self._anything_due):
            return 0
        while await self.store.write(self._claim) == BATCH:
            pass
        sent = 0
        looked_at = BATCH
        while looked_at == BATCH:
            taken = await self._take_batch()
            await self.courier.deliver(taken.ready)
            sent, looked_at = sent + len(taken.ready), taken.looked_at
        return sent

    def _anything_due(self, records: Records) -> bool:
        due = records.next_due()
        return due is not None and due <= self.clock.now()

    # -- claim: subscriptions whose time has come become deliveries ---------------------------

    def _claim(self, records: Records) -> int:
        now = self.clock.now()
        due = records.due_subscriptions(now, BATCH)
        for subscription in due:
            self._claim_one(records, subscription, now)
        return len(due)

    def _claim_one(self, records: Records, subscription: Subscription, now: datetime) -> None:
        """Deliver the latest occurrence only: after a long sleep there is no burst."""
        if subscription.next is None:
            return
        latest = subscription.latest(now)
        expires = sendable_until(subscription.kind, latest.label, latest.due, subscription.zone)
        records.add_delivery(
            Delivery(
                id=self.ids.new(),
                target=subscription.target,
                kind=subscription.kind,
                label=latest.label,
                zone=subscription.zone,
                due=latest.due,
                state=State.DUE if now <= expires else State.SKIPPED,
                not_before=now,
                changed_at=now,
                error=None if now <= expires else "too_late",
            )
        )
        following = subscription.following(now, latest)
        records.save_subscription(replace(subscription, next=following, last=latest))

    # -- take: deliveries are composed and marked as being sent, in one transaction -----------

    async def _take_batch(self) -> _Taken:
        """A batch in one transaction; one row a transaction when one of them is broken."""
        with one_row():
            return await self.store.write(lambda records: self._take(records, self._open(records)))
        rows = await self.store.read(self._open)
        ready: list[Ready] = []
        for delivery in rows:
            with one_row(delivery) as row:
                taken = await self.store.write(partial(self._take, deliveries=(delivery,)))
                ready += taken.ready
            if row.broken:
                await self.courier.settle_broken(delivery)
        return _Taken(tuple(ready), len(rows))

    def _open(self, records: Records) -> Sequence[Delivery]:
        return records.open_deliveries(self.clock.now(), BATCH)

    def _take(self, records: Records, deliveries: Sequence[Delivery]) -> _Taken:
        now = self.clock.now()
        held = records.held_workspaces(now)
        ready = []
        for delivery in deliveries:
            until = held.get(delivery.target.workspace)
            if until is not None:
                records.save_delivery(replace(delivery, not_before=until))
            elif (taken := self._take_one(records, delivery, now)) is not None:
                ready.append(taken)
        return _Taken(tuple(ready), len(deliveries))

    def _take_one(self, records: Records, delivery: Delivery, now: datetime) -> Ready | None:
        topic = self.topics[delivery.kind]
        refusal = self._refusal(records, topic, delivery, now)
        composed = None if refusal else topic.compose(records, delivery)
        if composed is None:
            reason = refusal or "not_wanted"
            changed = replace(delivery, state=State.SKIPPED, error=reason, changed_at=now)
            records.save_delivery(changed)
            return None
        sending = replace(
            delivery,
            state=State.SENDING,
            attempts=delivery.attempts + 1,
            content_id=composed.content_id,
            changed_at=now,
        )
        records.save_delivery(sending)
        return Ready(sending, composed.result)

    def _refusal(
        self, records: Records, topic: Topic, delivery: Delivery, now: datetime
    ) -> str | None:
        if now > sendable_until(delivery.kind, delivery.label, delivery.due, delivery.zone):
            return "too_late"
        zone = zone_of(delivery.zone)
        morning = occurrence(local_date(now, zone), DAY_ENDS, zone)
        capped = [kind for kind, other in self.topics.items() if other.capped]
        sent = records.sent_since(delivery.target, morning, capped)
        return "daily_cap" if topic.capped and sent >= self.unasked_per_day else None
