"""People of the simulator: they start, travel, change their minds, leave and come back."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.cadence import WORKDAYS, Rhythm
from bot.domain.deliveries import Kind
from bot.domain.errors import CoachError
from bot.domain.learners import Background, Goal, Learner, Move, Person, ZoneSource
from bot.domain.rests import Vacation
from bot.domain.snoozes import PERSONAL, Snooze, Until
from bot.services.coaching import SettingsForm, StartForm
from bot.services.rhythms import target_of
from bot.slack.desk import Desk
from tests.reliability.invariants import Judge
from tests.reliability.loop_store import LoopStore
from tests.reliability.simulated_slack import SimulatedSlack

ZONES = (
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles"),
    *("America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("Africa/Cairo", "Africa/Casablanca", "America/Santiago", "Pacific/Kiritimati"),
    *("Pacific/Pago_Pago", "Pacific/Auckland", "America/St_Johns", "Asia/Beirut", "UTC"),
)
EARLIEST, LATEST = 5 * 60, 22 * 60
GOAL = Goal(Background.PM, Move.INSIDE, 6.0, date(2030, 7, 31))

PER_DAY: Mapping[str, float] = {
    "sign": 0.3,
    "settings": 0.01,
    "travel": 0.02,
    "pause": 0.004,
    "resume": 0.1,
    "snooze": 0.02,
    "delete": 0.001,
    "start": 0.05,
    "go": 0.002,
    "return": 0.1,
}
"""How often each happens to one person."""


@dataclass
class People:
    """Everybody in all workspaces, and what they do."""

    rng: random.Random
    desk: Desk
    store: LoopStore
    slack: SimulatedSlack
    judge: Judge
    everybody: list[Person]
    silent: set[Person] = field(default_factory=set)
    done: int = 0

    async def something(self) -> bool:
        """Somebody does something; whether something may be due earlier than before now."""
        person = self.rng.choice(self.everybody)
        (name,) = self.rng.choices(list(PER_DAY), list(PER_DAY.values()))
        if name == "sign" and person in self.silent:
            return False
        if self.shut_out(person):
            return False
        learner = self._learner(person)
        if name == "return" or (learner is None) is (name == "start"):
            await self._do(name, person)
            return name != "sign"
        return False

    def shut_out(self, person: Person) -> bool:
        """Whether the coach was removed from a workspace, and hears nobody there."""
        return self.slack.trouble_of.get(person.workspace) == "token_revoked"

    async def _do(self, name: str, person: Person) -> None:
        acts: Mapping[str, Callable[[Person], Awaitable[None]]] = {
            "sign": self._sign,
            "settings": self._settings,
            "travel": self._travel,
            "pause": self._pause,
            "resume": self._resume,
            "snooze": self._snooze,
            "delete": self._delete,
            "start": self.start,
            "go": self._go,
            "return": self._return,
        }
        self.done += 1
        try:
            await acts[name](person)
        except CoachError as refused:
            self.judge.note(f"{person.user} {name}: {refused.code}")
        self.look(person, name)

    def look(self, person: Person, why: str = "") -> None:
        """Tell the judge what somebody wants now."""
        if why and why != "sign":
            self.judge.note(f"{person.workspace} {person.user} {why}")
        self.judge.wishes(target_of(person), self._learner(person), self.judge.now())

    def look_at_the_silent(self) -> None:
        """The coach itself lets people rest who stay silent, with what they have just got."""
        reached, self.judge.reached = self.judge.reached, {}
        for target, at in reached.items():
            learner = self._learner(Person(target.workspace, target.address))
            self.judge.wishes(target, learner, at)

    def _learner(self, person: Person) -> Learner | None:
        return self.store.look(lambda records: records.learner(person))

    # -- what they do -----------------------------------------------------------------------------

    async def start(self, person: Person) -> None:
        """Begin, or begin again."""
        rhythm = Rhythm(self._days(), self._time())
        form = StartForm(GOAL, rhythm, self.rng.choice(ZONES), ZoneSource.SLACK)
        await self.desk.coaching.start(person, form)
        self._asked(person, Kind.DAILY_PROMPT)
        self.look(person, "start")

    def _asked(self, person: Person, kind: Kind) -> None:
        learner = self._learner(person)
        if learner is not None:
            known, today = self.judge.known[target_of(person)], learner.today(self.judge.now())
            known.asked |= {(kind, today), (kind, today + timedelta(days=1))}
            known.last.pop(kind, None)

    async def _sign(self, person: Person) -> None:
        await self.desk.coaching.noticed(person)
        await self.desk.standing.wake(target_of(person))

    async def _settings(self, person: Person) -> None:
        cap, country = self.rng.choice((None, None, 1, 2, 3, 0)), self.rng.choice(("", "", "DE"))
        form = SettingsForm(
            Rhythm(self._days(), self._time()),
            Rhythm(frozenset({self.rng.randint(0, 6)}), self._time()),
            self.rng.choice(("", *ZONES)),
            cap,
            country,
            self._vacations(),
        )
        await self.desk.coaching.settings(person, form)

    def _vacations(self) -> tuple[Vacation, ...]:
        if self.rng.random() < 0.7:
            return ()
        first = self.judge.now().date() + timedelta(days=self.rng.randint(0, 20))
        return (Vacation(first, first + timedelta(days=self.rng.randint(0, 14))),)

    async def _travel(self, person: Person) -> None:
        await self.desk.coaching.zone_reported(person, self.rng.choice(ZONES))

    async def _pause(self, person: Person) -> None:
        await self.desk.coaching.pause(person, paused=True)

    async def _resume(self, person: Person) -> None:
        await self.desk.coaching.pause(person, paused=False)

    async def _snooze(self, person: Person) -> None:
        learner = self._learner(person)
        if learner is None:
            return
        today = learner.today(self.judge.now())
        until = self.rng.choice(
            (Until.LATER, Until.LATER, Until.TOMORROW, Until.WORKDAY, today + timedelta(days=9))
        )
        kinds = self.rng.choice((PERSONAL, (Kind.DAILY_PROMPT,), (Kind.WEEKLY_CHECKIN,)))
        await self.desk.snoozing.snooze(person, Snooze(kinds, until))
        if until is Until.LATER:
            for kind in kinds:
                self._asked(person, kind)

    async def _delete(self, person: Person) -> None:
        await self.desk.privacy.delete(person)

    async def _go(self, person: Person) -> None:
        target = target_of(person)
        if target not in self.slack.gone:
            self.slack.gone[target] = self.rng.choice(("user_disabled", "user_not_visible"))
            self.judge.known[target].unreachable.append((self.judge.now(), _NEVER))

    async def _return(self, person: Person) -> None:
        target = target_of(person)
        if self.slack.gone.pop(target, None) is not None:
            away = self.judge.known[target].unreachable
            away[-1] = (away[-1][0], self.judge.now())
            await self.desk.standing.wake(target)

    def _days(self) -> frozenset[int]:
        some = frozenset(self.rng.sample(range(7), self.rng.randint(1, 7)))
        return self.rng.choice((WORKDAYS, WORKDAYS, frozenset(range(7)), some))

    def _time(self) -> time:
        minute = self.rng.choice((9 * 60, 9 * 60, self.rng.randint(EARLIEST, LATEST)))
        return time(minute // 60, minute % 60)


_NEVER = datetime(9000, 1, 1, tzinfo=UTC)


def person(number: int, workspaces: int) -> Person:
    """Somebody; equal user ids exist in several workspaces."""
    return Person(f"T{number % workspaces}", f"U{number // workspaces}")
