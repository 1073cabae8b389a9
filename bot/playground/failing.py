"""Answers the app's calls, or lets them go wrong as the faults say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.playground.core import Core
from bot.playground.faults import Fault, Kind

DROPPED = "dropped"
"""Counted in place of a status when the connection ended without an answer."""
_PAGE = "<!doctype html><title>Something went wrong</title><h1>We're looking into it</h1>"


@dataclass(frozen=True)
class Call:
    """One call of the app: to which method, with which token, and how it is carried out."""

    request: web.Request
    method: str
    token: str
    carry_out: Callable[[], web.Response]


async def answer(core: Core, call: Call) -> web.Response:
    """Answer a call, with the fault that it meets, and count the answer."""
    wait = core.faults.wait(call.method, call.token, core.clock.now())
    fault = None if wait else core.faults.strike(call.method)
    if wait:
        response: web.Response | None = _too_many(wait)
    elif fault is None:
        response = call.carry_out()
    else:
        core.workspace.touch()
        response = await _FAILING[fault.kind](core, call, fault)
    core.workspace.count(call.method, DROPPED if response is None else str(response.status))
    return _end(call.request) if response is None else response


def _end(request: web.Request) -> web.Response:
    """End the connection; what is given back is written nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _too_many(seconds: int | None) -> web.Response:
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


async def _ratelimited(_core: Core, _call: Call, fault: Fault) -> web.Response | None:
    return _too_many(fault.options["retry_after"])


async def _server_error(_core: Core, call: Call, fault: Fault) -> web.Response | None:
    _perhaps(call, fault)
    return web.Response(text="upstream connect error", status=fault.options["status"])


async def _html(_core: Core, call: Call, fault: Fault) -> web.Response | None:
    _perhaps(call, fault)
    status = fault.options["status"]
    return web.Response(text=_PAGE, content_type="text/html", status=status)


async def _error(_core: Core, call: Call, fault: Fault) -> web.Response | None:
    _perhaps(call, fault)
    return web.json_response({"ok": False, "error": fault.options["error"]})


def _perhaps(call: Call, fault: Fault) -> None:
    if fault.options["carried_out"]:
        call.carry_out()


async def _truncated(_core: Core, call: Call, _fault: Fault) -> web.Response | None:
    whole = call.carry_out()
    body = whole.body if isinstance(whole.body, bytes) else b"{}"
    return web.Response(body=body[: len(body) // 2], content_type="application/json")


async def _drop_after_accept(_core: Core, call: Call, _fault: Fault) -> web.Response | None:
    call.carry_out()
    return None


async def _late_arrival(core: Core, call: Call, fault: Fault) -> web.Response | None:
    core.late.add(fault.options["seconds"], call.carry_out)
    return None


async def _slow(_core: Core, call: Call, fault: Fault) -> web.Response | None:
    # Real time, as the caller's patience is.
    response = call.carry_out()
    await asyncio.sleep(fault.options["seconds"])
    return response


async def _disconnect(_core: Core, _call: Call, _fault: Fault) -> web.Response | None:
    return None


_FAILING: dict[Kind, Callable[[Core, Call, Fault], Awaitable[web.Response | None]]] = {
    Kind.RATELIMITED: _ratelimited,
    Kind.SERVER_ERROR: _server_error,
    Kind.HTML: _html,
    Kind.TRUNCATED: _truncated,
    Kind.ERROR: _error,
    Kind.DROP_AFTER_ACCEPT: _drop_after_accept,
    Kind.LATE_ARRIVAL: _late_arrival,
    Kind.SLOW: _slow,
    Kind.DISCONNECT: _disconnect,
}
