"""Pausing the collector of circular garbage."""

import gc

import pytest

from bot.pausing import collector_paused


def test_the_collector_rests_within_and_works_after() -> None:
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_after_an_error_it_works_too() -> None:
    with pytest.raises(ValueError, match="broken"), collector_paused():
        raise ValueError("broken")
    assert gc.isenabled()


def test_whoever_stopped_it_finds_it_stopped() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
