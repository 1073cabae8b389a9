"""The playground's server: joins all parts, listens on this machine only and hosts the app."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import inspect
import logging
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot.playground import web_api
from bot.playground.archive import Archive, DataUnusable
from bot.playground.clock import PlayClock
from bot.playground.control import Control
from bot.playground.core import Core, new_tokens
from bot.playground.delivery import Delivery, SignedRequests, Transport
from bot.playground.edge import guard, page_routes, response_url_route, socket_route, stream
from bot.playground.faults import Faults
from bot.playground.hosting import (
    Completion,
    Connection,
    Factory,
    HostedApp,
    PortTaken,
)
from bot.playground.late import LateCalls
from bot.playground.moving import Moving
from bot.playground.sockets import Sockets
from bot.playground.workspace import Workspace, new_workspace

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"
SETTLE_SECONDS = 10.0
_BODY_BYTES = 2 * 1024 * 1024
_SEED = Path(__file__).with_name("workspace.yaml")
_FILE = "playground.db"


class PlaygroundServer:
    """One playground.

    `data` is the folder where it keeps its state; None keeps all in memory. `port` 0 picks a
    free one. `start_at` freezes the clock there. With `events_url` the app is reached by signed
    HTTP requests instead of its sockets. `token_suffix` makes the tokens predictable, for an app
    started apart. `command` replaces the app's command of the workspace file. `more_people` adds
    so many to its three: `U0P00000` and on, in the zones of those three. Without `events` the app
    is told nothing by itself, only asked: for a server that many posts are sent to by programs that
    do not listen.
    """

    def __init__(  # noqa: PLR0913 - options of their own, each with a default
        self,
        data: Path | None,
        port: int,
        *,
        start_at: datetime | None = None,
        events_url: str | None = None,
        token_suffix: str | None = None,
        command: str | None = None,
        more_people: int = 0,
        events: bool = True,
    ) -> None:
        self._data = data
        self._port = port
        self._start_at = start_at
        self._events_url = events_url
        self._tokens = new_tokens(token_suffix)
        self._command = command
        self._more_people = more_people
        self._events = events
        self._app: HostedApp | None = None
        self._ending = asyncio.Event()
        self._cleanup = contextlib.AsyncExitStack()
        self._core: Core | None = None
        self._folder: Path | None = None

    @property
    def core(self) -> Core:
        """Give the running playground's parts."""
        if self._core is None:
            raise RuntimeError("The playground is not started.")
        return self._core

    @property
    def url(self) -> str:
        """Give the address of the page, without a final slash."""
        return self.core.url

    @property
    def connection(self) -> Connection:
        """Give what an app needs to connect."""
        assert self._folder is not None  # noqa: S101 - set by start, as core is
        return Connection(
            api_url=f"{self.core.url}/api/",
            bot_token=self._tokens.bot,
            app_token=self._tokens.app,
            signing_secret=self._tokens.signing_secret,
            now=self.core.clock.now,
            data=self._folder,
        )

    async def start(self) -> None:
        """Load the state and listen. Raises PortTaken, and DataUnusable for unreadable data."""
        try:
            await self._start()
        except BaseException:
            await self._cleanup.aclose()
            raise

    async def _start(self) -> None:
        clock = PlayClock(self._start_at)
        workspace = new_workspace(_SEED, clock.now(), self._command, self._more_people)
        self._folder = self._prepare_folder()
        if self._data is not None:
            self._load(workspace, self._data / _FILE)
        if not clock.frozen:
            clock.offset = timedelta(seconds=workspace.settings.get("clock_offset_seconds", 0))
        for message in workspace.all_messages():
            clock.seen(message.ts)
        sockets = Sockets(workspace.app.id)
        delivery = Delivery(self._transport(sockets))
        self._core = Core(
            workspace,
            clock,
            delivery,
            sockets,
            Faults(frozenset(web_api.METHODS)),
            LateCalls(clock),
            self._tokens,
            self.settle,
            events=self._events,
        )
        await self._listen(self._core)
        self._cleanup.push_async_callback(delivery.stop)
        self._cleanup.push_async_callback(sockets.close)
        self._cleanup.callback(self._core.late.stop)

    def _transport(self, sockets: Sockets) -> Transport:
        if self._events_url is None:
            return sockets
        return SignedRequests(self._events_url, self._tokens.signing_secret)

    def _prepare_folder(self) -> Path:
        if self._data is None:
            folder = Path(tempfile.mkdtemp(prefix="playground-"))
            self._cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
            return folder
        folder = self._data / "app"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataUnusable(
                f"The folder {self._data} can't be used ({error.strerror}). Nothing was changed. "
                "Name another one with --data, or let this program write there."
            ) from error
        return folder

    def _load(self, workspace: Workspace, path: Path) -> None:
        archive = Archive(path)
        workspace.restore(archive.rows())
        keeper = asyncio.ensure_future(archive.keep(workspace))
        self._cleanup.push_async_callback(archive.finish, workspace, keeper)

    async def _listen(self, core: Core) -> None:
        application = web.Application(client_max_size=_BODY_BYTES, middlewares=[guard])
        application.add_routes(self._routes(core))
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        self._cleanup.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, HOST, self._port)
        try:
            await site.start()
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise PortTaken(self._port) from problem
            raise
        core.url = f"http://{HOST}:{runner.addresses[0][1]}"
        self._cleanup.callback(self._end_streams)

    def _routes(self, core: Core) -> list[web.RouteDef]:
        async def api(request: web.Request) -> web.Response:
            return await web_api.serve(core, request)

        moving = Moving(core, lambda: self._app)

        return [
            web.get("/api/{method}", api),
            web.post("/api/{method}", api),
            web.get("/socket", socket_route(core)),
            web.get("/playground/stream", stream(core, self._ending)),
            web.post("/response/{secret}", response_url_route(core)),
            *Control(core, moving.move, self._completions).routes(),
            *page_routes(),
        ]

    def _end_streams(self) -> None:
        self._ending.set()
        self.core.workspace.touch()

    def _completions(self) -> Sequence[Completion]:
        return self._app.completions if self._app else ()

    # The app

    async def host(self, factory: Factory) -> HostedApp:
        """Make the app, start it and stop it with the playground; gives the app."""
        made = factory(self.connection)
        app = await made if inspect.isawaitable(made) else made
        await app.start()
        self._app = app
        self._cleanup.push_async_callback(self._end_app)
        self.core.workspace.touch()
        return app

    async def _end_app(self) -> None:
        app, self._app = self._app, None
        if app is not None:
            await app.stop()

    async def stop(self) -> None:
        """Stop the app, let go of all connections and write what is not yet on disk."""
        await self._cleanup.aclose()

    async def settle(self) -> None:
        """Return when the app has taken all events and done its work, after 10 s at most."""
        delivery = self.core.delivery
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while True:
                    await delivery.settled()
                    if self._app is not None:
                        await self._app.idle()
                    if delivery.quiet:
                        return
        except TimeoutError:
            _log.warning("The app is still at work after %s seconds.", SETTLE_SECONDS)


def forget(data: Path) -> None:
    """Delete what a playground keeps in a folder, and the data of the app it hosted there."""
    for path in data.glob(f"{_FILE}*"):
        path.unlink()
    shutil.rmtree(data / "app", ignore_errors=True)


def stored(data: Path) -> bool:
    """Whether a playground kept something in a folder before."""
    return (data / _FILE).exists()
