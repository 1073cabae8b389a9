"""Moves the clock: everything that becomes due on the way happens at its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.playground.core import Core
from bot.playground.hosting import HostedApp, PlaygroundProblem

MOST_ROUNDS = 100_000
_STEP_WHEN_STUCK = timedelta(minutes=1)


class Moving:
    """Moves the clock of one playground, one move at a time; `app` gives what it hosts."""

    def __init__(self, core: Core, app: Callable[[], HostedApp | None]) -> None:
        self._core = core
        self._app = app
        self._one_at_a_time = asyncio.Lock()

    async def move(self, target: datetime) -> None:
        """Live through all that is due until `target` and arrive there."""
        async with self._one_at_a_time:
            try:
                await self._live_through(target)
                await self._be_at(target)
            finally:
                self._core.workspace.touch()

    async def _live_through(self, target: datetime) -> None:
        before: datetime | None = None
        for _ in range(MOST_ROUNDS):
            due = await self._next_due()
            if due is None or due > target:
                return
            at = max(self._core.clock.now(), due)
            if due == before:
                # What is due stays due although the app acted: give it a later time to act.
                at += _STEP_WHEN_STUCK
            if at > target:
                return
            await self._be_at(at)
            before = due
        raise PlaygroundProblem(
            f"The app had something to do {MOST_ROUNDS} times on the way, and the clock stopped at "
            f"{self._core.clock.now().astimezone(UTC).isoformat()}. Move in smaller steps.",
            409,
        )

    async def _next_due(self) -> datetime | None:
        app = self._app()
        times = [self._core.late.next_due(), await app.next_due() if app else None]
        return min((each for each in times if each is not None), default=None)

    async def _be_at(self, moment: datetime) -> None:
        clock = self._core.clock
        clock.move(moment)
        if not clock.frozen:
            self._core.workspace.put_setting("clock_offset_seconds", clock.offset.total_seconds())
        self._core.late.arrive()
        app = self._app()
        if app is not None:
            await app.run_due()
            await self._core.settle()
