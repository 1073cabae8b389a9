"""The HTTP edge: checks every request before Bolt sees it; health and metrics beside it."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.domain.deliveries import RECONCILE_AFTER
from bot.domain.errors import Busy
from bot.health import Probe, of_store
from bot.metrics import Figures, Instruments
from bot.ports import Clock, Records, Store
from bot.recent import Recent
from bot.scheduler import Pulse

log = structlog.get_logger(__name__)

MOST_BYTES = 1_048_576
CLOCK_SLACK = 300
"""Seconds that a request's timestamp may differ from ours, as Slack recommends."""
DIGITS = 12
FIGURES_SECONDS = 5.0
MOST_STUCK = 1_000
"""Rows in doubt are counted up to this number; more would be an alarm all the same."""
CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")


class SignatureCheck:
    """Tells requests of Slack from all others, by their signature over the raw body."""

    def __init__(self, secret: str, now: Callable[[], float] = time.time) -> None:
        self._secret = secret.encode()
        self._now = now
        self._recent = Recent(2 * CLOCK_SLACK)

    def refusal(self, timestamp: str, signature: str, body: bytes) -> str | None:
        """Why a request is refused, None when it is Slack's and new."""
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= DIGITS):
            return "timestamp"
        now = self._now()
        if abs(now - int(timestamp)) > CLOCK_SLACK:
            return "too_old"
        digest = hmac.new(self._secret, b"v0:%s:%s" % (timestamp.encode(), body), hashlib.sha256)
        expected, given = f"v0={digest.hexdigest()}", signature.encode("utf-8", "replace")
        if not hmac.compare_digest(expected.encode(), given):
            return "signature"
        return "replay" if self._recent.seen(signature, now) else None

    def not_taken(self, signature: str) -> None:
        """The request could not be taken after all: Slack may send the same again."""
        self._recent.forget(signature)


@dataclass(frozen=True, slots=True)
class Inside:
    """What the edge shows of the program: its store, its parts, its figures.

    `probes` are what readiness rests on beside the store, `facts` what is told beside them.
    `pulse` is None where no heart beats.
    """

    store: Store
    clock: Clock
    instruments: Instruments
    probes: tuple[Probe, ...] = ()
    pulse: Callable[[], Pulse] | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


class WebEdge:
    """The HTTP server's routes. Slack's requests are taken only when a check is given."""

    def __init__(
        self, inside: Inside, app: AsyncApp | None = None, check: SignatureCheck | None = None
    ) -> None:
        self._inside = inside
        self._app = app
        self._check = check

    def application(self) -> web.Application:
        """The aiohttp application with all routes."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_get("/health/live", self._live)
        app.router.add_get("/health/ready", self._ready)
        app.router.add_get("/metrics", self._metrics)
        if self._app is not None and self._check is not None:
            app.router.add_post("/slack/events", self._slack)
        return app

    async def _slack(self, request: web.Request) -> web.Response:
        if request.content_type not in CONTENT_TYPES:
            return self._refuse("content_type", 0, 415)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._refuse("too_large", request.content_length or MOST_BYTES, 413)
        assert self._check is not None  # noqa: S101 - the route exists only with a check
        signature = request.headers.get("X-Slack-Signature", "")
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        refusal = self._check.refusal(timestamp, signature, body)
        if refusal is not None:
            return self._refuse(refusal, len(body), 401)
        assert self._app is not None  # noqa: S101
        bolt_request = AsyncBoltRequest(body=body.decode(), headers=dict(request.headers))
        answer = await self._app.async_dispatch(bolt_request)
        if answer.status >= 500:
            self._check.not_taken(signature)
        return await to_aiohttp_response(answer)

    def _refuse(self, reason: str, length: int, status: int) -> web.Response:
        self._inside.instruments.request_refused(reason)
        log.warning("request_refused", reason=reason, length=length)
        return web.json_response({"error": reason}, status=status)

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def _ready(self, _: web.Request) -> web.Response:
        found = {"store": of_store(await self._store_answers())}
        for probe in self._inside.probes:
            found[probe.name] = await probe.look()
        ready = all(finding.well for finding in found.values())
        body = {
            "ready": ready,
            **{name: finding.well for name, finding in found.items()},
            "words": [finding.words for finding in found.values()],
            "facts": {
                **self._inside.facts,
                **{name: dict(finding.facts) for name, finding in found.items() if finding.facts},
            },
        }
        return web.json_response(body, status=200 if ready else 503)

    async def _store_answers(self) -> bool:
        try:
            await self._inside.store.check()
        except Busy:
            return False
        return True

    async def _metrics(self, _: web.Request) -> web.Response:
        pulse = self._inside.pulse() if self._inside.pulse else None
        page = self._inside.instruments.page(await self._figures(), pulse)
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _figures(self) -> Figures | None:
        """What the store tells, None when it does not answer in time."""
        store, now = self._inside.store, self._inside.clock.now()
        try:
            async with asyncio.timeout(FIGURES_SECONDS):
                return await store.read(partial(_figures, now=now, waiting=store.waiting()))
        except (Busy, TimeoutError):
            return None


def _figures(records: Records, now: datetime, waiting: int) -> Figures:
    standings = records.standings()
    return Figures(
        deliveries=records.delivery_counts(),
        stuck=len(records.stuck_deliveries(now - RECONCILE_AFTER, MOST_STUCK)),
        held=sum(standing.is_held(now) for standing in standings),
        ended=sum(standing.ended is not None for standing in standings),
        waiting=waiting,
    )


class PortTaken(Exception):
    """Another program listens where the HTTP server should."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is taken by another program. Nothing was started. "
            f"End that program, or choose another port with PORT=…"
        )


async def serve(application: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; the runner's `cleanup` ends it. Raises PortTaken."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise PortTaken(host, port) from error
    return runner
