"""Real processes as an operator starts them, against the playground as the Slack of the test."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.playground.server import PlaygroundServer
from tests.world import World, in_a_thread

ROOT = Path(__file__).parent.parent.parent
Environment = dict[str, str]
pytestmark = pytest.mark.kill


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def playground(events_port: int | None = None) -> Iterator[tuple[World, Environment]]:
    """A playground without an app of its own, and how a process reaches it."""
    events = f"http://127.0.0.1:{events_port}/slack/events" if events_port else None
    server = PlaygroundServer(None, 0, events_url=events)
    with in_a_thread() as run:
        run(server.start())
        try:
            connection = server.connection
            environment = {
                "SLACK_API_URL": connection.api_url,
                "SLACK_BOT_TOKEN": connection.bot_token,
            }
            if events is None:
                environment["SLACK_APP_TOKEN"] = connection.app_token
            else:
                environment["SLACK_SIGNING_SECRET"] = connection.signing_secret
            yield World(server.url), environment
        finally:
            run(server.stop())


@contextmanager
def coach(command: str, environment: Environment) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the program; ended with SIGTERM when the block ends, if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def config(tmp_path: Path) -> str:
    """The shipped configuration with more patience, for a machine that is busy with tests."""
    text = (ROOT / "config" / "coach.yaml").read_text(encoding="utf-8")
    path = tmp_path / "coach.yaml"
    path.write_text(text.replace("store_deadline_ms: 80", "store_deadline_ms: 2000"))
    return str(path)


@pytest.fixture
def postgres(bare_postgres: str) -> str:
    """The URL of an empty database of its own."""
    with psycopg.connect(bare_postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS processes")
        connection.execute("CREATE DATABASE processes")
    return str(make_url(bare_postgres).set(database="processes").render_as_string(False))


def eventually(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until something holds; fails when it takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"this did not come true: {what}")


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(json.load(answer)["ready"])
    except (OSError, urllib.error.URLError):
        return False


def start(world: World, who: str) -> None:
    """Go through the start form; the process opens it after it has acknowledged the command."""
    world.command(who, "start")
    eventually(lambda: bool(world.state(who)["views"]), "the form is open")
    blocks = {block["block_id"]: block for block in world.view(who)["blocks"]}
    month = blocks["target"]["element"]["options"][6]["value"]
    answer = world.submit(who, background="pm", move="inside", hours="6", target=month)
    assert answer["response_action"] == "update"


def texts(world: World, who: str) -> list[str]:
    return [found["text"] for found in world.sent_to(who)]


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_one_process_serves_both_transports(tmp_path: Path, config: str, transport: str) -> None:
    port = free_port()
    with playground(port if transport == "http" else None) as (world, environment):
        database = f"sqlite:///{tmp_path / 'coach.db'}"
        environment |= {"DATABASE_URL": database, "PORT": str(port), "COACH_CONFIG": config}
        with coach("run", environment) as process:
            eventually(lambda: is_ready(port), "the process is ready")
            start(world, "maya")
            eventually(lambda: len(texts(world, "maya")) == 2, "welcome and first prompt")
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


def test_web_and_worker_share_a_postgres(config: str, postgres: str) -> None:
    port = free_port()
    with playground(port) as (world, environment):
        environment |= {"DATABASE_URL": postgres, "PORT": str(port)}
        with coach("migrate", {**environment, "COACH_CONFIG": config}) as migration:
            assert migration.wait(30) == 0
        with coach("web", {**environment, "COACH_CONFIG": config}):
            eventually(lambda: is_ready(port), "the web process is ready")
            start(world, "maya")
            assert texts(world, "maya") == []  # nobody sends yet, and nothing is lost by it
            with (
                coach("worker", {**environment, "COACH_CONFIG": config}),
                coach("worker", {**environment, "COACH_CONFIG": config}),
            ):
                eventually(lambda: len(texts(world, "maya")) == 2, "the workers send")
                start(world, "ravi")
                eventually(lambda: len(texts(world, "ravi")) == 2, "the workers go on")


@pytest.mark.timeout(300)
def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path, config: str) -> None:
    with playground() as (world, environment):
        port = free_port()
        database = f"sqlite:///{tmp_path / 'coach.db'}"
        environment |= {"DATABASE_URL": database, "PORT": str(port)}
        for who in ("maya", "ravi", "sofia"):
            with coach("run", {**environment, "COACH_CONFIG": config}) as process:
                eventually(lambda: is_ready(port), "the process is ready")
                start(world, who)
                process.kill()
                process.wait(30)
        with coach("run", {**environment, "COACH_CONFIG": config}):
            for who in ("maya", "ravi", "sofia"):
                # A message that was being sent is looked for in the history after a minute.
                eventually(lambda who=who: len(texts(world, who)) == 2, f"both to {who}", 100)


def test_a_second_dispatcher_on_sqlite_is_refused(tmp_path: Path, config: str) -> None:
    with playground() as (_, environment):
        port = free_port()
        database = f"sqlite:///{tmp_path / 'coach.db'}"
        environment |= {"DATABASE_URL": database, "PORT": str(port)}
        with coach("run", {**environment, "COACH_CONFIG": config}):
            eventually(lambda: is_ready(port), "the first process is ready")
            with coach("worker", {**environment, "COACH_CONFIG": config}) as second:
                assert second.wait(30) == 2
            assert is_ready(port)
