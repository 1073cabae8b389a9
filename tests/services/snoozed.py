"""What the stories of snoozing share."""

from datetime import date

from services_desk import MAYA, Bench

from bot.domain.deliveries import Kind
from bot.domain.snoozes import Snooze, Until
from bot.services.results import Snoozed

PROMPTS, CHECKINS = (Kind.DAILY_PROMPT,), (Kind.WEEKLY_CHECKIN,)
ZONE = "Europe/Berlin"
TUESDAY = date(2026, 3, 3)


async def snooze(
    bench: Bench,
    until: Until | date,
    kinds: tuple[Kind, ...] = PROMPTS,
    prompt_id: str | None = None,
) -> Snoozed:
    return await bench.desk.snoozing.snooze(MAYA, Snooze(kinds, until), prompt_id)


def came(bench: Bench) -> list[object]:
    return [found.at for found in bench.post.posted]
