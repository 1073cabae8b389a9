"""What the use cases need from the outside, and everything that the program remembers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from bot.domain.cadence import Occurrence
from bot.domain.confidence import Outcome
from bot.domain.deliveries import Delivery, Kind, Sending, State, Subscription, Target
from bot.domain.feedback import Gap, Votes
from bot.domain.groups import Place, StudyGroup
from bot.domain.learners import Learner, Person
from bot.domain.plans import CheckIn, Plan
from bot.domain.prompts import Answer, Assignment
from bot.domain.remedies import Remedy

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time; the playground and the tests have their own."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Ids(Protocol):
    """Makes names for new rows that nobody can guess."""

    def new(self) -> str:
        """A name that was never given before, lower-case letters and digits."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message: `text` stands alone, `blocks` are Slack's own plain dicts."""

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """Where a message was posted."""

    channel: str
    ts: str


class SendRefused(Exception):
    """Slack surely did not carry the call out.

    `code` is Slack's error, or one of our own for a request that never reached Slack; `remedy` is
    what is decided to do about it; `wait` is the seconds until another try makes sense: with
    `WAIT` and `HOLD` always, with `BACK_OFF` the least, 0 for all others.
    """

    def __init__(self, code: str, remedy: Remedy, wait: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.remedy = remedy
        self.wait = wait


class SendUncertain(Exception):
    """The call may or may not have been carried out: Slack failed, or its answer never came.

    `code` says how.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Messenger(Protocol):
    """Posts messages; never tries again what may have been carried out.

    Every method raises SendRefused when the call surely was not carried out, and SendUncertain
    when it may have been, or, for a call that only reads, when it can't be answered now.
    """

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        """Post once, carrying the delivery id; what Slack surely refused is mended once."""
        ...

    async def find(self, target: Target, delivery_id: str, since: datetime) -> tuple[Arrived, ...]:
        """Every message that carries this delivery id, oldest first; empty when none arrived."""
        ...

    async def remove(self, target: Target, arrived: Arrived) -> None:
        """Delete a message that stands there twice; done when it is gone already."""
        ...

    async def probe(self, workspace: str) -> None:
        """Ask whether Slack lets the coach work in a workspace."""
        ...


class Meter(Protocol):
    """Counts what happens, for whoever runs the coach; knows no person and no text."""

    def tick(self, seconds: float) -> None:
        """A tick took so long."""
        ...

    def claimed(self, number: int) -> None:
        """So many subscriptions were due."""
        ...

    def sent(self, kind: Kind, lateness: float) -> None:
        """A message arrived, so many seconds after it was due."""
        ...

    def skipped(self, reason: str) -> None:
        """A delivery was not sent, and never will be."""
        ...

    def refused(self, code: str, remedy: Remedy) -> None:
        """Slack refused a post."""
        ...

    def uncertain(self, code: str) -> None:
        """Whether a post arrived is not known."""
        ...

    def reconciled(self, outcome: State) -> None:
        """What became of a delivery whose post was unclear."""
        ...

    def healed(self) -> None:
        """A double was taken away."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of a due subscription: its delivery, skipped when there is an `error`, and its
    next and last occurrence."""

    label: date
    due: datetime
    error: str | None
    next: Occurrence | None
    last: Occurrence


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery as it was taken, where it arrived and when, and when to look for a double."""

    delivery: Delivery
    arrived: Arrived
    at: datetime
    heal_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """When something next wants attention; None where nothing does.

    `claim`: a subscription is due. `send`: whether any delivery is open; `Records.waiting` says
    when it may go. `reconcile`: since when the oldest delivery is being sent. `heal`: a double is
    to be looked for.
    """

    claim: datetime | None
    send: bool
    reconcile: datetime | None
    heal: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a workspace may get now.

    `taken_until` belongs to its pace. Nothing is sent before `held_until`; when `asks`, Slack is
    asked first whether it works again, and `held_since` says since when it does not. `ended` is
    why the workspace gets nothing any more.
    """

    workspace: str
    taken_until: datetime | None = None
    held_until: datetime | None = None
    held_since: datetime | None = None
    held_why: str | None = None
    asks: bool = False
    ended: str | None = None

    def is_held(self, now: datetime) -> bool:
        """Whether nothing may be sent now."""
        return self.held_until is not None and self.held_until > now


@dataclass(frozen=True, slots=True)
class Waiting:
    """A workspace with open deliveries, and when the first of them may go."""

    standing: Standing
    first: datetime


class Records(Protocol):
    """Everything remembered, seen from inside one transaction. Nothing is read unscoped."""

    def learner(self, person: Person) -> Learner | None: ...
    def save_learner(self, learner: Learner) -> None: ...

    def plan(self, person: Person) -> Plan | None: ...
    def save_plan(self, plan: Plan) -> None: ...

    def assignment(self, person: Person, label: date) -> Assignment | None: ...
    def save_assignment(self, assignment: Assignment) -> None: ...
    def prompts_given(self, person: Person) -> Sequence[Assignment]:
        """Every assignment, oldest first."""
        ...

    def prompts_seen(self, person: Person) -> Mapping[str, date]:
        """The last local date on which each prompt was given."""
        ...

    def save_answer(self, answer: Answer) -> None:
        """Keep a version of an answer; earlier versions stay."""
        ...

    def answer(self, person: Person, answer_id: str) -> Answer | None:
        """The newest version, None when it is not this person's."""
        ...

    def answer_to(self, person: Person, prompt_id: str) -> Answer | None: ...
    def answers(self, person: Person) -> Sequence[Answer]:
        """The newest versions, latest answer first."""
        ...

    def answer_versions(self, person: Person) -> Sequence[Answer]:
        """Every version of every answer, oldest first."""
        ...

    def check_in(self, person: Person, week: date) -> CheckIn | None: ...
    def save_check_in(self, check_in: CheckIn) -> None: ...
    def check_ins(self, person: Person) -> Sequence[CheckIn]:
        """Oldest first."""
        ...

    def group(self, place: Place) -> StudyGroup | None: ...
    def save_group(self, group: StudyGroup) -> None: ...
    def delete_group(self, place: Place) -> None: ...
    def groups_of(self, person: Person) -> Sequence[StudyGroup]:
        """The groups that a person is a member of."""
        ...

    def subscription(self, target: Target, kind: Kind) -> Subscription | None: ...
    def save_subscription(self, subscription: Subscription) -> None: ...
    def subscriptions_after(
        self, key: tuple[Target, Kind] | None, limit: int
    ) -> Sequence[Subscription]:
        """All subscriptions in the order of their keys, those behind a key; None for the first."""
        ...

    def claim(
        self,
        now: datetime,
        limit: int,
        plan: Callable[[Subscription], Planned],
        new_id: Callable[[], str],
        spread: Callable[[int], timedelta],
        ended: Collection[str],
    ) -> int:
        """Make deliveries of due subscriptions and move those on; how many, `limit` at most.

        What is decided depends on all of a subscription but its address, so it is planned once for
        all that are alike. Those of one workspace may go over as long as `spread` says of their
        number, each in its own place; those of `ended` workspaces are skipped. What others claim
        at the same time is left out, and a delivery that is there already stays as it is.
        """
        ...

    def ahead(self) -> Ahead:
        """When something next wants attention."""
        ...

    def waiting(self) -> Sequence[Waiting]:
        """The workspaces that have open deliveries, except ended ones."""
        ...

    def add_delivery(self, delivery: Delivery) -> bool:
        """False when this target already has one of this kind for this label; nothing changes."""
        ...

    def save_delivery(self, delivery: Delivery) -> bool:
        """False when it is gone. Raises DeliveryMoved when the stored state can't become the new
        one; one that has ended can't even become what it is."""
        ...

    def save_deliveries(self, saved: Sequence[Delivery]) -> None:
        """Save many; those that moved on to another state, or are gone, stay as they are."""
        ...

    def delivery(self, target: Target, kind: Kind, label: date) -> Delivery | None: ...
    def delivery_at(self, workspace: str, channel: str, ts: str) -> Delivery | None:
        """The delivery that arrived as this message."""
        ...

    def deliveries_to(self, target: Target) -> Sequence[Delivery]:
        """Everything that was or is to be sent to a target, oldest first."""
        ...

    def waiting_deliveries(self, target: Target) -> Sequence[Delivery]:
        """Those to a target that are in `due`, soonest first."""
        ...

    def open_deliveries(self, workspace: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """A workspace's in `due` whose `not_before` has come, oldest first; others' claims are
        left out."""
        ...

    def mark_sending(self, taken: Sequence[Delivery]) -> None:
        """Save that deliveries of `open_deliveries` are being sent."""
        ...

    def mark_sent(self, sent: Sequence[Sent]) -> None:
        """Save that deliveries arrived; those that moved on or are gone stay as they are."""
        ...

    def stuck_deliveries(self, before: datetime, limit: int) -> Sequence[Delivery]:
        """Those in `sending` since before an instant; others' claims are left out."""
        ...

    def to_heal(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Those whose `heal_at` has come; others' claims are left out."""
        ...

    def sent_lately(
        self, workspace: str, addresses: Collection[str], since: datetime
    ) -> Sequence[tuple[str, Kind, datetime]]:
        """Address, kind and instant of what was sent, or is being sent, since an instant."""
        ...

    def caps(self, workspace: str, addresses: Collection[str]) -> Mapping[str, int]:
        """How many unasked messages a day those addresses chose that chose a number."""
        ...

    def delivery_counts(self) -> Mapping[State, int]: ...
    def forget_deliveries(self, before: date, limit: int) -> int:
        """Delete ended deliveries for local dates before this one; how many, `limit` at most."""
        ...

    def standing(self, workspace: str, *, lock: bool = False) -> Standing:
        """What a workspace may get; with `lock` it stays so until the end of the transaction."""
        ...

    def save_standing(self, standing: Standing) -> None: ...
    def standings(self) -> Sequence[Standing]:
        """Of every workspace of which anything is noted."""
        ...

    def hold_workspace(
        self, workspace: str, until: datetime, why: str, *, since: datetime | None = None
    ) -> None:
        """Send nothing to a workspace before an instant; a longer hold is never shortened.

        With `since`, Slack is asked before anything is sent again.
        """
        ...

    def end_workspace(self, workspace: str, why: str) -> None:
        """Send nothing to a workspace any more; what is open is skipped."""
        ...

    def ended_workspace(self, workspace: str) -> str | None:
        """Why a workspace has ended, None when it has not."""
        ...

    def revive_workspace(self, workspace: str) -> None:
        """The workspace may get messages again, and is held no longer."""
        ...

    def rest_target(self, target: Target, why: str) -> None:
        """No more sends to a target: its subscriptions rest, what is due is skipped.

        `why` is a code, kept until the target wakes; resting again keeps the first.
        """
        ...

    def wake_target(self, target: Target) -> str | None:
        """The reason that ends now, None when the target was not resting.

        Whoever wakes a target plans its sends anew.
        """
        ...

    def resting(self, target: Target) -> str | None:
        """Why a target gets nothing, None when it does."""
        ...

    def sending(self) -> Sending:
        """What the kill switch says."""
        ...

    def set_sending(self, sending: Sending) -> None: ...
    def envelope_seen(self, key: str, now: datetime) -> bool:
        """Whether a key was claimed within the last day; claims nothing."""
        ...

    def claim_envelope(self, key: str, now: datetime) -> bool:
        """True the first time that a key is seen; keys are forgotten after a day."""
        ...

    def add_vote(self, given: Votes) -> None:
        """Count votes on top of the equal ones of their day; forgets what is too old."""
        ...

    def votes(self, workspace: str) -> Sequence[Votes]:
        """Oldest first."""
        ...

    def note_gap(
        self, workspace: str, text: str, outcome: Outcome, nearest: str, day: date, *, told: bool
    ) -> None:
        """Keep a question that was not answered, or count it again; forgets what is too old.

        One that is passed on (`told`) was counted when it was asked.
        """
        ...

    def gaps(self, workspace: str) -> Sequence[Gap]:
        """The most frequent first."""
        ...

    def gap_workspaces(self) -> Sequence[str]:
        """The workspaces that have gaps."""
        ...

    def close_gap(self, workspace: str, text: str) -> None: ...
    def forget_feedback(self, before: date) -> None:
        """Forget votes given, and questions last asked, before a day."""
        ...

    def note(self, name: str) -> str | None:
        """What the installation noted for itself under a name."""
        ...

    def save_note(self, name: str, text: str) -> None: ...

    def forget(self, person: Person) -> int:
        """Delete every row of a person, and their membership of groups; how many rows went."""
        ...


@dataclass(frozen=True, slots=True)
class ByRows(Generic[T]):
    """Work that locks every row by which it decides.

    It may run beside other work; `Store.write` lets all other work run as if it were alone, and
    has some of it run again when that does not come out. On SQLite there is no difference.
    """

    work: Callable[["Records"], T]

    def __call__(self, records: "Records") -> T:
        """Do it."""
        return self.work(records)


class Store(Protocol):
    """Runs work inside one transaction, in the store's own threads.

    Work is a plain function of `Records`; it may be run again after a conflict, so it has no
    effect beside the records. Cancelling the caller gives the work up before it is saved; raises
    `Uncertain` when that came too late, and `Busy` when the store can't take work now.
    """

    async def read(self, work: Callable[[Records], T]) -> T: ...
    async def write(self, work: Callable[[Records], T]) -> T: ...
    async def check(self) -> None:
        """Raises Busy when the store does not answer."""
        ...

    def waiting(self) -> int:
        """How many pieces of work wait for the store's threads."""
        ...

    async def close(self) -> None: ...
