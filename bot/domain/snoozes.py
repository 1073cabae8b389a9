"""Snoozes: what somebody means by `later`, `tomorrow`, `workday`, a date or the name of a day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.cadence import WEEKDAYS, WORKDAYS, local_date, zone_of
from bot.domain.deliveries import Kind
from bot.domain.quiet import EARLIEST_SEND, LATEST_SEND
from bot.domain.rests import Vacation, public_holidays

LATER = timedelta(hours=3)
LONGEST = timedelta(days=366)
"""The longest snooze or vacation; who is away for longer pauses."""

PERSONAL = (Kind.DAILY_PROMPT, Kind.WEEKLY_CHECKIN)
"""What comes to a person by a rhythm of their own."""


class Until(StrEnum):
    """Until when something is snoozed, where it is no date."""

    LATER = "later"
    TOMORROW = "tomorrow"
    WORKDAY = "workday"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Snooze:
    """A wish to be left alone by some kinds until later, a date, or for good."""

    kinds: tuple[Kind, ...]
    until: Until | date


KIND_WORDS = {
    "prompt": (Kind.DAILY_PROMPT,),
    "prompts": (Kind.DAILY_PROMPT,),
    "checkin": (Kind.WEEKLY_CHECKIN,),
    "checkins": (Kind.WEEKLY_CHECKIN,),
    "check-in": (Kind.WEEKLY_CHECKIN,),
    "all": PERSONAL,
    "everything": PERSONAL,
}
WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTHS = {name[:3]: number for number, name in enumerate(MONTH_NAMES, start=1)}
_FILLERS = {"until", "till", "to", "on", "the", "next", "for"}
_UNTIL_WORDS = {
    **{word.value: word for word in Until},
    "today": Until.LATER,
    "working": Until.WORKDAY,
    "weekday": Until.WORKDAY,
    "off": Until.NEVER,
}
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_DAY = re.compile(r"(\d{1,2})(st|nd|rd|th)?\.?")


def read_snooze(text: str, today: date) -> Snooze | None:
    """The snooze that words mean, None when they mean none. The date is not held against today.

    A kind may stand first: `prompt tomorrow`, `checkin dec 1`. `later today` is `later`.
    """
    words = text.lower().replace(",", " ").split()
    kinds: tuple[Kind, ...] = PERSONAL
    if words and words[0] in KIND_WORDS:
        kinds, words = KIND_WORDS[words[0]], words[1:]
    words = [word for word in words if word not in _FILLERS]
    if not words:
        return None
    until = _UNTIL_WORDS.get(words[0])
    if until is not None:
        known = (["today"], ["day"], ["again"])
        return Snooze(kinds, until) if words[1:] in ([], *known) else None
    day = read_date(" ".join(words), today)
    return None if day is None else Snooze(kinds, day)


def read_date(text: str, today: date) -> date | None:
    """A date as people write it: `2026-12-01`, `dec 1`, `1 december 2026`, or the next `monday`.

    Without a year it is the next such date from today on.
    """
    words = text.lower().replace(",", " ").split()
    if len(words) == 1 and words[0][:3] in WEEKDAYS and _is_name(words[0], WEEKDAY_NAMES):
        ahead = (WEEKDAYS.index(words[0][:3]) - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead)
    if len(words) == 1 and _ISO.fullmatch(words[0]):
        return _date(*(int(part) for part in words[0].split("-")))
    return _named_date(words, today)


_TO = re.compile(r"\s+(?:to|until|till|-|–)\s+", re.IGNORECASE)


def read_vacation(text: str, today: date) -> Vacation | None:
    """A vacation as people write it: `aug 3 to aug 14`, `2026-08-03 to 2026-08-14`, or one day.

    None when it is no date, or ends before it begins.
    """
    first_text, *rest = _TO.split(text.strip())
    first = read_date(first_text, today)
    if first is None or len(rest) > 1:
        return None
    last = read_date(rest[0], first) if rest else first
    return Vacation(first, last) if last is not None and first <= last else None


def _is_name(word: str, names: tuple[str, ...]) -> bool:
    return len(word) >= 3 and any(name.startswith(word) for name in names)


def _named_date(words: list[str], today: date) -> date | None:
    """A month by its name and a day beside it, with or without a year."""
    if not 2 <= len(words) <= 3:
        return None
    first, second = words[0], words[1]
    if _DAY.fullmatch(first):
        first, second = second, first
    number = _DAY.fullmatch(second)
    if number is None or not _is_name(first, MONTH_NAMES):
        return None
    if len(words) == 3 and not re.fullmatch(r"\d{4}", words[2]):
        return None
    month, day = _MONTHS[first[:3]], int(number[1])
    if len(words) == 3:
        return _date(int(words[2]), month, day)
    return next(_in_years(today, month, day), None)


def _in_years(today: date, month: int, day: int) -> Iterator[date]:
    """The date in this year or a later one, not before today; 29 February needs some years."""
    for year in range(today.year, min(today.year + 9, date.max.year)):
        found = _date(year, month, day)
        if found is not None and found >= today:
            yield found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def ends_on(until: Until | date, today: date, country: str) -> date:
    """The local date from which things come again after a snooze until tomorrow, a working day
    (none of the weekend, no public holiday of the country) or a date."""
    if isinstance(until, date):
        return until
    day = today + timedelta(days=1)
    if until is Until.WORKDAY:
        while day.weekday() not in WORKDAYS or day in public_holidays(country, day.year):
            day += timedelta(days=1)
    return day


def later_today(planned: datetime, now: datetime, zone: str) -> datetime | None:
    """Three hours after now, or after what is still to come; None when that is too late today.

    To the minute, and never at a time that could not be chosen.
    """
    at = (max(planned, now) + LATER).replace(second=0, microsecond=0)
    here = zone_of(zone)
    in_time = EARLIEST_SEND <= at.astimezone(here).time() <= LATEST_SEND
    return at if in_time and local_date(at, here) == local_date(now, here) else None
