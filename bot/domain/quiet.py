"""Quiet hours: the local hours of the night in which nothing unasked is sent."""

from datetime import datetime, time, timedelta
from functools import lru_cache

from bot.domain.cadence import occurrence, zone_of

EARLIEST_SEND = time(5, 0)
LATEST_SEND = time(22, 0)
"""The times of day that may be chosen, both included."""

QUIET_FROM = time(23, 0)
QUIET_UNTIL = EARLIEST_SEND
"""They begin an hour after the last time that may be chosen, so that even a message wanted at
22:00 may be some minutes late."""


def quiet(at: time) -> bool:
    """Whether a local time of day lies in the quiet hours; they end at 05:00 sharp."""
    return at >= QUIET_FROM or at < QUIET_UNTIL


def quiet_begins(instant: datetime, zone: str) -> datetime:
    """When the next quiet hours begin, at or after an instant outside of them; in UTC."""
    here = zone_of(zone)
    return occurrence(instant.astimezone(here).date(), QUIET_FROM, here)


@lru_cache(maxsize=4_096)
def out_of_quiet(due: datetime, now: datetime, zone: str) -> datetime:
    """The earliest instant from now on at which a message may go: now, or when the night is over.

    What is itself due in the quiet hours was asked for at that hour, as the first messages after
    a start at night, and goes at once.
    """
    here = zone_of(zone)
    local = now.astimezone(here)
    if not quiet(local.time()) or quiet(due.astimezone(here).time()):
        return now
    days = timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return occurrence(local.date() + days, QUIET_UNTIL, here)
