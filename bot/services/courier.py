"""The courier: posts each taken delivery once, and finds out what became of it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.deliveries import RECONCILE_AFTER, Delivery, Kind, State, retry_at
from bot.domain.errors import Busy, DeliveryMoved, Uncertain
from bot.domain.remedies import Remedy
from bot.ports import (
    Arrived,
    Clock,
    Message,
    Messenger,
    Records,
    SendRefused,
    SendUncertain,
    Store,
)
from bot.services.results import Composed

log = structlog.get_logger(__name__)

IN_FLIGHT = 5
"""Posts under way at once in one workspace; each workspace has its own, so none delays another."""

RENEW_AFTER = timedelta(seconds=20)
"""A row that has waited so long since it was taken is stamped anew before it is sent, so that no
other dispatcher takes it for stuck."""

BATCH = 500

TRIED_AGAIN = (Remedy.WAIT, Remedy.BACK_OFF, Remedy.HOLD)

Compose = Callable[[Records, Delivery], Composed | None]
Render = Callable[[object], Message]


@dataclass(frozen=True, slots=True)
class Topic:
    """How one kind of delivery is filled, and what happens once it has arrived."""

    compose: Compose
    arrived: Callable[[Records, Delivery], None] | None = None
    capped: bool = True


Topics = Mapping[Kind, Topic]


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that is committed as being sent, and what it shows."""

    delivery: Delivery
    result: object


@dataclass(slots=True)
class Row:
    """Whether the work on one row broke."""

    broken: bool = False


@contextmanager
def one_row(delivery: Delivery | None = None) -> Iterator[Row]:
    """Work on one row: what breaks in it is logged and must never hold up the others.

    What the store says about itself concerns all rows and passes.
    """
    row = Row()
    try:
        yield row
    except (Busy, Uncertain, DeliveryMoved):
        raise
    except Exception:  # the tick's one broad except
        log.exception("delivery_broken", delivery=delivery.id if delivery else None)
        row.broken = True


_ORDER = {kind: place for place, kind in enumerate(Kind)}


def _turn(entry: Ready) -> tuple[datetime, int]:
    """Earlier ones first; of those due together, the kinds as they are listed: welcome first."""
    return entry.delivery.due, _ORDER[entry.delivery.kind]


@dataclass(eq=False)
class Courier:
    """Sends what was taken, settles it, and reconciles what was interrupted."""

    store: Store
    messenger: Messenger
    clock: Clock
    topics: Topics
    render: Render
    _held: dict[str, datetime] = field(default_factory=dict)

    async def deliver(self, ready: Sequence[Ready]) -> None:
        """Send everything: targets side by side, the messages of one target in their order."""
        lanes: dict[object, list[Ready]] = {}
        gates: dict[str, asyncio.Semaphore] = {}
        for entry in sorted(ready, key=_turn):
            lanes.setdefault(entry.delivery.target, []).append(entry)
            gates.setdefault(entry.delivery.target.workspace, asyncio.Semaphore(IN_FLIGHT))
        ended = await asyncio.gather(
            *(
                self._lane(lane, gates[lane[0].delivery.target.workspace])
                for lane in lanes.values()
            ),
            return_exceptions=True,
        )
        for outcome in ended:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _lane(self, lane: Sequence[Ready], gate: asyncio.Semaphore) -> None:
        for place, entry in enumerate(lane):
            async with gate:
                again = await self._send(entry)
            if again is not None:
                # What comes later must not overtake what has to wait.
                await self._put_back([waiting.delivery for waiting in lane[place + 1 :]], again)
                return

    async def _send(self, entry: Ready) -> datetime | None:
        """Send one message; when the rest of its lane may go on, None for at once."""
        held = self._held.get(entry.delivery.target.workspace)
        if held is not None and held > self.clock.now():
            await self._put_back([entry.delivery], held)
            return held
        delivery = await self._still_wanted(entry.delivery)
        if delivery is None:
            return None
        again = None
        with one_row(delivery) as row:
            again = await self._post(delivery, entry.result)
        if row.broken:
            await self.settle_broken(delivery)
        return again

    async def _post(self, delivery: Delivery, result: object) -> datetime | None:
        message = self.render(result)
        try:
            arrived = await self.messenger.send(delivery.target, message, delivery.id)
        except SendRefused as error:
            return await self._settle_refused(delivery, error)
        except SendUncertain:
            # It stays in `sending`: only Slack's history can tell whether it arrived.
            log.warning("delivery_uncertain", delivery=delivery.id, kind=delivery.kind)
        else:
            await self._settle_arrived(delivery, arrived)
        return None

    async def _still_wanted(self, delivery: Delivery) -> Delivery | None:
        """The row as it stands just before the call; None when it was deleted or moved on."""
        target, kind, label = delivery.target, delivery.kind, delivery.label
        found = await self.store.read(lambda records: records.delivery(target, kind, label))
        if found is None or (found.id, found.attempts) != (delivery.id, delivery.attempts):
            return None
        if found.state is not State.SENDING:
            return None
        now = self.clock.now()
        if now - found.changed_at > RENEW_AFTER:
            found = replace(found, changed_at=now)
            renewed = found
            await self.store.write(lambda records: records.save_delivery(renewed))
        return found

    async def _put_back(self, deliveries: Sequence[Delivery], again: datetime) -> None:
        """Let rows wait that were taken but not tried."""
        now = self.clock.now()
        waiting = [
            replace(
                delivery,
                state=State.DUE,
                not_before=again,
                attempts=delivery.attempts - 1,
                changed_at=now,
            )
            for delivery in deliveries
        ]

        def work(records: Records) -> None:
            for delivery in waiting:
                records.save_delivery(delivery)

        if waiting:
            await self.store.write(work)

    # -- settle -------------------------------------------------------------------------------

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

    async def _settle_refused(self, delivery: Delivery, error: SendRefused) -> datetime | None:
        """Try again later, or give up; when it is tried again, None when it is not."""
        now = self.clock.now()
        again = retry_at(delivery.attempts, now) if error.remedy in TRIED_AGAIN else None
        if again is None:
            await self._end(delivery, State.FAILED, error.code)
            return None
        again = max(again, now + timedelta(seconds=error.wait))
        changed = replace(
            delivery, state=State.DUE, error=error.code, not_before=again, changed_at=now
        )
        limited = error.remedy is Remedy.WAIT
        until = now + timedelta(seconds=error.wait)
        if limited:
            self._held[delivery.target.workspace] = until

        def work(records: Records) -> None:
            records.save_delivery(changed)
            if limited:
                records.hold_workspace(delivery.target.workspace, until)

        await self.store.write(work)
        log.warning("delivery_refused", delivery=delivery.id, code=error.code)
        return again

    async def settle_broken(self, delivery: Delivery) -> None:
        """Give up a row that our own code can't handle; the log holds why."""
        await self._end(delivery, State.FAILED, "broken")

    async def _end(self, delivery: Delivery, state: State, code: str) -> None:
        ended = replace(delivery, state=state, error=code, changed_at=self.clock.now())
        await self.store.write(lambda records: records.save_delivery(ended))
        log.error("delivery_ended", delivery=delivery.id, state=state, code=code)

    # -- reconcile: ask Slack about what was being sent when something broke --------------------

    async def reconcile(self) -> None:
        """Settle rows that were being sent a minute ago and of which nothing was heard since."""
        before = self.clock.now() - RECONCILE_AFTER
        stuck = await self.store.read(lambda records: records.stuck_deliveries(before, BATCH))
        for delivery in stuck:
            with one_row(delivery) as row:
                await self._reconcile_one(delivery)
            if row.broken:
                await self._end(delivery, State.UNKNOWN, "broken")

    async def _reconcile_one(self, delivery: Delivery) -> None:
        try:
            found = await self.messenger.find(delivery.target, delivery.id, delivery.due)
        except SendUncertain:
            return
        except SendRefused as error:
            if error.remedy not in TRIED_AGAIN:
                await self._end(delivery, State.UNKNOWN, error.code)
            return
        if found:
            await self._settle_arrived(delivery, found[0])
        else:
            await self._settle_refused(delivery, SendRefused("never_arrived", Remedy.BACK_OFF))
