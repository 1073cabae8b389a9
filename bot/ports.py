"""What the use cases need from the outside, and everything that the program remembers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from bot.domain.confidence import Outcome
from bot.domain.deliveries import Delivery, Kind, State, Subscription, Target
from bot.domain.feedback import Gap, Votes
from bot.domain.groups import Place, StudyGroup
from bot.domain.learners import Learner, Person
from bot.domain.plans import CheckIn, Plan
from bot.domain.prompts import Answer, Assignment

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
    """Slack surely did not take the message.

    `code` is Slack's error; `wait` the seconds to wait when trying again makes sense, None when
    this target can't be reached any more.
    """

    def __init__(self, code: str, wait: float | None) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait


class SendUncertain(Exception):
    """The message may or may not have arrived: the connection broke or Slack failed on the way."""


class Messenger(Protocol):
    """Posts messages; never tries twice by itself."""

    async def send(self, target: Target, message: Message, delivery_id: str) -> Arrived:
        """Post once, carrying the delivery id. Raises SendRefused or SendUncertain."""
        ...

    async def find(self, target: Target, delivery_id: str, since: datetime) -> Arrived | None:
        """Where the message with this delivery id stands, None when it never arrived.

        Raises SendRefused when the history can't be read, SendUncertain when it can't be read now.
        """
        ...


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

    def due_subscriptions(self, now: datetime, limit: int) -> Sequence[Subscription]: ...
    def next_due(self) -> datetime | None:
        """When a subscription or an open delivery next wants attention."""
        ...

    def add_delivery(self, delivery: Delivery) -> bool:
        """False when this target already has one of this kind for this label; nothing changes."""
        ...

    def save_delivery(self, delivery: Delivery) -> None:
        """Raises DeliveryMoved when the stored state can't become the new one."""
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

    def open_deliveries(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Those in `due` whose `not_before` has come, oldest first."""
        ...

    def stuck_deliveries(self, before: datetime, limit: int) -> Sequence[Delivery]:
        """Those in `sending` since before an instant."""
        ...

    def sent_since(self, target: Target, since: datetime, kinds: Collection[Kind]) -> int:
        """How many deliveries of these kinds were sent, or are being sent, since an instant."""
        ...

    def delivery_counts(self) -> Mapping[State, int]: ...

    def hold_workspace(self, workspace: str, until: datetime) -> None:
        """Send nothing to a workspace before an instant."""
        ...

    def held_workspaces(self, now: datetime) -> Mapping[str, datetime]:
        """The workspaces to which nothing is sent now, and until when."""
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

    async def close(self) -> None: ...
