"""What the judge of the simulator knows of each target: what it wanted, when, and what came."""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.domain.deliveries import Kind
from bot.domain.learners import Learner
from bot.domain.silence import HEARD


@dataclass(slots=True)
class Wish:
    """What a target wanted from an instant on; None for nothing at all."""

    since: datetime
    learner: Learner | None


@dataclass(slots=True)
class Known:
    """What the judge knows of a target."""

    wishes: list[Wish] = field(default_factory=list)
    asked: set[tuple[Kind, date]] = field(default_factory=set)
    """What was snoozed until later, or came because somebody started."""
    unreachable: list[tuple[datetime, datetime]] = field(default_factory=list)
    shown: deque[tuple[datetime, str, Kind, date]] = field(default_factory=lambda: deque(maxlen=12))
    last: dict[Kind, tuple[datetime, datetime, str]] = field(default_factory=dict)
    """Of each kind, when the newest was due, when it was first sent, and its id."""

    def at(self, when: datetime) -> Learner | None:
        """What was wanted at an instant."""
        found = bisect_left([wish.since for wish in self.wishes], when)
        return self.wishes[found - 1].learner if found else None

    def ever(self, since: datetime) -> list[Learner | None]:
        """Everything that was wanted since an instant."""
        return [self.at(since), *(wish.learner for wish in self.wishes if wish.since >= since)]


def choices(learner: Learner | None) -> Learner | None:
    """A learner without what is only counted."""
    return None if learner is None else replace(learner, silence=HEARD)


def cap_of(learner: Learner | None, default: int) -> int:
    """How many unasked messages a day may come."""
    chosen = learner.unasked_per_day if learner else None
    return default if chosen is None else chosen
