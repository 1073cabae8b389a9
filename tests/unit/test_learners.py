"""Learners: whose statement about the zone counts, and which date it is for somebody."""

from datetime import UTC, date, datetime

import pytest
from unit_samples import learner

from bot.domain.learners import Defaults, ZoneSource
from bot.domain.quiet import EARLIEST_SEND, LATEST_SEND

OWN, SLACK, WORKSPACE = ZoneSource.OWN, ZoneSource.SLACK, ZoneSource.WORKSPACE


@pytest.mark.parametrize("known", [SLACK, WORKSPACE])
@pytest.mark.parametrize("source", list(ZoneSource))
def test_a_reported_zone_follows_any_later_statement(known: ZoneSource, source: ZoneSource) -> None:
    moved = learner("Europe/Berlin", known).moved_to("Asia/Tokyo", source)
    assert (moved.zone, moved.zone_source) == ("Asia/Tokyo", source)


@pytest.mark.parametrize("source", [SLACK, WORKSPACE])
def test_an_own_choice_of_zone_stands_against_reports(source: ZoneSource) -> None:
    chosen = learner("Europe/Berlin", OWN)
    assert chosen.moved_to("Asia/Tokyo", source) == chosen


def test_an_own_choice_replaces_an_own_choice() -> None:
    moved = learner("Europe/Berlin", OWN).moved_to("Asia/Tokyo", OWN)
    assert (moved.zone, moved.zone_source) == ("Asia/Tokyo", OWN)


@pytest.mark.parametrize(
    ("zone", "today"),
    [
        ("Pacific/Kiritimati", date(2026, 1, 1)),
        ("Europe/Berlin", date(2025, 12, 31)),
        ("America/New_York", date(2025, 12, 31)),
    ],
)
def test_today_at_the_turn_of_the_year(zone: str, today: date) -> None:
    assert learner(zone).today(datetime(2026, 1, 1, 1, 0, tzinfo=UTC)) == today


def test_moving_changes_nothing_else() -> None:
    before = learner()
    after = before.moved_to("Asia/Tokyo", OWN)
    assert (after.person, after.goal, after.prompts, after.checkins, after.started_at) == (
        before.person,
        before.goal,
        before.prompts,
        before.checkins,
        before.started_at,
    )
    assert after.tzinfo().key == "Asia/Tokyo"


def test_what_nobody_chose_lies_within_waking_hours() -> None:
    defaults = Defaults()
    for rhythm in (defaults.prompts, defaults.checkins):
        assert EARLIEST_SEND <= rhythm.at <= LATEST_SEND
        assert rhythm.days
    assert defaults.zone == "UTC"
