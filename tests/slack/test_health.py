"""Health and metrics as whoever runs the coach reads them, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.health import Probe, heart_probe, of_pulse, socket_probe
from bot.metrics import Instruments
from bot.scheduler import Heartbeat, Pulse
from bot.store.sql import SqlStore
from bot.system import SystemClock
from bot.web import Inside, WebEdge, serve

CALM = Pulse(9, 0, 0, None, 0.4, 0.1, 0.0, 0, hangs=False, stands=False)


@dataclass
class Edge:
    """A server that shows health and metrics, and what stands behind it."""

    url: str
    store: SqlStore
    http: aiohttp.ClientSession

    async def ready(self) -> tuple[int, dict[str, Any]]:
        async with self.http.get(f"{self.url}/health/ready") as answer:
            return answer.status, await answer.json()

    async def metrics(self) -> tuple[str, str]:
        async with self.http.get(f"{self.url}/metrics") as answer:
            assert answer.status == 200
            return answer.headers["Content-Type"], await answer.text()


async def _open(inside: Inside) -> tuple[web.AppRunner, str]:
    runner = await serve(WebEdge(inside).application(), "127.0.0.1", 0)
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@asynccontextmanager
async def edge(*probes: Probe, pulse: Callable[[], Pulse] | None = None) -> AsyncIterator[Edge]:
    store = SqlStore.open("sqlite://")
    inside = Inside(
        store,
        SystemClock(),
        Instruments("1.2.3", "2026.6"),
        probes,
        pulse,
        {"version": "1.2.3", "time_zone_data": "2026.6"},
    )
    runner, url = await _open(inside)
    try:
        async with aiohttp.ClientSession() as http:
            yield Edge(url, store, http)
    finally:
        await runner.cleanup()
        await store.close()


def at(test: Callable[[Edge], Awaitable[None]], *probes: Probe, **more: Any) -> None:
    async def steps() -> None:
        async with edge(*probes, **more) as running:
            await test(running)

    asyncio.run(steps())


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False


def test_all_is_well() -> None:
    async def steps(e: Edge) -> None:
        status, body = await e.ready()
        assert status == 200
        flags = {name: body[name] for name in ("ready", "store", "dispatcher", "socket")}
        assert flags == dict.fromkeys(flags, True)
        assert len(body["words"]) == 3
        assert body["facts"]["time_zone_data"] == "2026.6"
        assert body["facts"]["dispatcher"]["beats"] == 9

    at(steps, heart_probe(lambda: CALM), socket_probe(_yes))


def test_one_part_that_is_not_well_is_named_with_what_to_do() -> None:
    async def steps(e: Edge) -> None:
        status, body = await e.ready()
        assert status == 503
        assert (body["ready"], body["store"], body["socket"]) == (False, True, False)
        assert any("SLACK_APP_TOKEN" in words for words in body["words"])

    at(steps, socket_probe(_no))


def test_a_store_that_does_not_answer_is_told_and_metrics_go_on() -> None:
    async def steps(e: Edge) -> None:
        await e.store.close()
        status, body = await e.ready()
        assert (status, body["store"]) == (503, False)
        assert "DATABASE_URL" in body["words"][0]
        kind, text = await e.metrics()
        assert kind.startswith("text/plain; version=")
        assert "coach_store_up 0.0" in text
        assert "coach_deliveries{" not in text
        assert "coach_posts_total" in text

    at(steps)


def test_metrics_show_the_store_and_the_heart() -> None:
    async def steps(e: Edge) -> None:
        _, text = await e.metrics()
        assert 'coach_deliveries{state="sending"} 0.0' in text
        assert 'coach_beats_total{outcome="well"} 9.0' in text
        assert 'coach_workspaces{standing="held"} 0.0' in text

    at(steps, pulse=lambda: CALM)


def test_a_dispatcher_that_fails_again_and_again_is_told_and_recovers() -> None:
    async def steps() -> None:
        broken = True

        async def tick() -> None:
            if broken:
                raise OSError("no words of this are shown")

        heart = Heartbeat(tick, 0.02)
        heart.start()
        try:
            async with edge(heart_probe(heart.pulse)) as e, asyncio.timeout(20):
                while (await e.ready())[0] == 200:
                    await asyncio.sleep(0.01)
                _, body = await e.ready()
                assert body["dispatcher"] is False
                assert "OSError" in body["words"][1]
                assert "no words" not in str(body)
                broken = False
                while (await e.ready())[0] == 503:
                    await asyncio.sleep(0.01)
        finally:
            await heart.stop(1)

    asyncio.run(steps())


@pytest.mark.parametrize(
    ("pulse", "well", "words"),
    [
        (CALM, True, "ended 0.4 s ago"),
        (replace(CALM, beats=0), True, "first look has not ended"),
        (replace(CALM, failures=1, last_error="Busy"), True, "failed 1 time in a row (Busy)"),
        (replace(CALM, failures=3, last_error="Busy"), False, "beat_failed"),
        (replace(CALM, hangs=True, still=301.0), False, "has gone on for 301 s"),
        (replace(CALM, stands=True, age=77.0), False, "for 77 s"),
    ],
)
def test_the_words_say_what_happened_what_is_safe_and_what_to_do(
    pulse: Pulse, well: bool, words: str
) -> None:
    finding = of_pulse(pulse)
    assert finding.well is well
    assert words in finding.words
    if not well:
        assert "Nothing is lost" in finding.words
