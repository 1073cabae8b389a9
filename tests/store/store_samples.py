"""Ready-made rows, strategies for any rows, and how a test opens a store."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st

from bot.domain.cadence import Every, Occurrence, Rhythm
from bot.domain.deliveries import Delivery, Kind, State, Subscription, Target
from bot.domain.groups import Place, StudyGroup
from bot.domain.learners import Background, Goal, Learner, Move, Person, ZoneSource
from bot.domain.plans import CheckIn, Done, Plan, PromiseOutcome
from bot.domain.prompts import Answer
from bot.domain.rests import Rests, Vacation
from bot.domain.silence import Silence
from bot.ports import Planned, Records
from bot.store.sql import SqlStore
from bot.system import RandomIds

T = TypeVar("T")

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
MAYA = Person("T1", "U1")
SAME_USER_ELSEWHERE = Person("T2", "U1")
NEIGHBOUR = Person("T1", "U2")
PLACE = Place("T1", "C1")
DM = Target("T1", "U1")
MORNINGS = Rhythm(frozenset(range(5)), time(9, 0))
GOAL = Goal(Background.PM, Move.INSIDE, 5.0, date(2027, 5, 31))


def using(url: str, play: Callable[[SqlStore], Awaitable[T]], lock_wait: float = 5.0) -> T:
    """What a coroutine function gives for a store that is open while it runs."""

    async def main() -> T:
        store = SqlStore.open(url, lock_wait=lock_wait)
        try:
            return await play(store)
        finally:
            await store.close()

    return asyncio.run(main())


def learner(person: Person = MAYA, hours: float = 5.0) -> Learner:
    return Learner(
        person=person,
        goal=Goal(Background.PM, Move.INSIDE, hours, date(2027, 5, 31)),
        zone="Europe/Lisbon",
        zone_source=ZoneSource.SLACK,
        prompts=MORNINGS,
        checkins=Rhythm(frozenset({4}), time(16, 0)),
        started_at=NOW,
    )


def plan(person: Person = MAYA) -> Plan:
    return Plan(
        person=person,
        template_id="existing-pm",
        goal=GOAL,
        started_on=TODAY,
        pace=4.5,
        done={"b-second": Done(TODAY, "a link"), "a-first": Done(TODAY, "a note")},
        dropped=frozenset({"talk"}),
        promised=("read", "build"),
    )


def check_in(person: Person = MAYA, week: date = TODAY) -> CheckIn:
    return CheckIn(
        person=person,
        week=week,
        outcomes={"read": PromiseOutcome.DONE, "build": PromiseOutcome.MOVED},
        evidence="https://example.org/notes",
        hours=3.5,
        obstacle="a release",
        confidence=4,
        pace_before=4.5,
        at=NOW,
    )


def answer(
    answer_id: str = "a1",
    person: Person = MAYA,
    *,
    prompt_id: str = "p1",
    version: int = 1,
    at: datetime = NOW,
    text: str = "I would start without a model.",
) -> Answer:
    return Answer(answer_id, person, prompt_id, text, at, version)


def group(place: Place = PLACE, members: frozenset[str] = frozenset({"U1", "U2"})) -> StudyGroup:
    return StudyGroup(
        place=place,
        started_by=Person(place.workspace, "U1"),
        zone="Europe/Lisbon",
        rhythm=Rhythm(frozenset({1}), time(17, 0)),
        started_at=NOW,
        members=members,
    )


def subscription(
    target: Target = DM, kind: Kind = Kind.DAILY_PROMPT, due: datetime | None = NOW
) -> Subscription:
    upcoming = None if due is None else Occurrence(due.date(), due)
    return Subscription(target, kind, "Europe/Lisbon", MORNINGS, upcoming)


def delivery(
    delivery_id: str = "d1",
    target: Target = DM,
    *,
    label: date = TODAY,
    state: State = State.DUE,
    at: datetime = NOW,
    kind: Kind = Kind.DAILY_PROMPT,
) -> Delivery:
    return Delivery(
        id=delivery_id,
        target=target,
        kind=kind,
        label=label,
        zone="Europe/Lisbon",
        due=at,
        state=state,
        not_before=at,
        changed_at=at,
    )


def planned_once(due: Subscription) -> Planned:
    """It is sent, and nothing follows."""
    assert due.next is not None
    return Planned(due.next.label, due.next.due, None, None, due.next)


def claimed(records: Records, now: datetime, limit: int) -> int:
    """How many of the due subscriptions became deliveries."""
    at_once = timedelta(0)
    return records.claim(now, limit, planned_once, RandomIds().new, lambda _: at_once, ())


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
instants = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2190, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]),
)
dates = st.dates(date(1990, 1, 1), date(2190, 1, 1))
hours = st.floats(0, 168, allow_nan=False)
rhythms = st.builds(
    Rhythm,
    st.frozensets(st.integers(0, 6)),
    st.times().map(lambda at: at.replace(fold=0)),
    st.sampled_from(Every),
    dates,
)
vacations = st.builds(Vacation, dates, dates)
rests = st.builds(Rests, texts, st.lists(vacations, max_size=3).map(tuple), st.none() | dates)
people = st.builds(Person, texts, texts)
targets = st.builds(Target, texts, texts)
goals = st.builds(Goal, st.sampled_from(Background), st.sampled_from(Move), hours, dates)
learners = st.builds(
    Learner,
    people,
    goals,
    texts,
    st.sampled_from(ZoneSource),
    rhythms,
    rhythms,
    instants,
    st.booleans(),
    rests,
    st.none() | dates,
    st.none() | dates,
    st.none() | st.integers(0, 3),
    st.builds(Silence, st.integers(0, 9), st.integers(0, 9), st.booleans()),
)
subscriptions = st.builds(
    Subscription,
    targets,
    st.sampled_from(Kind),
    texts,
    rhythms,
    st.none() | st.builds(Occurrence, dates, instants),
    st.none() | st.builds(Occurrence, dates, instants),
    rests,
    st.none() | st.integers(0, 3),
)
plans = st.builds(
    Plan,
    people,
    texts,
    goals,
    dates,
    hours,
    st.dictionaries(texts, st.builds(Done, dates, texts), max_size=4),
    st.frozensets(texts, max_size=4),
    st.lists(texts, max_size=4).map(tuple),
)
deliveries = st.builds(
    Delivery,
    id=texts,
    target=targets,
    kind=st.sampled_from(Kind),
    label=dates,
    zone=texts,
    due=instants,
    state=st.sampled_from(State),
    not_before=instants,
    changed_at=instants,
    attempts=st.integers(0, 99),
    content_id=st.none() | texts,
    channel=st.none() | texts,
    ts=st.none() | texts,
    error=st.none() | texts,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
