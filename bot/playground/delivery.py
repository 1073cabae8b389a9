"""Brings envelopes to the app over its sockets or as signed HTTP requests, again when needed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.playground.model import Json

_log = logging.getLogger(__name__)

ACK_SECONDS = 3.0
RETRY_SECONDS = (0.0, 60.0, 300.0)


@dataclass(frozen=True)
class Envelope:
    """One thing to tell the app; `kind` is events_api, slash_commands or interactive."""

    kind: str
    payload: Json
    answerable: bool
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Ack:
    """Whether the app took an envelope, with what it answered, or why it was not taken."""

    received: bool
    payload: Json | None = None
    reason: str = ""
    final: bool = False


class Transport(Protocol):
    """A way to the app."""

    @property
    def connected(self) -> bool:
        """Whether the app can be reached, as far as known."""

    async def send(self, envelope: Envelope) -> Ack:
        """Deliver once and wait for the answer, at most three seconds after the connection."""

    async def close(self) -> None:
        """Let go of all connections."""


class SignedRequests:
    """HTTP mode: each envelope is a POST, signed with the signing secret."""

    connected = True

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ACK_SECONDS), auto_decompress=True
        )

    async def send(self, envelope: Envelope) -> Ack:
        """Deliver once; anything but HTTP 200 counts as not received."""
        body, content_type = _http_form(envelope)
        headers = {"Content-Type": content_type, **self._signature(body)}
        if envelope.attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.attempt)
            headers["X-Slack-Retry-Reason"] = envelope.reason
        try:
            async with self._session.post(self._url, data=body, headers=headers) as response:
                final = response.headers.get("X-Slack-No-Retry") == "1"
                if response.status != 200:
                    return Ack(received=False, reason="http_error", final=final)
                return Ack(received=True, payload=_http_answer(await response.text()))
        except TimeoutError:
            return Ack(received=False, reason="http_timeout")
        except aiohttp.ClientError:
            return Ack(received=False, reason="connection_failed")

    def _signature(self, body: bytes) -> dict[str, str]:
        # Real time, not the playground's: the receiver compares it with its own clock.
        stamp = str(int(time.time()))
        base = f"v0:{stamp}:".encode() + body
        digest = hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


def _http_form(envelope: Envelope) -> tuple[bytes, str]:
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    fields = envelope.payload
    if envelope.kind == "interactive":
        fields = {"payload": json.dumps(envelope.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _http_answer(body: str) -> Json | None:
    if not body.strip():
        return None
    try:
        answer = json.loads(body)
    except ValueError:
        return {"text": body}
    return answer if isinstance(answer, dict) else {"text": body}


class Delivery:
    """Delivers envelopes and keeps hold of everything that is still under way."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._first: set[asyncio.Task[None]] = set()
        self._later: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether the app can be reached, as far as known."""
        return self._transport.connected

    async def ask(self, kind: str, payload: Json, *, answerable: bool = True) -> Ack:
        """Deliver a command or interaction; it is sent once only."""
        return await self._transport.send(Envelope(kind, payload, answerable))

    def tell(self, payload: Json) -> None:
        """Deliver an event in the background, up to three times more when it is not taken."""
        self._spawn(self._first, self._attempt(Envelope("events_api", payload, answerable=False)))

    async def _attempt(self, envelope: Envelope) -> None:
        ack = await self._transport.send(envelope)
        if ack.received or ack.final or envelope.attempt >= len(RETRY_SECONDS):
            return
        again = replace(envelope, attempt=envelope.attempt + 1, reason=ack.reason)
        self._spawn(self._later, self._later_on(again))

    async def _later_on(self, envelope: Envelope) -> None:
        await asyncio.sleep(RETRY_SECONDS[envelope.attempt - 1])
        await self._attempt(envelope)

    def _spawn(self, group: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        group.add(task)
        task.add_done_callback(lambda done: _ended(group, done))

    @property
    def quiet(self) -> bool:
        """Whether no first delivery is under way."""
        return not self._first

    async def settled(self) -> None:
        """Return when every event so far was taken, or was not taken at the first attempt."""
        while self._first:
            await asyncio.wait(set(self._first))

    async def stop(self) -> None:
        """End everything under way and close the connections."""
        tasks = [*self._first, *self._later]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._transport.close()


def _ended(group: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    group.discard(task)
    if not task.cancelled() and task.exception() is not None:
        _log.error("An event could not be delivered.", exc_info=task.exception())
