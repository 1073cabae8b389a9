"""Two simple ways to send what is due, which the same deaths must show to be wrong."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.deliveries import Delivery, State
from bot.ports import Message, Messenger, Records, SendRefused, SendUncertain, Store
from tests.reliability.stories import Stage

LIMIT = 100
AGAIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Naive:
    """Sends one after the other; `marks_first` says whether it notes it before or afterwards."""

    stage: Stage
    store: Store
    messenger: Messenger
    marks_first: bool

    async def tick(self) -> int:
        """Send what is due."""
        due = await self.store.read(self._due)
        for delivery in due:
            if self.marks_first:
                await self._mark(delivery)
            if await self._sent(delivery) and not self.marks_first:
                await self._mark(delivery)
        return len(due)

    def _due(self, records: Records) -> list[Delivery]:
        workspaces = sorted(found.standing.workspace for found in records.waiting())
        now = self.stage.now
        return [row for name in workspaces for row in records.open_deliveries(name, now, LIMIT)]

    async def _sent(self, delivery: Delivery) -> bool:
        try:
            await self.messenger.send(delivery.target, Message("a message"), delivery.id)
        except (SendRefused, SendUncertain):
            later = replace(delivery, not_before=self.stage.now + AGAIN)
            await self.store.write(lambda records: records.save_deliveries([later]))
            return False
        return True

    async def _mark(self, delivery: Delivery) -> None:
        taken = replace(delivery, state=State.SENDING, attempts=delivery.attempts + 1)
        sent = replace(taken, state=State.SENT)

        def mark(records: Records) -> None:
            records.save_delivery(taken)
            records.save_delivery(sent)

        await self.store.write(mark)

    async def next_due(self) -> datetime | None:
        """When something waits next."""
        return await self.store.read(_first)


def _first(records: Records) -> datetime | None:
    return min((found.first for found in records.waiting()), default=None)


def send_then_mark(stage: Stage, store: Store, messenger: Messenger) -> Naive:
    """What comes first to mind; a death in between sends it twice."""
    return Naive(stage, store, messenger, marks_first=False)


def mark_then_send(stage: Stage, store: Store, messenger: Messenger) -> Naive:
    """What comes second to mind; a death in between loses it."""
    return Naive(stage, store, messenger, marks_first=True)
