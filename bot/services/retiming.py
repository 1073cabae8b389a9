"""When the zone data has changed, every stored instant is worked out anew from the local rules."""

from dataclasses import dataclass

import structlog

from bot.domain.deliveries import Kind, Target
from bot.ports import Clock, Records, Store

log = structlog.get_logger(__name__)

ZONE_DATA = "zone_data"
"""The note that holds which data the stored instants rest on."""

BATCH = 500
Key = tuple[Target, Kind]


@dataclass(frozen=True, slots=True)
class Retiming:
    """Keeps stored instants in step with the zone data; `zone_data` names what is in use now.

    Any text that changes with the data serves; holidays may be part of it.
    """

    store: Store
    clock: Clock
    zone_data: str

    async def run(self) -> int:
        """Work out every next time anew unless that was done with this data; how many moved.

        In batches, each a transaction of its own. Harmless when it is interrupted or done by
        several programs at once: it is noted at the end only, and begins anew until then.
        """
        noted = await self.store.read(lambda records: records.note(ZONE_DATA))
        if noted == self.zone_data:
            return 0
        moved, key = await self._batch(None)
        while key is not None:
            more, key = await self._batch(key)
            moved += more
        await self.store.write(lambda records: records.save_note(ZONE_DATA, self.zone_data))
        log.info("retimed", before=noted, now=self.zone_data, moved=moved)
        return moved

    async def _batch(self, key: Key | None) -> tuple[int, Key | None]:
        return await self.store.write(lambda records: self._retime(records, key))

    def _retime(self, records: Records, key: Key | None) -> tuple[int, Key | None]:
        now = self.clock.now()
        page = records.subscriptions_after(key, BATCH)
        moved = [new for old in page if (new := old.replanned(now)) != old]
        for subscription in moved:
            records.save_subscription(subscription)
        return len(moved), (page[-1].target, page[-1].kind) if len(page) == BATCH else None
