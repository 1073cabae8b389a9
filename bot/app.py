"""The composition root: the only place where the parts are chosen and joined."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import __version__
from bot.assembly import build_desk, promises_of, topics_of
from bot.domain.rests import public_holidays
from bot.health import Probe, heart_probe, socket_probe
from bot.library import Library, load_library
from bot.metrics import Instruments
from bot.ports import Clock
from bot.scheduler import Heartbeat
from bot.services.delivery.dispatcher import Dispatcher
from bot.services.retiming import Retiming
from bot.settings import Settings
from bot.slack.app import bolt_app
from bot.slack.calls import Reader
from bot.slack.commands import COMMANDS
from bot.slack.deliveries import renderer
from bot.slack.edge import Edge, Tasks
from bot.slack.messenger import SlackMessenger, slack_client
from bot.slack.outbound import SlackOutbound
from bot.slack.refusals import code_of
from bot.store.lock import single_dispatcher
from bot.store.sql import SqlStore
from bot.system import RandomIds, zone_data
from bot.web import Inside, SignatureCheck, WebEdge, serve

log = structlog.get_logger(__name__)

SLACK_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
DRAIN_SECONDS = 20.0
PING_SECONDS = 3.0
"""A half-open socket is noticed after four missed pings."""


class StartRefused(Exception):
    """The program can't start; the text says why, what is safe, and what to do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of the program run in this process."""

    receives: bool = True
    dispatches: bool = True
    listens: bool = True


class Application:
    """The running program: built from settings, started and stopped once.

    A library that is loaded already may be given; otherwise it is read from its folder.
    """

    def __init__(
        self, settings: Settings, clock: Clock, parts: Parts, library: Library | None = None
    ) -> None:
        self._settings = settings
        self._parts = parts
        library = library or load_library(settings)
        self._cleanup = contextlib.AsyncExitStack()
        self._store = SqlStore.open(settings.database_url)
        self._cleanup.push_async_callback(self._store.close)
        self._desk = build_desk(settings, library, self._store, clock)
        self._clock = clock
        self._tasks = Tasks()
        self._instruments = Instruments(__version__, version("tzdata"))
        self._heart: Heartbeat | None = None
        self.dispatcher: Dispatcher | None = None

    async def start(self) -> None:
        """Connect and begin. Raises StartRefused, and leaves nothing running when it does."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        session = await self._cleanup.enter_async_context(
            aiohttp.ClientSession(timeout=SLACK_TIMEOUT)
        )
        client = slack_client(self._settings.bot_token, self._settings.slack_api_url, session)
        identity = await self._identity(client)
        await self._desk.standing.revive(str(identity.team_id))
        self.dispatcher = self._build_dispatcher(client)
        probes = []
        await self._warm_up()
        edge = self._edge(client, session, identity)
        app = bolt_app(client, identity, edge, self._settings.behaviour.command)
        if self._parts.dispatches:
            self._cleanup.enter_context(single_dispatcher(self._settings.database_url))
        self._cleanup.push_async_callback(self._tasks.drain, DRAIN_SECONDS)
        if self._parts.dispatches:
            await Retiming(self._store, self._clock, zone_data()).run()
            probes.append(self._start_dispatching(self.dispatcher))
        if self._parts.receives and self._settings.transport() == "socket":
            probes.append(await self._connect(app))
        if self._parts.listens:
            await self._listen(app, tuple(probes))

    async def _identity(self, client: AsyncWebClient) -> AuthorizeResult:
        try:
            answer = await client.auth_test()
        except SlackApiError as error:
            raise StartRefused(
                f"Slack refused SLACK_BOT_TOKEN ({code_of(error)}). Nothing was sent. Copy the "
                "token again from OAuth & Permissions in the app's settings."
            ) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StartRefused(
                f"{self._settings.slack_api_url} can't be reached ({type(error).__name__}). "
                "Nothing was sent. Check the network, or SLACK_API_URL, and start again."
            ) from error
        return AuthorizeResult(
            enterprise_id=answer.get("enterprise_id"),
            team_id=answer["team_id"],
            bot_user_id=answer["user_id"],
            bot_id=answer.get("bot_id"),
            bot_token=self._settings.bot_token,
        )

    def _build_dispatcher(self, client: AsyncWebClient) -> Dispatcher:
        return Dispatcher(
            store=self._store,
            messenger=SlackMessenger(client),
            clock=self._clock,
            ids=RandomIds(),
            topics=topics_of(self._desk),
            render=renderer(self._desk.words),
            meter=self._instruments,
            promises=promises_of(self._settings.behaviour),
        )

    def _edge(
        self, client: AsyncWebClient, session: aiohttp.ClientSession, identity: AuthorizeResult
    ) -> Edge:
        behaviour = self._settings.behaviour
        return Edge(
            desk=self._desk,
            store=self._store,
            clock=self._clock,
            reader=Reader(str(identity.team_id), str(identity.bot_user_id)),
            out=SlackOutbound(client, session, self._desk.words, behaviour.defaults.zone),
            tasks=self._tasks,
            wake=self._wake,
            deadline=behaviour.limits.store_deadline_ms / 1_000,
        )

    def _wake(self) -> None:
        """Send at once what is due; a process that only receives leaves it to the workers."""
        if self._parts.dispatches:
            self._tasks.start(self.run_due())

    async def _warm_up(self) -> None:
        """Do once what the first person would otherwise wait for."""
        self._desk.answers.ask("What is an AI product manager?")
        public_holidays("US", self._clock.now().year)  # the first look of all takes 0.1 s
        await self._store.read(lambda records: records.ahead())

    def _start_dispatching(self, dispatcher: Dispatcher) -> Probe:
        heart = Heartbeat(dispatcher.beat, self._settings.behaviour.limits.tick_seconds)
        heart.start()
        self._cleanup.push_async_callback(dispatcher.stop, DRAIN_SECONDS)
        self._cleanup.push_async_callback(heart.stop, DRAIN_SECONDS)
        self._heart = heart
        return heart_probe(heart.pulse)

    async def _connect(self, app: AsyncApp) -> Probe:
        token = self._settings.app_token
        try:
            # Asked once beforehand: the handler itself would go on trying for ever.
            await app.client.apps_connections_open(app_token=token)
        except SlackApiError as error:
            raise StartRefused(
                f"Slack refused SLACK_APP_TOKEN ({code_of(error)}). Nothing was sent. Make one "
                "with the scope connections:write under Basic Information, App-Level Tokens."
            ) from error
        handler = AsyncSocketModeHandler(app, token, ping_interval=PING_SECONDS)
        self._cleanup.push_async_callback(handler.close_async)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        return socket_probe(handler.client.is_connected)

    async def _listen(self, app: AsyncApp, probes: tuple[Probe, ...]) -> None:
        settings = self._settings
        check = None
        if self._parts.receives and settings.transport() == "http":
            check = SignatureCheck(settings.signing_secret)
        inside = Inside(
            store=self._store,
            clock=self._clock,
            instruments=self._instruments,
            probes=probes,
            pulse=self._heart.pulse if self._heart else None,
            facts={"version": __version__, "time_zone_data": version("tzdata")},
        )
        edge = WebEdge(inside, app, check)
        runner = await serve(edge.application(), settings.host, settings.port)
        self._cleanup.push_async_callback(runner.cleanup)
        log.info("listening", host=settings.host, port=settings.port)

    async def stop(self) -> None:
        """End everything: first what comes in, then what is under way, then the store."""
        await self._cleanup.aclose()

    async def idle(self) -> None:
        """Return when all work caused by what was received is done."""
        await self._tasks.idle()

    async def run_due(self) -> None:
        """Send what is due now."""
        if self.dispatcher is not None:
            await self.dispatcher.tick()

    async def next_due(self) -> datetime | None:
        """The next instant at which something is to be sent."""
        return await self.dispatcher.next_due() if self.dispatcher else None

    @property
    def usages(self) -> Sequence[tuple[str, str]]:
        """Every command with what it does."""
        return [(command.usage, command.summary) for command in COMMANDS.values()]
