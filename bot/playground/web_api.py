"""The Web API: one table of methods, the token check, and answers as the platform words them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from aiohttp import web

from bot.playground import chat, conversations, failing, views
from bot.playground.arguments import ApiError, Args
from bot.playground.core import Core
from bot.playground.failing import Call
from bot.playground.model import Json

SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,im:history,im:read,"
    "im:write,reactions:write,users:read"
)


def _connect(core: Core, _args: Args) -> Json:
    ticket = secrets.token_urlsafe(16)
    core.tickets.add(ticket)
    return {"url": f"{core.url.replace('http', 'ws', 1)}/socket?ticket={ticket}"}


METHODS: dict[str, Callable[[Core, Args], Json]] = {
    "api.test": conversations.api_test,
    "apps.connections.open": _connect,
    "auth.test": conversations.auth_test,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.list": conversations.list_all,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_dm,
    "conversations.replies": conversations.replies,
    "reactions.add": chat.add_reaction,
    "reactions.remove": chat.remove_reaction,
    "users.info": conversations.users_info,
    "users.list": conversations.users_list,
    "views.open": views.open_view,
    "views.publish": views.publish,
    "views.push": views.push_view,
    "views.update": views.update_view,
}
_TOKENLESS = frozenset(("api.test",))
_APP_LEVEL = frozenset(("apps.connections.open",))


async def serve(core: Core, request: web.Request) -> web.Response:
    """Answer one call of the Web API."""
    method = request.match_info["method"]
    core.workspace.calls[method] += 1
    try:
        values = await _values(request)
    except ApiError as problem:
        return _json(problem.answer())
    token = _token(request, values)

    def carry_out() -> web.Response:
        try:
            _check_token(core, method, token)
            return _json({"ok": True, **_call(core, method, Args(values))})
        except ApiError as problem:
            return _json(problem.answer())

    return await failing.answer(core, Call(request, method, token, carry_out))


def _json(body: Json) -> web.Response:
    return web.json_response(body, headers={"x-oauth-scopes": SCOPES})


def _call(core: Core, method: str, args: Args) -> Json:
    found = METHODS.get(method)
    if found is None:
        raise ApiError("unknown_method")
    return found(core, args)


async def _values(request: web.Request) -> Json:
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        return {**values, **body}
    return {**values, **dict(await request.post())}


def _token(request: web.Request, values: Json) -> str:
    _, _, sent = request.headers.get("Authorization", "").partition(" ")
    return sent.strip() or str(values.get("token") or "")


def _check_token(core: Core, method: str, token: str) -> None:
    if method in _TOKENLESS:
        return
    if not token:
        raise ApiError("not_authed")
    needed = core.tokens.app if method in _APP_LEVEL else core.tokens.bot
    if not secrets.compare_digest(token.encode(), needed.encode()):
        known = token in (core.tokens.app, core.tokens.bot)
        raise ApiError("not_allowed_token_type" if known else "invalid_auth")
