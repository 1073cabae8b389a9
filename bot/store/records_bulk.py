"""Rows of deliveries by the thousand: claimed, taken and marked as sent.

Plain SQL for the driver and plain tuples: at nine in the morning everybody is due at once, and
statements that are composed for each row would cost several times the rows themselves.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from bot.domain.cadence import Occurrence
from bot.domain.deliveries import Delivery, Kind, State, Subscription, Target
from bot.domain.pacing import place
from bot.ports import Ahead, Planned, Sent
from bot.store.columns import EPOCH, instant_of, microseconds_of, rests_of, rhythm_of
from bot.store.records_base import RecordsBase

TURNS = {kind.value: turn for turn, kind in enumerate(Kind)}
_KINDS = {kind.value: kind for kind in Kind}

_AHEAD = (
    "SELECT"
    " (SELECT next_due FROM subscriptions WHERE next_due IS NOT NULL ORDER BY next_due LIMIT 1),"
    " (SELECT 1 FROM deliveries WHERE state = 'due' ORDER BY workspace LIMIT 1),"
    " (SELECT changed_at FROM deliveries WHERE state = 'sending' ORDER BY changed_at LIMIT 1),"
    " (SELECT heal_at FROM deliveries WHERE state = 'sent' AND heal_at IS NOT NULL"
    " ORDER BY heal_at LIMIT 1)"
)
"""Four looks at the beginning of an index: what they cost does not depend on how many rows there
are. Without ORDER BY, PostgreSQL would read the whole table instead."""

_DUE = (
    "SELECT workspace, address, kind, zone, rhythm, rests, next_label, next_due, last_label,"
    " last_due FROM subscriptions WHERE next_due <= ? ORDER BY next_due LIMIT ?"
)
_ADD = (
    "INSERT INTO deliveries (workspace, id, address, kind, label, zone, due, state, not_before,"
    " turn, changed_at, attempts, failures, error)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)"
    " ON CONFLICT (workspace, address, kind, label) DO NOTHING"
)
_MOVE = (
    "UPDATE subscriptions SET next_label = ?, next_due = ?, last_label = ?, last_due = ?"
    " WHERE workspace = ? AND address = ? AND kind = ?"
)
_OPEN = (
    "SELECT id, address, kind, label, zone, due, not_before, changed_at, attempts, failures,"
    " content_id, channel, ts, error, heal_at FROM deliveries"
    " WHERE state = 'due' AND workspace = ? AND not_before <= ?"
    " ORDER BY not_before, turn LIMIT ?"
)
_SENDING = (
    "UPDATE deliveries SET state = 'sending', changed_at = ?, attempts = ?, content_id = ?"
    " WHERE workspace = ? AND id = ? AND state = 'due' AND attempts = ?"
)
_SENT = (
    "UPDATE deliveries SET state = 'sent', changed_at = ?, channel = ?, ts = ?, error = NULL,"
    " heal_at = ? WHERE workspace = ? AND id = ? AND state = 'sending' AND attempts = ?"
)


class BulkRecords(RecordsBase):
    """What the dispatcher does to many rows at once."""

    def ahead(self) -> Ahead:
        """When something next wants attention."""
        claim, waits, reconcile, heal = self._rows(_AHEAD)[0]
        return Ahead(instant_of(claim), bool(waits), instant_of(reconcile), instant_of(heal))

    def claim(
        self,
        now: datetime,
        limit: int,
        plan: Callable[[Subscription], Planned],
        new_id: Callable[[], str],
        spread: Callable[[int], timedelta],
        ended: Collection[str],
    ) -> int:
        """Make deliveries of due subscriptions; see `bot.ports.Records`."""
        due = self._rows(self._claiming(_DUE), microseconds_of(now), limit)
        plans: dict[Any, Any] = {}
        for row in due:
            if row[2:] not in plans:
                plans[row[2:]] = self._plan(row, plan)
        over = {
            name: microseconds_of(now + spread(number)) - microseconds_of(now)
            for name, number in Counter(row[0] for row in due).items()
        }
        added = [(row, *plans[row[2:]][0]) for row in due]
        self._run(_ADD, _added(added, over, microseconds_of(now), new_id, ended))
        self._run(_MOVE, [(*plans[row[2:]][1], row[0], row[1], row[2]) for row in due])
        return len(due)

    def _plan(self, row: Any, plan: Callable[[Subscription], Planned]) -> tuple[Any, Any]:
        """The values of a delivery, and those of the subscription, as the driver takes them."""
        planned = plan(_subscription(row))
        following = planned.next
        moved = (
            None if following is None else self._day(following.label),
            None if following is None else microseconds_of(following.due),
            self._day(planned.last.label),
            microseconds_of(planned.last.due),
        )
        made = (self._day(planned.label), microseconds_of(planned.due), planned.error)
        return made, moved

    def open_deliveries(self, workspace: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """A workspace's in `due` whose `not_before` has come, oldest first."""
        rows = self._rows(self._claiming(_OPEN), workspace, microseconds_of(now), limit)
        return [_open_delivery(workspace, row) for row in rows]

    def mark_sending(self, taken: Sequence[Delivery]) -> None:
        """Save that deliveries of `open_deliveries` are being sent."""
        rows = [
            (
                microseconds_of(each.changed_at),
                each.attempts,
                each.content_id,
                each.target.workspace,
                each.id,
                each.attempts - 1,
            )
            for each in taken
        ]
        self._run(_SENDING, rows)

    def mark_sent(self, sent: Sequence[Sent]) -> None:
        """Save that deliveries arrived; those that moved on or are gone stay as they are."""
        rows = [
            (
                microseconds_of(each.at),
                each.arrived.channel,
                each.arrived.ts,
                None if each.heal_at is None else microseconds_of(each.heal_at),
                each.delivery.target.workspace,
                each.delivery.id,
                each.delivery.attempts,
            )
            for each in sent
        ]
        self._run(_SENT, rows)

    # -- the driver -----------------------------------------------------------------------------

    def _rows(self, statement: str, *values: Any) -> Sequence[Any]:
        found = self.connection.exec_driver_sql(self._spelled(statement), values)
        return list(map(tuple, found))

    def _run(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self.must_save()
        if rows:
            self.connection.exec_driver_sql(self._spelled(statement), list(rows))

    def _spelled(self, statement: str) -> str:
        return statement if self.dialect == "sqlite" else statement.replace("?", "%s")

    def _claiming(self, statement: str) -> str:
        """For rows about to be changed: what another process has claimed is left out.

        SQLite's writers take turns anyway.
        """
        locks = self.writable and self.dialect != "sqlite"
        return f"{statement} FOR UPDATE SKIP LOCKED" if locks else statement

    def _day(self, day: date) -> Any:
        """A date as the engine keeps it."""
        return day.isoformat() if self.dialect == "sqlite" else day


def _added(
    planned: Sequence[Any],
    over: Mapping[str, int],
    now: int,
    new_id: Callable[[], str],
    ended: Collection[str],
) -> list[tuple[Any, ...]]:
    rows = []
    for row, label, instant, why in planned:
        workspace, address, kind, zone = row[:4]
        error = "workspace_ended" if workspace in ended else why
        state = State.DUE.value if error is None else State.SKIPPED.value
        later = over[workspace]
        not_before = now + int(later * place(workspace, address)) if later else now
        turn, name = TURNS[kind], new_id()
        rows.append(
            (
                *(workspace, name, address, kind, label, zone, instant, state, not_before),
                *(turn, now, error),
            )
        )
    return rows


@lru_cache(maxsize=4_096)
def _date(kept: str) -> date:
    return date.fromisoformat(kept)


def _date_of(kept: Any) -> Any:
    """A date as the engine gave it: SQLite keeps text."""
    return _date(kept) if isinstance(kept, str) else kept


def _instant(kept: int) -> datetime:
    return EPOCH + timedelta(microseconds=kept)


def _occurrence(label: Any, due: int | None) -> Occurrence | None:
    instant = instant_of(due)
    return None if instant is None else Occurrence(_date_of(label), instant)


def _subscription(row: Any) -> Subscription:
    workspace, address, kind, zone, rhythm, rests, *times = row
    coming, last = _occurrence(*times[:2]), _occurrence(*times[2:])
    return Subscription(
        Target(workspace, address),
        _KINDS[kind],
        zone,
        rhythm_of(rhythm),
        coming,
        last,
        rests_of(rests),
    )


def _open_delivery(workspace: str, row: Any) -> Delivery:
    name, address, kind, label, zone, due, not_before, changed_at, attempts, failures = row[:10]
    content_id, channel, ts, error, heal_at = row[10:]
    return Delivery(
        name,
        Target(workspace, address),
        _KINDS[kind],
        _date_of(label),
        zone,
        _instant(due),
        State.DUE,
        _instant(not_before),
        _instant(changed_at),
        attempts,
        failures,
        content_id,
        channel,
        ts,
        error,
        instant_of(heal_at),
    )
