"""The stand-in for Slack, led from outside: its clock is moved, its calls go wrong by a seed."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bot.playground.ledger import Post
from bot.playground.server import PlaygroundServer
from tests.reliability.shared_clock import SharedClock
from tests.world import Run, in_a_thread

Fault = dict[str, Any]

REFUSED: Sequence[Fault] = (
    {"method": "chat.postMessage", "kind": "ratelimited", "share": 0.08, "retry_after": 1},
    {
        "method": "chat.postMessage",
        "kind": "error",
        "share": 0.02,
        "error": "restricted_too_many",
    },
)
"""A tenth of all posts is refused."""
LOST: Sequence[Fault] = (
    {"method": "chat.postMessage", "kind": "drop_after_accept", "share": 0.03},
    {"method": "conversations.history", "kind": "5xx", "share": 0.03},
    {"method": "conversations.history", "kind": "truncated", "share": 0.02},
    {"method": "conversations.open", "kind": "disconnect", "share": 0.02},
    {"method": "chat.delete", "kind": "drop_after_accept", "share": 0.05},
)
"""Three in a hundred posts arrive and nobody hears of it; looking and deleting fail too."""
LATE: Sequence[Fault] = tuple(
    {"method": "chat.postMessage", "kind": "late_arrival", "share": share, "seconds": seconds}
    for share, seconds in ((0.01, 5), (0.01, 45), (0.01, 300), (0.02, 600))
)
"""One in twenty posts arrives later than anybody waits for its answer: most of these even after
the minute at whose end it is looked for, so that it is sent again and stands there twice."""
EVERYTHING = (*REFUSED, *LOST, *LATE)


class StandIn:
    """A running playground server, and the clock of everybody."""

    def __init__(self, server: PlaygroundServer, run: Run, clock: SharedClock) -> None:
        self._server, self._run, self._clock = server, run, clock
        self.api_url = server.connection.api_url
        self.token = server.connection.bot_token

    def break_things(self, faults: Sequence[Fault], rng: random.Random) -> None:
        """From now on calls go wrong so."""

        async def add() -> None:
            for fault in faults:
                self._server.core.faults.add({**fault, "seed": rng.randrange(2**32)})

        self._run(add())

    def mend_things(self) -> None:
        """From now on all goes well; what is under way arrives as late as it would have."""

        async def clear() -> None:
            self._server.core.faults.clear()

        self._run(clear())

    def move(self, instant: datetime) -> None:
        """Move Slack's clock, then that of the workers; late calls arrive on the way."""
        self._run(self._move(instant))
        self._clock.move(instant)

    async def _move(self, instant: datetime) -> None:
        clock, late = self._server.core.clock, self._server.core.late
        while (due := late.next_due()) is not None and due <= instant:
            clock.move(due)
            late.arrive()
        clock.move(instant)

    def calls(self, method: str | None = None) -> int:
        """How many calls have come in, or how many to one method."""
        calls = self._server.core.workspace.calls
        return calls.total() if method is None else calls[method]

    def next_late(self) -> datetime | None:
        """When the next late call arrives."""

        async def asked() -> datetime | None:
            return self._server.core.late.next_due()

        found: datetime | None = self._run(asked())
        return found

    def posts(self) -> Sequence[Post]:
        """Everything that was ever posted."""

        async def all_posts() -> Sequence[Post]:
            return list(self._server.core.ledger.posts)

        found: Sequence[Post] = self._run(all_posts())
        return found


@contextmanager
def stand_in(people: int, clock: SharedClock) -> Iterator[StandIn]:
    """A server with so many people beside its own three."""
    server = PlaygroundServer(None, 0, start_at=clock.now(), more_people=people, events=False)
    with in_a_thread() as run:
        run(server.start())
        try:
            yield StandIn(server, run, clock)
        finally:
            run(server.stop())
