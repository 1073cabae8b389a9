"""Rests: the local dates on which nothing comes, because somebody is away or it is a holiday."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Vacation:
    """Days away, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Rests:
    """When a kind of message rests, by local date.

    `country` is an ISO 3166 code whose public holidays are free, empty for none; `until` the
    first local date on which it comes again after a snooze.
    """

    country: str = ""
    vacations: tuple[Vacation, ...] = ()
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether nothing comes on a local date."""
        return self.end_of(day) is not None

    def end_of(self, day: date) -> date | None:
        """The first date after the rest that covers a day, None for a day that is no rest.

        Another rest may begin on that date. The last date that there is ends no rest.
        """
        if self.until is not None and day < self.until:
            return self.until
        for away in self.vacations:
            if day in away:
                return min(away.last, date.max - A_DAY) + A_DAY
        if self.country and day in public_holidays(self.country, day.year):
            return min(day, date.max - A_DAY) + A_DAY
        return None


NO_RESTS = Rests()


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    """ISO 3166 codes by everything that a country may be called, in small letters."""
    known = holidays.list_supported_countries(include_aliases=False)
    found = {code.lower(): code for code in known}
    for module, (_, *aliases) in COUNTRIES.items():
        code = next((alias for alias in aliases if alias in known), None)
        if code is not None:
            found |= {name.lower(): code for name in (module.replace("_", " "), *aliases)}
    return found


def country_of(text: str) -> str | None:
    """The ISO code of a country whose holidays are known, by its code or English name."""
    return _codes().get(" ".join(text.lower().replace("_", " ").split()))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    named: dict[str, str] = {}
    for module in COUNTRIES:
        words = module.replace("_", " ")
        named.setdefault(_codes().get(words, ""), words.title())
    return named


def country_name(code: str) -> str:
    """The English name of a country by its ISO code; the code itself when it has no name here."""
    return _names().get(code, code)


@lru_cache(maxsize=2048)
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a country in a year with their names, in English where there is one.

    From the library `holidays`; nation-wide days only. Empty for a country that it does not know,
    so that a code which a later version drops rests nobody's reminders for ever.
    """
    if country not in _codes().values():
        return {}
    return dict(holidays.country_holidays(country, years=year, language="en_US"))
