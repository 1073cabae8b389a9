"""What must hold every hour, and when a simulation is over: every wish has its row, and every row
its end."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.domain.deliveries import Kind, Target
from bot.domain.learners import Learner
from tests.reliability.invariants import APART, RHYTHMS, STUCK_AFTER, Broken, Judge
from tests.reliability.known import Known, Wish
from tests.reliability.local_rules import instant, latest, local, own_day, wanted


@dataclass(frozen=True)
class Ending:
    """Looks at everything once more, with what the judge knows."""

    judge: Judge

    def after_hour(self) -> None:
        """What is looked for once an hour, since it reads all open rows."""
        now = self.judge.now()
        self.nothing_overdue(now)
        self.open_rows_bounded()

    def nothing_overdue(self, now: datetime) -> None:
        """Nothing waits longer than its window, and nothing at all in an ended workspace."""
        for row in self.judge.rows.open():
            until = latest(Kind(row.kind), row.label, row.due, row.zone)
            held = row.held_until is not None and row.held_until > now - STUCK_AFTER
            ready = max(until, row.not_before, self.judge.hindered(row.workspace)) + STUCK_AFTER
            if (not held or row.ended) and now > ready:
                raise Broken("nothing_overdue", f"{row.id} {row.kind} due {row.due} {row.ended}")

    def open_rows_bounded(self) -> None:
        """Never more open rows than two of each rhythm for everybody."""
        number = len(self.judge.rows.open())
        if number > 6 * len(self.judge.known) + 10:
            raise Broken("open_rows_bounded", f"{number} open rows")

    def judged(self, since: datetime, quiet_since: datetime) -> int:
        """What is looked for when all is over; how many wishes were held against the rows."""
        self.every_end_has_a_reason()
        self.everything_ended(quiet_since)
        return sum(
            self.nothing_lost(target, since, quiet_since) for target in list(self.judge.known)
        )

    def every_end_has_a_reason(self) -> None:
        """What was not sent says why."""
        for row in self.judge.rows.unexplained():
            raise Broken("every_end_has_a_reason", f"{row.id} is {row.state}")

    def everything_ended(self, quiet_since: datetime) -> None:
        """Once Slack is well again for some hours, nothing is open that was due before."""
        for row in self.judge.rows.open():
            if row.not_before < quiet_since and row.due < quiet_since:
                raise Broken("everything_ended", f"{row.id} {row.kind} due {row.due}")
        for row in self.judge.rows.sending():
            raise Broken("everything_ended", f"{row.id} {row.kind} is being sent")

    def nothing_lost(self, target: Target, since: datetime, until: datetime) -> int:
        """Each date on which something was due while it was wanted has its row."""
        return sum(self._none_lost(target, kind, since, until) for kind in RHYTHMS)

    def _none_lost(self, target: Target, kind: Kind, since: datetime, until: datetime) -> int:
        known = self.judge.known[target]
        rows = {row.label: row for row in self.judge.rows.to(target, kind)}
        looked = 0
        for wish, end in _since_deleted(known.wishes, until):
            for label, due in _dues(wish.learner, kind, max(wish.since, since), end):
                if self._may_be_missed(known, kind, due, wish, end):
                    continue
                looked += 1
                if label not in rows and not _too_close(rows, label, due):
                    raise Broken("nothing_lost", f"{kind} for {label} to {target.address}")
        return looked

    def _may_be_missed(
        self, known: Known, kind: Kind, due: datetime, wish: Wish, end: datetime
    ) -> bool:
        """Whether there are reasons for which no row need be there."""
        awake = bisect_left(self.judge.beats, due)
        claimed = self.judge.beats[awake] if awake < len(self.judge.beats) else end
        learner = wish.learner
        if claimed + timedelta(minutes=2) > end or learner is None:
            return True
        superseded = claimed - due > timedelta(hours=20)
        jumped = any(abs(due - at) < timedelta(hours=30) for at in self.judge.jumps)
        away = any(begin - APART < due < stop + APART for begin, stop in known.unreachable)
        early = kind is Kind.WEEKLY_CHECKIN and due < learner.started_at + timedelta(days=3)
        return superseded or jumped or away or early


def _since_deleted(wishes: Sequence[Wish], until: datetime) -> list[tuple[Wish, datetime]]:
    """Wishes and when each ended, after the last time that everything was deleted: of what was sent
    before nothing is known any more."""
    ends = [wish.since for wish in wishes[1:]] + [until]
    gone = [place for place, wish in enumerate(wishes) if wish.learner is None]
    return list(zip(wishes, ends, strict=True))[gone[-1] + 1 if gone else 0 :]


def _dues(
    learner: Learner | None, kind: Kind, since: datetime, until: datetime
) -> Iterable[tuple[date, datetime]]:
    """The dates for which something is wanted, due between two instants."""
    if learner is None or learner.left_alone:
        return
    rhythm, rests = learner.rhythm_of(kind), learner.rests_of(kind)
    started = own_day(learner.started_at, learner.zone)
    day = local(since, learner.zone).date() - timedelta(days=1)
    while day <= local(until, learner.zone).date() + timedelta(days=1):
        if wanted(rhythm, day) and not rests.covers(day) and day > started:
            due = instant(day, rhythm.at, learner.zone)
            if since < due < until:
                yield day, due
        day += timedelta(days=1)


def _too_close(rows: Mapping[date, Row[Any]], label: date, due: datetime) -> bool:
    """Whether what came before it leaves no room: a later date, or twelve hours not yet over since
    it was due, or was really sent."""
    before = [row for row in rows.values() if row.due <= due and row.label != label]
    return any(
        row.label > label or due - row.due < APART or due - row.changed_at < APART for row in before
    )
