"""A stand-in for Slack that says yes to every post, as fast as Python can; one process of its own.

For timings only: it checks nothing and keeps nothing but a count. What is measured against it is
what the coach and the SDK cost, and not the stand-in.
"""

import asyncio
import multiprocessing
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_BODY = b'{"ok":true,"channel":"D1","ts":"1772440200.000100"}'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


class _Yes(asyncio.Protocol):
    """Answers each request of a connection that stays open."""

    def __init__(self) -> None:
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
            self._kept = self._kept[whole:]
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]


def _serve(port: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(_Yes, "127.0.0.1", 0)
        listening: socket.socket = server.sockets[0]
        port.send(listening.getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def quick_slack() -> Iterator[str]:
    """The base URL of a stand-in in a process of its own, while the block runs."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs,), daemon=True
    )
    process.start()
    try:
        if not mine.poll(30):
            raise RuntimeError("the stand-in did not start")
        yield f"http://127.0.0.1:{mine.recv()}/api/"
    finally:
        process.kill()
        process.join(10)
