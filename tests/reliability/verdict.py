"""What became of everything that was due: the rows compared with what Slack shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, func, select

from bot.domain.deliveries import State
from bot.playground.ledger import Post
from bot.store.schema import deliveries, votes
from tests.reliability.wishes import Wish

OPEN = (State.DUE, State.SENDING)
GIVEN_UP = (State.FAILED, State.UNKNOWN)


@dataclass(frozen=True)
class Verdict:
    """Figures of a run. What must be 0 is in `faults`.

    `lost`: was due, is not to be seen, and its row does not say that it was given up; what was
    `skipped`, being too late, is lost here, where workers have time enough. `doubles`:
    is to be seen twice. `strays`: a message without a row, or a row that says of another message,
    or of none, that it is the one. `open`: not ended. `twice_taken`: the same try was made twice.
    `effects`: by how much what follows from arrivals differs from the arrivals.
    """

    due: int
    sent: int
    given_up: int
    skipped: int
    healed: int
    lost: int
    doubles: int
    strays: int
    open: int
    twice_taken: int
    effects: int

    @property
    def faults(self) -> Mapping[str, int]:
        """What must not happen, and how often it did."""
        names = ("lost", "doubles", "strays", "open", "twice_taken", "effects")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @classmethod
    def total(cls, parts: Sequence["Verdict"]) -> "Verdict":
        """The sums of several."""
        return cls(*(sum(figures) for figures in zip(*map(astuple, parts), strict=True)))

    def __str__(self) -> str:
        """A line for people."""
        return ", ".join(f"{value:,} {name}" for name, value in vars(self).items())


def judge(
    engine: Engine, posts: Sequence[Post], wanted: Mapping[Wish, Sequence[date]], journal: Path
) -> Verdict:
    """Compare everything. `wanted` are the dates on which each wish was due."""
    with engine.connect() as connection:
        rows = connection.execute(select(deliveries)).all()
        effects = connection.execute(select(func.sum(votes.c.count))).scalar() or 0
    seen = _seen(posts)
    tries = Counter(journal.read_text().splitlines())
    by_key = {(row.address, row.label): row for row in rows}
    due = [(wish.address, label) for wish, labels in wanted.items() for label in labels]
    missing = [by_key.get(key) for key in due if not _shown(by_key.get(key), seen)]
    ids = {row.id for row in rows}
    sent = [row for row in rows if row.state == State.SENT]
    return Verdict(
        due=len(due),
        sent=len(sent),
        given_up=sum(row.state in GIVEN_UP for row in rows),
        skipped=sum(row.state == State.SKIPPED for row in rows),
        healed=sum(post.deleted for post in posts),
        lost=sum(row is None or row.state not in GIVEN_UP for row in missing),
        doubles=sum(len(places) > 1 for places in seen.values()),
        strays=len(seen.keys() - ids)
        + sum((row.channel, row.ts) not in seen.get(row.id, ()) for row in sent),
        open=sum(row.state in OPEN for row in rows),
        twice_taken=sum(count > 1 for count in tries.values()),
        effects=effects - len(sent),
    )


def _seen(posts: Sequence[Post]) -> Mapping[str | None, list[tuple[str, str]]]:
    """Where the messages of each delivery stand."""
    seen: dict[str | None, list[tuple[str, str]]] = {}
    for post in posts:
        if not post.deleted:
            seen.setdefault(post.block_id, []).append((post.channel, post.ts))
    return seen


def _shown(row: Row[Any] | None, seen: Mapping[str | None, object]) -> bool:
    return row is not None and row.id in seen
