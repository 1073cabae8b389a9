"""Rows that replanning walks through, what waits to be sent to somebody, and notes."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_

from bot.domain.deliveries import Delivery, Kind, State, Subscription, Target
from bot.store.records_delivery import DeliveryRecords, subscription_of
from bot.store.schema import deliveries, notes, subscriptions


class RhythmRecords(DeliveryRecords):
    """Subscriptions in their order, waiting deliveries, and the notes of the installation."""

    def subscriptions_after(
        self, key: tuple[Target, Kind] | None, limit: int
    ) -> Sequence[Subscription]:
        """Subscriptions in the order of their keys, those behind a key; None for the first.

        To be changed in the same transaction: they are locked where the engine locks rows.
        """
        columns = (subscriptions.c.workspace, subscriptions.c.address, subscriptions.c.kind)
        query = select(subscriptions).order_by(*columns).limit(limit).with_for_update()
        if key is not None:
            target, kind = key
            query = query.where(
                tuple_(*columns) > tuple_(target.workspace, target.address, kind.value)
            )
        return [subscription_of(row) for row in self.all(query)]

    def waiting_deliveries(self, target: Target) -> Sequence[Delivery]:
        """What is to be sent to a target and was not yet tried or has to be tried again."""
        waiting = (
            select(deliveries.c.kind, deliveries.c.label)
            .where(
                deliveries.c.workspace == target.workspace,
                deliveries.c.address == target.address,
                deliveries.c.state == State.DUE.value,
            )
            .order_by(deliveries.c.not_before)
        )
        found = (self.delivery(target, Kind(row.kind), row.label) for row in self.all(waiting))
        return [delivery for delivery in found if delivery is not None]

    def note(self, name: str) -> str | None:
        """What was noted under a name, None when nothing was."""
        row = self.first(select(notes.c.text).where(notes.c.name == name))
        return None if row is None else str(row.text)

    def save_note(self, name: str, text: str) -> None:
        """Note something under a name, in place of what stood there."""
        self.put(notes, {"name": name, "text": text})
