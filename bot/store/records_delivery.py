"""Rows of what is sent unasked: subscriptions, deliveries, held workspaces, envelopes seen."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, delete, func, select, update

from bot.domain.cadence import Occurrence
from bot.domain.deliveries import TRANSITIONS, Delivery, Kind, State, Subscription, Target
from bot.domain.errors import DeliveryMoved
from bot.store.records_base import RecordsBase, insert_into
from bot.store.schema import deliveries, envelopes, held_workspaces, subscriptions

ENVELOPES_KEPT = timedelta(days=1)
_PURGE_ONE_IN = 64
_ON_THE_WAY = (State.SENDING.value, State.SENT.value)


class DeliveryRecords(RecordsBase):
    """Subscriptions and deliveries."""

    def subscription(self, target: Target, kind: Kind) -> Subscription | None:
        """The standing wish of one kind of a target."""
        row = self.first(
            select(subscriptions).where(
                _to(subscriptions, target), subscriptions.c.kind == kind.value
            )
        )
        return None if row is None else subscription_of(row)

    def save_subscription(self, subscription: Subscription) -> None:
        """Keep a subscription as it is now."""
        row = {
            **_target_row(subscription.target),
            "kind": subscription.kind.value,
            "zone": subscription.zone,
            "rhythm": subscription.rhythm,
            **_occurrence_row("next", subscription.next),
            **_occurrence_row("last", subscription.last),
            "rests": subscription.rests,
            "unasked_per_day": subscription.unasked_per_day,
        }
        self.put(subscriptions, row)

    def due_subscriptions(self, now: datetime, limit: int) -> Sequence[Subscription]:
        """Those whose next time has come, the longest due first."""
        query = (
            select(subscriptions)
            .where(subscriptions.c.next_due <= now)
            .order_by(subscriptions.c.next_due)
            .limit(limit)
        )
        return [subscription_of(row) for row in self.all(self.claiming(query))]

    def next_due(self) -> datetime | None:
        """When a subscription or an open delivery next wants attention."""
        due = subscriptions.c.next_due
        waking = select(due).where(due.is_not(None)).order_by(due).limit(1)
        attempt = deliveries.c.not_before
        is_open = deliveries.c.state == State.DUE.value
        retry = select(attempt).where(is_open).order_by(attempt).limit(1)
        found = [self.connection.execute(query).scalar() for query in (waking, retry)]
        return min((instant for instant in found if instant is not None), default=None)

    def add_delivery(self, delivery: Delivery) -> bool:
        """False when this target already has one of this kind for this label."""
        unique = ["workspace", "address", "kind", "label"]
        statement = insert_into(deliveries, self.dialect)
        added = statement.on_conflict_do_nothing(index_elements=unique)
        return self.change(added, _delivery_row(delivery)) == 1

    def save_delivery(self, delivery: Delivery) -> None:
        """Change a delivery that is there; one that was deleted with its person stays deleted.

        Raises DeliveryMoved when the state that is stored can't become the new one.
        """
        before = [state for state, after in TRANSITIONS.items() if delivery.state in after]
        allowed = [state.value for state in (*before, delivery.state)]
        named = (deliveries.c.workspace == delivery.target.workspace) & (
            deliveries.c.id == delivery.id
        )
        moved = update(deliveries).where(named, deliveries.c.state.in_(allowed))
        if self.change(moved.values(_delivery_row(delivery))) == 0:
            self._refuse_move(self.first(select(deliveries.c.state).where(named)), delivery)

    def _refuse_move(self, stored: Row[Any] | None, delivery: Delivery) -> None:
        if stored is not None:
            raise DeliveryMoved(
                f"delivery {delivery.id} is {stored.state} and can't become {delivery.state.value}"
            )

    def delivery(self, target: Target, kind: Kind, label: date) -> Delivery | None:
        """The delivery of one kind to a target for a local date."""
        query = select(deliveries).where(
            _to(deliveries, target), deliveries.c.kind == kind.value, deliveries.c.label == label
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
        query = select(deliveries).where(_to(deliveries, target)).order_by(deliveries.c.due)
        return [_delivery(row) for row in self.all(query)]

    def open_deliveries(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Those in `due` whose `not_before` has come, oldest first."""
        query = (
            select(deliveries)
            .where(deliveries.c.state == State.DUE.value, deliveries.c.not_before <= now)
            .order_by(deliveries.c.not_before)
            .limit(limit)
        )
        return [_delivery(row) for row in self.all(self.claiming(query))]

    def stuck_deliveries(self, before: datetime, limit: int) -> Sequence[Delivery]:
        """Those in `sending` since before an instant, oldest first."""
        query = (
            select(deliveries)
            .where(deliveries.c.state == State.SENDING.value, deliveries.c.changed_at < before)
            .order_by(deliveries.c.changed_at)
            .limit(limit)
        )
        return [_delivery(row) for row in self.all(self.claiming(query))]

    def sent_since(self, target: Target, since: datetime, kinds: Collection[Kind]) -> int:
        """How many deliveries of these kinds were sent, or are being sent, since an instant."""
        query = (
            select(func.count())
            .select_from(deliveries)
            .where(
                _to(deliveries, target),
                deliveries.c.changed_at >= since,
                deliveries.c.state.in_(_ON_THE_WAY),
                deliveries.c.kind.in_([kind.value for kind in kinds]),
            )
        )
        return int(self.connection.execute(query).scalar_one())

    def delivery_counts(self) -> Mapping[State, int]:
        """How many deliveries stand in each state; every state is named."""
        query = select(deliveries.c.state, func.count().label("size")).group_by(deliveries.c.state)
        found = {State(row.state): int(row.size) for row in self.all(query)}
        return {state: found.get(state, 0) for state in State}

    def hold_workspace(self, workspace: str, until: datetime) -> None:
        """Send nothing to a workspace before an instant; a longer hold is never shortened."""
        statement = insert_into(held_workspaces, self.dialect)
        new, old = statement.excluded.until, held_workspaces.c.until
        longer = case((new > old, new), else_=old)
        held = statement.on_conflict_do_update(index_elements=["workspace"], set_={"until": longer})
        self.change(held, {"workspace": workspace, "until": until})

    def held_workspaces(self, now: datetime) -> dict[str, datetime]:
        """The workspaces to which nothing is sent now, and until when."""
        query = select(held_workspaces).where(held_workspaces.c.until > now)
        return {row.workspace: row.until for row in self.all(query)}

    def claim_envelope(self, key: str, now: datetime) -> bool:
        """True the first time that a key is seen; keys are forgotten after a day."""
        # About one claim in 64 sweeps: which one is a matter of its key, so nothing is remembered.
        if zlib.crc32(key.encode("utf-8", "replace")) % _PURGE_ONE_IN == 0:
            self.change(delete(envelopes).where(envelopes.c.seen_at <= now - ENVELOPES_KEPT))
        statement = insert_into(envelopes, self.dialect)
        claimed = statement.on_conflict_do_update(
            index_elements=["key"],
            set_={"seen_at": statement.excluded.seen_at},
            where=envelopes.c.seen_at <= now - ENVELOPES_KEPT,
        )
        return self.change(claimed, {"key": key, "seen_at": now}) == 1


def _to(table: Any, target: Target) -> Any:
    return (table.c.workspace == target.workspace) & (table.c.address == target.address)


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


def _delivery_row(delivery: Delivery) -> dict[str, Any]:
    plain = {key: value for key, value in asdict(delivery).items() if key != "target"}
    return {
        **plain,
        **_target_row(delivery.target),
        "kind": delivery.kind.value,
        "state": delivery.state.value,
    }


def _delivery(row: Row[Any]) -> Delivery:
    plain = row._asdict()
    target = Target(plain.pop("workspace"), plain.pop("address"))
    kind, state = Kind(plain.pop("kind")), State(plain.pop("state"))
    return Delivery(target=target, kind=kind, state=state, **plain)
