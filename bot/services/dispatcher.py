"""Sends what is due: claims rows, posts each message once, and settles what became of it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.cadence import (
    DAY_ENDS,
    Occurrence,
    local_date,
    next_occurrence,
    occurrence,
    occurrences,
    zone_of,
)
from bot.domain.deliveries import (
    RECONCILE_AFTER,
    Delivery,
    Kind,
    State,
    Subscription,
    retry_at,
    sendable_until,
)
from bot.domain.errors import Busy, DeliveryMoved, Uncertain
from bot.ports import (
    Arrived,
    Clock,
    Ids,
    Message,
    Messenger,
    Records,
    SendRefused,
    SendUncertain,
    Store,
)
from bot.services.results import Composed

log = structlog.get_logger(__name__)

BATCH = 500
IN_FLIGHT = 5

Compose = Callable[[Records, Delivery], Composed | None]
Render = Callable[[object], Message]


@dataclass(frozen=True, slots=True)
class Topic:
    """How one kind of delivery is filled, and what happens once it has arrived."""

    compose: Compose
    arrived: Callable[[Records, Delivery], None] | None = None
    capped: bool = True


@dataclass(frozen=True, slots=True)
class _Ready:
    delivery: Delivery
    result: object


@dataclass(eq=False)
class Dispatcher:
    """One tick claims, sends and settles. Nothing is scheduled per person; rows decide.

    `unasked_per_day` caps what a target gets in one local day.
    """

    store: Store
    messenger: Messenger
    clock: Clock
    ids: Ids
    topics: Mapping[Kind, Topic]
    render: Render
    unasked_per_day: int
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next_due(self) -> datetime | None:
        """The next instant at which a tick would find something to do."""
        return await self.store.read(lambda records: records.next_due())

    async def tick(self) -> int:
        """Do everything that is due now; how many messages were settled. One tick at a time."""
        async with self._one_at_a_time:
            settled = 0
            try:
                await self._reconcile()
                if not await self.store.read(self._anything_due):
                    return 0
                while await self.store.write(self._claim):
                    pass
                while ready := await self.store.write(self._take):
                    await self._send_all(ready)
                    settled += len(ready)
            except (Busy, Uncertain, DeliveryMoved) as error:
                # The rows are still there; the next tick goes on where this one stopped.
                log.warning("tick_interrupted", reason=type(error).__name__)
            return settled

    def _anything_due(self, records: Records) -> bool:
        due = records.next_due()
        return due is not None and due <= self.clock.now()

    # -- claim: subscriptions whose time has come become deliveries ---------------------------

    def _claim(self, records: Records) -> int:
        now = self.clock.now()
        due = records.due_subscriptions(now, BATCH)
        for subscription in due:
            self._claim_one(records, subscription, now)
        return len(due) if len(due) == BATCH else 0

    def _claim_one(self, records: Records, subscription: Subscription, now: datetime) -> None:
        """Deliver the latest occurrence only: after a long sleep there is no burst."""
        if subscription.next is None:
            return
        latest = _latest(subscription, subscription.next, now)
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
        zone = zone_of(subscription.zone)
        following = next_occurrence(subscription.rhythm, zone, now, latest)
        records.save_subscription(replace(subscription, next=following, last=latest))

    # -- take: deliveries are composed and marked as being sent, in one transaction -----------

    def _take(self, records: Records) -> Sequence[_Ready]:
        now = self.clock.now()
        held = records.held_workspaces(now)
        taken = []
        for delivery in records.open_deliveries(now, BATCH):
            until = held.get(delivery.target.workspace)
            if until is not None:
                records.save_delivery(replace(delivery, not_before=until))
                continue
            ready = self._take_one(records, delivery, now)
            if ready is not None:
                taken.append(ready)
        return taken

    def _take_one(self, records: Records, delivery: Delivery, now: datetime) -> _Ready | None:
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
        return _Ready(sending, composed.result)

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

    # -- send and settle ------------------------------------------------------------------------

    async def _send_all(self, ready: Sequence[_Ready]) -> None:
        """A few targets at a time, each target's messages in their order."""
        lanes: dict[object, list[_Ready]] = {}
        for entry in ready:
            lanes.setdefault(entry.delivery.target, []).append(entry)
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def run(lane: list[_Ready]) -> None:
            async with gate:
                for entry in lane:
                    await self._send(entry)

        ended = await asyncio.gather(
            *(run(lane) for lane in lanes.values()), return_exceptions=True
        )
        for outcome in ended:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _send(self, ready: _Ready) -> None:
        delivery = ready.delivery
        try:
            message = self.render(ready.result)
            arrived = await self.messenger.send(delivery.target, message, delivery.id)
        except SendRefused as error:
            await self._settle_refused(delivery, error)
        except SendUncertain:
            # It stays in `sending`: only Slack's history can tell whether it arrived.
            log.warning("delivery_uncertain", delivery=delivery.id, kind=delivery.kind)
        except Exception:  # one bad row must never hold up the others
            log.exception("delivery_broken", delivery=delivery.id, kind=delivery.kind)
            await self._settle_refused(delivery, SendRefused("broken", None))
        else:
            await self._settle_arrived(delivery, arrived)

    async def _settle_arrived(self, delivery: Delivery, arrived: Arrived) -> None:
        sent = replace(
            delivery,
            state=State.SENT,
            channel=arrived.channel,
            ts=arrived.ts,
            changed_at=self.clock.now(),
        )
        after = self.topics[delivery.kind].arrived

        def work(records: Records) -> None:
            records.save_delivery(sent)
            if after is not None:
                after(records, sent)

        await self.store.write(work)
        log.info("delivery_sent", delivery=sent.id, kind=sent.kind, label=str(sent.label))

    async def _settle_refused(self, delivery: Delivery, error: SendRefused) -> None:
        now = self.clock.now()
        again = retry_at(delivery.attempts, now) if error.wait is not None else None
        if again is None:
            changed = replace(delivery, state=State.FAILED, error=error.code, changed_at=now)
        else:
            again = max(again, now + timedelta(seconds=error.wait or 0))
            changed = replace(
                delivery, state=State.DUE, error=error.code, not_before=again, changed_at=now
            )

        def work(records: Records) -> None:
            records.save_delivery(changed)
            if error.code == "ratelimited" and error.wait is not None:
                until = now + timedelta(seconds=error.wait)
                records.hold_workspace(delivery.target.workspace, until)

        await self.store.write(work)
        log.warning("delivery_refused", delivery=delivery.id, code=error.code, state=changed.state)

    # -- reconcile: ask Slack about what was being sent when something broke --------------------

    async def _reconcile(self) -> None:
        before = self.clock.now() - RECONCILE_AFTER
        stuck = await self.store.read(lambda records: records.stuck_deliveries(before, BATCH))
        for delivery in stuck:
            await self._reconcile_one(delivery)

    async def _reconcile_one(self, delivery: Delivery) -> None:
        try:
            found = await self.messenger.find(delivery.target, delivery.id, delivery.due)
        except SendUncertain:
            return
        except SendRefused as error:
            await self._settle_unknown(delivery, error.code)
            return
        if found is not None:
            await self._settle_arrived(delivery, found)
            return
        await self._settle_refused(delivery, SendRefused("never_arrived", 0.0))

    async def _settle_unknown(self, delivery: Delivery, code: str) -> None:
        unknown = replace(delivery, state=State.UNKNOWN, error=code, changed_at=self.clock.now())
        await self.store.write(lambda records: records.save_delivery(unknown))
        log.error("delivery_unknown", delivery=delivery.id, code=code)


def _latest(subscription: Subscription, first: Occurrence, now: datetime) -> Occurrence:
    """The last occurrence that is due by now, from the first one that was planned."""
    latest = first
    zone = zone_of(subscription.zone)
    for candidate in occurrences(subscription.rhythm, zone, first.due):
        if candidate.due > now:
            return latest
        latest = candidate
    return latest
