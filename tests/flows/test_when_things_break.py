"""What people see when the database, the input, or the address is not as it should be."""

import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.settings import load_settings
from tests.world import World, patient, running, shown

PROMISED_MS = 100
"""Within this time everything is acknowledged, whatever is broken."""
DEADLINE_MS = 400
"""Longer than shipped, so that a machine busy with tests does not look like a stuck database."""
ACK_SECONDS = DEADLINE_MS / 1_000 + 0.2


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Another program holds the coach's database, so nothing can be written."""
    with closing(sqlite3.connect(data / "app" / "coach.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _timed(world: World, text: str) -> tuple[str, float]:
    before = time.perf_counter()
    answer = world.command("maya", text)
    return answer, time.perf_counter() - before


def test_a_stuck_database_is_told_in_time_and_loses_nothing(tmp_path: Path) -> None:
    assert load_settings({}).behaviour.limits.store_deadline_ms < PROMISED_MS
    with running(tmp_path, settings=patient(load_settings({}), DEADLINE_MS)) as world:
        world.start("maya")
        world.command("maya", "checkin")
        promises = {
            block["block_id"].replace(":", "__"): "moved"
            for block in world.view("maya")["blocks"]
            if block["block_id"].startswith("promise:")
        }
        with locked(tmp_path):
            answer, took = _timed(world, "pause")
            assert "nothing was saved" in answer
            assert took < ACK_SECONDS
            answer, took = _timed(world, "do i need a phd")
            assert "No, a PhD is not needed" in answer
            assert took < ACK_SECONDS
            refused = world.submit("maya", hours="3", confidence="50", obstacle="Rain", **promises)
            assert "nothing was saved" in next(iter(refused["errors"].values()))
        assert "Daily prompt" in world.command("maya", "next")  # the pause was not saved later
        assert world.submit("maya")["response_action"] == "update"  # what was typed was still there
        assert "Rain" in shown(world.view("maya"))


def test_a_form_that_is_sent_twice_at_once_counts_once(world: World) -> None:
    world.command("maya", "start")
    form = world.view("maya")["id"]
    chosen = {"background": "pm", "move": "inside", "hours": "9", "target": "2026-07"}
    values = {name: {"value": value} for name, value in chosen.items()}

    def send(_: int) -> None:
        with contextlib.suppress(AssertionError):  # the second may find the form gone
            world.post("submit", user="maya", view_id=form, values=values)

    with ThreadPoolExecutor(2) as people:
        list(people.map(send, range(2)))
    assert len(world.sent_to("maya")) == 2
    assert "At 9 hours a week" in world.command("maya", "plan")


@pytest.mark.parametrize(
    ("hours", "word"), [("0", "hours"), ("41", "hours"), ("-3", "hours"), ("1e9", "hours")]
)
def test_a_wrong_number_is_told_at_its_field(world: World, hours: str, word: str) -> None:
    answer = world.start("maya", hours=hours)
    assert answer["response_action"] == "errors"
    assert word in answer["errors"]
    assert world.sent_to("maya") == []


def test_a_time_in_the_night_is_refused(world: World) -> None:
    answer = world.start("maya", time="03:00")
    assert "05:00" in answer["errors"]["time"]


def test_another_persons_form_or_answer_is_out_of_reach(world: World) -> None:
    world.start("maya")
    prompt = world.sent_to("maya")[-1]
    world.say("maya", "My own words.", thread_ts=prompt["ts"])
    with pytest.raises(AssertionError, match=r"404|403|400"):
        world.post(
            "action",
            user="ravi",
            channel=prompt["channel"],
            message_ts=prompt["ts"],
            action_id="prompt.answer",
        )
    assert "My own words." not in world.command("ravi", "journal")


def test_all_wrong_settings_are_told_at_once(tmp_path: Path) -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "abc",
        "COACH_CONTENT_DIRR": "x",
        "DATABASE_URL": "mysql://x",
        "PORT": "ninety",
    }
    ended = _coach(["run"], wrong, tmp_path)
    assert ended.returncode == 2
    assert [name for name in wrong if name not in ended.stderr] == []
    assert "did you mean 'COACH_CONTENT_DIR'?" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_workspace_it_is_told_how_to_play(tmp_path: Path) -> None:
    ended = _coach(["run"], {}, tmp_path)
    assert ended.returncode == 2
    assert "coach play" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_broken_content_is_told_with_file_and_line(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "sources.yaml").write_text("sources:\n  - id: A\n    name: [unclosed\n")
    ended = _coach(["check"], {"COACH_CONTENT_DIR": str(content)}, tmp_path)
    assert ended.returncode == 2
    assert "sources.yaml:" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_path_that_can_not_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    database = f"sqlite:///{tmp_path / 'file' / 'coach.db'}"
    ended = _coach(["migrate"], {"DATABASE_URL": database}, tmp_path)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_data_folder_that_can_not_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    ended = _coach(["play", "--port", "0", "--data", str(tmp_path / "file")], {}, tmp_path)
    assert ended.returncode == 2
    assert "--data" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_port_is_told(world: World, tmp_path: Path) -> None:
    port = world.url.rsplit(":", 1)[1]
    ended = _coach(["play", "--port", port, "--data", str(tmp_path / "play")], {}, tmp_path)
    assert ended.returncode == 2
    assert port in ended.stderr
    assert "Traceback" not in ended.stderr


def test_questions_are_answered_line_by_line(tmp_path: Path) -> None:
    lines = (
        '{"id": 1, "query": "do i need a phd"}\nnot json\n{"id": 2, "query": "weather in Rome"}\n'
    )
    ended = _coach(["ask", "--jsonl"], {}, tmp_path, given=lines)
    first, second, third = ended.stdout.splitlines()
    assert '"kind": "answer"' in first
    assert "No, a PhD is not needed" in first
    assert "error" in second
    assert '"kind": "none"' in third


def _coach(
    arguments: list[str], environment: dict[str, str], folder: Path, given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=Path(__file__).parent.parent.parent,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        input=given,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
