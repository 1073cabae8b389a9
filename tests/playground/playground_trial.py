"""Starts a playground with the small app, and calls its routes as the page does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from playground_app import SmallApp

from bot.playground.server import PlaygroundServer

Body = dict[str, Any]
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass
class Trial:
    """A running playground with its app."""

    server: PlaygroundServer
    app: SmallApp
    http: aiohttp.ClientSession

    async def call(self, route: str, **body: object) -> tuple[int, Body]:
        """Post to a control route; gives status and answer."""
        async with self.http.post(f"{self.server.url}/playground/{route}", json=body) as response:
            return response.status, await response.json()

    async def do(self, route: str, **body: object) -> Body:
        """Post to a control route that must succeed."""
        status, answer = await self.call(route, **body)
        assert status == 200, answer
        return answer

    async def say(self, user: str, text: str, channel: str = "app") -> Body:
        return await self.do("message", user=user, channel=channel, text=text)

    async def command(self, user: str, text: str, channel: str = "app") -> Body:
        return await self.do("command", user=user, channel=channel, command="/aipm", text=text)

    async def state(self, user: str | None = None) -> Body:
        """Give the state, whole or as a person sees it."""
        params = {"user": user} if user else {}
        url = f"{self.server.url}/playground/state"
        async with self.http.get(url, params=params) as response:
            assert response.status == 200
            state: Body = await response.json()
            return state

    async def api(self, method: str, token: str | None = None, **body: object) -> Body:
        """Call the Web API with the bot's token or another one."""
        headers = {"Authorization": f"Bearer {token or self.server.connection.bot_token}"}
        url = f"{self.server.url}/api/{method}"
        async with self.http.post(url, json=body, headers=headers) as response:
            answer: Body = await response.json()
            return answer

    async def modal(self, user: str, view: Body) -> Body:
        """Let the app open a modal; gives its entry in the state."""
        self.app.answer = view
        await self.command(user, "open")
        shown: Body = (await self.state(user))["views"][-1]
        return shown


@asynccontextmanager
async def trial(
    data: Path | None = None, start_at: datetime | None = MONDAY, **options: Any
) -> AsyncIterator[Trial]:
    """Run a playground and its app for the length of a block."""
    server = PlaygroundServer(data, 0, start_at=start_at, **options)
    await server.start()
    try:
        app = await server.host(SmallApp)
        assert isinstance(app, SmallApp)
        async with aiohttp.ClientSession() as http:
            yield Trial(server, app, http)
    finally:
        await server.stop()


def play(test: Callable[[Trial], Awaitable[None]], **options: Any) -> None:
    """Run a test's steps against a fresh playground."""

    async def steps() -> None:
        async with trial(**options) as running:
            await test(running)

    asyncio.run(steps())
