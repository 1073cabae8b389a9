"""The seam between the playground and the app that it hosts in its own process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Connection:
    """What the playground hands to an app: where to call, with what, and what time it is."""

    api_url: str
    bot_token: str
    app_token: str
    signing_secret: str
    now: Callable[[], datetime]
    """The playground's clock, an aware time in UTC."""
    data: Path
    """An existing folder for the app's own data."""


@dataclass(frozen=True)
class Completion:
    """One line offered while the app's command is typed, for example `prompt [skill]`."""

    usage: str
    summary: str


class HostedApp(Protocol):
    """An app that runs inside the playground's process."""

    @property
    def completions(self) -> Sequence[Completion]:
        """What the app's command understands, in the order to show."""

    async def start(self) -> None:
        """Connect; return when events can be received."""

    async def stop(self) -> None:
        """Disconnect and end all work."""

    async def idle(self) -> None:
        """Return when all work caused by what was received is done."""

    async def next_due(self) -> datetime | None:
        """Give the next instant at which the app would act by itself; None when there is none."""

    async def run_due(self) -> None:
        """Act on all that is due at the playground's present; return when it is sent."""


Factory = Callable[[Connection], HostedApp | Awaitable[HostedApp]]


class PortTaken(OSError):
    """Another program already listens on the port that was asked for."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is in use by another program. Nothing was started. "
            "End that program or choose another port with --port."
        )
        self.port = port


class PlaygroundProblem(Exception):
    """A request that cannot be served; its text says what happened and what to send instead."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status
