"""Settling: what became of posts is saved, with what follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from bot.domain.deliveries import HEAL_AFTER, Delivery, State
from bot.domain.errors import DeliveryMoved
from bot.ports import Arrived, ByRows, Clock, Meter, Records, Sent, Store
from bot.services.delivery.taking import Topics, one_row

log = structlog.get_logger(__name__)

After = Callable[[Records], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery stands after a try, and what else is to be done in the same transaction.

    What else there is happens only if the delivery could be saved: it may be gone meanwhile.
    One that has arrived, and has no more to it, is `sent`.
    """

    delivery: Delivery | None = None
    after: After | None = None
    sent: Sent | None = None


@dataclass(eq=False)
class Settler:
    """Saves outcomes, many in one transaction."""

    store: Store
    clock: Clock
    topics: Topics
    meter: Meter

    def arrived(self, delivery: Delivery, arrived: Arrived) -> Outcome:
        """It stands in its conversation."""
        now = self.clock.now()
        self.meter.sent(delivery.kind, (now - delivery.due).total_seconds())
        # Only one that was sent twice can have a double.
        heal_at = None if delivery.heal_at is None else now + HEAL_AFTER[0]
        hook = self.topics[delivery.kind].arrived
        if hook is None:
            return Outcome(sent=Sent(delivery, arrived, now, heal_at))
        sent = replace(
            delivery,
            state=State.SENT,
            channel=arrived.channel,
            ts=arrived.ts,
            changed_at=now,
            error=None,
            heal_at=heal_at,
        )
        return Outcome(sent, lambda records: hook(records, sent))

    async def save(self, outcomes: Sequence[Outcome]) -> None:
        """Save what became of deliveries; one a transaction when one of them breaks."""
        log.info("deliveries_settled", number=len(outcomes))
        with one_row() as all_of_them:
            await self.store.write(_work(outcomes))
        if not all_of_them.broken:
            return
        for outcome in outcomes:
            with one_row(outcome.delivery) as row:
                await self.store.write(partial(_save, outcomes=(outcome,)))
            if row.broken:
                bare = (replace(outcome, after=None),)
                await self.store.write(partial(_save, outcomes=bare))


def _work(outcomes: Sequence[Outcome]) -> Callable[[Records], None]:
    """What follows from an arrival reads what it changes, and so wants to be alone."""
    work = partial(_save, outcomes=outcomes)
    return work if any(outcome.after for outcome in outcomes) else ByRows(work)


def _save(records: Records, outcomes: Sequence[Outcome]) -> None:
    records.mark_sent([outcome.sent for outcome in outcomes if outcome.sent])
    records.save_deliveries([o.delivery for o in outcomes if o.delivery and not o.after])
    for outcome in outcomes:
        if outcome.after is not None and _saved(records, outcome.delivery):
            outcome.after(records)


def _saved(records: Records, delivery: Delivery | None) -> bool:
    try:
        return delivery is None or records.save_delivery(delivery)
    except DeliveryMoved as moved:
        # Somebody else has settled it; what follows from it was their matter too.
        log.warning("delivery_moved", reason=str(moved))
        return False
