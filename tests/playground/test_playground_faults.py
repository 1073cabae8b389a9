"""Faults as an app meets them over real HTTP and a real socket."""

from __future__ import annotations

import asyncio
import json
import math
from datetime import timedelta

import aiohttp
import pytest
from playground_trial import MONDAY, Body, Trial, play

MAYA = "D0MAYA0000"


async def post(t: Trial, text: str = "hello", **more: object) -> Body:
    return await t.api("chat.postMessage", channel=MAYA, text=text, **more)


async def raw(t: Trial, text: str = "hello", token: str = "") -> tuple[int, str, str | None]:
    """Post; gives status, body and Retry-After."""
    headers = {"Authorization": f"Bearer {token or t.server.connection.bot_token}"}
    url = f"{t.server.url}/api/chat.postMessage"
    body = {"channel": MAYA, "text": text}
    async with t.http.post(url, json=body, headers=headers) as response:
        return response.status, await response.text(), response.headers.get("Retry-After")


async def texts(t: Trial) -> list[str]:
    return [message["text"] for message in (await t.state("maya"))["messages"]]


async def answers(t: Trial) -> dict[str, int]:
    counted: dict[str, int] = (await t.state())["answers"]["chat.postMessage"]
    return counted


def test_an_answer_can_be_a_refusal_or_no_json_at_all() -> None:
    async def steps(t: Trial) -> None:
        for fault, status, start, wait in (
            ({"kind": "ratelimited", "retry_after": 7}, 429, '{"ok": false', "7"),
            ({"kind": "ratelimited", "retry_after": None}, 429, '{"ok": false', None),
            ({"kind": "5xx"}, 503, "upstream", None),
            ({"kind": "html", "status": 502}, 502, "<!doctype", None),
            ({"kind": "html"}, 200, "<!doctype", None),
            ({"kind": "error", "error": "is_archived"}, 200, '{"ok": false', None),
        ):
            await t.do("faults", method="chat.postMessage", times=1, **fault)
            got = await raw(t)
            assert (got[0], got[2]) == (status, wait)
            assert got[1].startswith(start)
        assert await texts(t) == []
        assert (await post(t))["ok"]
        assert await answers(t) == {"429": 2, "503": 1, "502": 1, "200": 3}
        assert (await t.state())["calls"]["chat.postMessage"] == 7

    play(steps)


def test_a_failed_answer_may_hide_that_the_call_was_carried_out() -> None:
    async def steps(t: Trial) -> None:
        await t.do("faults", method="chat.postMessage", kind="truncated", times=1)
        status, body, _ = await raw(t, "cut")
        assert status == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(body)
        await t.do("faults", method="chat.postMessage", kind="5xx", carried_out=True, times=1)
        assert (await raw(t, "done"))[0] == 503
        assert await texts(t) == ["cut", "done"]

    play(steps)


@pytest.mark.parametrize(
    ("kind", "arrived"), [("drop_after_accept", ["hello"]), ("disconnect", [])]
)
def test_a_connection_that_ends_says_nothing_of_the_call(kind: str, arrived: list[str]) -> None:
    async def steps(t: Trial) -> None:
        await t.do("faults", method="chat.postMessage", kind=kind, times=1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(t)
        assert await texts(t) == arrived
        assert await answers(t) == {"dropped": 1}
        assert (await post(t, "next"))["ok"]

    play(steps)


def test_a_late_call_arrives_when_its_time_comes_on_a_clock_that_is_moved() -> None:
    async def steps(t: Trial) -> None:
        fault = {"method": "chat.postMessage", "kind": "late_arrival", "seconds": 1800}
        await t.do("faults", **fault, times=1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(t, "late")
        t.app.reminders = [(MONDAY + timedelta(hours=1), "U0MAYA0000")]
        assert await texts(t) == []
        await t.do("clock", advance="29m")
        assert await texts(t) == []
        await t.do("clock", advance="1h")
        assert [text.split(" ")[0] for text in await texts(t)] == ["late", "due"]
        at = float((await t.state("maya"))["messages"][0]["ts"])
        assert math.floor(at) == (MONDAY + timedelta(minutes=30)).timestamp()

    play(steps)


def test_a_late_call_arrives_by_itself_while_time_runs() -> None:
    async def steps(t: Trial) -> None:
        fault = {"method": "chat.postMessage", "kind": "late_arrival", "seconds": 0.2}
        await t.do("faults", **fault, times=1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(t, "late")
        assert await texts(t) == []
        async with asyncio.timeout(5):
            while await texts(t) != ["late"]:
                await asyncio.sleep(0.02)

    play(steps, start_at=None)


def test_a_slow_call_is_carried_out_before_it_is_answered() -> None:
    async def steps(t: Trial) -> None:
        await t.do("faults", method="chat.postMessage", kind="slow", seconds=0.4)
        waiting = asyncio.create_task(post(t))
        async with asyncio.timeout(5):
            while not await texts(t):
                await asyncio.sleep(0.01)
        assert not waiting.done()
        assert (await waiting)["ok"]

    play(steps)


def test_a_fault_strikes_after_so_many_calls_and_so_often() -> None:
    async def steps(t: Trial) -> None:
        await t.do("faults", method="chat.postMessage", kind="5xx", after=2, times=3)
        statuses = [(await raw(t))[0] for _ in range(7)]
        assert statuses == [200, 200, 503, 503, 503, 200, 200]
        assert (await t.state())["faults"] == []

    play(steps)


def test_a_share_of_calls_is_struck_and_the_same_ones_again() -> None:
    async def steps(t: Trial) -> None:
        runs = []
        for _ in range(2):
            await t.do("faults", method="chat.postMessage", kind="5xx", share=0.3, seed=7)
            runs.append([(await raw(t))[0] for _ in range(60)])
            await t.do("faults", clear=True)
        assert runs[0] == runs[1]
        assert 8 <= runs[0].count(503) <= 28

    play(steps)


def test_faults_meet_their_method_only_and_end_when_they_are_cleared() -> None:
    async def steps(t: Trial) -> None:
        first = await t.do("faults", method="users.info", kind="5xx")
        await t.do("faults", method="chat.postMessage", kind="error", error="is_archived")
        assert (await post(t))["error"] == "is_archived"
        assert (await t.api("auth.test"))["ok"]
        name = next(each["id"] for each in first["faults"])
        answer = await t.do("faults", clear=True, id=name)
        assert [(each["method"], each["hits"]) for each in answer["faults"]] == [
            ("chat.postMessage", 1)
        ]
        assert (await t.api("users.info", user="U0MAYA0000"))["ok"]
        assert await t.do("faults", clear=True) == {"faults": [], "silent_sockets": None}
        assert (await post(t))["ok"]

    play(steps)


def test_a_response_url_fails_too() -> None:
    async def steps(t: Trial) -> None:
        await t.do("faults", method="response_url", kind="html", status=500, times=1)
        t.app.answer = {"text": "there"}
        await t.command("maya", "later")
        assert t.app.seen[-1]["status"] == 500
        await t.command("maya", "later")
        assert [shown["text"] for shown in (await t.state("maya"))["ephemerals"]] == ["there"]

    play(steps)


def test_a_limit_lets_a_burst_pass_and_then_so_many_a_minute() -> None:
    async def steps(t: Trial) -> None:
        fault = {"method": "chat.postMessage", "kind": "limit", "per_minute": 60, "burst": 3}
        await t.do("faults", **fault)
        got = [await raw(t, str(number)) for number in range(5)]
        assert [(status, wait) for status, _, wait in got] == [
            *[(200, None)] * 3,
            *[(429, "1")] * 2,
        ]
        await t.do("clock", advance="1m")
        assert [(await raw(t))[0] for _ in range(4)] == [200, 200, 200, 429]
        assert await answers(t) == {"200": 6, "429": 3}

    play(steps)


def test_a_limit_holds_for_each_token_by_itself() -> None:
    async def steps(t: Trial) -> None:
        await t.do("faults", method="chat.postMessage", kind="limit", per_minute=1)
        assert [(await raw(t))[0] for _ in range(2)] == [200, 429]
        status, body, _ = await raw(t, token="xoxb-other")
        assert status == 200
        assert "invalid_auth" in body
        assert (await raw(t))[2] == "60"

    play(steps)


def test_a_silent_socket_stays_open_and_neither_speaks_nor_answers() -> None:
    async def steps(t: Trial) -> None:
        ticket = (await t.api("apps.connections.open", t.server.connection.app_token))["url"]
        async with t.http.ws_connect(ticket, autoping=False) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            await socket.ping(b"1")
            assert (await socket.receive(5)).type is aiohttp.WSMsgType.PONG
            answer = await t.do("faults", kind="silent_socket", times=1)
            assert answer["silent_sockets"] == {"open": 2, "next": 1}
            await socket.ping(b"2")
            with pytest.raises(TimeoutError):
                await socket.receive(0.3)
            assert not socket.closed
            again = (await t.api("apps.connections.open", t.server.connection.app_token))["url"]
            async with t.http.ws_connect(again) as next_one:
                with pytest.raises(TimeoutError):
                    await next_one.receive(0.3)
            await t.do("faults", clear=True)
            await socket.ping(b"3")
            assert (await socket.receive(5)).type is aiohttp.WSMsgType.PONG

    play(steps)


def test_an_app_on_a_silent_socket_misses_a_command_and_gets_the_next_on_another() -> None:
    async def steps(t: Trial) -> None:
        await t.do("faults", kind="silent_socket")
        t.app.answer = {"text": "here"}
        assert not (await t.command("maya", "ack"))["acknowledged"]
        await t.app.stop_listening()
        await t.app.start()
        assert (await t.command("maya", "ack"))["response"]["text"] == "here"

    play(steps)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "no kind of fault"),
        ({"kind": "meteor"}, "no kind of fault"),
        ({"kind": "5xx", "method": "chat.shout"}, "no method"),
        ({"kind": "5xx", "times": 0}, "whole number"),
        ({"kind": "5xx", "times": True}, "whole number"),
        ({"kind": "5xx", "share": 2}, "from 0 to 1"),
        ({"kind": "5xx", "carried_out": "yes"}, "true or false"),
        ({"kind": "slow", "seconds": -1}, "from 0 to"),
        ({"kind": "slow", "status": 500}, "means nothing to slow"),
        ({"kind": "error", "error": ""}, "the name of an error"),
        ({"kind": "limit", "per_minute": 0}, "whole number"),
    ],
)
def test_a_fault_that_can_not_be_meant_is_refused_in_words(body: Body, words: str) -> None:
    async def steps(t: Trial) -> None:
        status, answer = await t.call("faults", **body)
        assert status == 400
        assert words in answer["error"]
        assert (await t.state())["faults"] == []

    play(steps)
