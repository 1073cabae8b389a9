"""Taking: what a workspace may get now is composed and marked as being sent, in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial

import structlog

from bot.domain.cadence import DAY_ENDS, local_date, occurrence, zone_of
from bot.domain.deliveries import Delivery, Kind, Sending, State, sendable_until
from bot.domain.errors import Busy, DeliveryMoved, Uncertain
from bot.domain.pacing import PER_CHANNEL, PER_CHANNEL_WITHIN, Pace
from bot.domain.quiet import out_of_quiet
from bot.ports import ByRows, Clock, Meter, Records, Standing, Store
from bot.services.results import Composed

log = structlog.get_logger(__name__)

PORTION = 200
"""Rows of one workspace that are taken together where its pace allows so many: what is taken when
the program dies must be looked up in Slack's history one by one."""

A_DAY = timedelta(hours=28)
"""A local day with its clock changes, from its beginning at 04:00."""

Compose = Callable[[Records, Delivery], Composed | None]


@dataclass(frozen=True, slots=True)
class Topic:
    """How one kind of delivery is filled, and what happens once it has arrived or was refused.

    `refused` is told when the target can't get this kind any more. What is not `capped` was asked
    for.
    """

    compose: Compose
    arrived: Callable[[Records, Delivery], None] | None = None
    refused: Callable[[Records, Delivery], None] | None = None
    capped: bool = True


Topics = Mapping[Kind, Topic]


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that is committed as being sent, and what it shows."""

    delivery: Delivery
    result: object


@dataclass(frozen=True, slots=True)
class Portion:
    """What was taken. `more`: there may be more, from `free_at` on where the pace is used up.
    `asks`: Slack is to be asked first."""

    ready: tuple[Ready, ...] = ()
    more: bool = False
    asks: bool = False
    free_at: datetime | None = None


@dataclass(slots=True)
class Row:
    """Whether the work on one row broke."""

    broken: bool = False


@contextmanager
def one_row(delivery: Delivery | None = None) -> Iterator[Row]:
    """Work on one row: what breaks in it is logged and must never hold up the others.

    What the store says about itself concerns all rows and passes.
    """
    row = Row()
    try:
        yield row
    except (Busy, Uncertain, DeliveryMoved):
        raise
    except Exception:  # the tick's one broad except
        log.exception("delivery_broken", delivery=delivery.id if delivery else None)
        row.broken = True


@dataclass(eq=False)
class Taker:
    """Decides which open deliveries of a workspace go now.

    `cap` is how many unasked messages a target gets in one local day that chose no number.
    """

    store: Store
    clock: Clock
    topics: Topics
    pace: Pace
    cap: int
    meter: Meter

    async def take(self, workspace: str) -> Portion:
        """A portion in one transaction; one row a transaction when one of them is broken."""
        with one_row():
            work = partial(self._take, workspace=workspace, only=None)
            return await self.store.write(ByRows(work))
        rows = await self.store.read(
            lambda records: records.open_deliveries(workspace, self.clock.now(), PORTION)
        )
        ready: list[Ready] = []
        for delivery in rows:
            with one_row(delivery) as row:
                work = partial(self._take, workspace=workspace, only=(delivery,))
                ready += (await self.store.write(work)).ready
            if row.broken:
                await self._give_up(delivery)
        return Portion(tuple(ready), more=len(rows) == PORTION)

    async def _give_up(self, delivery: Delivery) -> None:
        ended = replace(delivery, state=State.FAILED, error="broken", changed_at=self.clock.now())
        await self.store.write(lambda records: records.save_deliveries([ended]))

    def _take(self, records: Records, workspace: str, only: Sequence[Delivery] | None) -> Portion:
        now = self.clock.now()
        standing, sending = records.standing(workspace, lock=True), records.sending()
        if standing.ended or standing.is_held(now) or sending is Sending.OFF:
            return Portion()
        if standing.asks:
            return Portion(asks=True)
        limit, taken_until = self.pace.granted(standing.taken_until, now, PORTION)
        if not limit:
            return Portion(more=True, free_at=self.pace.free_again(taken_until))
        if only is None:
            only = records.open_deliveries(workspace, now, limit)
        ready = self._sorted_out(records, only[:limit], sending, now)
        until = self._keep_pace(records, standing, len(ready), now)
        free_at = self.pace.free_again(until) if until and limit < PORTION else None
        return Portion(tuple(ready), more=len(only) == limit, free_at=free_at)

    def _keep_pace(
        self, records: Records, standing: Standing, number: int, now: datetime
    ) -> datetime | None:
        """Until when the pace is taken now; None without a pace, or when nothing was taken."""
        if not number or not self.pace.posts_per_minute:
            return None
        _, until = self.pace.granted(standing.taken_until, now, number)
        records.save_standing(replace(standing, taken_until=until))
        return until

    def _sorted_out(
        self, records: Records, rows: Sequence[Delivery], sending: Sending, now: datetime
    ) -> list[Ready]:
        """Each row is taken, skipped, or put off a little; all of it is saved at once."""
        history, chosen = self._history(records, rows, now), self._chosen(records, rows)
        ready: list[Ready] = []
        changed: list[Delivery] = []
        for delivery in rows:
            earlier = history[delivery.target.address]
            cap = chosen.get(delivery.target.address, self.cap)
            why = self._refusal(delivery, earlier, cap, now)
            if why is None and sending is Sending.DRY_RUN:
                why = "dry_run"
            again = None if why else _not_yet(delivery, earlier, now)
            if again is not None:
                changed.append(replace(delivery, not_before=again))
                continue
            composed = None if why else self.topics[delivery.kind].compose(records, delivery)
            if composed is None:
                changed.append(self._skipped(delivery, why or "not_wanted", now))
                continue
            earlier.append((delivery.kind, now))
            ready.append(Ready(_taken(delivery, composed, now), composed.result))
        records.save_deliveries(changed)
        records.mark_sending([entry.delivery for entry in ready])
        return ready

    def _history(
        self, records: Records, rows: Sequence[Delivery], now: datetime
    ) -> Mapping[str, list[tuple[Kind, datetime]]]:
        found: dict[str, list[tuple[Kind, datetime]]] = defaultdict(list)
        if rows:
            addresses = {delivery.target.address for delivery in rows}
            workspace = rows[0].target.workspace
            for address, kind, at in records.sent_lately(workspace, addresses, now - A_DAY):
                found[address].append((kind, at))
        return found

    def _chosen(self, records: Records, rows: Sequence[Delivery]) -> Mapping[str, int]:
        """How many messages a day those chose who chose."""
        if not rows:
            return {}
        addresses = {delivery.target.address for delivery in rows}
        return records.caps(rows[0].target.workspace, addresses)

    def _refusal(
        self,
        delivery: Delivery,
        earlier: Sequence[tuple[Kind, datetime]],
        cap: int,
        now: datetime,
    ) -> str | None:
        if now > sendable_until(delivery.kind, delivery.label, delivery.due, delivery.zone):
            return "too_late"
        if not self.topics[delivery.kind].capped:
            return None
        morning = _morning(delivery.zone, now)
        today = [kind for kind, at in earlier if at >= morning and self.topics[kind].capped]
        return "daily_cap" if len(today) >= cap else None

    def _skipped(self, delivery: Delivery, why: str, now: datetime) -> Delivery:
        self.meter.skipped(why)
        return replace(delivery, state=State.SKIPPED, error=why, changed_at=now)


@lru_cache(maxsize=1_024)
def _morning(name: str, now: datetime) -> datetime:
    """When the local day began."""
    zone = zone_of(name)
    return occurrence(local_date(now, zone), DAY_ENDS, zone)


def _not_yet(
    delivery: Delivery, earlier: Sequence[tuple[Kind, datetime]], now: datetime
) -> datetime | None:
    """When a message may go that may not go now: when the night is over, or others have gone."""
    morning = out_of_quiet(delivery.due, now, delivery.zone)
    return morning if morning > now else _crowded(earlier, now)


def _crowded(earlier: Sequence[tuple[Kind, datetime]], now: datetime) -> datetime | None:
    """When a conversation may get the next message, None for at once."""
    lately = sorted(at for _, at in earlier if at > now - PER_CHANNEL_WITHIN)
    return lately[-PER_CHANNEL] + PER_CHANNEL_WITHIN if len(lately) >= PER_CHANNEL else None


def _taken(delivery: Delivery, composed: Composed, now: datetime) -> Delivery:
    """The delivery as it is being sent. Written out: `replace` costs as much as all the rest."""
    return Delivery(
        delivery.id,
        delivery.target,
        delivery.kind,
        delivery.label,
        delivery.zone,
        delivery.due,
        State.SENDING,
        delivery.not_before,
        now,
        delivery.attempts + 1,
        delivery.failures,
        composed.content_id,
        delivery.channel,
        delivery.ts,
        delivery.error,
        delivery.heal_at,
    )
