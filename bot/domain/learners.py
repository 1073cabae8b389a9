"""The person coached: what they chose when they started, and their rhythm."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.cadence import WORKDAYS, Rhythm, local_date, zone_of


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """Who somebody is: a user of one workspace. Nothing is ever looked up by the user alone."""

    workspace: str
    user: str


class Background(StrEnum):
    """Where somebody comes from; decides the plan template."""

    PM = "pm"
    ENGINEER = "engineer"
    DATA = "data"
    DOMAIN = "domain"
    OTHER = "other"


class Move(StrEnum):
    """The channel of the move: inside the present company or to another one."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class ZoneSource(StrEnum):
    """Who said which zone a person is in; the person's own choice outranks the others."""

    OWN = "own"
    SLACK = "slack"
    WORKSPACE = "workspace"


EARLIEST_SEND = time(5, 0)
LATEST_SEND = time(22, 0)


@dataclass(frozen=True, slots=True)
class Goal:
    """What somebody wants: from where, to where, with how many hours a week, until when.

    `target` is the last day of the month that the person named.
    """

    background: Background
    move: Move
    hours_per_week: float
    target: date


@dataclass(frozen=True, slots=True)
class Learner:
    """A person who has started. `paused` stops everything unasked, and nothing is lost by it."""

    person: Person
    goal: Goal
    zone: str
    zone_source: ZoneSource
    prompts: Rhythm
    checkins: Rhythm
    started_at: datetime
    paused: bool = False

    def tzinfo(self) -> ZoneInfo:
        """The learner's zone as an object."""
        return zone_of(self.zone)

    def today(self, now: datetime) -> date:
        """The learner's local date at an instant; the day ends at 04:00."""
        return local_date(now, self.tzinfo())

    def moved_to(self, zone: str, source: ZoneSource) -> "Learner":
        """The learner in another zone, unless a stronger statement already stands."""
        if self.zone_source is ZoneSource.OWN and source is not ZoneSource.OWN:
            return self
        return replace(self, zone=zone, zone_source=source)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a person gets when they choose nothing; from `config/coach.yaml`."""

    zone: str = "UTC"
    prompts: Rhythm = field(default_factory=lambda: Rhythm(WORKDAYS, time(9, 0)))
    checkins: Rhythm = field(default_factory=lambda: Rhythm(frozenset({4}), time(16, 0)))
    hours_per_week: float = 5.0
