"""Each message is posted by exactly one request, and every answer of Slack's means one thing."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from bot.domain.deliveries import Target
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.slack.messenger import SlackMessenger, slack_client

MAYA = Target("T1", "U1")
CHANNEL = Target("T1", "C1")
SINCE = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Good morning"}}
MESSAGE = Message("Good morning", (SECTION, {"type": "divider"}))
ARRIVED = {"ok": True, "channel": "D1", "ts": "1772440200.000100"}


@dataclass(frozen=True)
class Answer:
    """What the server does with one request once it has read it.

    `cut` closes the connection after so many bytes of the body; with None it is sent whole.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[str, ...] = ()
    cut: int | None = None

    def raw(self) -> bytes:
        """The answer as it goes over the wire."""
        head = [
            f"HTTP/1.1 {self.status} Answer",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            *self.headers,
        ]
        return "\r\n".join([*head, "", ""]).encode() + self.body[: self.cut]


def says(data: dict[str, Any], status: int = 200, *headers: str) -> Answer:
    """An answer in JSON."""
    return Answer(json.dumps(data).encode(), status, headers=headers)


def error(code: str, status: int = 200, *headers: str) -> Answer:
    """Slack's way of saying no."""
    return says({"ok": False, "error": code}, status, *headers)


HANG_UP = None
"""Read the request, then close the connection without a word."""


@dataclass
class Slack:
    """A server on loopback that keeps what it was asked and gives the answers it was given."""

    answers: list[Answer | None]
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has hung up between two requests, as clients do
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append((head[0].split()[1], headers, json.loads(body)))
        answer = self.answers.pop(0)
        if answer is HANG_UP:
            return False
        writer.write(answer.raw())
        await writer.drain()
        return answer.cut is None

    @property
    def methods(self) -> list[str]:
        """The methods that were called."""
        return [path.rpartition("/")[2] for path, _, _ in self.requests]


Use = Callable[[SlackMessenger, Slack], Awaitable[None]]


def with_slack(answers: Sequence[Answer | None], use: Use) -> Slack:
    """Let a messenger talk to a server that answers so, one after the other."""
    slack = Slack(list(answers))

    async def main() -> None:
        server = await asyncio.start_server(slack.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            timeout = aiohttp.ClientTimeout(total=5)
            async with aiohttp.ClientSession(timeout=timeout) as session:
                client = slack_client("xoxb-test", f"http://127.0.0.1:{port}/api/", session)
                await use(SlackMessenger(client), slack)
            await asyncio.sleep(0)

    asyncio.run(main())
    return slack


def send(answer: Answer | None, message: Message = MESSAGE) -> tuple[Slack, list[Arrived]]:
    """Send one message, to which Slack answers so."""
    results: list[Arrived] = []

    async def use(messenger: SlackMessenger, _: Slack) -> None:
        results.append(await messenger.send(MAYA, message, "d-1"))

    slack = with_slack([answer], use)
    return slack, results


# -- what is posted --------------------------------------------------------------------------------


def test_a_message_is_one_request_that_carries_its_delivery_twice() -> None:
    slack, results = send(says(ARRIVED))
    assert results == [Arrived("D1", "1772440200.000100")]
    ((path, headers, body),) = slack.requests
    assert path == "/api/chat.postMessage"
    assert headers["authorization"] == "Bearer xoxb-test"
    assert body["channel"] == "U1"
    assert body["text"] == "Good morning"
    assert body["blocks"][0] == {**SECTION, "block_id": "d-1"}
    assert "block_id" not in body["blocks"][1]
    assert body["metadata"]["event_payload"] == {"id": "d-1"}
    assert body["metadata"]["event_type"]
    assert body["unfurl_links"] is body["unfurl_media"] is False


def test_the_message_itself_stays_as_it_was() -> None:
    send(says(ARRIVED))
    assert "block_id" not in SECTION


def test_a_message_of_text_alone_carries_its_delivery_in_the_metadata() -> None:
    slack, _ = send(says(ARRIVED), Message("Good morning"))
    ((_, _, body),) = slack.requests
    assert body["blocks"] == []
    assert body["metadata"]["event_payload"] == {"id": "d-1"}


def test_a_message_over_the_limits_goes_out_as_its_text() -> None:
    slack, results = send(says(ARRIVED), Message("Short", (SECTION,) * 51))
    ((_, _, body),) = slack.requests
    assert (body["text"], body["blocks"]) == ("Short", [])
    assert results


# -- what the answers mean -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code", "wait"),
    [
        (error("ratelimited", 429, "Retry-After: 17"), "ratelimited", 17.0),
        (error("ratelimited", 429), "ratelimited", 30.0),
        (error("ratelimited", 200), "ratelimited", 30.0),
        (error("rate_limited", 200, "Retry-After: 5"), "rate_limited", 5.0),
        (Answer(b"", 429, headers=("Retry-After: 9",)), "ratelimited", 9.0),
        (Answer(b"<html>", 429, "text/html", ("Retry-After: 9",)), "ratelimited", 9.0),
        (Answer(b"Too many", 429, "text/plain", ("Retry-After: 9",)), "ratelimited", 9.0),
        (error("message_limit_exceeded"), "message_limit_exceeded", 3_600.0),
        (error("team_added_to_org"), "team_added_to_org", 3_600.0),
    ],
)
def test_what_can_be_tried_again_says_when(answer: Answer, code: str, wait: float) -> None:
    with pytest.raises(SendRefused) as refusal:
        send(answer)
    assert (refusal.value.code, refusal.value.wait) == (code, wait)


@pytest.mark.parametrize(
    "header", ["Retry-After: soon", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After:"]
)
def test_an_odd_retry_after_is_a_wait_all_the_same(header: str) -> None:
    with pytest.raises(SendRefused) as refusal:
        send(error("ratelimited", 429, header))
    assert refusal.value.code == "ratelimited"
    assert refusal.value.wait is not None
    assert refusal.value.wait >= 1


@pytest.mark.parametrize(
    "code",
    """channel_not_found not_in_channel is_archived account_inactive invalid_auth token_revoked
    missing_scope user_not_found cannot_dm_bot invalid_blocks msg_too_long no_text restricted_action
    a_code_of_next_year""".split(),
)
def test_a_code_that_is_final_is_final(code: str) -> None:
    with pytest.raises(SendRefused) as refusal:
        send(error(code))
    assert (refusal.value.code, refusal.value.wait) == (code, None)


UNCLEAR = {
    "500": error("internal_error", 500),
    "500 html": Answer(b"<html>oops</html>", 500, "text/html"),
    "500 text": Answer(b"oops", 500, "text/plain"),
    "503 empty": Answer(b"", 503),
    "500 broken json": Answer(b'{"ok": fal', 500),
    "fatal_error": error("fatal_error"),
    "internal_error": error("internal_error"),
    "service_unavailable": error("service_unavailable"),
    "request_timeout": error("request_timeout"),
    "200 html": Answer(b"<html>We are back soon</html>", 200, "text/html"),
    "200 text": Answer(b"ok", 200, "text/plain"),
    "200 empty": Answer(b"", 200),
    "200 broken json": Answer(b'{"ok": true, "chan', 200),
    "200 not utf-8": Answer(b'{"ok": true, "ts": "\xff\xfe"}', 200),
    "cut in the body": Answer(json.dumps(ARRIVED).encode(), cut=10),
    "cut before the body": Answer(json.dumps(ARRIVED).encode(), cut=0),
    "hung up": HANG_UP,
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_leaves_it_open_is_uncertain_and_is_one_request(name: str) -> None:
    made: list[Slack] = []

    async def use(messenger: SlackMessenger, slack: Slack) -> None:
        made.append(slack)
        await messenger.send(MAYA, MESSAGE, "d-1")

    with pytest.raises(SendUncertain):
        with_slack([UNCLEAR[name], says(ARRIVED)], use)
    assert made[0].methods == ["chat.postMessage"]


@pytest.mark.parametrize(
    "answer",
    [error("ratelimited", 429, "Retry-After: 0"), error("internal_error", 500), HANG_UP],
)
def test_nothing_is_sent_twice_on_a_connection_that_was_used_before(
    answer: Answer | None,
) -> None:
    async def use(messenger: SlackMessenger, slack: Slack) -> None:
        await messenger.send(MAYA, MESSAGE, "d-1")
        with pytest.raises((SendRefused, SendUncertain)):
            await messenger.send(MAYA, MESSAGE, "d-2")
        assert len(slack.requests) == 2

    with_slack([says(ARRIVED), answer, says(ARRIVED), says(ARRIVED)], use)


def test_who_cannot_be_reached_has_surely_not_got_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            client = slack_client("xoxb-test", f"http://127.0.0.1:{port}/api/", session)
            with pytest.raises(SendRefused) as refusal:
                await SlackMessenger(client).send(MAYA, MESSAGE, "d-1")
            assert refusal.value.code == "no_connection"
            assert refusal.value.wait is not None
            assert refusal.value.wait > 0

    asyncio.run(main())


def test_silence_is_uncertain() -> None:
    async def main() -> None:
        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        timeout = aiohttp.ClientTimeout(total=0.2)
        async with server:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                client = slack_client("xoxb-test", f"http://127.0.0.1:{port}/api/", session)
                with pytest.raises(SendUncertain):
                    await SlackMessenger(client).send(MAYA, MESSAGE, "d-1")
            await asyncio.sleep(0.05)

    asyncio.run(main())


# -- what stands there -----------------------------------------------------------------------------


def history(*messages: dict[str, Any], **more: object) -> Answer:
    """A page of a conversation, newest first."""
    return says({"ok": True, "messages": list(messages), **more})


def carried(ts: str, delivery_id: str, *, by: str) -> dict[str, Any]:
    """A message that carries a delivery in one of the two ways."""
    found: dict[str, Any] = {"type": "message", "ts": ts, "text": "Good morning"}
    if by == "metadata":
        found["metadata"] = {"event_type": "any", "event_payload": {"id": delivery_id}}
    else:
        found["blocks"] = [{**SECTION, "block_id": delivery_id}]
    return found


def find(answers: Sequence[Answer | None], target: Target = CHANNEL) -> tuple[Slack, list[Any]]:
    """Look for a delivery; Slack answers so."""
    results: list[Any] = []

    async def use(messenger: SlackMessenger, _: Slack) -> None:
        results.append(await messenger.find(target, "d-1", SINCE))

    slack = with_slack(answers, use)
    return slack, results


@pytest.mark.parametrize("by", ["metadata", "block_id"])
def test_a_delivery_is_found_by_either_carrier(by: str) -> None:
    page = history(
        {"type": "message", "ts": "4.0", "text": "from a person"},
        carried("3.0", "d-2", by=by),
        carried("2.0", "d-1", by=by),
    )
    slack, results = find([page])
    assert results == [Arrived("C1", "2.0")]
    ((_, _, body),) = slack.requests
    assert body["channel"] == "C1"
    assert body["include_all_metadata"] is True
    assert float(body["oldest"]) <= SINCE.timestamp()


@pytest.mark.parametrize(
    "other",
    [
        {"type": "message", "ts": "4.0"},
        {"type": "message", "ts": "4.0", "blocks": []},
        {"type": "message", "ts": "4.0", "blocks": None},
        {"type": "message", "ts": "4.0", "metadata": {}},
        {"type": "message", "ts": "4.0", "metadata": {"event_payload": {"other": 1}}},
    ],
)
def test_other_messages_of_any_shape_are_passed_over(other: dict[str, Any]) -> None:
    _, results = find([history(other, carried("2.0", "d-1", by="metadata"))])
    assert results == [Arrived("C1", "2.0")]


def test_metadata_of_another_kind_does_not_hide_the_block() -> None:
    found = carried("2.0", "d-1", by="block_id")
    found["metadata"] = {"event_type": "other", "event_payload": {}}
    _, results = find([history(found)])
    assert results == [Arrived("C1", "2.0")]


def test_what_is_not_there_never_arrived() -> None:
    _, results = find([history(carried("2.0", "d-2", by="metadata"))])
    assert results == [None]
    _, results = find([history()])
    assert results == [None]


def test_in_a_dm_the_conversation_is_opened_first() -> None:
    opened = says({"ok": True, "channel": {"id": "D7"}})
    slack, results = find([opened, history(carried("2.0", "d-1", by="metadata"))], MAYA)
    assert slack.methods == ["conversations.open", "conversations.history"]
    assert slack.requests[0][2]["users"] == "U1"
    assert slack.requests[1][2]["channel"] == "D7"
    assert results == [Arrived("D7", "2.0")]


def test_the_search_goes_on_to_older_pages() -> None:
    newer = [{"type": "message", "ts": f"{number}.0"} for number in range(200, 100, -1)]
    cursor = {"next_cursor": "older"}
    pages = [
        history(*newer, has_more=True, response_metadata=cursor),
        history(carried("2.0", "d-1", by="metadata"), has_more=False),
    ]
    slack, results = find(pages)
    assert results == [Arrived("C1", "2.0")]
    assert len(slack.requests) == 2


def test_a_clock_that_is_a_little_ahead_of_slacks_still_finds_it() -> None:
    slack, _ = find([history()])
    assert float(slack.requests[0][2]["oldest"]) <= SINCE.timestamp() - 5


def test_a_history_that_is_closed_is_refused_for_good() -> None:
    for code in ("missing_scope", "not_in_channel", "channel_not_found"):
        with pytest.raises(SendRefused) as refusal:
            find([error(code)])
        assert (refusal.value.code, refusal.value.wait) == (code, None)


@pytest.mark.parametrize("name", UNCLEAR)
def test_a_history_that_is_broken_is_uncertain(name: str) -> None:
    with pytest.raises(SendUncertain):
        find([UNCLEAR[name]])


def test_a_history_that_is_asked_too_often_is_asked_later() -> None:
    with pytest.raises((SendRefused, SendUncertain)) as refusal:
        find([error("ratelimited", 429, "Retry-After: 3")])
    assert not isinstance(refusal.value, SendRefused) or refusal.value.wait is not None
