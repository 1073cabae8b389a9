"""What a person's settings mean in local time, worked out anew: the simulator judges by it.

Nothing here asks the coach's own `cadence`, `quiet` or `deliveries`. A wall time is turned into an
instant by asking `ZoneInfo.fromutc` what the wall clock shows, as `tests.reliability.oracle` does;
here for the few instants that come into question.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.cadence import Every, Rhythm
from bot.domain.deliveries import Kind

DAY = timedelta(days=1)
QUIET = (time(23, 0), time(5, 0))
LATE = {
    Kind.WELCOME: timedelta(days=7),
    Kind.WEEKLY_CHECKIN: timedelta(hours=48),
    Kind.GROUP_SESSION: timedelta(hours=12),
    Kind.PROMPT_REMINDER: timedelta(hours=2),
    Kind.CHECKIN_REMINDER: timedelta(hours=2),
}


@lru_cache(maxsize=200_000)
def instant(label: date, at: time, zone: str) -> datetime:
    """The first UTC instant at which the wall clock shows a date and time; in a gap, by the offset
    before it."""
    here, wall = ZoneInfo(zone), datetime.combine(label, at)
    offsets = [wall_of(wall.replace(tzinfo=UTC) + side, here)[1] for side in (-DAY, DAY)]
    found = [(wall - offset).replace(tzinfo=UTC) for offset in offsets]
    shown = [each for each in found if wall_of(each, here)[0] == wall]
    return min(shown) if shown else found[0]


def wall_of(at: datetime, here: ZoneInfo) -> tuple[datetime, timedelta]:
    """What the wall clock shows at an instant, and how far that is from UTC."""
    local = here.fromutc(at.replace(tzinfo=here))
    plain = local.replace(tzinfo=None, fold=0)
    return plain, plain - at.replace(tzinfo=None)


def local(at: datetime, zone: str) -> datetime:
    """What the wall clock shows."""
    return wall_of(at, ZoneInfo(zone))[0]


def own_day(at: datetime, zone: str) -> date:
    """The date of somebody whose day ends at four in the morning."""
    return (local(at, zone) - timedelta(hours=4)).date()


def is_quiet(at: datetime, zone: str) -> bool:
    """Whether it is night."""
    shown = local(at, zone).time()
    return shown >= QUIET[0] or shown < QUIET[1]


@lru_cache(maxsize=200_000)
def latest(kind: Kind, label: date, due: datetime, zone: str) -> datetime:
    """Until when it may still be sent."""
    if kind is Kind.DAILY_PROMPT:
        until = max(instant(label, time(18, 0), zone), due + timedelta(hours=2))
    else:
        until = due + LATE[kind]
    one_day = kind in (Kind.DAILY_PROMPT, Kind.PROMPT_REMINDER, Kind.CHECKIN_REMINDER)
    if one_day and not is_quiet(due, zone):
        until = min(until, instant(local(due, zone).date(), QUIET[0], zone))
    return until


def wanted(rhythm: Rhythm, day: date) -> bool:
    """Whether a rhythm that comes every week wants a date."""
    return rhythm.every is Every.WEEK and day.weekday() in rhythm.days
