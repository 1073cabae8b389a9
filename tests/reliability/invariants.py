"""What must hold at every step of the simulator, each under a name of its own.

The judge is told what happens in Slack and what people want, looks at the rows, and works out
local times by itself (`tests.reliability.local_rules`). It raises Broken at the first thing that is
not as it should be. What is
looked for more seldom stands in `tests.reliability.endings`.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.domain.deliveries import Kind, State, Target
from bot.domain.learners import Learner
from tests.reliability.known import Known, Wish, cap_of, choices
from tests.reliability.local_rules import instant, is_quiet, latest, local, own_day
from tests.reliability.rows import Rows
from tests.reliability.simulated_slack import Standing

UNDER_WAY = timedelta(seconds=22)
"""What was taken before a change may still be sent: a row that waits longer than 20 s goes back."""
HEALED_WITHIN = timedelta(minutes=10)
STUCK_AFTER = timedelta(minutes=15)
APART = timedelta(hours=12)
ON_TIME = timedelta(minutes=5)
ASKED_FOR = frozenset({Kind.WELCOME, Kind.PROMPT_REMINDER, Kind.CHECKIN_REMINDER})
RHYTHMS = (Kind.DAILY_PROMPT, Kind.WEEKLY_CHECKIN)


class Broken(AssertionError):
    """An invariant does not hold; `name` says which."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name}: {what}")
        self.name = name


@dataclass
class Judge:
    """Holds what happens against what should. `now` is the time that the coach goes by."""

    rows: Rows
    now: Callable[[], datetime]
    posts_per_minute: int
    cap: int
    known: dict[Target, Known] = field(default_factory=lambda: defaultdict(Known))
    events: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    beats: list[datetime] = field(default_factory=list)
    jumps: list[datetime] = field(default_factory=list)
    down: bool = False
    """Whether there is no process now."""
    doubled: dict[str, datetime] = field(default_factory=dict)
    reached: dict[Target, datetime] = field(default_factory=dict)
    """Who has got something lately: the coach may let them rest now, if they are silent."""
    found: Broken | None = None
    healed: int = 0
    longest: timedelta = field(default_factory=timedelta)
    posts: int = 0
    late_pairs: int = 0
    _troubled: dict[str, datetime] = field(default_factory=dict)
    _waits: dict[str, datetime] = field(default_factory=dict)
    _paced: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _open: list[tuple[datetime, str, str]] = field(default_factory=list)

    # -- what it is told --------------------------------------------------------------------------

    def note(self, what: str) -> None:
        """Something happened."""
        self.events.append(f"{self.now():%m-%d %H:%M:%S} {what}")

    def wishes(self, target: Target, learner: Learner | None, since: datetime) -> None:
        """Somebody wants something else since an instant."""
        wishes = self.known[target].wishes
        if not wishes or choices(wishes[-1].learner) != choices(learner):
            wishes.append(Wish(since, learner))

    def trouble(self, workspace: str) -> None:
        """Mending was hindered; it may take so much longer."""
        self._troubled[workspace] = self.now()

    def interrupted(self) -> None:
        """The process died, the store failed, or the clock was set: what only it knew is gone."""
        self._waits.clear()
        self._troubled[""] = self.now()

    def told_to_wait(self, workspace: str, seconds: float) -> None:
        """Slack has asked for a pause."""
        until = self.now() + timedelta(seconds=seconds)
        self._waits[workspace] = max(until, self._waits.get(workspace, until))

    def hindered(self, workspace: str) -> datetime:
        """When mending was hindered last."""
        if self.down:
            return self.now()
        never = datetime.min.replace(tzinfo=self.now().tzinfo)
        return max(self._troubled.get(workspace, never), self._troubled.get("", never))

    # -- a post begins ----------------------------------------------------------------------------

    def post_begins(self, target: Target, delivery_id: str) -> None:
        """Everything that must hold when a call leaves. What does not is raised after the step:
        here the dispatcher would catch it, as anything that breaks one message."""
        try:
            self._post_begins(target, delivery_id)
        except Broken as broken:
            self.found = self.found or broken

    def _post_begins(self, target: Target, delivery_id: str) -> None:
        self.posts += 1
        now, row = self.now(), self.rows.one(target.workspace, delivery_id)
        self.note(f"post {delivery_id} to {target.workspace} {target.address} {_shown(row)}")
        self.waits_when_told(target.workspace, now)
        self.keeps_pace(target.workspace, now)
        if row is None:
            self.delete_is_final(target, now)
            return
        kind, known = Kind(row.kind), self.known[target]
        heapq.heappush(self._open, (now, target.workspace, delivery_id))
        self.marked_before_sent(row)
        self.within_window(row, kind, now)
        self.not_at_night(row, kind, now)
        self.not_to_the_resting(target, row, kind, now)
        self.at_the_right_time(known, row, kind)
        self.within_cap(known, row, kind, now)
        self.apart(known, row, kind, now)

    def waits_when_told(self, workspace: str, now: datetime) -> None:
        """Nothing is sent before Retry-After is over."""
        until = self._waits.get(workspace, now)
        if now < until:
            raise Broken("waits_when_told", f"{workspace} wants nothing until {until}")

    def keeps_pace(self, workspace: str, now: datetime) -> None:
        """No more posts in a minute than the pace allows, with what was saved up or came late."""
        if not self.posts_per_minute:
            return
        lately = self._paced[workspace]
        lately.append(now)
        while lately[0] <= now - timedelta(minutes=1):
            lately.popleft()
        most = self.posts_per_minute * (60 + 2 + UNDER_WAY.total_seconds()) / 60 + 1
        if len(lately) > most:
            raise Broken("keeps_pace", f"{len(lately)} posts to {workspace} within a minute")

    def delete_is_final(self, target: Target, now: datetime) -> None:
        """A message without a row: its person was deleted this very moment."""
        if self.known[target].at(now - UNDER_WAY) is None:
            raise Broken("delete_is_final", f"{target.address} was deleted long ago")

    def marked_before_sent(self, row: Row[Any]) -> None:
        """The row says `sending` before the call is made."""
        if row.state != State.SENDING:
            raise Broken("marked_before_sent", f"{row.id} is {row.state}")

    def within_window(self, row: Row[Any], kind: Kind, now: datetime) -> None:
        """Not before it is due, and not when it is too late."""
        until = latest(kind, row.label, row.due, row.zone)
        if not row.due <= now <= until + UNDER_WAY:
            raise Broken("within_window", f"{row.id} {kind} due {row.due}, until {until}")

    def not_at_night(self, row: Row[Any], kind: Kind, now: datetime) -> None:
        """Nothing in the quiet hours that was not due in them."""
        night = is_quiet(now - UNDER_WAY, row.zone) and is_quiet(now, row.zone)
        if night and not is_quiet(row.due, row.zone):
            raise Broken("not_at_night", f"{row.id} {kind} at {local(now, row.zone)}")

    def not_to_the_resting(self, target: Target, row: Row[Any], kind: Kind, now: datetime) -> None:
        """Nothing to those who want nothing now, and nothing that they do not want."""
        if kind is Kind.GROUP_SESSION:
            return
        found = self.known[target].ever(now - UNDER_WAY)
        if kind in RHYTHMS:
            fine = any(learner and learner.wants(kind, row.label) for learner in found)
        else:
            fine = any(learner is not None for learner in found)
        if not fine:
            raise Broken("not_to_the_resting", f"{row.id} {kind} to {target.address}")

    def at_the_right_time(self, known: Known, row: Row[Any], kind: Kind) -> None:
        """It is due at the local time that was chosen then, in the zone of then."""
        if kind not in RHYTHMS or (kind, row.label) in known.asked:
            return
        # What was due when somebody came to another zone belongs to the date that it is there.
        labels = [row.label + timedelta(days=days) for days in (0, -1, 1)]
        for learner in known.ever(row.due - timedelta(microseconds=1)):
            at = learner.rhythm_of(kind).at if learner else None
            if learner and at and row.due in [instant(day, at, learner.zone) for day in labels]:
                return
        raise Broken("at_the_right_time", f"{row.id} {kind} for {row.label} is due {row.due}")

    def within_cap(self, known: Known, row: Row[Any], kind: Kind, now: datetime) -> None:
        """No more unasked messages in a local day than was chosen."""
        if kind in ASKED_FOR:
            return
        today = own_day(now - UNDER_WAY, row.zone)
        shown = {
            each: found
            for at, each, found, _ in known.shown
            if found not in ASKED_FOR and own_day(at, row.zone) == today and each != row.id
        }
        counted = [each for each in shown if self._counts(row.workspace, each)]
        chosen = [cap_of(learner, self.cap) for learner in known.ever(now - 2 * UNDER_WAY)]
        if len(counted) + 1 > max(chosen):
            raise Broken("within_cap", f"{row.id} is one of {len(counted) + 1} on {today}")

    def _counts(self, workspace: str, delivery_id: str) -> bool:
        row = self.rows.one(workspace, delivery_id)
        return row is not None and row.state in (State.SENT, State.SENDING)

    def apart(self, known: Known, row: Row[Any], kind: Kind, now: datetime) -> None:
        """Never two of one rhythm within twelve hours; what came late is told, not judged."""
        if kind not in RHYTHMS or (kind, row.label) in known.asked:
            return
        due, first, earlier = known.last.get(kind, (None, None, None))
        if earlier == row.id:
            return
        known.last[kind] = (row.due, now, row.id)
        if due is None or first is None or now - first >= APART - ON_TIME:
            return
        if first - due < ON_TIME:
            raise Broken("apart", f"{row.id} {kind} sent {now}, the one before {first}")
        self.late_pairs += 1

    # -- what stands in conversations -------------------------------------------------------------

    def appeared(self, message: Standing, others: Iterable[Standing]) -> None:
        """A message can be seen."""
        row = self.rows.one(message.target.workspace, message.delivery_id)
        self.note(f"seen {message.delivery_id}")
        self.reached[message.target] = self.now()
        if list(others):
            self.doubled.setdefault(message.delivery_id, self.now())
        elif row is not None:
            try:
                self._one_of_its_date(message, row)
            except Broken as broken:
                self.found = self.found or broken

    def _one_of_its_date(self, message: Standing, row: Row[Any]) -> None:
        """Never two for one date, kind and target, whatever their ids."""
        shown = self.known[message.target].shown
        kind = Kind(row.kind)
        for _, delivery_id, found, label in shown:
            same = (found, label) == (kind, row.label) and delivery_id != message.delivery_id
            if same and self.rows.one(message.target.workspace, delivery_id) is not None:
                raise Broken("one_message_each", f"{kind} for {label} came twice")
        shown.append((self.now(), message.delivery_id, kind, row.label))

    def vanished(self, message: Standing) -> None:
        """A double was taken away."""
        since = self.doubled.pop(message.delivery_id, None)
        if since is not None:
            self.healed += 1
            self.longest = max(self.longest, self.now() - since)
            self.note(f"healed {message.delivery_id}")

    # -- after every step -------------------------------------------------------------------------

    def after_step(self) -> None:
        """Everything that must hold whenever a step has ended."""
        if self.found is not None:
            raise self.found
        now = self.now()
        self.heals_doubles(now)
        self.nothing_stays_under_way(now)

    def heals_doubles(self, now: datetime) -> None:
        """A double is taken away within ten minutes in which nothing hinders it."""
        for delivery_id, since in list(self.doubled.items()):
            row = self.rows.by_id(delivery_id)
            if row is None or row.state in (State.UNKNOWN, State.FAILED, State.SKIPPED):
                del self.doubled[delivery_id]
            elif now > max(since, self.hindered(row.workspace)) + HEALED_WITHIN:
                raise Broken("heals_doubles", f"{delivery_id} is seen twice since {since}")

    def nothing_stays_under_way(self, now: datetime) -> None:
        """No row says `sending` for more than a quarter of an hour in which nothing hinders it."""
        while self._open and self._open[0][0] < now - STUCK_AFTER:
            begun, workspace, delivery_id = heapq.heappop(self._open)
            row = self.rows.one(workspace, delivery_id)
            if row is None or row.state != State.SENDING:
                continue
            if now > max(begun, self.hindered(workspace)) + STUCK_AFTER:
                raise Broken("nothing_stays_under_way", f"{delivery_id} since {begun}")
            heapq.heappush(self._open, (begun + timedelta(minutes=1), workspace, delivery_id))
            break


def _shown(row: Row[Any] | None) -> str:
    return (
        "deleted" if row is None else f"{row.kind} {row.label} {row.state} due {row.due:%d %H:%M}"
    )
