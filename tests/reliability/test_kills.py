"""Five hundred kills, a few on PostgreSQL, and stops. `make reliability` does many more."""

import pytest

from tests.reliability.killer import killed
from tests.reliability.postgres_kills import killed_on
from tests.reliability.stops import stopped

KILLS = 250
NAIVE_KILLS = 40
STOPS = 50
pytestmark = [pytest.mark.kill, pytest.mark.timeout(300)]


@pytest.mark.parametrize("half", [0, 1])  # so that two processors share the work
def test_nothing_is_lost_or_doubled_by_kills(seed: int, half: int) -> None:
    found = killed(KILLS, seed + half)
    assert found.good, str(found)
    assert found.busy > KILLS / 4, str(found)  # else the kills would prove nothing
    assert found.verdict.due > KILLS / 5, str(found)
    assert found.verdict.given_up <= found.verdict.due / 100, str(found)


def test_who_sends_and_then_marks_sends_twice(seed: int) -> None:
    found = killed(NAIVE_KILLS, seed, "send then mark")
    assert found.verdict.doubles > 0, str(found)


def test_who_marks_and_then_sends_loses(seed: int) -> None:
    found = killed(NAIVE_KILLS, seed, "mark then send")
    assert found.verdict.lost > 0, str(found)


def test_workers_on_one_postgres_take_over_from_those_that_die(
    seed: int, bare_postgres: str
) -> None:
    found = killed_on(bare_postgres, rows=600, kills=6, workers=3, seed=seed)
    assert found.good, str(found)
    assert found.kills == 6
    assert found.verdict.given_up == 0, str(found)
    # Nobody touches it for a minute; then the next look does, on however busy a machine.
    assert found.left_alone.total_seconds() < 180, str(found)


def test_who_is_asked_to_end_ends_what_it_began(seed: int) -> None:
    found = stopped(STOPS, seed)
    assert found.good, str(found)
    assert found.sent > STOPS, str(found)
