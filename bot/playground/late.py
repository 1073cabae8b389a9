"""Calls that arrive late: the caller has given up, and they are carried out all the same.

They follow the playground's clock. While it runs they arrive after so many real seconds; while it
stands still, or is moved, they arrive on the way, at their own time, as all that is due does.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.playground.clock import PlayClock

_ROUNDING = 0.005
"""Seconds added to a timer, so that it does not fire just before the instant it waits for."""


class LateCalls:
    """What is still under way to the playground, earliest first."""

    def __init__(self, clock: PlayClock) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._timers: set[asyncio.TimerHandle] = set()

    def add(self, seconds: float, carry_out: Callable[[], object]) -> None:
        """Let a call arrive in so many seconds."""
        due = self._clock.now() + timedelta(seconds=seconds)
        heapq.heappush(self._waiting, (due, next(self._order), carry_out))
        if not self._clock.frozen:
            self._wake_in(seconds + _ROUNDING)

    def _wake_in(self, seconds: float) -> None:
        def wake() -> None:
            self._timers.discard(timer)
            self.arrive()

        timer = asyncio.get_running_loop().call_later(seconds, wake)
        self._timers.add(timer)

    def next_due(self) -> datetime | None:
        """Give the instant at which the next one arrives; None when none is under way."""
        return self._waiting[0][0] if self._waiting else None

    def arrive(self) -> None:
        """Carry out all that has arrived by now."""
        while self._waiting and self._waiting[0][0] <= self._clock.now():
            _, _, carry_out = heapq.heappop(self._waiting)
            carry_out()

    def stop(self) -> None:
        """Let nothing arrive any more."""
        self._waiting.clear()
        for timer in self._timers:
            timer.cancel()
