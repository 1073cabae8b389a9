"""What is kept over a restart, and over a sudden end."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playground_app import Body, modal, section
from playground_trial import MONDAY, trial

from bot.playground.archive import DataUnusable
from bot.playground.server import PlaygroundServer, forget, stored


def test_messages_people_homes_and_clock_survive_a_restart(tmp_path: Path) -> None:
    async def first() -> Body:
        async with trial(tmp_path, None) as t:
            await t.say("maya", "hello")
            await t.do("person", user="ravi", tz="Asia/Tokyo")
            await t.do("member", user="bot", channel="general", action="join")
            await t.do("home", user="maya", tab="home")
            await t.do("clock", advance="10d")
            await t.command("maya", "ack")
            await t.modal("sofia", modal("One", section("x")))
            return await t.state()

    async def second() -> tuple[Body, str]:
        async with trial(tmp_path, None) as t:
            state = await t.state()
            posted = await t.api("chat.postMessage", channel="U0MAYA0000", text="after")
            return state, posted["ts"]

    before = asyncio.run(first())
    after, ts = asyncio.run(second())
    for part in ("messages", "channels", "homes"):
        assert after[part] == before[part]
    assert after["people"][1]["tz"] == "Asia/Tokyo"
    assert after["clock"]["now"] > before["clock"]["now"]
    assert (after["ephemerals"], after["views"]) == ([], [])
    assert ts > max(message["ts"] for message in before["messages"])


def test_deleted_messages_stay_deleted(tmp_path: Path) -> None:
    async def steps() -> None:
        async with trial(tmp_path) as t:
            posted = await t.api("chat.postMessage", channel="U0MAYA0000", text="gone")
            await asyncio.sleep(0.3)
            await t.api("chat.delete", channel="D0MAYA0000", ts=posted["ts"])
        async with trial(tmp_path) as t:
            assert (await t.state())["messages"] == []

    asyncio.run(steps())


_CHILD = """
import asyncio, sys
from pathlib import Path
from bot.playground.server import PlaygroundServer

async def main():
    server = PlaygroundServer(Path(sys.argv[1]), 0)
    await server.start()
    server.core.post(__import__("bot.playground.model", fromlist=["Message"]).Message(
        "D0MAYA0000", server.core.clock.stamp(), "U0MAYA0000", "kept"))
    print("written", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_a_killed_playground_keeps_what_is_older_than_a_moment(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    time.sleep(0.4)
    child.kill()
    child.wait()
    child.stdout.close()

    async def texts() -> list[str]:
        async with trial(tmp_path) as t:
            return [message["text"] for message in (await t.state())["messages"]]

    assert asyncio.run(texts()) == ["kept"]


def test_a_second_playground_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async def steps() -> None:
        async with trial(tmp_path):
            with pytest.raises(DataUnusable, match="--fresh"):
                await PlaygroundServer(tmp_path, 0, start_at=MONDAY).start()

    asyncio.run(steps())


def test_data_of_another_version_is_left_alone(tmp_path: Path) -> None:
    file = sqlite3.connect(tmp_path / "playground.db")
    file.execute("PRAGMA user_version=99")
    file.close()
    with pytest.raises(DataUnusable, match="another version"):
        asyncio.run(PlaygroundServer(tmp_path, 0).start())


def test_starting_afresh_forgets_the_playgrounds_data_only(tmp_path: Path) -> None:
    async def steps() -> None:
        async with trial(tmp_path) as t:
            (t.server.connection.data / "own").write_text("x", "utf-8")

    other = tmp_path / "other.txt"
    other.write_text("mine", "utf-8")
    assert not stored(tmp_path)
    asyncio.run(steps())
    assert stored(tmp_path)
    forget(tmp_path)
    assert list(tmp_path.iterdir()) == [other]


def test_without_a_folder_the_apps_data_goes_with_the_playground() -> None:
    async def steps() -> Path:
        async with trial() as t:
            folder = t.server.connection.data
            assert folder.is_dir()
            return folder

    assert not asyncio.run(steps()).exists()
