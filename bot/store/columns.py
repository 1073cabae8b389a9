"""Column types that mean the same on SQLite and on PostgreSQL."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

from bot.domain.cadence import Rhythm

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
        return (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """The instant, in UTC."""
        del dialect
        return None if value is None else EPOCH + timedelta(microseconds=value)


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
    """A rhythm as JSON text: `{"days":[0,1],"at":"09:00:00"}`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Rhythm | None, dialect: Dialect) -> str | None:
        """The JSON text, days in order."""
        del dialect
        if value is None:
            return None
        return json.dumps({"days": sorted(value.days), "at": value.at.isoformat()})

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Rhythm | None:
        """The rhythm."""
        del dialect
        if value is None:
            return None
        plain = json.loads(value)
        return Rhythm(frozenset(plain["days"]), time.fromisoformat(plain["at"]))
