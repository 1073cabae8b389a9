"""Mending: what became of posts whose outcome was lost, and doubles that came of it."""

from asyncio import gather
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.domain.deliveries import RECONCILE_AFTER, Delivery, State, next_look, wait_after
from bot.domain.remedies import Remedy
from bot.ports import (
    Arrived,
    ByRows,
    Clock,
    Messenger,
    Meter,
    Records,
    SendRefused,
    SendUncertain,
    Store,
)
from bot.services.delivery.settling import Outcome, Settler
from bot.services.delivery.taking import one_row

log = structlog.get_logger(__name__)

BATCH = 20
"""Look-ups are few: only what was under way when something broke needs one."""

LEASE = timedelta(seconds=60)
"""How long others leave a row alone that is being looked up."""


@dataclass(eq=False)
class Mender:
    """Asks Slack's history. Rows that are looked up are stamped first, so nobody else does."""

    store: Store
    messenger: Messenger
    clock: Clock
    settler: Settler
    meter: Meter

    async def reconcile(self) -> None:
        """Settle rows that were being sent a minute ago and of which nothing was heard since."""
        await self._side_by_side(await self.store.write(ByRows(self._stuck)), self._reconcile)

    def _stuck(self, records: Records) -> Sequence[Delivery]:
        now = self.clock.now()
        stuck = records.stuck_deliveries(now - RECONCILE_AFTER, BATCH)
        records.save_deliveries([replace(delivery, changed_at=now) for delivery in stuck])
        return stuck

    async def heal(self) -> None:
        """Take the younger of two messages away that carry the same delivery."""
        await self._side_by_side(await self.store.write(ByRows(self._suspects)), self._heal)

    def _suspects(self, records: Records) -> Sequence[Delivery]:
        now = self.clock.now()
        suspects = records.to_heal(now, BATCH)
        records.save_deliveries([replace(each, heal_at=now + LEASE) for each in suspects])
        return suspects

    async def _side_by_side(
        self, rows: Sequence[Delivery], work: Callable[[Delivery], Awaitable[bool]]
    ) -> None:
        """Workspaces side by side, the rows of one after the other, until it wants no more."""
        lanes: dict[str, list[Delivery]] = defaultdict(list)
        for row in rows:
            lanes[row.target.workspace].append(row)

        async def lane(deliveries: Sequence[Delivery]) -> None:
            for delivery in deliveries:
                if not await work(delivery):
                    return

        await gather(*(lane(deliveries) for deliveries in lanes.values()))

    async def _reconcile(self, delivery: Delivery) -> bool:
        """False when the workspace wants to be asked no more for now."""
        outcome, go_on = None, True
        with one_row(delivery) as row:
            outcome, go_on = await self._looked_up(delivery)
        if row.broken:
            outcome = self._unknown(delivery, "broken")
        if outcome is not None:
            state = outcome.delivery.state if outcome.delivery else State.SENT
            self.meter.reconciled(state)
            await self.settler.save((outcome,))
        return go_on

    async def _looked_up(self, delivery: Delivery) -> tuple[Outcome | None, bool]:
        try:
            found = await self.messenger.find(delivery.target, delivery.id, delivery.due)
            for double in found[1:]:
                await self._remove(delivery, double)
        except SendUncertain:
            return None, True  # it stays as it is, and is asked again in a minute
        except SendRefused as error:
            return self._unreadable(delivery, error)
        if not found:
            return self._never_arrived(delivery), True
        return self.settler.arrived(delivery, found[0]), True

    def _unreadable(self, delivery: Delivery, error: SendRefused) -> tuple[Outcome | None, bool]:
        match error.remedy:
            case Remedy.WAIT | Remedy.HOLD | Remedy.REFRESH:
                return None, False
            case Remedy.BACK_OFF:
                return None, True
            case _:
                return self._unknown(delivery, error.code), True

    def _never_arrived(self, delivery: Delivery) -> Outcome:
        """It may go again; from now on an earlier try of it may come late."""
        now = self.clock.now()
        # It is never given up by count: a program that dies again and again is not the message's
        # fault, and its window ends it.
        failures = delivery.failures + 1
        again = now + wait_after(failures)
        return Outcome(
            replace(
                delivery,
                state=State.DUE,
                failures=failures,
                error="never_arrived",
                not_before=again,
                changed_at=now,
                heal_at=again,
            )
        )

    def _unknown(self, delivery: Delivery, code: str) -> Outcome:
        log.error("delivery_ended", delivery=delivery.id, state=State.UNKNOWN, code=code)
        now = self.clock.now()
        return Outcome(
            replace(delivery, state=State.UNKNOWN, error=code, changed_at=now, heal_at=None)
        )

    async def _heal(self, delivery: Delivery) -> bool:
        """False when the workspace wants to be asked no more for now."""
        healed, go_on = delivery, True
        with one_row(delivery) as row:
            healed, go_on = await self._healed(delivery)
        if row.broken:
            healed = replace(delivery, heal_at=None)
        await self.settler.save((Outcome(healed),))
        return go_on

    async def _healed(self, delivery: Delivery) -> tuple[Delivery, bool]:
        now = self.clock.now()
        try:
            found = await self.messenger.find(delivery.target, delivery.id, delivery.due)
            for double in found[1:]:
                await self._remove(delivery, double)
        except SendUncertain:
            return replace(delivery, heal_at=now + LEASE), True
        except SendRefused as error:
            wait = max(LEASE, timedelta(seconds=error.wait))
            if error.remedy in (Remedy.WAIT, Remedy.HOLD, Remedy.REFRESH, Remedy.BACK_OFF):
                return replace(delivery, heal_at=now + wait), False
            return replace(delivery, heal_at=None), True
        looked = replace(delivery, heal_at=next_look(delivery.changed_at, now))
        if found:
            # The older one stays: people may have answered it, and answers find their way by it.
            looked = replace(looked, channel=found[0].channel, ts=found[0].ts)
        return looked, True

    async def _remove(self, delivery: Delivery, double: Arrived) -> None:
        await self.messenger.remove(delivery.target, double)
        self.meter.healed()
        log.warning("double_removed", delivery=delivery.id)
