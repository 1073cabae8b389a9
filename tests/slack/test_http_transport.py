"""The whole program over signed HTTP and over Socket Mode, as Slack reaches it."""

import asyncio
import hashlib
import hmac
import io
import json
import socket
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.app import Application, Parts, StartRefused
from bot.playground.server import PlaygroundServer
from bot.settings import Settings, load_settings
from bot.store.lock import DispatcherRunning
from bot.store.sql import SqlStore
from bot.system import GivenClock
from bot.web import PortTaken
from tests.ready import ready_database
from tests.shipped import library
from tests.world import MONDAY, patient, shown

TRANSPORTS = pytest.mark.parametrize("transport", ["http", "socket"])
TEAM = "T0PLAYGRND"
FORM = "application/x-www-form-urlencoded"


class Coach(Application):
    """The program as it is; the playground waits for its work to end."""

    completions = ()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@dataclass
class Site:
    """A running program with its Slack."""

    server: PlaygroundServer
    url: str
    http: aiohttp.ClientSession

    async def do(self, route: str, **body: object) -> dict[str, Any]:
        """What a person does at the playground; it must succeed."""
        async with self.http.post(f"{self.server.url}/playground/{route}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return dict(await answer.json())

    async def state(self, user: str = "maya") -> dict[str, Any]:
        """What a person sees."""
        url = f"{self.server.url}/playground/state?user={user}"
        async with self.http.get(url) as answer:
            return dict(await answer.json())

    async def command(self, text: str) -> dict[str, Any]:
        """Maya writes the command in her conversation with the coach."""
        return await self.do("command", user="maya", channel="app", command="/aipm", text=text)

    async def get(self, path: str) -> tuple[int, str]:
        """Ask the program's own server."""
        async with self.http.get(f"{self.url}{path}") as answer:
            return answer.status, await answer.text()

    async def post(self, body: bytes | io.BytesIO, headers: dict[str, str]) -> int:
        """Knock at the program's door; its status."""
        async with self.http.post(f"{self.url}/slack/events", data=body, headers=headers) as answer:
            return answer.status

    def signed(self, body: bytes, at: str | None = None) -> dict[str, str]:
        """The headers with which Slack sends a body."""
        stamp = at or str(int(time.time()))
        secret = self.server.connection.signing_secret.encode()
        digest = hmac.new(secret, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": FORM,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }

    def calls(self) -> int:
        """How many calls the program made to Slack so far."""
        return sum(self.server.core.workspace.calls.values())


def settings_for(
    server: PlaygroundServer, data: Path, port: int, transport: str, **limits: int
) -> Settings:
    """Settings as somebody sets them who connects a workspace in this way."""
    ready_database(data / "coach.db")
    connection = server.connection
    secrets = {
        "http": {"signing_secret": connection.signing_secret},
        "socket": {"app_token": connection.app_token},
    }
    return replace(
        patient(load_settings({}), **limits),
        bot_token=connection.bot_token,
        slack_api_url=connection.api_url,
        database_url=f"sqlite:///{data}/coach.db",
        port=port,
        **secrets[transport],
    )


@asynccontextmanager
async def slack(port: int, transport: str = "http") -> AsyncIterator[PlaygroundServer]:
    """A Slack that delivers to a port, or over its sockets."""
    url = f"http://127.0.0.1:{port}/slack/events" if transport == "http" else None
    server = PlaygroundServer(None, 0, start_at=MONDAY, events_url=url)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def site(data: Path, transport: str, **limits: int) -> AsyncIterator[Site]:
    """The program and its Slack, connected in one of the two ways."""
    port = free_port()
    async with slack(port, transport) as server:
        settings = settings_for(server, data, port, transport, **limits)
        await server.host(lambda found: Coach(settings, GivenClock(found.now), Parts(), library()))
        async with aiohttp.ClientSession() as http:
            yield Site(server, f"http://127.0.0.1:{port}", http)


def visit(
    data: Path, transport: str, use: Callable[[Site], Awaitable[None]], **limits: int
) -> None:
    """Run some steps at a site."""

    async def main() -> None:
        async with site(data, transport, **limits) as running:
            await use(running)

    asyncio.run(main())


# -- what people do --------------------------------------------------------------------------------


@TRANSPORTS
def test_help_is_answered(tmp_path: Path, transport: str) -> None:
    async def use(at: Site) -> None:
        answer = await at.command("help")
        assert answer["acknowledged"]
        assert "/aipm start" in shown(answer["response"])

    visit(tmp_path, transport, use)


@TRANSPORTS
def test_somebody_starts_and_gets_a_plan_and_a_prompt(tmp_path: Path, transport: str) -> None:
    async def use(at: Site) -> None:
        await at.command("start")
        (form,) = (await at.state())["views"]
        wanted = {"background": "pm", "move": "inside", "hours": "6", "target": "2026-07"}
        values = {name: {"value": value} for name, value in wanted.items()}
        answer = await at.do("submit", user="maya", view_id=form["view"]["id"], values=values)
        assert answer["response_action"] == "update"
        await at.server.settle()
        state = await at.state()
        welcome, prompt = (found for found in state["messages"] if found["bot"])
        assert "Europe/Berlin" in shown(welcome)
        assert "Answer" in shown(prompt)
        await at.do("message", user="maya", channel="app", text="do I need a PhD?")
        await at.server.settle()
        assert len([found for found in (await at.state())["messages"] if found["bot"]]) == 3

    visit(tmp_path, transport, use)


@TRANSPORTS
def test_health_and_metrics_answer(tmp_path: Path, transport: str) -> None:
    async def use(at: Site) -> None:
        assert await at.get("/health/live") == (200, '{"live": true}')
        status, ready = await at.get("/health/ready")
        assert status == 200
        probes = {"ready": True, "store": True, "dispatcher": True}
        if transport == "socket":
            probes["socket"] = True
        told = json.loads(ready)
        assert {name: told[name] for name in told if isinstance(told[name], bool)} == probes
        assert len(told["words"]) == len(probes) - 1
        status, metrics = await at.get("/metrics")
        assert status == 200
        assert 'coach_deliveries{state="sent"} 0.0' in metrics
        assert (await at.get("/"))[0] == 404
        assert (await at.get("/slack/events"))[0] in (404, 405)

    visit(tmp_path, transport, use)


def test_over_sockets_there_is_no_door_for_requests(tmp_path: Path) -> None:
    async def use(at: Site) -> None:
        assert await at.post(b"command=/aipm", at.signed(b"command=/aipm")) == 404

    visit(tmp_path, "socket", use)


# -- who is turned away ----------------------------------------------------------------------------


def start_command(at: Site) -> bytes:
    """The body of a command that would open a form."""
    team, user = at.server.core.workspace.team.id, "U0MAYA0000"
    fields = {"command": "/aipm", "text": "start", "team_id": team, "user_id": user}
    trigger = at.server.core.triggers.new(user)
    return urlencode({**fields, "channel_id": "D1", "trigger_id": trigger}).encode()


def test_a_signed_request_is_taken(tmp_path: Path) -> None:
    async def use(at: Site) -> None:
        body = start_command(at)
        assert await at.post(body, at.signed(body)) == 200
        await at.server.settle()
        assert len((await at.state())["views"]) == 1

    visit(tmp_path, "http", use)


REFUSED: dict[str, tuple[int, str, Callable[[Site, bytes], dict[str, str]]]] = {
    "unsigned": (401, "timestamp", lambda _, __: {"Content-Type": FORM}),
    "wrong signature": (401, "signature", lambda at, _: at.signed(b"another body")),
    "no signature": (
        401,
        "signature",
        lambda at, body: {**at.signed(body), "X-Slack-Signature": ""},
    ),
    "old": (401, "too_old", lambda at, body: at.signed(body, str(int(time.time()) - 301))),
    "of the future": (
        401,
        "too_old",
        lambda at, body: at.signed(body, str(int(time.time()) + 360)),
    ),
    "no number": (401, "timestamp", lambda at, body: at.signed(body, "soon")),
    "negative": (401, "timestamp", lambda at, body: at.signed(body, "-5")),
    "exotic digits": (401, "timestamp", lambda at, body: at.signed(body, "\u0661\u0662")),
    "endless number": (401, "timestamp", lambda at, body: at.signed(body, "9" * 5_000)),
    "odd signature": (
        401,
        "signature",
        lambda at, body: {**at.signed(body), "X-Slack-Signature": "v0=\udcff\u00e9"},
    ),
    "wrong content type": (
        415,
        "content_type",
        lambda at, body: {**at.signed(body), "Content-Type": "text/plain"},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_request_that_is_not_slacks_is_refused_and_does_nothing(
    tmp_path: Path, name: str
) -> None:
    status, reason, headers = REFUSED[name]

    async def use(at: Site) -> None:
        body, before = start_command(at), at.calls()
        assert await knock(at, body, headers(at, body)) == status
        await at.server.settle()
        assert at.calls() == before
        counted = [
            line for line in (await at.get("/metrics"))[1].splitlines() if "refused_total" in line
        ]
        assert any(f'reason="{reason}' in line and line.endswith(" 1.0") for line in counted)

    visit(tmp_path, "http", use)


async def knock(at: Site, body: bytes, headers: dict[str, str]) -> int:
    """As `post`, byte by byte, for what a well-behaved client would not send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(at.url.rpartition(":")[2]))
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = ["POST /slack/events HTTP/1.1", "Host: coach", f"Content-Length: {len(body)}", *lines]
    raw = "\r\n".join([*head, "Connection: close", "", ""])
    writer.write(raw.encode("utf-8", "surrogateescape") + body)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1])


def test_a_request_that_comes_again_is_refused(tmp_path: Path) -> None:
    async def use(at: Site) -> None:
        body = start_command(at)
        headers = at.signed(body)
        assert await at.post(body, headers) == 200
        await at.server.settle()
        before = at.calls()
        assert await at.post(body, headers) == 401
        await at.server.settle()
        assert at.calls() == before

    visit(tmp_path, "http", use)


def test_an_event_that_was_not_taken_may_come_again_in_the_same_second(tmp_path: Path) -> None:
    """Slack's first retry follows at once: same body, same second, so the same signature."""

    async def use(at: Site) -> None:
        event = {
            "type": "message",
            "channel_type": "im",
            "channel": at.server.core.workspace.dm("U0MAYA0000").id,
            "user": "U0MAYA0000",
            "text": "do I need a PhD?",
            "ts": "1772440200.000100",
        }
        envelope = {"type": "event_callback", "team_id": "T0PLAYGRND", "event_id": "Ev1"}
        body = json.dumps({**envelope, "event": event}).encode()
        headers = {**at.signed(body), "Content-Type": "application/json"}
        with sqlite3.connect(tmp_path / "coach.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await at.post(body, headers) == 503
            other.execute("ROLLBACK")
        other.close()
        assert await at.post(body, headers) == 200
        await at.server.settle()
        assert len([found for found in (await at.state())["messages"] if found["bot"]]) == 1

    visit(tmp_path, "http", use, store_deadline_ms=800)


def test_a_request_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async def use(at: Site) -> None:
        body = b"text=" + b"x" * 1_100_000
        assert await at.post(io.BytesIO(body), at.signed(body)) == 413
        assert (await at.command("help"))["acknowledged"]

    visit(tmp_path, "http", use)


# -- a start that fails ----------------------------------------------------------------------------


def left_running() -> list[str]:
    """What an ended program must not leave behind: tasks, and threads of the store."""
    tasks = [str(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    return tasks + [found.name for found in threading.enumerate() if "store" in found.name]


def start_is_refused(
    data: Path, kind: type[Exception], transport: str = "http", **wrong: Any
) -> str:
    """Start with something wrong; what it says. Afterwards a right start must succeed."""

    async def main() -> str:
        port = free_port()
        async with slack(port, transport) as server:
            right = settings_for(server, data, port, transport)
            clock = GivenClock(server.connection.now)
            around = set(left_running())
            with pytest.raises(kind) as refusal:
                async with asyncio.timeout(5):
                    await Application(replace(right, **wrong), clock, Parts(), library()).start()
            await asyncio.sleep(0.05)
            assert set(left_running()) <= around
            application = Application(right, clock, Parts(), library())
            await application.start()
            await application.stop()
            return str(refusal.value)

    return asyncio.run(main())


@TRANSPORTS
def test_a_port_that_is_taken_is_named(tmp_path: Path, transport: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = start_is_refused(tmp_path, PortTaken, transport, port=port)
    assert str(port) in text
    assert "PORT" in text


def test_a_wrong_bot_token_is_named_and_not_shown(tmp_path: Path) -> None:
    text = start_is_refused(tmp_path, StartRefused, bot_token="xoxb-wrong")
    assert "SLACK_BOT_TOKEN" in text
    assert "invalid_auth" in text
    assert "xoxb-wrong" not in text


def test_a_wrong_app_token_is_named_and_not_shown(tmp_path: Path) -> None:
    text = start_is_refused(tmp_path, StartRefused, "socket", app_token="xapp-wrong")
    assert "SLACK_APP_TOKEN" in text
    assert "xapp-wrong" not in text


def test_a_slack_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/api/"
    text = start_is_refused(tmp_path, StartRefused, slack_api_url=url)
    assert url in text


def test_a_second_sender_on_the_same_file_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(tmp_path, "http") as at:
            settings = settings_for(at.server, tmp_path, free_port(), "http")
            clock = GivenClock(at.server.connection.now)
            with pytest.raises(DispatcherRunning, match="Another process"):
                await Application(settings, clock, Parts(), library()).start()
            assert (await at.command("help"))["acknowledged"]

    asyncio.run(main())


def test_a_workspace_that_was_ended_is_revived_by_a_start_with_a_token_that_works(
    tmp_path: Path,
) -> None:
    ready_database(tmp_path / "coach.db")

    async def look(end: str = "") -> str | None:
        store = SqlStore.open(f"sqlite:///{tmp_path}/coach.db")
        try:
            if end:
                await store.write(lambda records: records.end_workspace(TEAM, end))
            return await store.read(lambda records: records.ended_workspace(TEAM))
        finally:
            await store.close()

    async def main() -> None:
        assert await look(end="app_uninstalled") == "app_uninstalled"
        async with site(tmp_path, "http") as at:
            assert (await at.command("help"))["acknowledged"]
        assert await look() is None

    asyncio.run(main())


@TRANSPORTS
def test_a_stop_leaves_nothing_running(tmp_path: Path, transport: str) -> None:
    async def main() -> None:
        async with site(tmp_path, transport) as at:
            await at.command("start")
        await asyncio.sleep(0.05)
        assert left_running() == []

    asyncio.run(main())
