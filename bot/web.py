"""The HTTP edge: checks every request before Bolt sees it; health and metrics beside it."""

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.domain.deliveries import State
from bot.domain.errors import Busy
from bot.ports import Store
from bot.recent import Recent

log = structlog.get_logger(__name__)

MOST_BYTES = 1_048_576
CLOCK_SLACK = 300
"""Seconds that a request's timestamp may differ from ours, as Slack recommends."""
DIGITS = 12
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
class Probe:
    """What readiness rests on beside the store: a name and whether it is well."""

    name: str
    well: Callable[[], Awaitable[bool]]


class WebEdge:
    """The HTTP server's routes. Slack's requests are taken only when a check is given."""

    def __init__(
        self,
        store: Store,
        probes: tuple[Probe, ...],
        app: AsyncApp | None = None,
        check: SignatureCheck | None = None,
    ) -> None:
        self._store = store
        self._probes = probes
        self._app = app
        self._check = check
        self._registry = CollectorRegistry()
        self._refused = Counter(
            "coach_requests_refused", "Requests refused", ["reason"], registry=self._registry
        )
        self._deliveries = Gauge(
            "coach_deliveries", "Deliveries by state", ["state"], registry=self._registry
        )

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
        self._refused.labels(reason).inc()
        log.warning("request_refused", reason=reason, length=length)
        return web.json_response({"error": reason}, status=status)

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def _ready(self, _: web.Request) -> web.Response:
        state = {probe.name: await probe.well() for probe in self._probes}
        state["store"] = await self._store_well()
        ready = all(state.values())
        return web.json_response({"ready": ready, **state}, status=200 if ready else 503)

    async def _store_well(self) -> bool:
        try:
            await self._store.check()
        except Busy:
            return False
        return True

    async def _metrics(self, _: web.Request) -> web.Response:
        counts = await self._store.read(lambda records: records.delivery_counts())
        for state in State:
            self._deliveries.labels(state.value).set(counts.get(state, 0))
        return web.Response(body=generate_latest(self._registry), content_type="text/plain")


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
