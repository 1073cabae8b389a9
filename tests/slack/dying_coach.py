"""A coach that is killed at a chosen step of handling one event, which Slack then sends again.

Run by `test_inbox_kill.py` in a process of its own, which forks one coach for each life.
"""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from standing_desk import DM, FORM, MAYA, MONDAY, Office, with_office

from bot.domain.deliveries import Delivery, Kind, State
from bot.ports import Records
from bot.store.sql import SqlStore
from tests.ready import ready_database
from tests.shipped import library

T = TypeVar("T")
KEPT = "kept.json"
TEXT = "I would measure first whether anybody needs it."


@dataclass
class DyingStore:
    """The store; the process is killed before (odd) or after (even) the n-th half of a step."""

    inner: SqlStore
    dies_at: int = 0
    halves: int = 0

    def _half(self) -> None:
        self.halves += 1
        if self.halves == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def read(self, work: Callable[[Records], T]) -> T:
        self._half()
        found = await self.inner.read(work)
        self._half()
        return found

    async def write(self, work: Callable[[Records], T]) -> T:
        self._half()
        saved = await self.inner.write(work)
        self._half()
        return saved

    async def check(self) -> None:
        await self.inner.check()

    async def close(self) -> None:
        await self.inner.close()


def prompt_sent() -> Delivery:
    """The prompt of last Friday, in whose thread Maya answers."""
    return Delivery(
        id="d-1",
        target=DM,
        kind=Kind.DAILY_PROMPT,
        label=MONDAY.date() - timedelta(days=3),
        zone="Europe/Berlin",
        due=MONDAY,
        state=State.SENT,
        not_before=MONDAY,
        changed_at=MONDAY,
        content_id=min(library().content.prompts),
        channel="D1",
        ts="4.0",
    )


async def begin(office: Office) -> None:
    """Maya has started, and a prompt stands in her direct messages."""
    await office.desk.coaching.start(MAYA, FORM)
    assert await office.store.write(lambda records: records.add_delivery(prompt_sent()))


async def answer_arrives(office: Office) -> None:
    """The same event every time: Maya answers in the thread of her prompt."""
    message = {"user": MAYA.user, "text": TEXT, "ts": "7.0", "thread_ts": "4.0"}
    status = await office.event("message", "EvAnswer", **message, channel="D1", channel_type="im")
    assert status == 200


def life(path: Path, story: Callable[[Office], Awaitable[None]], dies_at: int = 0) -> int:
    """Live through a story in a process of its own; by which signal it ended, 0 when by none."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(_live(path, story, dies_at))
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    assert os.WEXITSTATUS(status) == 0, f"the coach broke: {status}"
    return 0


async def _live(path: Path, story: Callable[[Office], Awaitable[None]], dies_at: int) -> None:
    store = DyingStore(SqlStore.open(f"sqlite:///{path}"), dies_at)
    try:
        await with_office(store, story)
    finally:
        await store.close()


def answers_in(path: Path) -> int:
    """How many versions of answers a database holds."""
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM answers").fetchone()[0])


def after_death(begun: Path, path: Path, dies_at: int) -> int | None:
    """What is kept when the coach dies at a step and then hears the event twice more; None when
    there is no such step."""
    shutil.copy(begun, path)
    if life(path, answer_arrives, dies_at) == 0:
        return None
    for _ in range(2):
        assert life(path, answer_arrives) == 0
    return answers_in(path)


def main(folder: Path) -> None:
    """Die once at every step there is; note how many answers were kept after each."""
    begun = folder / "begun.db"
    ready_database(begun)
    library()
    assert life(begun, begin) == 0
    kept: list[int] = []
    while (found := after_death(begun, folder / f"{len(kept)}.db", len(kept) + 1)) is not None:
        kept.append(found)
    (folder / KEPT).write_text(json.dumps(kept))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
