"""Events from Slack, each handled once although Slack may send it several times."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from bot.domain.errors import Uncertain
from bot.ports import Clock, Store
from bot.slack.desk import Reply


@dataclass(eq=False)
class Inbox:
    """Remembers which events were handled; `deadline` is how many seconds one look may take."""

    store: Store
    clock: Clock
    deadline: float
    _under_way: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def once(self, key: str, handle: Callable[[], Awaitable[Reply]]) -> Reply | None:
        """The reply of `handle`, None when the event was handled before.

        An event counts as handled only afterwards, so that a process that dies in between loses
        nothing; what handles it may therefore come to the same end twice. Raises Busy or
        TimeoutError when the store is away: Slack then sends the event again.
        """
        lock = self._under_way.setdefault(key, asyncio.Lock())
        async with lock:
            if await self._handled(key):
                return None
            reply = await handle()
            return reply if await self._first(key) else None

    async def _handled(self, key: str) -> bool:
        now = self.clock.now()
        async with asyncio.timeout(self.deadline):
            return await self.store.read(lambda records: records.envelope_seen(key, now))

    async def _first(self, key: str) -> bool:
        """Whether no other process has handled it meanwhile; when in doubt it was us."""
        now = self.clock.now()
        try:
            async with asyncio.timeout(self.deadline):
                return await self.store.write(lambda records: records.claim_envelope(key, now))
        except Uncertain:
            return True
