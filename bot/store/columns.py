"""Column types that mean the same on SQLite and on PostgreSQL."""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

from bot.domain.cadence import A_MONDAY, Every, Rhythm
from bot.domain.rests import NO_RESTS, Rests, Vacation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as whole microseconds since 1970 in UTC; naive ones are refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds of an instant."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone to be stored")
        return microseconds_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """The instant, in UTC."""
        del dialect
        return instant_of(value)


def instant_of(microseconds: int | None) -> datetime | None:
    """The instant that is kept as so many microseconds since 1970, in UTC."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(instant: datetime) -> int:
    """Whole microseconds since 1970 in UTC."""
    return (instant - EPOCH) // _MICROSECOND


class Words(TypeDecorator[str]):
    """Text of any length.

    Half characters (lone surrogates) and NUL, which the engines can't hold, become U+FFFD, so
    that no text that somebody typed makes a write fail.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text with what can't be stored replaced."""
        del dialect
        if value is None:
            return None
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value.replace("\0", _REPLACEMENT)


class Json(TypeDecorator[Any]):
    """Lists and mappings of plain values as JSON text; None is NULL. The order is kept."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """The JSON text, pure ASCII."""
        del dialect
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        """The plain values."""
        del dialect
        return None if value is None else json.loads(value)


class RhythmText(TypeDecorator[Rhythm]):
    """A rhythm as JSON text: `{"days":[0,1],"at":"09:00:00"}`; weekly ones say no more."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Rhythm | None, dialect: Dialect) -> str | None:
        """The JSON text, days in order."""
        del dialect
        if value is None:
            return None
        plain: dict[str, Any] = {"days": sorted(value.days), "at": value.at.isoformat()}
        if (value.every, value.anchor) != (Every.WEEK, A_MONDAY):
            plain |= {"every": value.every.value, "anchor": value.anchor.isoformat()}
        return json.dumps(plain)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Rhythm | None:
        """The rhythm."""
        del dialect
        return None if value is None else rhythm_of(value)


# The same text gives the same object: thousands of rows share a rhythm, and equal objects that
# are one object compare at once.
@lru_cache(maxsize=4_096)
def rhythm_of(text: str) -> Rhythm:
    """The rhythm that is kept as so a text."""
    plain = json.loads(text)
    return Rhythm(
        frozenset(plain["days"]),
        time.fromisoformat(plain["at"]),
        Every(plain.get("every", Every.WEEK)),
        date.fromisoformat(plain.get("anchor", A_MONDAY.isoformat())),
    )


class RestsText(TypeDecorator[Rests]):
    """Rests as JSON text: `{"country":"DE","vacations":[["2026-08-03","2026-08-14"]]}`.

    No rests at all are NULL.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Rests | None, dialect: Dialect) -> str | None:
        """The JSON text with what is there and no more."""
        del dialect
        if value is None or value == NO_RESTS:
            return None
        away = [[one.first.isoformat(), one.last.isoformat()] for one in value.vacations]
        until = value.until.isoformat() if value.until else None
        plain = {"country": value.country, "vacations": away, "until": until}
        return json.dumps({name: entry for name, entry in plain.items() if entry})

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Rests:
        """The rests."""
        del dialect
        return rests_of(value)


@lru_cache(maxsize=4_096)
def rests_of(text: str | None) -> Rests:
    """The rests that are kept as so a text."""
    if text is None:
        return NO_RESTS
    plain = json.loads(text)
    return Rests(
        plain.get("country", ""),
        tuple(
            Vacation(date.fromisoformat(first), date.fromisoformat(last))
            for first, last in plain.get("vacations", ())
        ),
        date.fromisoformat(plain["until"]) if "until" in plain else None,
    )
