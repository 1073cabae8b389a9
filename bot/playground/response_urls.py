"""Remembers the addresses at which the app may answer a command or a click."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.playground.model import Json

LIFETIME = timedelta(minutes=30)
MOST_USES = 5
_KEPT = 1000


@dataclass
class ResponseUrl:
    """One such address: who it answers, where, and what it may replace."""

    user: str
    channel: str
    made: datetime
    command: str | None = None
    original_ts: str | None = None
    original_ephemeral: str | None = None
    thread_ts: str | None = None
    uses: int = 0
    first: Json | None = None
    """The first answer that the person could see."""

    def refusal(self, now: datetime) -> str | None:
        """Give the error of an address that may no longer be used."""
        if now - self.made > LIFETIME:
            return "expired_url"
        return "used_url" if self.uses >= MOST_USES else None


class ResponseUrls:
    """All addresses given out in this run, by their secret last part."""

    def __init__(self) -> None:
        self._known: dict[str, ResponseUrl] = {}

    def add(self, address: ResponseUrl) -> str:
        """Take up an address; gives its path."""
        name = secrets.token_urlsafe(18)
        self._known[name] = address
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return f"response/{name}"

    def get(self, name: str) -> ResponseUrl | None:
        """Find an address by its secret part."""
        return self._known.get(name)
