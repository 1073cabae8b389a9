"""Remembers for a while, in this process alone: what was seen, and what was said last."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Recent:
    """Keys that were seen within the last so many seconds; time is whatever the caller counts."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: dict[str, float] = {}

    def seen(self, key: str, now: float) -> bool:
        """Whether the key was seen before; it counts as seen from now on."""
        self._forget_old(now)
        known = key in self._seen
        self._seen.setdefault(key, now)
        return known

    def forget(self, key: str) -> None:
        """Take a key back, as if it had not been seen."""
        self._seen.pop(key, None)

    def _forget_old(self, now: float) -> None:
        """The oldest stand first, so this looks at no more than it forgets."""
        while self._seen:
            oldest = next(iter(self._seen))
            if now - self._seen[oldest] <= self._seconds:
                return
            del self._seen[oldest]


class Memory(Generic[T]):
    """The newest value of each key, for so many seconds and for at most so many keys.

    Time is whatever the caller counts; what was put longest ago goes first.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._kept: dict[str, tuple[float, T]] = {}

    def put(self, key: str, value: T, now: float) -> None:
        """Remember a value in place of what the key had."""
        self._kept.pop(key, None)
        self._kept[key] = (now, value)
        while len(self._kept) > self._most or self._is_old(next(iter(self._kept)), now):
            del self._kept[next(iter(self._kept))]

    def get(self, key: str, now: float) -> T | None:
        """The value, None when there is none or its time is over."""
        if key not in self._kept or self._is_old(key, now):
            return None
        return self._kept[key][1]

    def forget(self, key: str) -> None:
        """Take a key back, as if nothing had been put."""
        self._kept.pop(key, None)

    def _is_old(self, key: str, now: float) -> bool:
        return now - self._kept[key][0] > self._seconds
