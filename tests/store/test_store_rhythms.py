"""Pages of subscriptions, what waits for somebody, notes, and what an older program had stored."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from store_samples import DM, MAYA, MINUTE, NOW, TODAY, delivery, learner, subscription, using

from bot.domain.deliveries import Kind, State, Subscription, Target
from bot.domain.learners import Learner
from bot.domain.rests import NO_RESTS
from bot.domain.silence import HEARD
from bot.ports import Records
from bot.store import migrations
from bot.store.sql import SqlStore


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_of_subscriptions_hold_each_one_once(url: str, size: int) -> None:
    targets = [Target(workspace, user) for workspace in ("T1", "T2") for user in ("U1", "U2")]
    kept = [subscription(to, kind) for to in targets for kind in list(Kind)[:2]]

    def walk(records: Records) -> list[Subscription]:
        for entry in reversed(kept):
            records.save_subscription(entry)
        found: list[Subscription] = []
        key = None
        while page := records.subscriptions_after(key, size):
            assert len(page) <= size
            found += page
            key = (page[-1].target, page[-1].kind)
        return found

    found = using(url, lambda store: store.write(walk))
    assert len(found) == len(kept)
    assert set(found) == set(kept)


def test_what_waits_is_what_is_due_soonest_first_and_nobody_elses(url: str) -> None:
    rows = [
        replace(delivery("late"), not_before=NOW + MINUTE),
        delivery("soon", kind=Kind.WEEKLY_CHECKIN),
        delivery("gone", kind=Kind.WELCOME, state=State.SENT),
        delivery("theirs", Target("T2", "U1")),
    ]

    def work(records: Records) -> list[str]:
        for row in rows:
            assert records.add_delivery(row)
        return [found.id for found in records.waiting_deliveries(DM)]

    assert using(url, lambda store: store.write(work)) == ["soon", "late"]


def test_a_note_is_kept_and_replaced(url: str) -> None:
    async def play(store: SqlStore) -> list[str | None]:
        before = await store.read(lambda records: records.note("zones"))
        for text in ("2026a", "2026b"):
            await store.write(lambda records, text=text: records.save_note("zones", text))
        return [before, await store.read(lambda records: records.note("zones"))]

    assert using(url, play) == [None, "2026b"]


def test_what_the_first_version_stored_means_the_same(file_url: str) -> None:
    path = Path(file_url.removeprefix("sqlite:///"))
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO learners VALUES ('T1', 'U1', 'pm', 'inside', 5.0, '2027-05-31',"
            " 'Europe/Lisbon', 'slack', '{\"days\": [0, 1, 2, 3, 4], \"at\": \"09:00:00\"}',"
            ' \'{"days": [4], "at": "16:00:00"}\', 1795422600000000, 0)'
        )
        connection.execute(
            "INSERT INTO subscriptions VALUES ('T1', 'U1', 'daily_prompt', 'Europe/Lisbon',"
            ' \'{"days": [0, 1, 2, 3, 4], "at": "09:00:00"}\','
            " '2026-11-23', 1795422600000000, NULL, NULL)"
        )
    connection.close()

    def look(records: Records) -> tuple[Learner | None, Subscription | None]:
        return records.learner(MAYA), records.subscription(DM, Kind.DAILY_PROMPT)

    known, wish = using(file_url, lambda store: store.read(look))
    assert known == learner()
    assert known is not None
    assert (known.rests, known.silence, known.unasked_per_day) == (NO_RESTS, HEARD, None)
    assert wish == subscription()
    assert wish is not None
    assert wish.next is not None
    assert (wish.next.label, wish.rests, wish.cap(2)) == (TODAY, NO_RESTS, 2)
