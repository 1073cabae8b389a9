"""A world to test in: the whole program against the playground's server, spoken to as people do.

Everything is real: HTTP and WebSocket on loopback, SQLite in a file, the shipped content. The
clock stands still until `advance` moves it.
"""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.hosted import HostedCoach, coach_factory
from bot.playground.hosting import Connection
from bot.playground.server import PlaygroundServer
from bot.settings import Settings, load_settings
from tests.ready import ready_database
from tests.shipped import library

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SECONDS = 60.0


def patient(settings: Settings, store_deadline_ms: int = 2_500) -> Settings:
    """Settings for a busy machine: more time for the store, no beat of the heart in between."""
    limits = settings.behaviour.limits.model_copy(
        update={"store_deadline_ms": store_deadline_ms, "tick_seconds": 60}
    )
    behaviour = settings.behaviour.model_copy(update={"limits": limits})
    return replace(settings, behaviour=behaviour)


class World:
    """People at the playground. Handles name people, `app` the conversation with the coach."""

    def __init__(self, url: str) -> None:
        self.url = url

    # -- what people do -----------------------------------------------------------------------

    def command(self, who: str, text: str, channel: str = "app") -> str:
        """Write `/aipm text`; what is answered at once."""
        body = {"user": who, "channel": channel, "command": "/aipm", "text": text}
        answer = self.post("command", **body)
        assert answer["acknowledged"], answer
        return shown(answer["response"]) if answer["response"] else ""

    def say(self, who: str, text: str, channel: str = "app", thread_ts: str | None = None) -> str:
        """Write a message; its ts."""
        body = {"user": who, "channel": channel, "text": text}
        return str(
            self.post("message", **body, **({"thread_ts": thread_ts} if thread_ts else {}))["ts"]
        )

    def click(self, who: str, action_id: str, value: Any = None) -> dict[str, Any]:
        """Use the newest control with this action id that the person can see."""
        place = self._find(who, action_id)
        return self.post("action", user=who, action_id=action_id, value=value, **place)

    def submit(self, who: str, **values: Any) -> dict[str, Any]:
        """Send the form that is open; fields that are not named keep what stands in them."""
        filled = {name.replace("__", ":"): {"value": value} for name, value in values.items()}
        return self.post("submit", user=who, view_id=self.view(who)["id"], values=filled)

    def start(self, who: str, **changes: Any) -> dict[str, Any]:
        """Go through the start form."""
        self.command(who, "start")
        wanted = {"background": "pm", "move": "inside", "hours": "6", "target": "2026-07"}
        return self.submit(who, **{**wanted, **changes})

    def advance(self, **amount: int) -> None:
        """Let time pass, with everything that becomes due on the way: `days=1`, `hours=3`."""
        ((unit, count),) = amount.items()
        self.post("clock", advance=f"{count}{unit[0]}")

    def until(self, moment: datetime) -> None:
        """Let time pass until an instant."""
        self.post("clock", to=moment.isoformat())

    def home(self, who: str) -> str:
        """Open App Home; what it says."""
        return shown(self.post("home", user=who, tab="home")["view"])

    # -- what people see ----------------------------------------------------------------------

    def state(self, who: str) -> dict[str, Any]:
        """Everything that somebody sees."""
        with urllib.request.urlopen(
            f"{self.url}/playground/state?user={who}", timeout=SECONDS
        ) as answer:
            return dict(json.load(answer))

    def sent_to(self, who: str) -> list[dict[str, Any]]:
        """What the coach wrote in somebody's direct messages, oldest first."""
        state = self.state(who)
        mine = {found["id"] for found in state["channels"] if found["kind"] == "dm"}
        return [found for found in state["messages"] if found["bot"] and found["channel"] in mine]

    def channel(self, who: str, name: str) -> list[dict[str, Any]]:
        """The messages of a channel, as somebody in it sees them."""
        state = self.state(who)
        ids = {found["id"] for found in state["channels"] if found["name"] == name}
        return [found for found in state["messages"] if found["channel"] in ids]

    def whispers(self, who: str) -> list[dict[str, Any]]:
        """What only this person sees."""
        return list(self.state(who)["ephemerals"])

    def view(self, who: str) -> dict[str, Any]:
        """The form or page that lies on top. Fails when none is open."""
        views = self.state(who)["views"]
        assert views, f"no form is open for {who}"
        return dict(views[-1]["view"])

    def close(self, who: str) -> None:
        """Close what lies on top."""
        self.post("close", user=who, view_id=self.view(who)["id"])

    def _find(self, who: str, action_id: str) -> dict[str, Any]:
        """Where a control is: in an open form, the newest message, a whisper, or App Home."""
        state = self.state(who)
        for found in reversed(state["views"]):
            if _has(found["view"], action_id):
                return {"view_id": found["view"]["id"]}
        seen = sorted([*state["messages"], *state["ephemerals"]], key=lambda entry: entry["ts"])
        for found in reversed(seen):
            if _has(found, action_id):
                return {"channel": found["channel"], "message_ts": found["ts"]}
        for view in state["homes"].values():
            if _has(view, action_id):
                return {"view_id": view["id"]}
        raise AssertionError(f"{who} sees no control {action_id!r}")

    def post(self, route: str, **body: Any) -> dict[str, Any]:
        """Call a control route; its answer, also when it is a refusal."""
        request = urllib.request.Request(
            f"{self.url}/playground/{route}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{route}: {error.code} {error.read().decode()}") from error


def shown(screen: Mapping[str, Any]) -> str:
    """All the words of a message or view, in order."""
    return "\n".join(_texts(screen.get("blocks") or [{"text": screen.get("text", "")}]))


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, list):
        for entry in found:
            yield from _texts(entry)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif key not in ("value", "block_id", "action_id"):
                yield from _texts(value)


def _has(found: Any, action_id: str) -> bool:
    if isinstance(found, list):
        return any(_has(entry, action_id) for entry in found)
    if isinstance(found, dict):
        return found.get("action_id") == action_id or any(
            _has(value, action_id) for value in found.values()
        )
    return False


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@contextmanager
def in_a_thread() -> Iterator[Run]:
    """An event loop in a thread of its own, for a server that tests talk to over HTTP."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="world", daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(SECONDS)

    try:
        yield run
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()


def _coach(settings: Settings) -> Callable[[Connection], HostedCoach]:
    """The coach, on a database that is set up already."""
    factory = coach_factory(settings, library())

    def hosted(connection: Connection) -> HostedCoach:
        ready_database(connection.data / "coach.db")
        return factory(connection)

    return hosted


@contextmanager
def running(
    data: Path | None = None, start_at: datetime | None = MONDAY, settings: Settings | None = None
) -> Iterator[World]:
    """A playground with the coach in it; everything ends with the block."""
    server = PlaygroundServer(data, 0, start_at=start_at)
    with in_a_thread() as run:
        run(server.start())
        try:
            run(server.host(_coach(settings or patient(load_settings({})))))
            yield World(server.url)
        finally:
            run(server.stop())
