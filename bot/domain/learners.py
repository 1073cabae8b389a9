"""The person coached: what they chose when they started, and their rhythm."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.cadence import WORKDAYS, Every, Rhythm, local_date, zone_of
from bot.domain.deliveries import Kind
from bot.domain.rests import NO_RESTS, Rests
from bot.domain.silence import HEARD, Patience, Silence


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
    """A person who has started. `paused` stops everything unasked, and nothing is lost by it.

    `rests` holds the country whose public holidays are free, and the vacations; `prompts_from`
    and `checkins_from` the first local date after a snooze of that kind. `unasked_per_day` is
    None for somebody who did not choose.
    """

    person: Person
    goal: Goal
    zone: str
    zone_source: ZoneSource
    prompts: Rhythm
    checkins: Rhythm
    started_at: datetime
    paused: bool = False
    rests: Rests = NO_RESTS
    prompts_from: date | None = None
    checkins_from: date | None = None
    unasked_per_day: int | None = None
    silence: Silence = HEARD

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

    def following_slack(self) -> "Learner":
        """The learner without a zone of their own choice; what Slack reports next counts again."""
        return replace(self, zone_source=ZoneSource.SLACK)

    # -- what comes by a rhythm: prompts and check-ins ------------------------------------------

    def rhythm_of(self, kind: Kind) -> Rhythm:
        """When prompts or check-ins are wanted. Raises KeyError for another kind."""
        return {Kind.DAILY_PROMPT: self.prompts, Kind.WEEKLY_CHECKIN: self.checkins}[kind]

    def rests_of(self, kind: Kind) -> Rests:
        """When prompts or check-ins rest; public holidays are free of prompts only."""
        if kind is Kind.DAILY_PROMPT:
            return replace(self.rests, until=self.prompts_from)
        return replace(self.rests, country="", until=self.checkins_from)

    @property
    def left_alone(self) -> bool:
        """Whether nothing at all comes unasked: by a pause, or by choosing no messages a day."""
        return self.paused or self.unasked_per_day == 0

    def wants(self, kind: Kind, label: date) -> bool:
        """Whether prompts or check-ins may come for a local date: no pause, no rest, not off."""
        off = self.left_alone or self.rhythm_of(kind).every is Every.NEVER
        return not (off or self.rests_of(kind).covers(label))

    def wants_again(self, kind: Kind, label: date) -> bool:
        """Whether what was snoozed until later may come; it was asked for, also on a holiday."""
        until = self.rests_of(kind).until
        return not self.paused and (until is None or until <= label)

    def snoozed(self, kinds: Iterable[Kind], until: date) -> "Learner":
        """The learner with these kinds at rest until a local date."""
        wanted = set(kinds)
        return replace(
            self,
            prompts_from=until if Kind.DAILY_PROMPT in wanted else self.prompts_from,
            checkins_from=until if Kind.WEEKLY_CHECKIN in wanted else self.checkins_from,
        )

    def without(self, kinds: Iterable[Kind]) -> "Learner":
        """The learner with these kinds off; days and times stay for whoever wants them back."""
        wanted = set(kinds)
        prompts, checkins = (
            replace(rhythm, every=Every.NEVER) if kind in wanted else rhythm
            for kind, rhythm in (
                (Kind.DAILY_PROMPT, self.prompts),
                (Kind.WEEKLY_CHECKIN, self.checkins),
            )
        )
        return replace(self, prompts=prompts, checkins=checkins)

    def on_pause(self) -> "Learner":
        """The learner at rest by their own wish, until they resume."""
        return replace(self, paused=True, silence=HEARD)

    def resumed(self) -> "Learner":
        """The learner to whom things come again: no pause, no snooze, no silence counted."""
        return replace(self, paused=False, prompts_from=None, checkins_from=None, silence=HEARD)

    def heard(self) -> "Learner":
        """The learner after a sign of life; a rest that the coach took by itself goes on."""
        return replace(self, silence=replace(HEARD, resting=self.silence.resting))

    def reached(self, kind: Kind, label: date, patience: Patience) -> "Learner":
        """The learner after a message has arrived; at the end of the patience they are left alone.

        The prompt of the day on which somebody starts was asked for and does not count.
        """
        if label <= self.today(self.started_at) and kind is Kind.DAILY_PROMPT:
            return self
        silence = self.silence.after(kind)
        if not patience.ends_with(silence):
            return replace(self, silence=silence)
        return replace(self, silence=replace(silence, resting=True), paused=True)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a person gets when they choose nothing; from `config/coach.yaml`."""

    zone: str = "UTC"
    prompts: Rhythm = field(default_factory=lambda: Rhythm(WORKDAYS, time(9, 0)))
    checkins: Rhythm = field(default_factory=lambda: Rhythm(frozenset({4}), time(16, 0)))
    hours_per_week: float = 5.0
    unasked_per_day: int = 2
    patience: Patience = field(default_factory=Patience)
