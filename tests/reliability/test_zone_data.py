"""The pinned rules of the zones decide, and what was stored under other rules is put right."""

from pathlib import Path

import pytest

from tests.reliability.zone_data import OLDER, child, plant, recomputed

NINE_IN_BERLIN = """
from datetime import date, time
from bot.domain.cadence import occurrence, zone_of
print(occurrence(date(2027, 1, 15), time(9), zone_of("Europe/Berlin")))
"""
NINE_WITHOUT_THE_COACH = """
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
print(datetime(2027, 1, 15, 9, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC))
"""
NAMES = ("America/Lima", "America/Vancouver", "Europe/Berlin")


@pytest.fixture
def tokyo_for_berlin(tmp_path: Path) -> Path:
    return plant(tmp_path, {"Europe/Berlin": "Asia/Tokyo"})


def test_the_machines_own_zone_files_are_not_read(tokyo_for_berlin: Path) -> None:
    assert child(["-c", NINE_IN_BERLIN], tokyo_for_berlin).strip() == "2027-01-15 08:00:00+00:00"


def test_without_the_coach_they_would_be(tokyo_for_berlin: Path) -> None:
    found = child(["-c", NINE_WITHOUT_THE_COACH], tokyo_for_berlin).strip()
    assert found == "2027-01-15 00:00:00+00:00"


def test_times_that_were_stored_under_older_rules_are_put_right(tmp_path: Path) -> None:
    changed = {name: OLDER[name] for name in NAMES if name in OLDER}
    found = recomputed(plant(tmp_path, changed), NAMES, seed=1)
    assert found.stale > 0
    assert found.names == tuple(changed)
    assert found.wrong == 0
    assert found.looked_at == 150


def test_with_equal_rules_nothing_is_stale(tmp_path: Path) -> None:
    same = plant(tmp_path, {"Europe/Berlin": "Europe/Berlin"})
    assert recomputed(same, NAMES, seed=1).stale == 0
