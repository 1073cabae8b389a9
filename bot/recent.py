"""Remembers for a while what was seen, so that a repetition is noticed."""


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
