"""Five hundred kills. Ten thousand are done by `make reliability`."""

import os
import random

import pytest

from tests.reliability.killer import killed

KILLS = 500
NAIVE_KILLS = 40
pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def seed() -> int:
    drawn = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(10**6)))
    print(f"again with TEST_SEED={drawn}")
    return drawn


def test_nothing_is_lost_or_doubled_by_kills(seed: int) -> None:
    found = killed(KILLS, seed)
    assert found.good, str(found)
    assert found.busy > KILLS / 4, str(found)  # else the kills would prove nothing
    assert found.verdict.due > KILLS / 2, str(found)
    assert found.verdict.given_up <= found.verdict.due / 100, str(found)


def test_who_sends_and_then_marks_sends_twice(seed: int) -> None:
    found = killed(NAIVE_KILLS, seed, "send then mark")
    assert found.verdict.doubles > 0, str(found)


def test_who_marks_and_then_sends_loses(seed: int) -> None:
    found = killed(NAIVE_KILLS, seed, "mark then send")
    assert found.verdict.lost > 0, str(found)
