"""What the samples of the proofs share: a seed that is told and can be given again."""

import os
import random

import pytest


@pytest.fixture(scope="module")
def seed() -> int:
    """A new one each time, so that every run looks somewhere else; `TEST_SEED` repeats one."""
    drawn = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(10**6)))
    print(f"again with TEST_SEED={drawn}")
    return drawn
