"""An event loop in which nobody waits: when nothing is left to do, it is at once as late as the
next thing that is to happen."""

import asyncio
import selectors
from typing import Any


class Stuck(AssertionError):
    """Everybody waits, and nothing is to happen any more."""


class _Leaping:
    """A selector that moves the time instead of waiting for it."""

    def __init__(self, inner: selectors.BaseSelector) -> None:
        self.now = 0.0
        self._inner = inner

    def select(self, timeout: float | None) -> Any:
        if timeout is None:
            raise Stuck
        self.now += max(0.0, timeout)
        return self._inner.select(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time begins at 0 and counts seconds. Nothing real may be waited for in it."""

    def __init__(self) -> None:
        super().__init__()
        self._leaping = _Leaping(self._selector)  # type: ignore[has-type]
        self._selector = self._leaping
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Seconds since the beginning."""
        leaping: _Leaping | None = getattr(self, "_leaping", None)
        return 0.0 if leaping is None else leaping.now
