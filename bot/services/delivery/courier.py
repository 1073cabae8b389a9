"""The courier: posts each taken delivery once, and notes what became of it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.breaker import REST as BREAKER_RESTS
from bot.domain.breaker import Breaker
from bot.domain.deliveries import Delivery, Kind, State, retry_at
from bot.domain.remedies import Remedy
from bot.ports import (
    Clock,
    Message,
    Messenger,
    Meter,
    Records,
    SendRefused,
    SendUncertain,
    Store,
)
from bot.services.delivery.settling import Outcome, Settler
from bot.services.delivery.taking import Ready, Topics, one_row

log = structlog.get_logger(__name__)

LOOK_AGAIN_AFTER = timedelta(seconds=1)
"""A row that waited longer for its turn is read again: it may be unwanted by now."""

TOO_OLD_AFTER = timedelta(seconds=20)
"""A row that waited longer goes back: Slack is slow, and a row that is being sent for a minute
counts as stuck."""

HOLD_FOR = timedelta(hours=1)
"""How long a workspace is left alone that refuses everything; then it is asked whether it works."""

Render = Callable[[object], Message]

_ORDER = {kind: place for place, kind in enumerate(Kind)}


def _turn(entry: Ready) -> tuple[datetime, int]:
    """Earlier ones first; of those due together, the kinds as they are listed: welcome first."""
    return entry.delivery.due, _ORDER[entry.delivery.kind]


@dataclass(eq=False)
class Round:
    """One portion on its way: lanes that wait, outcomes to be saved, and whether to stop."""

    lanes: deque[Sequence[Ready]]
    stop: datetime | None = None
    over: tuple[str, str] | None = None
    """The workspace that has sent us away meanwhile, and with which code."""
    outcomes: list[Outcome] = field(default_factory=list)
    saving: asyncio.Task[None] | None = None


@dataclass(eq=False)
class Courier:
    """Sends what was taken, `in_flight` posts at once, and saves what became of it."""

    store: Store
    messenger: Messenger
    clock: Clock
    topics: Topics
    render: Render
    meter: Meter
    settler: Settler
    in_flight: int
    _breakers: dict[str, Breaker] = field(default_factory=dict)
    _left_alone: dict[str, datetime] = field(default_factory=dict)

    def holds(self, workspace: str, now: datetime) -> bool:
        """Whether Slack has asked this process to leave a workspace alone for now."""
        return self._left_alone.get(workspace, now) > now

    async def deliver(self, ready: Sequence[Ready]) -> None:
        """Send everything: targets side by side, the messages of one target in their order."""
        by_target: dict[object, list[Ready]] = {}
        for entry in sorted(ready, key=_turn):
            by_target.setdefault(entry.delivery.target, []).append(entry)
        turn = Round(deque(by_target.values()))
        hands = [self._work(turn) for _ in range(min(self.in_flight, len(by_target)))]
        ended = await asyncio.gather(*hands, return_exceptions=True)
        if turn.saving is not None:
            ended += await asyncio.gather(turn.saving, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, BaseException):
                raise outcome
        if turn.over is not None:
            # At the end, when nothing goes back to those that are due any more.
            workspace, code = turn.over
            await self.store.write(lambda records: records.end_workspace(workspace, code))

    async def _work(self, turn: Round) -> None:
        while turn.lanes:
            await self._lane(turn, turn.lanes.popleft())

    async def _lane(self, turn: Round, lane: Sequence[Ready]) -> None:
        for place, entry in enumerate(lane):
            again = turn.stop or await self._send(turn, entry, alone=place == 0)
            if again is not None:
                # What comes later must not overtake what has to wait.
                first = place if turn.stop is again else place + 1
                for waiting in lane[first:]:
                    self._note(turn, self._put_back(waiting.delivery, again))
                return

    async def _send(self, turn: Round, entry: Ready, *, alone: bool) -> datetime | None:
        """Send one message; when the rest of its lane may go on, None for at once."""
        delivery, now = entry.delivery, self.clock.now()
        waited = now - delivery.changed_at
        if waited > TOO_OLD_AFTER:
            self._note(turn, self._put_back(delivery, now))
            return now
        if (waited > LOOK_AGAIN_AFTER or not alone) and not await self._still_wanted(delivery):
            return None
        outcome, again = None, None
        with one_row(delivery) as row:
            outcome, again = await self._post(turn, delivery, entry.result)
        if row.broken:
            outcome = self._ended(delivery, "broken")
        if outcome is not None:
            self._note(turn, outcome)
        return again

    async def _still_wanted(self, delivery: Delivery) -> bool:
        """Whether the row still stands as it was taken; it may have been deleted since."""
        target, kind, label = delivery.target, delivery.kind, delivery.label
        found = await self.store.read(lambda records: records.delivery(target, kind, label))
        if found is None:
            return False
        taken = (delivery.id, delivery.attempts, State.SENDING)
        return (found.id, found.attempts, found.state) == taken

    async def _post(
        self, turn: Round, delivery: Delivery, result: object
    ) -> tuple[Outcome, datetime | None]:
        message = self.render(result)
        try:
            arrived = await self.messenger.send(delivery.target, message, delivery.id)
        except SendRefused as error:
            return self.refused(delivery, error, turn)
        except SendUncertain as error:
            # It stays in `sending`: only Slack's history can tell whether it arrived.
            self.meter.uncertain(error.code)
            log.warning("delivery_uncertain", delivery=delivery.id, code=error.code)
            return Outcome(replace(delivery, changed_at=self.clock.now())), None
        self._judge(delivery, turn, failed=False)
        return self.settler.arrived(delivery, arrived), None

    # -- what became of it ----------------------------------------------------------------------

    def refused(
        self, delivery: Delivery, error: SendRefused, turn: Round | None = None
    ) -> tuple[Outcome, datetime | None]:
        """Slack surely did not take it: what that means, and when the lane may go on."""
        self.meter.refused(error.code, error.remedy)
        log.warning("delivery_refused", delivery=delivery.id, code=error.code, remedy=error.remedy)
        now = self.clock.now()
        match error.remedy:
            case Remedy.WAIT:
                return self._held(delivery, error, now + timedelta(seconds=error.wait), turn)
            case Remedy.HOLD | Remedy.REFRESH | Remedy.SCOPE:
                wait = max(HOLD_FOR, timedelta(seconds=error.wait))
                return self._held(delivery, error, now + wait, turn, asks=True)
            case Remedy.END:
                return self._over(delivery, error, turn), None
            case Remedy.BACK_OFF:
                self._judge(delivery, turn, failed=True)
                return self._later(delivery, error, now)
            case Remedy.REST | Remedy.AWAY:
                return self._unreachable(delivery, error), None
            case _:
                self._judge(delivery, turn, failed=True)
                return self._ended(delivery, error.code), None

    def _held(
        self,
        delivery: Delivery,
        error: SendRefused,
        until: datetime,
        turn: Round | None,
        *,
        asks: bool = False,
    ) -> tuple[Outcome, datetime]:
        """The whole workspace waits, and that is not this delivery's fault."""
        workspace, now = delivery.target.workspace, self.clock.now()
        if turn is not None:
            turn.stop = until
            # Remembered here too: the store may be away when it is to be saved.
            self._left_alone[workspace] = until

        def hold(records: Records) -> None:
            records.hold_workspace(workspace, until, error.code, since=now if asks else None)

        return Outcome(_waiting(delivery, until, now, error.code), hold), until

    def _over(self, delivery: Delivery, error: SendRefused, turn: Round | None) -> Outcome:
        log.error("workspace_ended", workspace=delivery.target.workspace, code=error.code)
        if turn is not None:
            turn.stop = self.clock.now()
            turn.over = (delivery.target.workspace, error.code)
        return self._ended(delivery, error.code)

    def _later(
        self, delivery: Delivery, error: SendRefused, now: datetime
    ) -> tuple[Outcome, datetime | None]:
        failed = replace(delivery, failures=delivery.failures + 1)
        again = retry_at(failed.failures, now)
        if again is None:
            return self._ended(failed, error.code), None
        again = max(again, now + timedelta(seconds=error.wait))
        return Outcome(_waiting(failed, again, now, error.code)), again

    def _unreachable(self, delivery: Delivery, error: SendRefused) -> Outcome:
        """This target gets nothing more; its subscriptions rest until somebody wakes them."""
        refused = self.topics[delivery.kind].refused

        def rest(records: Records) -> None:
            records.rest_target(delivery.target, error.code)
            if refused is not None:
                refused(records, delivery)

        return replace(self._ended(delivery, error.code), after=rest)

    def _ended(self, delivery: Delivery, code: str) -> Outcome:
        log.error("delivery_ended", delivery=delivery.id, state=State.FAILED, code=code)
        ended = replace(
            delivery, state=State.FAILED, error=code, changed_at=self.clock.now(), heal_at=None
        )
        return Outcome(ended)

    def _put_back(self, delivery: Delivery, again: datetime) -> Outcome:
        """It was taken but not tried."""
        return Outcome(_waiting(delivery, again, self.clock.now(), delivery.error))

    def _judge(self, delivery: Delivery, turn: Round | None, *, failed: bool) -> None:
        """When too many fail, the workspace is left alone for a while."""
        workspace = delivery.target.workspace
        breaker = self._breakers.get(workspace) or self._breakers.setdefault(workspace, Breaker())
        if breaker.note(failed=failed) and turn is not None:
            until = self.clock.now() + BREAKER_RESTS
            turn.stop = until
            log.error("breaker_open", workspace=workspace, until=until.isoformat())

            def hold(records: Records) -> None:
                records.hold_workspace(workspace, until, "breaker")

            self._note(turn, Outcome(None, hold))

    # -- saving -----------------------------------------------------------------------------------

    def _note(self, turn: Round, outcome: Outcome) -> None:
        """Have an outcome saved, together with those that come while others are being saved."""
        turn.outcomes.append(outcome)
        saving = turn.saving
        if saving is None or (saving.done() and not saving.cancelled() and not saving.exception()):
            turn.saving = asyncio.create_task(self._save_all(turn))

    async def _save_all(self, turn: Round) -> None:
        while turn.outcomes:
            outcomes, turn.outcomes = turn.outcomes, []
            await self.settler.save(outcomes)


def _waiting(delivery: Delivery, until: datetime, now: datetime, code: str | None) -> Delivery:
    """It goes back to those that are due."""
    return replace(delivery, state=State.DUE, not_before=until, changed_at=now, error=code)
