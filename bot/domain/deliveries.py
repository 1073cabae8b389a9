"""Deliveries: what the coach sends unasked, when it is too late for it, and how often a day."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from bot.domain.cadence import (
    MIN_GAP,
    Occurrence,
    Rhythm,
    latest_occurrence,
    next_occurrence,
    occurrence,
    zone_of,
)
from bot.domain.quiet import quiet, quiet_begins
from bot.domain.rests import NO_RESTS, Rests


class Kind(StrEnum):
    """What a delivery brings. A reminder is what somebody snoozed until later the same day."""

    WELCOME = "welcome"
    DAILY_PROMPT = "daily_prompt"
    WEEKLY_CHECKIN = "weekly_checkin"
    GROUP_SESSION = "group_session"
    GROUP_SHUT_OUT = "group_shut_out"
    """To whoever started a group, once: its channel can't be reached any more."""
    PROMPT_REMINDER = "prompt_reminder"
    CHECKIN_REMINDER = "checkin_reminder"


REMINDERS = {
    Kind.DAILY_PROMPT: Kind.PROMPT_REMINDER,
    Kind.WEEKLY_CHECKIN: Kind.CHECKIN_REMINDER,
}
"""What comes again later the same day, and as what."""


class State(StrEnum):
    """Where a delivery stands. `sending` is committed before the call to Slack is made."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.DUE: frozenset({State.SENDING, State.SKIPPED, State.FAILED}),
    State.SENDING: frozenset({State.SENT, State.DUE, State.FAILED, State.UNKNOWN}),
    State.SENT: frozenset(),
    State.FAILED: frozenset(),
    State.SKIPPED: frozenset(),
    State.UNKNOWN: frozenset(),
}
"""Which state may follow which; an ended delivery never moves again."""

RECONCILE_AFTER = timedelta(seconds=60)
"""How long a delivery may stay in `sending` before Slack is asked whether it arrived: longer than
the slowest request that can still arrive after we gave it up."""

HEAL_AFTER = (timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=9))
"""When to look, after a message was sent a second time, whether the first one came late after all:
the younger of two is then taken away."""


def next_look(sent: datetime, now: datetime) -> datetime | None:
    """When to look next for a double of a message that was sent again; None when it is enough."""
    return next((sent + wait for wait in HEAL_AFTER if sent + wait > now), None)


class Sending(StrEnum):
    """Whether anything is sent at all: what the kill switch says."""

    ON = "on"
    OFF = "off"
    DRY_RUN = "dry_run"
    """Everything is decided and marked as skipped; nothing goes to Slack."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where unasked messages go: a person's DM or a channel, by its Slack id."""

    workspace: str
    address: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A standing wish: this kind, to this target, in this rhythm. `next` is None when it rests.

    `unasked_per_day` is how many unasked messages a day the target chose, None when it did not.
    """

    target: Target
    kind: Kind
    zone: str
    rhythm: Rhythm
    next: Occurrence | None
    last: Occurrence | None = None
    rests: Rests = NO_RESTS
    unasked_per_day: int | None = None

    def latest(self, now: datetime) -> Occurrence:
        """The last occurrence due by now, from `next` on. Raises ValueError when it rests."""
        if self.next is None:
            raise ValueError(f"the {self.kind} of {self.target.address} rests")
        return _latest(self.rhythm, self.rests, self.zone, self.next, now)

    def following(self, after: datetime, last: Occurrence | None) -> Occurrence | None:
        """The next occurrence after an instant: no rest, no date twice, none within 12 hours."""
        return _following(self.rhythm, self.rests, self.zone, after, last)

    def cap(self, default: int) -> int:
        """How many unasked messages may come in one local day."""
        return default if self.unasked_per_day is None else self.unasked_per_day

    def replanned(self, now: datetime) -> "Subscription":
        """The subscription with its next instant worked out anew from the local rules.

        The local date that was planned stays as long as it is wanted, also when it is due
        already: zone data moves instants, not dates.
        """
        if self.next is None:
            return replace(self, next=self.following(now, self.last))
        due = occurrence(self.next.label, self.rhythm.at, zone_of(self.zone))
        again = Occurrence(self.next.label, due)
        kept = again if self._fits(again) else self.following(now, self.last)
        return replace(self, next=kept)

    def _fits(self, candidate: Occurrence) -> bool:
        wanted = self.rhythm.wants(candidate.label) and not self.rests.covers(candidate.label)
        return wanted and (self.last is None or candidate.due - self.last.due >= MIN_GAP)


# Thousands of people share rhythm, zone and what came last; one pass works each of them out once.
@lru_cache(maxsize=16_384)
def _following(
    rhythm: Rhythm, rests: Rests, zone: str, after: datetime, last: Occurrence | None
) -> Occurrence | None:
    return next_occurrence(rhythm, zone_of(zone), after, last, rests)


@lru_cache(maxsize=16_384)
def _latest(
    rhythm: Rhythm, rests: Rests, zone: str, first: Occurrence, now: datetime
) -> Occurrence:
    return latest_occurrence(rhythm, zone_of(zone), first, now, rests)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be sent once. Unique on (target, kind, label).

    `due` is when it was intended, `not_before` when the next attempt may be made, `attempts` how
    often it was taken to be sent and `failures` how often that was in vain, `content_id` what it
    shows, `channel` and `ts` where it arrived, `heal_at` when to look next whether an earlier
    attempt of it came late after all.
    """

    id: str
    target: Target
    kind: Kind
    label: date
    zone: str
    due: datetime
    state: State
    not_before: datetime
    changed_at: datetime
    attempts: int = 0
    failures: int = 0
    content_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    error: str | None = None
    heal_at: datetime | None = None


DAILY_UNTIL = time(18, 0)
CATCH_UP = {
    Kind.WELCOME: timedelta(days=7),
    Kind.WEEKLY_CHECKIN: timedelta(hours=48),
    Kind.GROUP_SESSION: timedelta(hours=12),
    Kind.GROUP_SHUT_OUT: timedelta(hours=48),
    Kind.PROMPT_REMINDER: timedelta(hours=2),
    Kind.CHECKIN_REMINDER: timedelta(hours=2),
}
SAME_DAY = frozenset({Kind.DAILY_PROMPT, Kind.PROMPT_REMINDER, Kind.CHECKIN_REMINDER})
"""What is worth nothing any more on the next morning."""


@lru_cache(maxsize=4_096)
def sendable_until(kind: Kind, label: date, due: datetime, zone: str) -> datetime:
    """The instant after which a late delivery is skipped instead of sent.

    A daily prompt is worth sending until 18:00 local time, or for two hours when its own time is
    later than that; a reminder for two hours; none of them in the quiet hours that follow. A
    check-in is worth it for 48 hours, a group session for 12; `out_of_quiet` keeps those from
    the nights in between.
    """
    if kind is Kind.DAILY_PROMPT:
        until = max(occurrence(label, DAILY_UNTIL, zone_of(zone)), due + timedelta(hours=2))
    else:
        until = due + CATCH_UP[kind]
    if kind not in SAME_DAY or quiet(due.astimezone(zone_of(zone)).time()):
        return until
    return min(until, quiet_begins(due, zone))


MOST_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures: 30 s, doubling, no more than after the fourth."""
    doublings = 1 << (min(failures, MOST_FAILURES - 1) - 1)
    return FIRST_WAIT * doublings


def retry_at(failures: int, now: datetime) -> datetime | None:
    """When to try again after so many failures; None when it is enough."""
    return None if failures >= MOST_FAILURES else now + wait_after(failures)
