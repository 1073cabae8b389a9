"""Ready-made people, plans and prompts, and a search for the instant of a local time by walking."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from bot.domain.cadence import Rhythm
from bot.domain.errors import InvalidField
from bot.domain.learners import Background, Goal, Learner, Move, Person, ZoneSource
from bot.domain.plans import Evidence, Milestone, Plan, PlanTemplate, month_end
from bot.domain.prompts import Depth, Prompt

ROOT = Path(__file__).resolve().parents[2]
MAYA = Person("T1", "U1")
NOAH = Person("T1", "U2")
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
GOAL = Goal(Background.ENGINEER, Move.OUTSIDE, 5.0, date(2026, 6, 30))
MORNINGS = Rhythm(frozenset(range(5)), time(9, 0))
FRIDAYS = Rhythm(frozenset({4}), time(16, 0))
MINUTE = timedelta(minutes=1)

steady = settings(derandomize=True, deadline=None, database=None)
"""Property tests try the same examples each time, however busy the machine is."""


def milestone(name: str, hours: float, *, essential: bool = True) -> Milestone:
    return Milestone(
        id=name,
        title=f"The work {name}",
        skill="framing",
        hours=hours,
        done_when="It is done",
        evidence=Evidence.LOG,
        first_step="Begin",
        essential=essential,
    )


def template(*milestones: Milestone) -> PlanTemplate:
    return PlanTemplate(
        id="way",
        title="A way in",
        summary="From here to there",
        backgrounds=(Background.ENGINEER,),
        moves=(Move.OUTSIDE,),
        weeks=12,
        range="about three months",
        milestones=milestones,
    )


def template_of_hours(hours: Sequence[float], optional: Sequence[int] = ()) -> PlanTemplate:
    """A template with one milestone for each number of hours, `m0`, `m1` and so on."""
    return template(
        *(
            milestone(f"m{at}", length, essential=at not in optional)
            for at, length in enumerate(hours)
        )
    )


def plan(pace: float = 5.0, target: date = GOAL.target) -> Plan:
    goal = Goal(GOAL.background, GOAL.move, GOAL.hours_per_week, target)
    return Plan(person=MAYA, template_id="way", goal=goal, started_on=TODAY, pace=pace)


def fault(call: Any) -> dict[str, str]:
    """The fields that were refused and why; empty when the form was taken."""
    try:
        call()
    except InvalidField as error:
        return error.fields
    return {}


def learner(zone: str = "Europe/Berlin", source: ZoneSource = ZoneSource.SLACK) -> Learner:
    return Learner(
        person=MAYA,
        goal=GOAL,
        zone=zone,
        zone_source=source,
        prompts=MORNINGS,
        checkins=FRIDAYS,
        started_at=NOW,
    )


def prompt(
    name: str, skill: str = "framing", level: int = 1, options: Sequence[str] = ()
) -> Prompt:
    return Prompt.model_validate(
        {
            "id": name,
            "title": f"About {name}",
            "skill": skill,
            "level": level,
            "depth": Depth.PICK if options else Depth.SHORT,
            "minutes": 3,
            "situation": "Somebody wants a model for something that a form would do. " * 2,
            "task": "Say what you would do first.",
            "options": tuple(options),
            "best": 0 if options else None,
            "verdict": "no-ai",
            "rubric": ("Names the person", "Names the cost"),
            "key_points": ("One", "Two", "Three"),
            "next_edit": "Add a number.",
        }
    )


def walked(label: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a local wall time, found by walking over the minutes in UTC.

    The first minute that shows the wanted time on a local clock; when no minute does, the wanted
    time is read with the offset of the last minute before the local clock jumped over it.
    """
    wanted = datetime.combine(label, at)
    minute = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    offset, jumped = timedelta(), None
    for _ in range(30 * 60):
        local = minute.astimezone(zone).replace(tzinfo=None)
        if local == wanted:
            return minute
        if local > wanted and jumped is None:
            jumped = wanted.replace(tzinfo=UTC) - offset
        offset = local - minute.replace(tzinfo=None)
        minute += MINUTE
    assert jumped is not None, f"{wanted} is not within reach in {zone.key}"
    return jumped


quarters = st.integers(1, 160).map(lambda number: number / 4)
paces = st.integers(2, 160).map(lambda number: number / 4)
ways = st.tuples(st.lists(quarters, min_size=5, max_size=12), st.sets(st.integers(0, 11))).map(
    lambda pair: template_of_hours(pair[0], sorted(pair[1]))
)
targets = st.dates(TODAY - timedelta(days=60), TODAY + timedelta(days=500)).map(month_end)
