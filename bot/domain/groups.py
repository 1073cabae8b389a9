"""Study groups: the sessions of the syllabus and the group that works through them in a channel."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.domain.authored import Authored, ItemId, Line, Paragraph, Title
from bot.domain.cadence import Rhythm
from bot.domain.learners import Person


class AgendaItem(Authored):
    """A part of a session with its length in minutes."""

    minutes: Annotated[int, Field(ge=1, le=120)]
    what: Line


class StudySession(Authored):
    """One week of the syllabus."""

    id: ItemId
    week: Annotated[int, Field(ge=1, le=52)]
    title: Title
    goal: Line
    minutes: Annotated[int, Field(ge=15, le=180)]
    before: Annotated[tuple[Line, ...], Field(min_length=1, max_length=3)]
    agenda: Annotated[tuple[AgendaItem, ...], Field(min_length=2, max_length=8)]
    case: Paragraph
    questions: Annotated[tuple[Line, ...], Field(min_length=2, max_length=4)]
    artifact: Line
    sources: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _agenda_fills_the_time(self) -> Self:
        total = sum(item.minutes for item in self.agenda)
        if total != self.minutes:
            raise ValueError(f"the agenda has {total} minutes, the session {self.minutes}")
        return self


def session_answer_key(session: StudySession) -> str:
    """What an answer to a session is kept under; no prompt id contains a colon."""
    return f"session:{session.id}"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A channel of one workspace."""

    workspace: str
    channel: str


@dataclass(frozen=True, slots=True)
class StudyGroup:
    """The study group of a channel. `week` is the number of the session that comes next."""

    place: Place
    started_by: Person
    zone: str
    rhythm: Rhythm
    started_at: datetime
    week: int = 1
    members: frozenset[str] = field(default_factory=frozenset)
    paused: bool = False

    def with_member(self, person: Person) -> "StudyGroup":
        """The group with a member more; joining twice changes nothing."""
        return replace(self, members=self.members | {person.user})

    def without_member(self, person: Person) -> "StudyGroup":
        """The group with a member less."""
        return replace(self, members=self.members - {person.user})
