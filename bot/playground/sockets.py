"""Socket Mode: the app's sockets, over which envelopes go out and answers come back."""

from __future__ import annotations

import asyncio
import json
import uuid

import aiohttp
from aiohttp import web

from bot.playground.delivery import ACK_SECONDS, Ack, Envelope
from bot.playground.model import Json

CONNECT_SECONDS = 1.0


class Sockets:
    """Socket Mode: the app holds one or more sockets; each envelope goes to one of them."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._arrived = asyncio.Event()
        self._turn = 0
        self._silent: set[web.WebSocketResponse] = set()
        self._silent_next = 0

    @property
    def connected(self) -> bool:
        """Whether at least one socket is open."""
        return bool(self._open)

    async def serve(self, socket: web.WebSocketResponse) -> None:
        """Greet a new socket and read its answers until it closes."""
        self._open.append(socket)
        self._arrived.set()
        if self._silent_next:
            self._silent_next -= 1
            self._silent.add(socket)
        try:
            await self._say(socket, self._hello())
            await self._listen(socket)
        finally:
            self._open.remove(socket)
            self._silent.discard(socket)
            if not self._open:
                self._arrived.clear()

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if socket in self._silent:
                continue
            if message.type is aiohttp.WSMsgType.TEXT:
                self._answered(json.loads(message.data))
            elif message.type is aiohttp.WSMsgType.PING:
                await socket.pong(message.data)

    async def _say(self, socket: web.WebSocketResponse, what: Json) -> None:
        if socket not in self._silent:
            await socket.send_str(json.dumps(what))

    def silence(self, following: int = 0) -> None:
        """Let the open sockets, and so many that are opened next, go quiet without closing."""
        self._silent.update(self._open)
        self._silent_next += following

    def speak(self) -> None:
        """Let all sockets speak again."""
        self._silent.clear()
        self._silent_next = 0

    @property
    def silent(self) -> Json | None:
        """Give how many sockets are quiet and how many will be; None when there are none."""
        if not (self._silent or self._silent_next):
            return None
        return {"open": len(self._silent), "next": self._silent_next}

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {
                "host": "playground",
                "build_number": 1,
                "approximate_connection_time": 3600,
            },
            "connection_info": {"app_id": self._app_id},
        }

    def _answered(self, answer: Json) -> None:
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload"))

    async def send(self, envelope: Envelope) -> Ack:
        """Deliver once; a socket that is just being opened is waited for."""
        socket = await self._next()
        if socket is None:
            return Ack(received=False, reason="connection_failed")
        name = str(uuid.uuid4())
        answer = asyncio.get_running_loop().create_future()
        self._waiting[name] = answer
        try:
            await self._say(socket, _socket_form(envelope, name))
            return Ack(received=True, payload=await asyncio.wait_for(answer, ACK_SECONDS))
        except (TimeoutError, ConnectionError) as problem:
            timeout = isinstance(problem, TimeoutError)
            return Ack(received=False, reason="timeout" if timeout else "connection_failed")
        finally:
            del self._waiting[name]

    async def _next(self) -> web.WebSocketResponse | None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                while not self._open:
                    await self._arrived.wait()
        except TimeoutError:
            return None
        self._turn += 1
        return self._open[self._turn % len(self._open)]

    async def close(self) -> None:
        """Close every socket."""
        for socket in list(self._open):
            await socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)


def _socket_form(envelope: Envelope, name: str) -> Json:
    form: Json = {
        "envelope_id": name,
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.answerable,
    }
    if envelope.kind == "events_api":
        form.update(retry_attempt=envelope.attempt, retry_reason=envelope.reason)
    return form
