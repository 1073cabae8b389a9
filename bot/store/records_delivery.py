"""Rows of what is sent unasked: subscriptions and deliveries, one by one and in bulk."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, literal_column, or_, select, text, update
from sqlalchemy.sql.dml import Update

from bot.domain.cadence import Occurrence
from bot.domain.deliveries import CATCH_UP, TRANSITIONS, Delivery, Kind, State, Subscription, Target
from bot.domain.errors import DeliveryMoved
from bot.ports import Waiting
from bot.store.columns import Instant
from bot.store.records_base import insert_into
from bot.store.records_bulk import TURNS, BulkRecords
from bot.store.records_workspaces import standing_of, to
from bot.store.schema import deliveries, subscriptions, workspaces

LATEST = max(CATCH_UP.values()) + timedelta(days=1)
"""Nothing is sent so long after its local date."""

_ON_THE_WAY = (State.SENDING.value, State.SENT.value)
_ENDED = (State.SENT.value, State.FAILED.value, State.SKIPPED.value, State.UNKNOWN.value)

_WAITING = text(
    "WITH RECURSIVE found(workspace) AS ("
    " SELECT min(workspace) FROM deliveries WHERE state = 'due'"
    " UNION ALL"
    " SELECT (SELECT min(workspace) FROM deliveries"
    "  WHERE state = 'due' AND workspace > found.workspace)"
    " FROM found WHERE found.workspace IS NOT NULL)"
    " SELECT found.workspace, w.taken_until, w.held_until, w.held_since, w.held_why,"
    " coalesce(w.asks, false) AS asks, w.ended,"
    " (SELECT min(not_before) FROM deliveries d"
    "  WHERE d.state = 'due' AND d.workspace = found.workspace) AS first"
    " FROM found LEFT JOIN workspaces w ON w.workspace = found.workspace"
    " WHERE found.workspace IS NOT NULL AND w.ended IS NULL"
).columns(
    *(column for column in workspaces.columns if column.name != "workspace"),
    first=Instant,
)
"""The workspaces that have open deliveries, found by leaping through the index from one to the
next: the cost follows their number, not that of their deliveries."""


class DeliveryRecords(BulkRecords):
    """Subscriptions and deliveries."""

    def subscription(self, target: Target, kind: Kind) -> Subscription | None:
        """The standing wish of one kind of a target."""
        row = self.first(
            select(subscriptions).where(
                to(subscriptions, target), subscriptions.c.kind == kind.value
            )
        )
        return None if row is None else subscription_of(row)

    def save_subscription(self, subscription: Subscription) -> None:
        """Keep a subscription as it is now."""
        row = {
            **_subscription_key(subscription),
            "zone": subscription.zone,
            "rhythm": subscription.rhythm,
            **_occurrence_row("next", subscription.next),
            **_occurrence_row("last", subscription.last),
            "rests": subscription.rests,
            "unasked_per_day": subscription.unasked_per_day,
        }
        self.put(subscriptions, row)

    def waiting(self) -> Sequence[Waiting]:
        """The workspaces that have open deliveries, except ended ones."""
        found = []
        for row in self.connection.execute(_WAITING):
            standing = row._asdict()
            first = standing.pop("first")
            found.append(Waiting(standing_of(standing), first))
        return found

    def add_delivery(self, delivery: Delivery) -> bool:
        """False when this target already has one of this kind for this label."""
        return self.change(_adding(self.dialect), _delivery_row(delivery)) == 1

    def save_delivery(self, delivery: Delivery) -> bool:
        """Change a delivery that is there; one that was deleted with its person stays deleted.

        False when it is gone. Raises DeliveryMoved when the state that is stored can't become the
        new one: of two who notice that it ended, one saves it, and does what follows from it.
        """
        ends = not TRANSITIONS[delivery.state]
        if self.change(_saving(delivery.state, again=not ends), _changed_row(delivery)):
            return True
        named = (deliveries.c.workspace == delivery.target.workspace) & (
            deliveries.c.id == delivery.id
        )
        self._refuse_move(self.first(select(deliveries.c.state).where(named)), delivery)
        return False

    def save_deliveries(self, saved: Sequence[Delivery]) -> None:
        """Save many; those that moved on or are gone stay as they are."""
        for state, group in groupby(sorted(saved, key=_state), key=_state):
            self.change_many(
                _saving(State(state), again=True), [_changed_row(each) for each in group]
            )

    def _refuse_move(self, stored: Row[Any] | None, delivery: Delivery) -> None:
        if stored is not None:
            raise DeliveryMoved(
                f"delivery {delivery.id} is {stored.state} and can't become {delivery.state.value}"
            )

    def delivery(self, target: Target, kind: Kind, label: date) -> Delivery | None:
        """The delivery of one kind to a target for a local date."""
        query = select(deliveries).where(
            to(deliveries, target), deliveries.c.kind == kind.value, deliveries.c.label == label
        )
        row = self.first(query)
        return None if row is None else _delivery(row)

    def delivery_at(self, workspace: str, channel: str, ts: str) -> Delivery | None:
        """The delivery that arrived as this message."""
        query = select(deliveries).where(
            deliveries.c.workspace == workspace,
            deliveries.c.channel == channel,
            deliveries.c.ts == ts,
        )
        row = self.first(query)
        return None if row is None else _delivery(row)

    def deliveries_to(self, target: Target) -> Sequence[Delivery]:
        """Everything that was or is to be sent to a target, oldest first."""
        query = select(deliveries).where(to(deliveries, target)).order_by(deliveries.c.due)
        return [_delivery(row) for row in self.all(query)]

    def stuck_deliveries(self, before: datetime, limit: int) -> Sequence[Delivery]:
        """Those in `sending` since before an instant, oldest first."""
        changed = deliveries.c.changed_at
        stuck = select(deliveries).where(deliveries.c.state == text("'sending'"), changed < before)
        query = self.claiming(stuck.order_by(changed).limit(limit))
        return [_delivery(row) for row in self.all(query)]

    def to_heal(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Those whose `heal_at` has come, oldest first."""
        at = deliveries.c.heal_at
        due = select(deliveries).where(deliveries.c.state == text("'sent'"), at <= now)
        query = self.claiming(due.order_by(at).limit(limit))
        return [_delivery(row) for row in self.all(query)]

    def sent_lately(
        self, workspace: str, addresses: Collection[str], since: datetime
    ) -> Sequence[tuple[str, Kind, datetime]]:
        """Address, kind and instant of what was sent, or is being sent, since an instant."""
        table = deliveries.c
        query = select(table.address, table.kind, table.changed_at).where(
            table.workspace == workspace,
            table.address.in_(list(addresses)),
            # By kind and date only so that the index on them serves.
            table.kind.in_(list(TURNS)),
            table.label >= since.date() - LATEST,
            table.changed_at >= since,
            table.state.in_(_ON_THE_WAY),
        )
        return [(row.address, Kind(row.kind), row.changed_at) for row in self.all(query)]

    def caps(self, workspace: str, addresses: Collection[str]) -> Mapping[str, int]:
        """How many unasked messages a day those addresses chose that chose a number."""
        table = subscriptions.c
        query = select(table.address, table.unasked_per_day).where(
            table.workspace == workspace,
            table.address.in_(list(addresses)),
            table.unasked_per_day.is_not(None),
        )
        return {row.address: int(row.unasked_per_day) for row in self.all(query)}

    def delivery_counts(self) -> Mapping[State, int]:
        """How many deliveries stand in each state; every state is named."""
        query = select(deliveries.c.state, func.count().label("size")).group_by(deliveries.c.state)
        found = {State(row.state): int(row.size) for row in self.all(query)}
        return {state: found.get(state, 0) for state in State}

    def forget_deliveries(self, before: date, limit: int) -> int:
        """Delete ended deliveries for local dates before this one; how many, `limit` at most."""
        old = (
            select(deliveries.c.workspace, deliveries.c.id)
            .where(deliveries.c.label < before, deliveries.c.state.in_(_ENDED))
            .order_by(deliveries.c.label)
            .limit(limit)
        )
        found = self.all(old)
        named = (deliveries.c.workspace == bindparam("its_workspace")) & (
            deliveries.c.id == bindparam("its_id")
        )
        rows = [{"its_workspace": row.workspace, "its_id": row.id} for row in found]
        self.change_many(delete(deliveries).where(named), rows)
        return len(rows)


@cache
def _adding(dialect: str) -> Any:
    unique = ["workspace", "address", "kind", "label"]
    return insert_into(deliveries, dialect).on_conflict_do_nothing(index_elements=unique)


@cache
def _saving(state: State, *, again: bool) -> Update:
    """The change of a delivery to a state, from those that it may follow, and if `again` itself.

    `attempts` grows with every taking, so a dispatcher that slept while another one took the row
    can't change it any more.
    """
    before = [earlier.value for earlier, after in TRANSITIONS.items() if state in after]
    named = (deliveries.c.workspace == bindparam("its_workspace")) & (
        deliveries.c.id == bindparam("its_id")
    )
    if again:
        before.append(state)
    allowed = or_(*(deliveries.c.state == literal_column(f"'{one}'") for one in before))
    names = (*_CHANGING, "state")
    mine = deliveries.c.attempts == bindparam("attempts")
    if state is State.SENDING:
        mine = mine | (deliveries.c.attempts + 1 == bindparam("attempts"))
    return update(deliveries).where(named, allowed, mine).values({n: bindparam(n) for n in names})


_CHANGING = (
    "not_before",
    "changed_at",
    "attempts",
    "failures",
    "content_id",
    "channel",
    "ts",
    "error",
    "heal_at",
)


def _state(delivery: Delivery) -> str:
    return delivery.state.value


def _target_row(target: Target) -> dict[str, Any]:
    return {"workspace": target.workspace, "address": target.address}


def _occurrence_row(name: str, occurrence: Occurrence | None) -> dict[str, Any]:
    label, due = (None, None) if occurrence is None else (occurrence.label, occurrence.due)
    return {f"{name}_label": label, f"{name}_due": due}


def _occurrence(label: date | None, due: datetime | None) -> Occurrence | None:
    return None if label is None or due is None else Occurrence(label, due)


def subscription_of(row: Row[Any]) -> Subscription:
    return Subscription(
        target=Target(row.workspace, row.address),
        kind=Kind(row.kind),
        zone=row.zone,
        rhythm=row.rhythm,
        next=_occurrence(row.next_label, row.next_due),
        last=_occurrence(row.last_label, row.last_due),
        rests=row.rests,
        unasked_per_day=row.unasked_per_day,
    )


def _subscription_key(subscription: Subscription) -> dict[str, Any]:
    return {**_target_row(subscription.target), "kind": subscription.kind.value}


def _delivery_row(delivery: Delivery) -> dict[str, Any]:
    return {
        **_target_row(delivery.target),
        "id": delivery.id,
        "kind": delivery.kind.value,
        "label": delivery.label,
        "zone": delivery.zone,
        "due": delivery.due,
        "turn": TURNS[delivery.kind.value],
        "state": delivery.state.value,
        **{name: getattr(delivery, name) for name in _CHANGING},
    }


def _changed_row(delivery: Delivery) -> dict[str, Any]:
    return {
        "its_workspace": delivery.target.workspace,
        "its_id": delivery.id,
        "state": delivery.state.value,
        **{name: getattr(delivery, name) for name in _CHANGING},
    }


def _delivery(row: Row[Any]) -> Delivery:
    plain = row._asdict()
    del plain["turn"]
    target = Target(plain.pop("workspace"), plain.pop("address"))
    kind, state = Kind(plain.pop("kind")), State(plain.pop("state"))
    return Delivery(target=target, kind=kind, state=state, **plain)
