"""A learner's rests, snoozes and silence: what is wanted, and when the coach leaves them alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import NOW, TODAY, learner, steady

from bot.domain.cadence import Every
from bot.domain.deliveries import Kind, Subscription, Target
from bot.domain.learners import Learner, ZoneSource
from bot.domain.rests import Rests, Vacation
from bot.domain.silence import HEARD, Patience, Silence
from bot.domain.snoozes import PERSONAL

PROMPT, CHECKIN = Kind.DAILY_PROMPT, Kind.WEEKLY_CHECKIN
DAY = timedelta(days=1)
TOMORROW = TODAY + DAY
USUAL = Patience()


def after(person: Learner, kind: Kind, count: int, patience: Patience = USUAL) -> Learner:
    """The learner after so many messages, one a day from tomorrow on."""
    for number in range(count):
        person = person.reached(kind, TOMORROW + DAY * number, patience)
    return person


@pytest.mark.parametrize(("kind", "most"), [(PROMPT, 5), (CHECKIN, 3)])
def test_the_coach_rests_after_so_many_and_no_earlier(kind: Kind, most: int) -> None:
    assert not after(learner(), kind, most - 1).paused
    resting = after(learner(), kind, most)
    assert resting.paused
    assert resting.silence.resting


def test_the_two_are_counted_apart() -> None:
    both = after(after(learner(), PROMPT, 4), CHECKIN, 2)
    assert both.silence == Silence(4, 2)
    assert not both.paused


@pytest.mark.parametrize("kind", sorted(set(Kind) - set(PERSONAL)))
def test_other_messages_do_not_count(kind: Kind) -> None:
    assert after(learner(), kind, 20).silence == HEARD


def test_the_prompt_of_the_first_day_was_asked_for() -> None:
    started = replace(learner(), started_at=NOW)
    assert started.reached(PROMPT, TODAY, USUAL) == started
    assert started.reached(PROMPT, TOMORROW, USUAL).silence.prompts == 1


def test_an_endless_patience_never_rests() -> None:
    assert not after(learner(), PROMPT, 500, Patience(0, 0)).paused


@steady
@given(
    st.lists(st.sampled_from([PROMPT, CHECKIN, None]), max_size=40),
    st.integers(0, 6),
    st.integers(0, 4),
)
def test_it_rests_exactly_when_a_row_is_full(
    life: list[Kind | None], prompts: int, checkins: int
) -> None:
    patience, person = Patience(prompts, checkins), learner()
    counted = {PROMPT: 0, CHECKIN: 0}
    for number, event in enumerate(life):
        if event is None:
            person, counted = person.heard(), {PROMPT: 0, CHECKIN: 0}
            continue
        counted[event] += 1
        person = person.reached(event, TOMORROW + DAY * number, patience)
        full = 0 < prompts <= counted[PROMPT] or 0 < checkins <= counted[CHECKIN]
        assert person.paused == full
        if full:
            return


def test_a_sign_of_life_begins_anew_and_does_not_end_a_rest() -> None:
    assert after(learner(), PROMPT, 4).heard().silence == HEARD
    heard = after(learner(), PROMPT, 5).heard()
    assert heard.paused
    assert heard.silence == Silence(resting=True)


def test_to_resume_ends_pause_snoozes_and_silence_and_keeps_the_rest() -> None:
    away = Rests("DE", (Vacation(TODAY, TODAY),))
    person = replace(after(learner(), PROMPT, 5), rests=away).snoozed(PERSONAL, TOMORROW)
    assert person.resumed() == replace(learner(), rests=away)


# -- what is wanted ----------------------------------------------------------------------------


def test_a_snooze_covers_its_kind_up_to_its_date() -> None:
    person = learner().snoozed((PROMPT,), TOMORROW)
    assert not person.wants(PROMPT, TODAY)
    assert person.wants(PROMPT, TOMORROW)
    assert person.wants(CHECKIN, TODAY)
    assert not person.wants_again(PROMPT, TODAY)
    assert person.wants_again(CHECKIN, TODAY)


def test_holidays_are_free_of_prompts_and_vacations_of_everything() -> None:
    easter, away = date(2026, 4, 6), date(2026, 8, 3)
    person = replace(learner(), rests=Rests("DE", (Vacation(away, away),)))
    assert not person.wants(PROMPT, easter)
    assert person.wants(CHECKIN, easter)
    assert not any(person.wants(kind, away) for kind in PERSONAL)
    assert person.wants_again(PROMPT, easter)


def test_a_kind_that_is_off_keeps_its_days_and_times() -> None:
    person = learner().without((CHECKIN,))
    assert not person.wants(CHECKIN, TODAY)
    assert person.wants(PROMPT, TODAY)
    assert replace(person.checkins, every=Every.WEEK) == learner().checkins
    assert person.prompts == learner().prompts


def test_who_wants_no_messages_a_day_is_left_alone() -> None:
    assert replace(learner(), unasked_per_day=0).left_alone
    assert not replace(learner(), unasked_per_day=1).left_alone
    assert replace(learner(), paused=True).left_alone


@pytest.mark.parametrize(("own", "expected"), [(None, 2), (0, 0), (3, 3)])
def test_the_own_number_of_messages_a_day_counts(own: int | None, expected: int) -> None:
    target = Target("T1", "U1")
    wish = Subscription(target, PROMPT, "UTC", learner().prompts, None, unasked_per_day=own)
    assert wish.cap(2) == expected


def test_a_zone_given_back_follows_slack_again() -> None:
    own = learner("Europe/Berlin", ZoneSource.OWN)
    back = own.following_slack()
    assert back.zone == "Europe/Berlin"
    assert back.moved_to("Asia/Tokyo", ZoneSource.SLACK).zone == "Asia/Tokyo"
