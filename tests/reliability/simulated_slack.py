"""A Slack on virtual time that does everything that Slack can do to a post, as a seed draws it."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.deliveries import Target
from bot.domain.remedies import Remedy
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.slack.errors import REMEDIES, CallKind, for_address, is_person, remedy_of, seconds_of
from bot.slack.messenger import CLOCKS_DIFFER, GIVEN_UP

LATEST = 8 * 60.0
"""Seconds after which a post that nobody waits for any more arrives at the latest: what comes even
later than the last look is told nowhere."""
GIVES_UP = 15.0
"""Seconds until the coach no longer waits for an answer."""

GIVEN_UP_CODES = sorted(REMEDIES[Remedy.PLAIN] | REMEDIES[Remedy.BARE] | {"a_new_code"})
HOLDING = sorted(REMEDIES[Remedy.HOLD])


@dataclass(frozen=True)
class Odds:
    """How often, of all posts, something goes wrong; what is left arrives."""

    lost: float = 0.01
    answer_lost: float = 0.01
    late: float = 0.005
    slow: float = 0.01
    no_connection: float = 0.005
    too_fast: float = 0.002
    given_up: float = 0.002
    find_fails: float = 0.05


KIND_ODDS = Odds(0, 0, 0, 0, 0, 0, 0, 0)
"""Nothing goes wrong."""


@dataclass(frozen=True)
class Standing:
    """A message in a conversation."""

    target: Target
    delivery_id: str
    at: datetime
    arrived: Arrived


class Watcher(Protocol):
    """Is told what happens in Slack."""

    def post_begins(self, target: Target, delivery_id: str) -> None:
        """A post is on its way to Slack."""
        ...

    def told_to_wait(self, workspace: str, seconds: float) -> None:
        """Slack has answered that nothing may come for so long."""
        ...

    def appeared(self, message: Standing, others: Iterable[Standing]) -> None:
        """A message stands in its conversation now, beside others with the same id."""
        ...

    def vanished(self, message: Standing) -> None:
        """A message was taken away."""
        ...

    def trouble(self, workspace: str) -> None:
        """Something went wrong with a call that looks or mends."""
        ...


@dataclass
class SimulatedSlack:
    """Workspaces with their conversations. `trouble_of` holds what is wrong with a workspace."""

    rng: random.Random
    now: Callable[[], datetime]
    watcher: Watcher
    odds: Odds = field(default_factory=Odds)
    trouble_of: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    gone: dict[Target, str] = field(default_factory=dict)
    calls: int = 0
    arrived: int = 0
    _order: deque[Standing] = field(default_factory=deque)
    _by_id: dict[str, list[Standing]] = field(default_factory=lambda: defaultdict(list))

    # -- post -----------------------------------------------------------------------------------

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        """Post, with a fate of its own."""
        assert message.text
        self.calls += 1
        self.watcher.post_begins(target, delivery_id)
        await self._refuse(target)
        fate, odds = self.rng.random(), self.odds
        for share, happens in (
            (odds.lost, self._lost),
            (odds.answer_lost, self._answer_lost),
            (odds.late, self._late),
            (odds.slow, self._slow),
            (odds.no_connection, self._no_connection),
            (odds.too_fast, self._too_fast),
            (odds.given_up, self._given_up),
        ):
            fate -= share
            if fate < 0:
                return await happens(target, delivery_id)
        return await self._posted(target, delivery_id, self.rng.uniform(0.05, 0.4))

    async def _refuse(self, target: Target) -> None:
        trouble = self.trouble_of.get(target.workspace)
        code = trouble or self.gone.get(target)
        if code is None:
            return
        await self._pause(0.1)
        if code == "http_error":
            raise SendUncertain(code)
        raise refusal(code, target)

    async def _posted(self, target: Target, delivery_id: str, takes: float) -> Arrived:
        arriving = asyncio.get_running_loop().create_future()
        self._arrives(target, delivery_id, takes / 2, arriving)
        await self._pause(takes)
        standing: Standing = await arriving
        return standing.arrived

    def _arrives(
        self,
        target: Target,
        delivery_id: str,
        after: float,
        heard: "asyncio.Future[Standing] | None" = None,
    ) -> None:
        """What is on its way arrives, whatever becomes of whoever sent it."""

        def arrive() -> None:
            self.arrived += 1
            channel = f"D{target.address}" if is_person(target.address) else target.address
            found = Standing(target, delivery_id, self.now(), Arrived(channel, f"{self.arrived}"))
            self.watcher.appeared(found, self._by_id[delivery_id])
            self._by_id[delivery_id].append(found)
            self._order.append(found)
            if heard is not None and not heard.done():
                heard.set_result(found)

        asyncio.get_running_loop().call_later(after, arrive)

    async def _lost(self, *_: object) -> Arrived:
        await self._pause(self.rng.choice((0.1, GIVES_UP)))
        raise SendUncertain("no_answer")

    async def _answer_lost(self, target: Target, delivery_id: str) -> Arrived:
        self._arrives(target, delivery_id, self.rng.uniform(0.05, GIVES_UP))
        return await self._lost()

    async def _late(self, target: Target, delivery_id: str) -> Arrived:
        self._arrives(target, delivery_id, self.rng.uniform(GIVES_UP, LATEST))
        return await self._lost()

    async def _slow(self, target: Target, delivery_id: str) -> Arrived:
        return await self._posted(target, delivery_id, self.rng.uniform(1, GIVES_UP))

    async def _no_connection(self, target: Target, _: str) -> Arrived:
        await self._pause(self.rng.uniform(0.01, 5))
        raise refusal("no_connection", target)

    async def _too_fast(self, target: Target, _: str) -> Arrived:
        await self._pause(0.1)
        wait = float(self.rng.randint(1, 60))
        self.watcher.told_to_wait(target.workspace, wait)
        raise refusal("ratelimited", target, wait)

    async def _given_up(self, target: Target, _: str) -> Arrived:
        await self._pause(0.2)
        raise refusal(self.rng.choice(GIVEN_UP_CODES), target)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    # -- look, and take away ----------------------------------------------------------------------

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        """What stands there with this id, oldest first; it may not be readable now."""
        self.calls += 1
        await self._read(target)
        found = [each for each in self._by_id[delivery_id] if each.at >= since - CLOCKS_DIFFER]
        return tuple(each.arrived for each in sorted(found, key=lambda each: each.at))

    async def _read(self, target: Target) -> None:
        await self._pause(0.2)
        workspace = target.workspace
        trouble = self.trouble_of.get(workspace) or self.unread.get(workspace)
        if trouble is None and self.rng.random() < self.odds.find_fails:
            trouble = self.rng.choice(("http_error", "ratelimited", "no_connection"))
        if trouble is None:
            return
        self.watcher.trouble(workspace)
        if trouble == "http_error":
            raise SendUncertain(trouble)
        remedy = remedy_of(trouble, CallKind.READ)
        raise SendRefused(trouble, remedy, seconds_of(trouble, remedy))

    async def remove(self, target: Target, arrived: Arrived) -> None:
        """Take a message away; it may fail."""
        self.calls += 1
        await self._read(target)
        for messages in self._by_id.values():
            for each in messages:
                if (each.target, each.arrived) == (target, arrived):
                    messages.remove(each)
                    self.watcher.vanished(each)
                    return

    async def probe(self, workspace: str) -> None:
        """Whether the workspace works."""
        self.calls += 1
        await self._pause(0.1)
        trouble = self.trouble_of.get(workspace)
        if trouble == "http_error":
            raise SendUncertain(trouble)
        if trouble is not None:
            remedy = remedy_of(trouble, CallKind.READ)
            raise SendRefused(trouble, remedy, seconds_of(trouble, remedy))

    def forget(self, before: datetime) -> None:
        """Let go of messages for which nobody will ask any more."""
        while self._order and self._order[0].at < before:
            self._by_id.pop(self._order.popleft().delivery_id, None)

    def standing(self, delivery_id: str) -> list[Standing]:
        """The messages with an id."""
        return self._by_id[delivery_id]


def refusal(code: str, target: Target, wait: float = 0.0) -> SendRefused:
    """Slack's no to a post, as the messenger of the program hands it on."""
    remedy = for_address(remedy_of(code, CallKind.POST), target.address)
    remedy = GIVEN_UP.get(remedy, remedy)
    return SendRefused(code, remedy, wait or seconds_of(code, remedy))
