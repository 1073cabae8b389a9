"""Where somebody is, and how late it is there: what comes moves along and never comes twice."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from services_desk import MAYA, MORNINGS, Bench, berlin, live, lived

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind, State
from bot.domain.learners import ZoneSource
from bot.services.coaching import SettingsForm


def in_zone(zone: str) -> SettingsForm:
    """The usual rhythm in another zone."""
    return SettingsForm(MORNINGS, Rhythm(frozenset({4}), time(16, 0)), zone)


@lived
async def test_another_zone_moves_the_sends_that_remain(bench: Bench) -> None:
    await bench.settled()
    sends = (await bench.desk.coaching.settings(MAYA, in_zone("America/New_York"))).sends
    assert sends[0].due == datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert sends[0].zone == "America/New_York"
    await bench.live_until(datetime(2026, 3, 3, 22, tzinfo=UTC))
    assert [found.at for found in bench.post.posted] == [datetime(2026, 3, 3, 14, tzinfo=UTC)]


@lived
async def test_a_flight_westwards_does_not_bring_a_date_twice(bench: Bench) -> None:
    await bench.settled()
    await bench.at(berlin(3, 9))
    await bench.desk.coaching.settings(MAYA, in_zone("Pacific/Honolulu"))
    await bench.live_until(datetime(2026, 3, 5, 12, tzinfo=UTC))
    honolulu = datetime(2026, 3, 4, 19, tzinfo=UTC)
    assert [found.at for found in bench.post.posted] == [berlin(3, 9), honolulu]


@lived
async def test_a_flight_eastwards_leaves_twelve_hours_between_prompts(bench: Bench) -> None:
    await bench.settled(zone="Pacific/Honolulu")
    first = datetime(2026, 3, 3, 19, tzinfo=UTC)  # nine in the morning there
    await bench.at(first)
    assert len(bench.post.posted) == 1
    await bench.desk.coaching.settings(MAYA, in_zone("Pacific/Auckland"))
    await bench.live_until(first + timedelta(days=2))
    gaps = [found.at - first for found in bench.post.posted[1:]]
    assert min(gaps) >= timedelta(hours=12)
    assert await bench.dispatcher.next_due() is not None


@lived
async def test_a_journey_around_the_world_gives_each_date_once(bench: Bench) -> None:
    zones = "Asia/Tokyo America/Los_Angeles Pacific/Kiritimati Europe/Berlin Pacific/Honolulu"
    await bench.settled()
    for number in range(30):
        await bench.desk.coaching.settings(MAYA, in_zone(zones.split()[number % 5]))
        await bench.live_until(bench.now + timedelta(hours=13))
    days = [date(2026, 3, 3) + timedelta(days=number) for number in range(20)]
    found = [await bench.known_delivery(Kind.DAILY_PROMPT, day) for day in days]
    prompts = {row.id: row.label for row in found if row and row.state is State.SENT}
    sent = [post for post in bench.post.posted if post.delivery_id in prompts]
    assert len(sent) == len(prompts) >= 4
    assert min(two.at - one.at for one, two in pairwise(sent)) >= timedelta(hours=12)


@lived
async def test_the_zone_that_slack_reports_yields_to_the_persons_own(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.coaching.zone_reported(MAYA, "Asia/Tokyo")
    learner = await bench.desk.coaching.known(MAYA)
    assert (learner.zone, learner.zone_source) == ("Asia/Tokyo", ZoneSource.SLACK)
    await bench.desk.coaching.settings(MAYA, in_zone("Europe/Lisbon"))
    await bench.desk.coaching.zone_reported(MAYA, "America/Denver")
    learner = await bench.desk.coaching.known(MAYA)
    assert (learner.zone, learner.zone_source) == ("Europe/Lisbon", ZoneSource.OWN)


@pytest.mark.parametrize("hour", [22, 23, 25, 27])
def test_who_starts_late_at_night_gets_a_prompt_next_morning(hour: int) -> None:
    async def story(bench: Bench) -> None:
        bench.now = berlin(2, 0) + timedelta(hours=hour)
        await bench.start()
        await bench.live_until(berlin(3, 12))
        at = [found.at for found in bench.post.posted]
        assert at == [at[0], at[0], berlin(3, 9)]
        assert at[0] < berlin(3, 4)

    live(story)


@lived
async def test_who_took_the_prompt_early_does_not_get_it_again_at_nine(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    await bench.desk.prompting.today(MAYA)
    await bench.live_until(berlin(3, 23))
    assert bench.post.posted == []
    await bench.live_until(berlin(4, 9))
    assert len(bench.post.posted) == 1


@lived
async def test_a_zone_that_is_not_known_changes_nothing(bench: Bench) -> None:
    await bench.settled()
    for zone in ("", "Mars/Olympus"):
        await bench.desk.coaching.zone_reported(MAYA, zone)
    assert (await bench.desk.coaching.known(MAYA)).zone == "Europe/Berlin"
