"""What happens to a request on its way: each fault has one meaning, and no post is made twice."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from raw_slack import (
    HANG,
    HANG_UP,
    RESET,
    Answer,
    RawSlack,
    Reaction,
    error,
    says,
    with_slack,
)
from test_messenger import ARRIVED, CHANNEL, FINE, MAYA, MESSAGE, SINCE

from bot.domain.remedies import Remedy
from bot.ports import Arrived, SendRefused, SendUncertain
from bot.slack.messenger import SlackMessenger, slack_client

BODY = json.dumps(ARRIVED).encode()

UNCLEAR: dict[str, tuple[Reaction, str]] = {
    "closed before any byte": (HANG_UP, "no_answer"),
    "reset after receipt": (RESET, "no_answer"),
    "no answer in time": (HANG, "timed_out"),
    "headers, then no body in time": (Answer(BODY, cut=0, then="hang"), "timed_out"),
    "headers, then closed": (Answer(BODY, cut=0), "no_answer"),
    "closed in the body": (Answer(BODY, cut=10), "no_answer"),
    "reset in the body": (Answer(BODY, cut=10, then="reset"), "no_answer"),
    "JSON that ends early": (Answer(b'{"ok": true, "chan'), "no_answer"),
    "200 without a body": (Answer(b""), "no_answer"),
    "200 in HTML": (Answer(b"<html>Back soon</html>", 200, "text/html"), "no_answer"),
    "200 in text": (Answer(b"ok", 200, "text/plain"), "no_answer"),
    "200 that is not UTF-8": (Answer(b'{"ok": true, "ts": "\xff\xfe"}'), "no_answer"),
    "200 that says no more than yes": (says({"ok": True}), "no_answer"),
    "404 in HTML": (Answer(b"<html>No</html>", 404, "text/html"), "no_answer"),
    "500 in JSON": (error("internal_error", 500), "internal_error"),
    "500 with a code of refusal": (error("channel_not_found", 500), "http_error"),
    "500 in HTML": (Answer(b"<html>oops</html>", 500, "text/html"), "http_error"),
    "500 in text": (Answer(b"oops", 500, "text/plain"), "http_error"),
    "500 in broken JSON": (Answer(b'{"ok": fal', 500), "http_error"),
    "503 without a body": (Answer(b"", 503), "http_error"),
    "fatal_error": (error("fatal_error"), "fatal_error"),
    "internal_error": (error("internal_error"), "internal_error"),
    "service_unavailable": (error("service_unavailable"), "service_unavailable"),
    "request_timeout": (error("request_timeout"), "request_timeout"),
}


def _post(reaction: Reaction) -> tuple[RawSlack, pytest.ExceptionInfo[SendUncertain]]:
    made: list[RawSlack] = []

    async def use(messenger: SlackMessenger, slack: RawSlack) -> None:
        made.append(slack)
        await messenger.send(MAYA, MESSAGE, "d-1")

    with pytest.raises(SendUncertain) as failure:
        with_slack([reaction, FINE], use, seconds=0.3)
    return made[0], failure


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_leaves_it_open_is_uncertain_and_is_one_request(name: str) -> None:
    reaction, code = UNCLEAR[name]
    slack, failure = _post(reaction)
    assert failure.value.code == code
    assert slack.methods == ["chat.postMessage"]


@pytest.mark.parametrize("name", UNCLEAR)
def test_a_history_that_is_broken_is_uncertain(name: str) -> None:
    async def use(messenger: SlackMessenger, _: RawSlack) -> None:
        await messenger.find(CHANNEL, "d-1", SINCE)

    with pytest.raises(SendUncertain):
        with_slack([UNCLEAR[name][0]], use, seconds=0.3)


TOO_FAST: dict[str, tuple[Reaction, float]] = {
    "JSON": (error("ratelimited", 429, "Retry-After: 9"), 9.0),
    "HTML": (Answer(b"<html>", 429, "text/html", ("Retry-After: 9",)), 9.0),
    "text": (Answer(b"Too many", 429, "text/plain", ("Retry-After: 9",)), 9.0),
    "no body": (Answer(b"", 429, headers=("Retry-After: 9",)), 9.0),
    "no header": (error("ratelimited", 429), 30.0),
    "HTML, no header": (Answer(b"<html>", 429, "text/html"), 30.0),
    "another code": (error("internal_error", 429, "Retry-After: 9"), 9.0),
}


@pytest.mark.parametrize("name", TOO_FAST)
def test_429_is_a_wait_whatever_else_it_says(name: str) -> None:
    reaction, wait = TOO_FAST[name]

    async def use(messenger: SlackMessenger, slack: RawSlack) -> None:
        with pytest.raises(SendRefused) as refusal:
            await messenger.send(MAYA, MESSAGE, "d-1")
        found = refusal.value
        assert (found.code, found.remedy, found.wait) == ("ratelimited", Remedy.WAIT, wait)
        assert slack.methods == ["chat.postMessage"]

    with_slack([reaction, FINE], use)


@pytest.mark.parametrize("reaction", [TOO_FAST["JSON"][0], HANG_UP, RESET, error("fatal_error")])
def test_nothing_is_sent_twice_on_a_connection_that_was_used_before(reaction: Reaction) -> None:
    async def use(messenger: SlackMessenger, slack: RawSlack) -> None:
        await messenger.send(MAYA, MESSAGE, "d-1")
        with pytest.raises((SendRefused, SendUncertain)):
            await messenger.send(MAYA, MESSAGE, "d-2")
        assert len(slack.requests) == 2

    with_slack([FINE, reaction, FINE, FINE], use)


# -- it never reached Slack ------------------------------------------------------------------------


def _never_sent(url: str) -> None:
    """A post to this address surely was not carried out."""

    async def main() -> None:
        timeout = aiohttp.ClientTimeout(total=10, connect=0.5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            messenger = SlackMessenger(slack_client("xoxb-test", url, session))
            with pytest.raises(SendRefused) as refusal:
                await messenger.send(MAYA, MESSAGE, "d-1")
        assert (refusal.value.code, refusal.value.remedy) == ("no_connection", Remedy.BACK_OFF)

    asyncio.run(main())


def test_a_refused_connection_surely_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _never_sent(f"http://127.0.0.1:{port}/api/")


def test_a_name_that_is_unknown_surely_sent_nothing() -> None:
    _never_sent("http://slack.invalid/api/")


def test_a_server_that_does_not_take_connections_surely_got_nothing() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        _never_sent(f"http://127.0.0.1:{full.getsockname()[1]}/api/")


def test_without_a_secure_connection_nothing_is_sent() -> None:
    received = bytearray()

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read(4_096))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def main(use: Callable[[str], Any]) -> None:
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            await asyncio.to_thread(use, f"https://127.0.0.1:{port}/api/")

    asyncio.run(main(_never_sent))
    assert received
    assert b"xoxb-test" not in received


# -- and it goes on --------------------------------------------------------------------------------


def test_after_every_fault_the_next_message_arrives() -> None:
    async def use(messenger: SlackMessenger, slack: RawSlack) -> None:
        for name, (reaction, _) in UNCLEAR.items():
            if reaction is HANG or getattr(reaction, "then", "") == "hang":
                continue
            slack.answers[:] = [reaction, FINE]
            with pytest.raises(SendUncertain):
                await messenger.send(MAYA, MESSAGE, "d-1")
            arrived = await messenger.send(MAYA, MESSAGE, "d-2")
            assert arrived == Arrived(str(ARRIVED["channel"]), str(ARRIVED["ts"])), name

    with_slack([], use)
