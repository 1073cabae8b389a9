"""A Slack for small stories: the fate of each call is told beforehand."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sized
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.deliveries import Target
from bot.domain.remedies import Remedy
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.slack.errors import CallKind, for_address, remedy_of
from bot.slack.messenger import GIVEN_UP

NO_ANSWER = SendUncertain("no_answer")


@dataclass(frozen=True)
class Fate:
    """What becomes of a post: how long until it arrives, None for never, and what is raised."""

    arrives: timedelta | None = timedelta(0)
    raises: Exception | None = None


FINE = Fate()
LOST = Fate(None, NO_ANSWER)
ANSWER_LOST = Fate(timedelta(0), NO_ANSWER)


def late(seconds: float) -> Fate:
    """The answer never comes; the message does, at last."""
    return Fate(timedelta(seconds=seconds), NO_ANSWER)


def refusal(code: str, address: str, wait: float = 0.0) -> SendRefused:
    """Slack's no to a post, when mending it did not help."""
    remedy = for_address(remedy_of(code, CallKind.POST), address)
    return SendRefused(code, GIVEN_UP.get(remedy, remedy), wait)


def refused(code: str, wait: float = 0.0) -> Fate:
    """Slack says no to somebody's message."""
    return Fate(None, refusal(code, "U1", wait))


def unread(code: str, remedy: Remedy, wait: float = 0.0) -> SendRefused:
    """The history can't be read."""
    return SendRefused(code, remedy, wait)


@dataclass(frozen=True)
class Standing:
    """A message that stands in a conversation, or is on its way there."""

    target: Target
    delivery_id: str
    at: datetime
    arrived: Arrived


@dataclass
class SmallSlack:
    """Keeps what arrived. After their fates, posts arrive and calls succeed."""

    now: Callable[[], datetime]
    fates: dict[str, deque[Fate]] = field(default_factory=lambda: defaultdict(deque))
    history: deque[Exception | None] = field(default_factory=deque)
    removals: deque[Exception | None] = field(default_factory=deque)
    probes: deque[Exception | None] = field(default_factory=deque)
    messages: list[Standing] = field(default_factory=list)
    healed: list[tuple[Standing, datetime]] = field(default_factory=list)
    posts: int = 0

    def copied(self) -> "SmallSlack":
        """Another one in which the same has happened so far."""
        return replace(
            self,
            fates=defaultdict(deque, {name: deque(left) for name, left in self.fates.items()}),
            history=deque(self.history),
            removals=deque(self.removals),
            probes=deque(self.probes),
            messages=list(self.messages),
            healed=list(self.healed),
        )

    def version(self) -> Hashable:
        """The same only when nothing was asked of it in between."""
        scripts: tuple[Sized, ...] = (
            self.history,
            self.removals,
            self.probes,
            *self.fates.values(),
        )
        left = tuple(len(script) for script in scripts)
        return left, self.posts, len(self.healed)

    def state(self) -> Hashable:
        """Everything that has happened and that is to happen."""
        return self.version(), tuple(self.messages), tuple(self.healed)

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        """Post, with the next fate of this address."""
        assert message.text
        self.posts += 1
        fates = self.fates[target.address]
        fate = fates.popleft() if fates else FINE
        arrived = Arrived(f"D{target.address}", f"{self.posts}")
        if fate.arrives is not None:
            at = self.now() + fate.arrives
            self.messages.append(Standing(target, delivery_id, at, arrived))
        if fate.raises is not None:
            raise fate.raises
        return arrived

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        """What has arrived by now and carries the id."""
        _trouble(self.history)
        found = [
            each
            for each in self.visible()
            if (each.target, each.delivery_id) == (target, delivery_id) and each.at >= since
        ]
        return tuple(each.arrived for each in sorted(found, key=lambda each: each.at))

    async def remove(self, target: Target, arrived: Arrived) -> None:
        """Take a message away."""
        _trouble(self.removals)
        for each in self.messages:
            if (each.target, each.arrived) == (target, arrived):
                self.healed.append((each, self.now()))
        self.messages = [each for each in self.messages if each.arrived != arrived]

    async def probe(self, workspace: str) -> None:
        """Whether the workspace works again."""
        assert workspace
        _trouble(self.probes)

    def visible(self) -> Iterator[Standing]:
        """What stands somewhere now."""
        return (each for each in self.messages if each.at <= self.now())

    def longest_double(self) -> timedelta:
        """For how long the longest double that was healed could be seen."""
        return max((self._seen_for(*each) for each in self.healed), default=timedelta(0))

    def _seen_for(self, gone: Standing, removed: datetime) -> timedelta:
        others = [each.at for each in self.messages if each.delivery_id == gone.delivery_id]
        return removed - max(gone.at, min(others, default=gone.at))


def _trouble(script: deque[Exception | None]) -> None:
    error = script.popleft() if script else None
    if error is not None:
        raise error
