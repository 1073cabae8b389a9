"""Metrics: what is counted, what is left out, and what never becomes a label."""

import timeit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.deliveries import Kind, State
from bot.domain.remedies import Remedy
from bot.metrics import MOST_LABELS, Figures, Instruments
from bot.ports import Meter
from bot.scheduler import Pulse

PULSE = Pulse(7, 2, 5, "Busy", 12.5, 3.25, 0.5, 1, hangs=False, stands=False)
FIGURES = Figures({State.SENT: 4, State.SENDING: 2}, stuck=1, held=2, ended=3, waiting=9)


@pytest.fixture
def instruments() -> Instruments:
    return Instruments("1.2.3", "2026.6")


def read(
    instruments: Instruments, figures: Figures | None = None, pulse: Pulse | None = None
) -> dict[tuple[str, ...], float]:
    """Everything on the page: (name, label values…) -> figure."""
    page = instruments.page(figures, pulse).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_what_becomes_of_deliveries_is_counted(instruments: Instruments) -> None:
    meter: Meter = instruments
    meter.claimed(3)
    meter.sent(Kind.DAILY_PROMPT, 4.0)
    meter.sent(Kind.DAILY_PROMPT, 400.0)
    meter.sent(Kind.WELCOME, -2.0)
    meter.refused("ratelimited", Remedy.WAIT)
    meter.refused("is_archived", Remedy.REST)
    meter.uncertain("no_answer")
    meter.reconciled("arrived")
    meter.healed()
    meter.skipped("daily_cap")
    meter.tick(0.25)
    seen = read(instruments)
    assert seen["coach_claimed_total",] == 3
    assert seen["coach_posts_total", "sent"] == 3
    assert seen["coach_posts_total", "wait"] == 1
    assert seen["coach_posts_total", "rest"] == 1
    assert seen["coach_posts_total", "uncertain"] == 1
    assert seen["coach_slack_limited_total",] == 1
    assert seen["coach_slack_codes_total", "is_archived"] == 1
    assert seen["coach_reconciled_total", "arrived"] == 1
    assert seen["coach_healed_total",] == 1
    assert seen["coach_skipped_total", "daily_cap"] == 1
    assert seen["coach_lateness_seconds_bucket", "daily_prompt", "5.0"] == 1
    assert seen["coach_lateness_seconds_bucket", "daily_prompt", "600.0"] == 2
    assert seen["coach_lateness_seconds_sum", "welcome"] == 0
    assert seen["coach_tick_seconds_bucket", "0.1"] == 0
    assert seen["coach_tick_seconds_bucket", "0.5"] == 1
    assert seen["coach_info", "2026.6", "1.2.3"] == 1


def test_the_store_and_the_heart_are_shown_as_they_are_now(instruments: Instruments) -> None:
    seen = read(instruments, FIGURES, PULSE)
    assert seen["coach_store_up",] == 1
    assert seen["coach_deliveries", "sent"] == 4
    assert seen["coach_deliveries", "due"] == 0
    assert seen["coach_deliveries_stuck",] == 1
    assert seen["coach_workspaces", "held"] == 2
    assert seen["coach_workspaces", "ended"] == 3
    assert seen["coach_store_waiting",] == 9
    assert seen["coach_beats_total", "well"] == 7
    assert seen["coach_beats_total", "failed"] == 5
    assert seen["coach_beats_rescued_total",] == 1
    assert seen["coach_beat_failures_in_a_row",] == 2
    assert seen["coach_beat_age_seconds",] == 12.5
    assert seen["coach_beat_still_seconds",] == 0.5


def test_what_is_not_known_is_left_out_and_not_shown_as_nothing(instruments: Instruments) -> None:
    read(instruments, FIGURES, PULSE)
    seen = read(instruments)
    assert seen["coach_store_up",] == 0
    shown = {name for name, *_ in seen}
    assert not [name for name in shown if name.startswith(("coach_deliver", "coach_beat"))]
    assert ("coach_workspaces", "ended") not in read(instruments, Figures({}, 0, 0))


@pytest.mark.parametrize(
    "code", ["U0MAYA0000", "xoxb-1-2", "Hello, Maya", "a" * 41, "", "line\nbreak", "a-b", "é"]
)
def test_only_what_looks_like_a_code_becomes_a_label(instruments: Instruments, code: str) -> None:
    instruments.refused(code, Remedy.QUARANTINE)
    seen = read(instruments)
    labels = {labels[0] for name, *labels in seen if name == "coach_slack_codes_total"}
    assert labels == {"other"}
    assert seen["coach_slack_codes_total", "other"] == 1


def test_the_number_of_labels_ends(instruments: Instruments) -> None:
    for number in range(5_000):
        instruments.uncertain(f"code_{number}")
    seen = read(instruments)
    codes = [labels for name, *labels in seen if name == "coach_slack_codes_total"]
    assert len(codes) == MOST_LABELS + 1
    assert seen["coach_slack_codes_total", "other"] == 5_000 - MOST_LABELS


def test_counting_is_cheap(instruments: Instruments) -> None:
    def once() -> None:
        instruments.sent(Kind.DAILY_PROMPT, 90_000)

    # Measured: 1.7 microseconds; the bound leaves room for a busy machine.
    assert min(timeit.repeat(once, number=2_000, repeat=5)) / 2_000 < 20e-6
