"""Plans: dates against a walk over the days, promises, check-ins and templates."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit_samples import (
    GOAL,
    MAYA,
    NOW,
    TODAY,
    milestone,
    paces,
    plan,
    steady,
    template,
    template_of_hours,
    ways,
)

from bot.domain.learners import Background, Goal, Move
from bot.domain.plans import (
    MAX_PROMISES,
    CheckIn,
    PlanTemplate,
    PromiseOutcome,
    apply_check_in,
    end_of,
    month_end,
    promises_for,
    renewed_promises,
    schedule,
    template_for,
)
from tests.shipped import shipped

DONE, MOVED, DROPPED = PromiseOutcome.DONE, PromiseOutcome.MOVED, PromiseOutcome.DROPPED
WAY = template_of_hours([4, 6, 5, 10, 3, 12], optional=[1, 3, 5])
CONTENT = shipped()


def day_by_day(hours: list[float], pace: float, today: date) -> list[date]:
    """When each piece of work is done by somebody who works the same part of a week every day."""
    found, worked, wanted, day = [], Fraction(0), Fraction(0), today
    a_day = Fraction(str(max(pace, 0.5))) / 7
    for length in hours:
        wanted += Fraction(str(length))
        while worked < wanted:
            worked += a_day
            day += timedelta(days=1)
        found.append(day)
    return found


# -- dates ------------------------------------------------------------------------------------


@steady
@given(ways, paces)
def test_dates_are_those_of_somebody_who_works_day_by_day(way: PlanTemplate, pace: float) -> None:
    dated = schedule(plan(pace), way, TODAY)
    hours = [entry.hours for entry in way.milestones]
    assert [entry.due for entry in dated] == day_by_day(hours, pace, TODAY)
    assert [entry.milestone for entry in dated] == list(way.milestones)


@pytest.mark.parametrize("template_id", sorted(CONTENT.plans))
@pytest.mark.parametrize("pace", [0.5, 1, 2.3, 3.1, 4.7, 5, 6.9, 8.5, 12, 40])
def test_dates_of_the_shipped_plans(template_id: str, pace: float) -> None:
    way = CONTENT.plans[template_id]
    hours = [entry.hours for entry in way.milestones]
    dated = schedule(plan(pace), way, TODAY)
    assert [entry.due for entry in dated] == day_by_day(hours, pace, TODAY)


def test_eight_hours_at_four_a_week_end_two_weeks_from_today() -> None:
    dated = schedule(plan(4), template_of_hours([8, 4, 4, 4, 4]), TODAY)
    assert dated[0].due == TODAY + timedelta(days=14)
    assert end_of(dated, TODAY) == TODAY + timedelta(days=42)


@pytest.mark.parametrize("pace", [0, 0.1, 0.5])
def test_no_pace_is_read_as_half_an_hour_a_week(pace: float) -> None:
    dated = schedule(plan(pace), template_of_hours([1] * 5), TODAY)
    assert [entry.due for entry in dated] == [
        TODAY + timedelta(days=14 * number) for number in range(1, 6)
    ]


def test_only_what_is_open_has_a_date() -> None:
    running = plan().finish("m0", TODAY, "a link").drop("m1")
    assert [entry.milestone.id for entry in schedule(running, WAY, TODAY)] == [
        "m2",
        "m3",
        "m4",
        "m5",
    ]


def test_nothing_open_ends_today_without_offers_or_promises() -> None:
    running = plan(target=TODAY - timedelta(days=400))
    for entry in WAY.milestones:
        running = running.finish(entry.id, TODAY, "done")
    assert schedule(running, WAY, TODAY) == ()
    assert end_of((), TODAY) == TODAY
    assert promises_for((), TODAY) == ()
    assert renewed_promises(running, WAY, TODAY).promised == ()


@pytest.mark.parametrize("today", [date(2027, 12, 31), date(2028, 2, 28), date(2028, 2, 29)])
def test_dates_run_over_year_ends_and_leap_days(today: date) -> None:
    dated = schedule(plan(7), template_of_hours([1] * 5), today)
    assert [entry.due for entry in dated] == [today + timedelta(days=n) for n in range(1, 6)]


# -- promises ---------------------------------------------------------------------------------


@steady
@given(ways, paces)
def test_promises_are_what_the_week_holds(way: PlanTemplate, pace: float) -> None:
    dated = schedule(plan(pace), way, TODAY)
    promised = promises_for(dated, TODAY)
    names = [entry.milestone.id for entry in dated]
    assert 1 <= len(promised) <= MAX_PROMISES
    assert list(promised) == names[: len(promised)]
    in_the_week = sum(entry.due <= TODAY + timedelta(days=7) for entry in dated)
    assert len(promised) == min(max(in_the_week, 1), 3)


def test_promises_are_renewed_from_what_is_open() -> None:
    running = replace(plan(10), promised=("m0",)).finish("m0", TODAY, "a link")
    assert renewed_promises(running, WAY, TODAY).promised == ("m1",)


# -- closing and check-ins --------------------------------------------------------------------


def test_closing_again_replaces_the_evidence_and_keeps_the_day() -> None:
    later = TODAY + timedelta(days=9)
    running = plan().finish("m0", TODAY, "first").finish("m0", later, "second")
    assert (running.done["m0"].on, running.done["m0"].evidence) == (TODAY, "second")


def check_in(outcomes: dict[str, PromiseOutcome], hours: float, before: float) -> CheckIn:
    return CheckIn(
        person=MAYA,
        week=TODAY,
        outcomes=outcomes,
        evidence="a link",
        hours=hours,
        obstacle="",
        confidence=70,
        pace_before=before,
        at=NOW,
    )


outcomes_drawn = st.dictionaries(
    st.sampled_from([entry.id for entry in WAY.milestones]), st.sampled_from(PromiseOutcome)
)


@steady
@given(outcomes_drawn, st.integers(0, 400), paces)
def test_the_same_check_in_twice_counts_once(
    outcomes: dict[str, PromiseOutcome], quarter_hours: int, pace: float
) -> None:
    given_once = check_in(outcomes, quarter_hours / 4, pace)
    once = apply_check_in(plan(pace), given_once, TODAY)
    assert apply_check_in(once, given_once, TODAY + timedelta(days=2)) == once


def test_a_check_in_moves_the_pace_half_of_the_way() -> None:
    before = plan(5)
    after = apply_check_in(before, check_in({}, 2, 5), TODAY)
    assert after.pace == 3.5
    assert after.goal == before.goal
    assert apply_check_in(before, check_in({}, 0, 5), TODAY).pace == 2.5
    assert apply_check_in(before, check_in({}, 0.3, 5), TODAY).pace == pytest.approx(2.6, abs=0.06)


def test_done_moved_and_dropped_do_what_they_say() -> None:
    outcomes = {"m0": DONE, "m1": MOVED, "m2": DROPPED}
    after = apply_check_in(plan(), check_in(outcomes, 5, 5), TODAY)
    assert {name: proof.evidence for name, proof in after.done.items()} == {"m0": "a link"}
    assert after.dropped == {"m2"}
    assert [entry.id for entry in after.open_milestones(WAY)] == ["m1", "m3", "m4", "m5"]


def test_an_edited_check_in_counts_from_the_pace_before_the_first() -> None:
    first = apply_check_in(plan(6), check_in({}, 2, 6), TODAY)
    edited = apply_check_in(first, check_in({}, 4, 6), TODAY)
    assert (first.pace, edited.pace) == (4, 5)


# -- month ends and templates -----------------------------------------------------------------


@steady
@given(st.dates(date(1, 1, 1), date(9999, 11, 30)))
def test_month_end_is_the_last_day_of_the_same_month(day: date) -> None:
    end = month_end(day)
    assert (end.year, end.month) == (day.year, day.month)
    assert end >= day
    assert (end + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("day", "end"), [("2028-02-01", "2028-02-29"), ("2027-02-28", "2027-02-28")]
)
def test_month_end_in_february(day: str, end: str) -> None:
    assert month_end(date.fromisoformat(day)) == date.fromisoformat(end)


@pytest.mark.parametrize("background", list(Background))
@pytest.mark.parametrize("move", list(Move))
def test_everybody_gets_a_shipped_plan_that_fits(background: Background, move: Move) -> None:
    goal = Goal(background, move, 5.0, GOAL.target)
    found = template_for(tuple(CONTENT.plans.values()), goal)
    assert background in found.backgrounds
    assert move in found.moves


def test_without_a_fitting_template_the_first_one_serves() -> None:
    first, second = WAY, WAY.model_copy(update={"id": "other"})
    goal = Goal(Background.PM, Move.INSIDE, 5.0, GOAL.target)
    assert template_for((second, first), goal) is second


def test_a_template_refuses_a_milestone_before_what_it_needs() -> None:
    entries = [milestone(f"m{number}", 1) for number in range(5)]
    entries[1] = entries[1].model_copy(update={"after": ("m4",)})
    with pytest.raises(ValidationError, match=r"'m1' comes before what it needs: \['m4'\]"):
        template(*entries)


def test_a_template_refuses_a_milestone_twice() -> None:
    entries = [milestone(f"m{number % 4}", 1) for number in range(5)]
    with pytest.raises(ValidationError, match="'m0' stands twice"):
        template(*entries)
