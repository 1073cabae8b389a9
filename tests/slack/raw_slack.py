"""A server on loopback that answers byte for byte as a test says, and keeps what it was asked."""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from urllib.parse import parse_qsl

import aiohttp

from bot.slack.messenger import SlackMessenger, slack_client

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the server does with one request once it has read it.

    `cut` ends the connection after so many bytes of the body; with None it is sent whole. `then`
    says how a connection that is cut ends: closed, reset, or left open and silent.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[str, ...] = ()
    cut: int | None = None
    then: str = "close"

    def raw(self) -> bytes:
        """The answer as it goes over the wire."""
        head = [
            f"HTTP/1.1 {self.status} Answer",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            *self.headers,
        ]
        return "\r\n".join([*head, "", ""]).encode() + self.body[: self.cut]


@dataclass(frozen=True)
class Silence:
    """Read the request, then say not a single byte: closed, reset, or left open."""

    then: str = "close"


HANG_UP = Silence("close")
RESET = Silence("reset")
HANG = Silence("hang")

Reaction = Answer | Silence


def says(data: Json, status: int = 200, *headers: str) -> Answer:
    """An answer in JSON."""
    return Answer(json.dumps(data).encode(), status, headers=headers)


def error(code: str, status: int = 200, *headers: str) -> Answer:
    """Slack's way of saying no."""
    return says({"ok": False, "error": code}, status, *headers)


@dataclass
class RawSlack:
    """Keeps what it was asked; gives a method's own answer, else the next one of those given."""

    answers: list[Reaction] = field(default_factory=list)
    by_method: dict[str, Reaction] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], Json]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
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
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path = head[0].split()[1].partition("?")[0]
        self.requests.append((path, headers, _arguments(headers, body)))
        own = self.by_method.get(path.rpartition("/")[2])
        answer = own if own is not None else self.answers.pop(0)
        if isinstance(answer, Answer):
            writer.write(answer.raw())
            await writer.drain()
            if answer.cut is None:
                return True
        await _end(answer.then, reader, writer)
        return False

    @property
    def methods(self) -> list[str]:
        """The methods that were called."""
        return [path.rpartition("/")[2] for path, _, _ in self.requests]

    @property
    def bodies(self) -> list[Json]:
        """What was sent with each call."""
        return [body for _, _, body in self.requests]


def _arguments(headers: dict[str, str], body: bytes) -> Json:
    if "urlencoded" in headers.get("content-type", ""):
        return dict(parse_qsl(body.decode()))
    return dict(json.loads(body or b"{}"))


async def _end(how: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if how == "reset":
        socket = writer.get_extra_info("socket")
        socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    elif how == "hang":
        await reader.read()


Use = Callable[[SlackMessenger, RawSlack], Awaitable[None]]


def with_slack(answers: Sequence[Reaction], use: Use, seconds: float = 5.0) -> RawSlack:
    """Let a messenger talk to a server that answers so; no request takes longer than `seconds`."""
    slack = RawSlack(list(answers))

    async def main() -> None:
        server = await asyncio.start_server(slack.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            timeout = aiohttp.ClientTimeout(total=seconds)
            async with aiohttp.ClientSession(timeout=timeout) as session:
                client = slack_client("xoxb-test", f"http://127.0.0.1:{port}/api/", session)
                await use(SlackMessenger(client), slack)
            await asyncio.sleep(0)

    asyncio.run(main())
    return slack
