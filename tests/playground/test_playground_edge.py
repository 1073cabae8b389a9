"""Who may call, what the page is served with, news of changes, and delivery again or by HTTP."""

from __future__ import annotations

import asyncio
import json
import re

import aiohttp
import pytest
from aiohttp import web
from playground_app import button
from playground_trial import Body, Trial, play
from slack_sdk.signature import SignatureVerifier
from yarl import URL

from bot.playground.hosting import PortTaken
from bot.playground.server import PlaygroundServer


def test_other_sites_and_other_names_are_refused() -> None:
    async def steps(t: Trial) -> None:
        url = f"{t.server.url}/playground/state"
        port = t.server.url.rpartition(":")[2]
        for headers, status in (
            ({}, 200),
            ({"Origin": t.server.url}, 200),
            ({"Host": f"localhost:{port}"}, 200),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "http://127.0.0.1:1"}, 403),
            ({"Origin": "null"}, 403),
            ({"Host": "evil.example"}, 403),
            ({"Host": f"evil.example:{port}"}, 403),
        ):
            async with t.http.get(url, headers=headers) as response:
                assert response.status == status, headers
        async with t.http.post(
            f"{t.server.url}/playground/message",
            json={"user": "maya", "channel": "app", "text": "x"},
            headers={"Origin": "https://evil.example"},
        ) as response:
            assert response.status == 403
            assert "refused" in (await response.json())["error"]
        assert (await t.state())["messages"] == []

    play(steps)


def test_every_answer_carries_the_protective_headers() -> None:
    async def steps(t: Trial) -> None:
        for path in ("/playground/state", "/page/none.js", "/nowhere"):
            async with t.http.get(t.server.url + path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'self'; img-src 'self' data:;")
                assert response.headers["Cache-Control"] == "no-store"
                assert response.headers["X-Content-Type-Options"] == "nosniff"

    play(steps)


def test_files_outside_the_page_are_not_served() -> None:
    async def steps(t: Trial) -> None:
        for path in ("/page/..%2Fserver.py", "/page/%2e%2e%2fworkspace.yaml", "/page/..", "/page/"):
            async with t.http.get(URL(t.server.url + path, encoded=True)) as response:
                assert response.status in (403, 404)
                assert "error" in await response.json()

    play(steps)


def test_bodies_that_are_not_json_objects_are_refused_in_words() -> None:
    async def steps(t: Trial) -> None:
        for body in ("{", "[]", '"x"'):
            async with t.http.post(f"{t.server.url}/playground/message", data=body) as response:
                assert response.status == 400
                assert "JSON" in (await response.json())["error"]

    play(steps)


def test_the_stream_tells_of_each_change() -> None:
    async def steps(t: Trial) -> None:
        async with t.http.get(f"{t.server.url}/playground/stream") as response:
            assert response.content_type == "text/event-stream"
            first = await _version(response)
            await t.say("maya", "hello")
            assert await _version(response) > first

    play(steps)


async def _version(response: aiohttp.ClientResponse) -> int:
    async with asyncio.timeout(5):
        while True:
            line = (await response.content.readline()).decode()
            if line.startswith("data: "):
                version: int = json.loads(line[6:])["version"]
                return version


def test_an_open_stream_does_not_hold_up_the_end() -> None:
    async def steps() -> None:
        server = PlaygroundServer(None, 0)
        await server.start()
        async with aiohttp.ClientSession() as http:
            response = await http.get(f"{server.url}/playground/stream")
            await _version(response)
            await asyncio.wait_for(server.stop(), 1.5)
            response.close()

    asyncio.run(steps())


def test_a_taken_port_is_named() -> None:
    async def steps(t: Trial) -> None:
        port = int(t.server.url.rpartition(":")[2])
        with pytest.raises(PortTaken, match=f"Port {port} is in use") as caught:
            await PlaygroundServer(None, port).start()
        assert caught.value.port == port

    play(steps)


def test_an_event_that_is_not_taken_comes_again() -> None:
    async def steps() -> None:
        server = PlaygroundServer(None, 0, token_suffix="known")
        await server.start()
        try:
            async with aiohttp.ClientSession() as http:
                await _read_twice(server, http)
        finally:
            await server.stop()

    asyncio.run(steps())


async def _read_twice(server: PlaygroundServer, http: aiohttp.ClientSession) -> None:
    headers = {"Authorization": "Bearer xapp-play-known"}
    async with http.post(f"{server.url}/api/apps.connections.open", headers=headers) as response:
        url = (await response.json())["url"]
    async with http.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        body = {"user": "maya", "channel": "app", "text": "hello"}
        async with http.post(f"{server.url}/playground/message", json=body) as response:
            assert response.status == 200
        first, second = await socket.receive_json(), await socket.receive_json()
        assert first["accepts_response_payload"] is False
        assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
        assert second["retry_reason"] == "timeout"
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        await socket.send_json({"envelope_id": second["envelope_id"]})


def test_without_an_app_people_are_told_that_nothing_was_reached() -> None:
    async def steps() -> None:
        server = PlaygroundServer(None, 0)
        await server.start()
        try:
            async with aiohttp.ClientSession() as http:
                url = f"{server.url}/playground/"
                body = {"user": "maya", "channel": "app", "command": "/aipm", "text": "help"}
                async with http.post(url + "command", json=body) as response:
                    assert (await response.json()) == {"acknowledged": False, "response": None}
                async with http.get(url + "state") as response:
                    state = await response.json()
                assert "did not reach the app" in state["notices"][0]["text"]
                assert state["app"]["connected"] is False
        finally:
            await server.stop()

    asyncio.run(steps())


class _Receiver:
    """An app apart, reached by signed requests."""

    def __init__(self) -> None:
        self.secret = ""
        self.received: list[tuple[str, Body]] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        verifier = SignatureVerifier(self.secret)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not verifier.is_valid_request(body, headers):
            return web.Response(status=401)
        if request.content_type == "application/json":
            self.received.append(("event", json.loads(body)))
            return web.Response()
        form = dict(await request.post())
        if "payload" in form:
            self.received.append(("interactive", json.loads(str(form["payload"]))))
            return web.Response()
        self.received.append(("command", form))
        return web.Response(text="Plain words")


def test_signed_requests_reach_an_app_apart() -> None:
    async def steps() -> None:
        receiver = _Receiver()
        application = web.Application()
        application.router.add_post("/events", receiver.handle)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/events"
        server = PlaygroundServer(None, 0, events_url=events_url, token_suffix="apart")
        await server.start()
        receiver.secret = server.connection.signing_secret
        try:
            await _use(server, receiver)
        finally:
            await server.stop()
            await runner.cleanup()

    asyncio.run(steps())


async def _use(server: PlaygroundServer, receiver: _Receiver) -> None:
    url = f"{server.url}/playground/"
    async with aiohttp.ClientSession() as http:
        body = {"user": "maya", "channel": "app", "text": "hello"}
        async with http.post(url + "message", json=body) as response:
            assert response.status == 200
        body = {"user": "maya", "channel": "app", "command": "/aipm", "text": "help me"}
        async with http.post(url + "command", json=body) as response:
            answer = await response.json()
        await _click(server, http)
    assert answer["response"]["text"] == "Plain words"
    kinds = [kind for kind, _ in receiver.received]
    assert kinds == ["event", "command", "event", "interactive"]
    assert receiver.received[2][1]["event"]["bot_id"] == "B0COACH000"
    assert receiver.received[3][1]["actions"][0]["action_id"] == "go"
    assert receiver.received[0][1]["event"]["text"] == "hello"
    assert receiver.received[1][1]["text"] == "help me"
    assert re.fullmatch(
        r"http://127.0.0.1:\d+/response/[\w-]+", receiver.received[1][1]["response_url"]
    )


async def _click(server: PlaygroundServer, http: aiohttp.ClientSession) -> None:
    row = {"type": "actions", "elements": [button("go", "Go")]}
    headers = {"Authorization": "Bearer xoxb-play-apart"}
    body: Body = {"channel": "U0MAYA0000", "text": "x", "blocks": [row]}
    url = f"{server.url}/api/chat.postMessage"
    async with http.post(url, json=body, headers=headers) as response:
        ts = (await response.json())["ts"]
    await server.settle()
    body = {"user": "maya", "channel": "app", "message_ts": ts, "action_id": "go"}
    async with http.post(f"{server.url}/playground/action", json=body) as response:
        assert await response.json() == {"acknowledged": True}
