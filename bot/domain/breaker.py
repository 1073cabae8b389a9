"""A circuit breaker: when too many posts to a workspace fail, something is wrong; stop and look."""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

LOOKED_AT = 50
"""So many of the last posts to a workspace are looked at."""
LEAST = 10
"""So few failures may be chance, whatever their share."""
SHARE = 0.2
"""With so large a share of failures, going on would only do harm."""
REST = timedelta(minutes=15)
"""How long nothing is sent to the workspace then."""


@dataclass(eq=False)
class Breaker:
    """The last posts to one workspace."""

    _failed: deque[bool] = field(default_factory=lambda: deque(maxlen=LOOKED_AT))

    def note(self, *, failed: bool) -> bool:
        """Note how a post ended; True when it is time to stop, and the count begins anew."""
        self._failed.append(failed)
        failures = sum(self._failed) if failed else 0
        if failures < LEAST or failures < SHARE * len(self._failed):
            return False
        self._failed.clear()
        return True
