"""A stand-in for Slack that takes posts as fast as Python can, in a process of its own.

For timings only: it checks nothing, and keeps nothing but counts. What is measured against it is
what the coach and the SDK cost, and not the stand-in. With a limit it answers 429 to whoever posts
faster, by token, as a bucket that holds one second's worth.
"""

import asyncio
import json
import math
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from urllib.request import urlopen

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_TOKEN = re.compile(rb"\r\nauthorization:\s*bearer\s+(\S+)", re.IGNORECASE)
_TAKEN = b'{"ok":true,"channel":"D1","ts":"1772440200.000100"}'
_LIMITED = b'{"ok":false,"error":"ratelimited"}'


def _answer(status: bytes, body: bytes, *headers: bytes) -> bytes:
    lines = [
        b"HTTP/1.1 " + status,
        b"Content-Type: application/json; charset=utf-8",
        b"Content-Length: %d" % len(body),
        *headers,
    ]
    return b"\r\n".join([*lines, b"", body])


_YES = _answer(b"200 OK", _TAKEN)


class _Limit:
    """How fast each token may post."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._full: dict[str, float] = {}
        self.counts: Counter[str] = Counter()

    def answer(self, token: str) -> bytes:
        """Yes, or how many whole seconds to wait."""
        now = time.monotonic()
        full = max(self._full.get(token, now), now)
        if self._rate and (full - now) * self._rate > self._rate:
            self.counts[f"{token} 429"] += 1
            wait = math.ceil(full - now)
            return _answer(b"429 Too Many Requests", _LIMITED, b"Retry-After: %d" % wait)
        self._full[token] = full + (1 / self._rate if self._rate else 0)
        self.counts[f"{token} 200"] += 1
        return _YES


class _Quick(asyncio.Protocol):
    """Answers each request of a connection that stays open."""

    def __init__(self, limit: _Limit) -> None:
        self._limit = limit
        self._kept = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._kept += data
        while (end := self._kept.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._kept, 0, end)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._kept) < whole:
                return
            token = _TOKEN.search(self._kept, 0, end)
            self._kept = self._kept[whole:]
            self._transport.write(self._reply(token))  # type: ignore[attr-defined]

    def _reply(self, token: re.Match[bytes] | None) -> bytes:
        if token is None:
            return _answer(b"200 OK", json.dumps(self._limit.counts).encode())
        return self._limit.answer(token[1].decode())


def _serve(port: Connection, per_minute: int) -> None:
    async def main() -> None:
        limit = _Limit(per_minute)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Quick(limit), "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


Counts = Callable[[], dict[str, int]]


@contextmanager
def quick_slack(per_minute: int = 0) -> Iterator[tuple[str, Counts]]:
    """The base URL of a stand-in while the block runs, and what it has counted by now, such as
    `xoxb-T1 200`. `per_minute` is what a token may post; 0 is without a limit."""
    mine, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(theirs, per_minute), daemon=True)
    process.start()
    try:
        if not mine.poll(60):
            raise RuntimeError("the stand-in did not start")
        url = f"http://127.0.0.1:{mine.recv()}/api/"

        def counts() -> dict[str, int]:
            with urlopen(url, timeout=10) as answer:
                return dict(json.load(answer))

        yield url, counts
    finally:
        process.kill()
        process.join(10)
