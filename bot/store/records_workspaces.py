"""Rows about whole workspaces: what they may get now, resting targets, the kill switch, envelopes
seen."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.domain.deliveries import Sending, State, Target
from bot.ports import Standing
from bot.store.records_base import RecordsBase, insert_into
from bot.store.schema import (
    deliveries,
    envelopes,
    notes,
    resting_targets,
    subscriptions,
    workspaces,
)

ENVELOPES_KEPT = timedelta(days=1)
_PURGE_ONE_IN = 64
_SENDING = "sending"
_REST = {"next_label": None, "next_due": None}


class WorkspaceRecords(RecordsBase):
    """The standing of workspaces and targets."""

    def standing(self, workspace: str, *, lock: bool = False) -> Standing:
        """What a workspace may get; anything, when nothing is noted of it."""
        query = select(workspaces).where(workspaces.c.workspace == workspace)
        if lock and self.dialect != "sqlite":
            # A row that is not there can't be locked.
            added = insert_into(workspaces, self.dialect).on_conflict_do_nothing()
            self.change(added, {"workspace": workspace, "asks": False})
            query = query.with_for_update()
        row = self.first(query)
        return Standing(workspace) if row is None else standing_of(row)

    def save_standing(self, standing: Standing) -> None:
        """Keep it as it is now."""
        self.put(workspaces, asdict(standing))

    def standings(self) -> Sequence[Standing]:
        """Of every workspace of which anything is noted."""
        return [standing_of(row) for row in self.all(select(workspaces))]

    def hold_workspace(
        self, workspace: str, until: datetime, why: str, *, since: datetime | None = None
    ) -> None:
        """Send nothing before an instant; a longer hold is never shortened."""
        known = self.standing(workspace)
        if known.held_until is not None and known.held_until >= until:
            return
        held = replace(known, held_until=until, held_why=why)
        if since is not None:
            held = replace(held, asks=True, held_since=known.held_since or since)
        self.save_standing(held)

    def end_workspace(self, workspace: str, why: str) -> None:
        """Send nothing to a workspace any more; what is open is skipped."""
        self.save_standing(replace(self.standing(workspace), ended=why))
        self._skip(deliveries.c.workspace == workspace, why)

    def ended_workspace(self, workspace: str) -> str | None:
        """Why a workspace has ended, None when it has not."""
        return self.standing(workspace).ended

    def revive_workspace(self, workspace: str) -> None:
        """The workspace may get messages again, and is held no longer."""
        known = self.standing(workspace)
        alive = Standing(workspace, known.taken_until)
        if known != alive:
            self.save_standing(alive)

    def rest_target(self, target: Target, why: str) -> None:
        """Plan nothing more for a target, and skip what is open; resting again keeps the first
        reason."""
        row = {"workspace": target.workspace, "address": target.address, "why": why}
        self.change(insert_into(resting_targets, self.dialect).on_conflict_do_nothing(), row)
        self.change(update(subscriptions).where(to(subscriptions, target)).values(**_REST))
        self._skip(to(deliveries, target), why)

    def wake_target(self, target: Target) -> str | None:
        """The reason that ends now, None when the target was not resting."""
        why = self.resting(target)
        if why is not None:
            self.change(delete(resting_targets).where(to(resting_targets, target)))
        return why

    def resting(self, target: Target) -> str | None:
        """Why a target gets nothing, None when it does."""
        query = select(resting_targets.c.why).where(to(resting_targets, target))
        return self.connection.execute(query).scalar()

    def _skip(self, which: Any, why: str) -> None:
        ended = {"state": State.SKIPPED.value, "error": why}
        is_open = deliveries.c.state == State.DUE.value
        self.change(update(deliveries).where(which, is_open).values(**ended))

    def sending(self) -> Sending:
        """What the kill switch says; on, when nobody has touched it."""
        query = select(notes.c.text).where(notes.c.name == _SENDING)
        found = self.connection.execute(query).scalar()
        return Sending.ON if found is None else Sending(found)

    def set_sending(self, sending: Sending) -> None:
        """Turn the kill switch."""
        self.put(notes, {"name": _SENDING, "text": sending.value})

    def envelope_seen(self, key: str, now: datetime) -> bool:
        """Whether a key was claimed within the last day."""
        query = select(envelopes.c.key).where(
            envelopes.c.key == key, envelopes.c.seen_at > now - ENVELOPES_KEPT
        )
        return self.first(query) is not None

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


def to(table: Any, target: Target) -> Any:
    """The condition that a row belongs to a target."""
    return (table.c.workspace == target.workspace) & (table.c.address == target.address)


def standing_of(row: Row[Any] | Mapping[str, Any]) -> Standing:
    """A row of `workspaces`."""
    return Standing(**(row._asdict() if isinstance(row, Row) else row))
