"""The rows of deliveries, as the judge of the simulator looks at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from bot.domain.deliveries import Kind, Target
from bot.ports import Records
from bot.store.schema import deliveries, workspaces
from tests.reliability.loop_store import LoopStore

_ONE = select(deliveries).where(
    deliveries.c.workspace == bindparam("workspace"), deliveries.c.id == bindparam("id")
)
_OPEN = (
    select(deliveries, workspaces.c.held_until, workspaces.c.ended)
    .outerjoin(workspaces, workspaces.c.workspace == deliveries.c.workspace)
    .where(deliveries.c.state == "due")
)
_BY_ID = select(deliveries).where(deliveries.c.id == bindparam("id"))
_SENDING = select(deliveries).where(deliveries.c.state == "sending")
_UNEXPLAINED = select(deliveries).where(
    deliveries.c.error.is_(None), deliveries.c.state.in_(("failed", "skipped", "unknown"))
)


@dataclass(frozen=True)
class Rows:
    """What the store holds now."""

    store: LoopStore

    def one(self, workspace: str, delivery_id: str) -> Row[Any] | None:
        """A delivery of a workspace."""
        found = self._all(_ONE, {"workspace": workspace, "id": delivery_id})
        return found[0] if found else None

    def by_id(self, delivery_id: str) -> Row[Any] | None:
        """A delivery of any workspace."""
        found = self._all(_BY_ID, {"id": delivery_id})
        return found[0] if found else None

    def to(self, target: Target, kind: Kind) -> Sequence[Row[Any]]:
        """All of one kind to a target."""
        table = deliveries.c
        mine = (table.workspace == target.workspace) & (table.address == target.address)
        return self._all(select(deliveries).where(mine, table.kind == kind.value))

    def open(self) -> Sequence[Row[Any]]:
        """What is to be sent, with `held_until` and `ended` of its workspace."""
        return self._all(_OPEN)

    def sending(self) -> Sequence[Row[Any]]:
        """What is being sent."""
        return self._all(_SENDING)

    def unexplained(self) -> Sequence[Row[Any]]:
        """What was not sent, and does not say why."""
        return self._all(_UNEXPLAINED)

    def counts(self) -> dict[str, int]:
        """How many are in which state."""
        query = select(deliveries.c.state, func.count().label("number"))
        found = self._all(query.group_by(deliveries.c.state))
        return {str(row.state): int(row.number) for row in found}

    def _all(self, query: Any, values: Mapping[str, str] | None = None) -> Sequence[Row[Any]]:
        def read(records: Records) -> Sequence[Row[Any]]:
            connection: Connection = records.connection  # type: ignore[attr-defined]
            return connection.execute(query, values).all()

        return self.store.look(read)
