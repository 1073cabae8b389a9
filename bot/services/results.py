"""What the use cases return: facts for a screen to show, without words or layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.confidence import UNSURE, Outcome, Sureness
from bot.domain.deliveries import Kind
from bot.domain.faq import FaqEntry
from bot.domain.groups import StudyGroup, StudySession
from bot.domain.learners import Learner
from bot.domain.outside import OutsideKind
from bot.domain.plans import CheckIn, Dated, Milestone, Plan, PlanTemplate
from bot.domain.prompts import Answer, Prompt
from bot.domain.reference import Case, PayFigure, PayStatement, Term
from bot.domain.replanning import Offer


@dataclass(frozen=True, slots=True)
class Composed:
    """What a delivery shows, and the id of the content that it rests on, if any."""

    result: object
    content_id: str | None = None


Answering = FaqEntry | Term | PayStatement | Case
"""What can answer a question."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that answers, and the key by which buttons name it, such as `faq:need-phd`."""

    key: str
    item: Answering

    @property
    def title(self) -> str:
        """What it is about, in a line."""
        match self.item:
            case FaqEntry():
                return self.item.question
            case Term():
                return self.item.term
            case _:
                return self.item.title


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what was found for it, best first.

    `kind` is set when it is not for the coach and a reply of its own fits better than "I do not
    know"; `sureness` tells why the outcome is what it is.
    """

    question: str
    outcome: Outcome
    found: tuple[Found, ...]
    kind: OutsideKind | None = None
    sureness: Sureness = UNSURE
    meaning: Term | None = None
    """The definition of the word that was asked for, to stand above an answer that says more."""


@dataclass(frozen=True, slots=True)
class PromptCard:
    """A prompt ready to be answered, and the person's answer when there is one already."""

    prompt: Prompt
    skill: str
    answer: Answer | None = None
    may_swap: bool = False


@dataclass(frozen=True, slots=True)
class Reflection:
    """An answer that was just kept or rated, beside the prompt with its rubric and key points."""

    prompt: Prompt
    answer: Answer
    skill: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with its dates as they stand today, and the ways out when it slips."""

    plan: Plan
    template: PlanTemplate
    dated: Sequence[Dated]
    offers: Sequence[Offer]
    today: date

    @property
    def promised(self) -> tuple[Milestone, ...]:
        """The milestones taken on for this week that are still open."""
        chosen = set(self.plan.promised)
        return tuple(entry.milestone for entry in self.dated if entry.milestone.id in chosen)


@dataclass(frozen=True, slots=True)
class NextSend:
    """What comes next unasked, at which instant, in which zone it was planned."""

    kind: Kind
    due: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class ShutOut:
    """A channel with a study group that can't be reached any more, by its Slack id."""

    channel: str


class RestReason(StrEnum):
    """Why something does not come."""

    PAUSED = "paused"
    SILENCE = "silence"
    NONE_WANTED = "none_wanted"
    OFF = "off"
    SNOOZED = "snoozed"
    VACATION = "vacation"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Rest:
    """What rests and why. `kind` is None for everything; `last` the last local date of it, None
    without an end; `name` that of a public holiday."""

    reason: RestReason
    kind: Kind | None = None
    first: date | None = None
    last: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes in the next time, soonest first, and what rests meanwhile."""

    sends: Sequence[NextSend]
    rests: Sequence[Rest]


@dataclass(frozen=True, slots=True)
class Snoozed:
    """What was snoozed, and when it comes next; a kind that comes no more is not among `sends`."""

    kinds: Sequence[Kind]
    sends: Sequence[NextSend]


@dataclass(frozen=True, slots=True)
class BeforeRest:
    """A message after which the coach rests, because it heard nothing for long."""

    result: object


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody has started: who, with which plan, and what comes when."""

    learner: Learner
    view: PlanView
    sends: Sequence[NextSend]
    edited: bool


@dataclass(frozen=True, slots=True)
class CheckInInvite:
    """What the weekly check-in asks: the promises that come back, prefilled when it is edited."""

    learner: Learner
    week: date
    promises: Sequence[Milestone]
    planned_hours: float
    earlier: CheckIn | None


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """What a check-in changed. `end_before` is the plan's end as it stood before it."""

    check_in: CheckIn
    view: PlanView
    end_before: date
    finished: Sequence[Milestone]


@dataclass(frozen=True, slots=True)
class GroupView:
    """A study group, the session that comes next and when; None after the last one."""

    group: StudyGroup
    session: StudySession | None
    sends: NextSend | None
    weeks: int
    is_member: bool


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session to be posted to a group's channel."""

    group: StudyGroup
    session: StudySession
    weeks: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An answer, what it answers, and the local date of the answer.

    `title` is empty when the content no longer has it; `prompt` is None for study sessions, too.
    """

    answer: Answer
    title: str
    prompt: Prompt | None
    on: date


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Answers of a person, latest first; `words` when they were searched."""

    entries: Sequence[JournalEntry]
    words: str
    total: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that App Home shows; `learner` is None for somebody who has not started."""

    learner: Learner | None
    now: datetime
    plan: PlanView | None = None
    card: PromptCard | None = None
    check_in_due: bool = False
    outlook: Outlook = Outlook((), ())
    journal: JournalPage | None = None
    groups: Sequence[GroupView] = ()


@dataclass(frozen=True, slots=True)
class DataSummary:
    """How much the coach keeps about a person, by kind."""

    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Export:
    """Everything kept about a person, as readable text in pages of one message each."""

    pages: Sequence[str]


@dataclass(frozen=True, slots=True)
class TermView:
    """What was asked, its term when there is one, and otherwise the nearest terms."""

    word: str
    term: Term | None
    near: Sequence[Term] = ()


@dataclass(frozen=True, slots=True)
class PayView:
    """Figures about pay, for one level or all, and what the sources say in words."""

    level: str
    figures: Sequence[PayFigure]
    statements: Sequence[PayStatement]
