"""The playground's clock: real time moved by an offset, or frozen for tests."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.playground.hosting import PlaygroundProblem

LONGEST_MOVE = timedelta(days=400)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_STEP = re.compile(r"(\d{1,6})([mhdw])")
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PlayClock:
    """Tells the playground's time, which is only ever moved forward.

    With `start_at` the clock stands still and moves only by `move`. Without it, time passes
    as usual, ahead of real time by `offset`.
    """

    def __init__(self, start_at: datetime | None = None, offset: timedelta = timedelta()) -> None:
        self._frozen_at = start_at.astimezone(UTC) if start_at else None
        self.offset = offset
        self._last_stamp = 0

    @property
    def frozen(self) -> bool:
        """Whether time stands still between moves."""
        return self._frozen_at is not None

    def now(self) -> datetime:
        """Give the present as an aware time in UTC."""
        return self._frozen_at or datetime.now(UTC) + self.offset

    def move(self, target: datetime) -> None:
        """Make `target` the present; a target that has passed changes nothing."""
        if target <= self.now():
            return
        if self._frozen_at is not None:
            self._frozen_at = target.astimezone(UTC)
        else:
            self.offset = target - datetime.now(UTC)

    def stamp(self) -> str:
        """Give a message time stamp of now: seconds and microseconds, unique and increasing."""
        present = (self.now() - _EPOCH) // _MICROSECOND
        self._last_stamp = max(present, self._last_stamp + 1)
        return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    def seen(self, stamp: str) -> None:
        """Take note of a stamp given in an earlier run, so that later stamps are greater."""
        seconds, _, rest = stamp.partition(".")
        self._last_stamp = max(self._last_stamp, int(seconds) * 1_000_000 + int(rest))


def iso(moment: datetime) -> str:
    """Write an instant as ISO 8601 in UTC with a final Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def target_of(now: datetime, advance: object, to: object) -> datetime:
    """Read a clock request; exactly one of `advance` and `to` is given.

    Raises PlaygroundProblem for anything that is not a move forward of at most 400 days.
    """
    if (advance is None) == (to is None):
        raise PlaygroundProblem('Send either {"advance": "1d"} or {"to": "2026-03-02T09:00:00Z"}.')
    target = _absolute(to) if advance is None else now + _span(advance)
    if target < now:
        raise PlaygroundProblem(
            f"The clock only moves forward; it is {iso(now)} now. Send a later time."
        )
    if target - now > LONGEST_MOVE:
        raise PlaygroundProblem("That is more than 400 days ahead. Move in smaller steps.")
    return target


def _span(advance: object) -> timedelta:
    match = _STEP.fullmatch(advance) if isinstance(advance, str) else None
    if match is None:
        raise PlaygroundProblem(
            f'"{advance}" is not a length of time. Send for example "90m", "3h", "1d" or "2w".'
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _absolute(to: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(to))
    except ValueError:
        raise PlaygroundProblem(
            f'"{to}" is not a time. Send for example "2026-03-02T09:00:00+01:00".'
        ) from None
    if moment.tzinfo is None:
        raise PlaygroundProblem(f'"{to}" names no offset. Add one, for example "Z" or "+01:00".')
    return moment.astimezone(UTC)
