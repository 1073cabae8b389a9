"""What surrounds the playground's routes: who may call, the page's files, news of changes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.playground import failing, responses
from bot.playground.arguments import ApiError
from bot.playground.core import Core
from bot.playground.failing import Call
from bot.playground.faults import RESPONSE_URL
from bot.playground.hosting import PlaygroundProblem

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STREAM_GAP_SECONDS = 0.05
HEARTBEAT_SECONDS = 15.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PAGE = Path(__file__).with_name("page")
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other sites' requests and answer problems in words."""
    refusal = _refusal(request)
    if refusal:
        return _problem(refusal, 403)
    try:
        response = await handler(request)
    except PlaygroundProblem as problem:
        return _problem(str(problem), problem.status)
    except web.HTTPException as problem:
        return _problem(_unanswered(request, problem), problem.status)
    except Exception:  # noqa: BLE001 - the outermost place: the log has it, the caller is told
        _log.exception("A request failed: %s %s", request.method, request.path)
        return _problem("The playground or its app failed; its log says where. Try again.", 500)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _refusal(request: web.Request) -> str | None:
    """Say why a request is refused: no site elsewhere may reach this server through a browser."""
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in _LOOPBACK:
        return "This server answers on this machine only. Use http://127.0.0.1 as its address."
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        return "Requests from other sites are refused."
    return None


def _unanswered(request: web.Request, problem: web.HTTPException) -> str:
    return (
        f"{request.method} {request.path} was not answered: {problem.reason}. The page is at /, "
        "and what can be done is under /playground/."
    )


def _problem(text: str, status: int) -> web.Response:
    return web.json_response({"error": text}, status=status, headers=_HEADERS)


def page_routes() -> list[web.RouteDef]:
    """Give the routes of the page's files."""

    async def index(_request: web.Request) -> web.Response:
        return await _file("index.html")

    async def file(request: web.Request) -> web.Response:
        return await _file(request.match_info["file"])

    async def permalink(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/"})

    return [
        web.get("/", index),
        web.get("/page/{file}", file),
        web.get("/archives/{channel}/{message}", permalink),
    ]


async def _file(name: str) -> web.Response:
    path = _PAGE / name
    kind = _TYPES.get(path.suffix)
    if kind is None or path.parent != _PAGE or not path.is_file():
        raise PlaygroundProblem(f"The page has no file {name}.", 404)
    content = await asyncio.to_thread(path.read_bytes)
    return web.Response(body=content, content_type=kind, charset="utf-8")


def stream(core: Core, ending: asyncio.Event) -> Handler:
    """Make the route that sends the number of the newest state after each change."""

    async def serve(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        watcher = core.workspace.watch()
        try:
            await _send_changes(core, response, watcher, ending)
        except ConnectionError:
            _log.debug("A page went away.")
        finally:
            core.workspace.unwatch(watcher)
        return response

    return serve


async def _send_changes(
    core: Core, response: web.StreamResponse, watcher: asyncio.Event, ending: asyncio.Event
) -> None:
    watcher.set()
    while not ending.is_set():
        try:
            await asyncio.wait_for(watcher.wait(), HEARTBEAT_SECONDS)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        watcher.clear()
        line = json.dumps({"version": core.workspace.version})
        await response.write(f"data: {line}\n\n".encode())
        await asyncio.sleep(STREAM_GAP_SECONDS)


def response_url_route(core: Core) -> Handler:
    """Make the route at which the app answers a command or a click."""

    async def serve(request: web.Request) -> web.StreamResponse:
        secret, text = request.match_info["secret"], await request.text()
        carry_out = partial(_respond, core, secret, text)
        return await failing.answer(core, Call(request, RESPONSE_URL, secret, carry_out))

    return serve


def _respond(core: Core, secret: str, text: str) -> web.Response:
    address = core.response_urls.get(secret)
    if address is None:
        return web.json_response({"ok": False, "error": "no_such_url"}, status=404)
    refusal = address.refusal(core.clock.now())
    if refusal:
        return web.json_response({"ok": False, "error": refusal}, status=404)
    try:
        body = json.loads(text)
        address.uses += 1
        responses.answer(core, address, body)
    except ValueError:
        return web.Response(text="invalid_payload", status=400)
    except ApiError as problem:
        return web.json_response(problem.answer(), status=400)
    return web.Response(text="ok")


def socket_route(core: Core) -> Handler:
    """Make the route at which the app opens its sockets."""

    async def serve(request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in core.tickets:
            raise PlaygroundProblem("This socket address is not valid; ask for a new one.", 403)
        core.tickets.discard(ticket)
        # Pings are answered by the sockets themselves, which may have been told to be silent.
        response = web.WebSocketResponse(autoping=False)
        await response.prepare(request)
        core.workspace.touch()
        try:
            await core.sockets.serve(response)
        finally:
            core.workspace.touch()
        return response

    return serve
