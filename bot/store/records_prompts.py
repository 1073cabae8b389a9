"""Rows of daily prompts: which one somebody got, and every version of what they answered."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select

from bot.domain.learners import Person
from bot.domain.prompts import Answer, Assignment
from bot.store.records_base import RecordsBase, of_person, owner
from bot.store.schema import answers, assignments


class PromptRecords(RecordsBase):
    """Assignments and answers."""

    def assignment(self, person: Person, label: date) -> Assignment | None:
        """The prompt of one local date."""
        query = select(assignments).where(
            of_person(assignments, person), assignments.c.label == label
        )
        row = self.first(query)
        if row is None:
            return None
        return Assignment(person, row.label, row.prompt_id, row.swapped_from)

    def save_assignment(self, assignment: Assignment) -> None:
        """Keep the prompt of one local date; the same date again replaces it."""
        row = {
            **owner(assignment.person),
            "label": assignment.label,
            "prompt_id": assignment.prompt_id,
            "swapped_from": assignment.swapped_from,
        }
        self.put(assignments, row)

    def prompts_given(self, person: Person) -> Sequence[Assignment]:
        """Every assignment, oldest first."""
        mine = select(assignments).where(of_person(assignments, person))
        rows = self.all(mine.order_by(assignments.c.label))
        return [Assignment(person, row.label, row.prompt_id, row.swapped_from) for row in rows]

    def prompts_seen(self, person: Person) -> Mapping[str, date]:
        """The last local date on which each prompt was given, also one that was swapped away."""
        seen: dict[str, date] = {}
        for given in self.prompts_given(person):
            names = (given.prompt_id, given.swapped_from)
            seen |= {name: given.label for name in names if name is not None}
        return seen

    def save_answer(self, answer: Answer) -> None:
        """Keep a version of an answer; earlier versions stay, the same version is replaced."""
        row = {
            **owner(answer.person),
            "id": answer.id,
            "version": answer.version,
            "prompt_id": answer.prompt_id,
            "text": answer.text,
            "answered_at": answer.answered_at,
            "rated": None if answer.rated is None else sorted(answer.rated),
        }
        self.put(answers, row)

    def answer(self, person: Person, answer_id: str) -> Answer | None:
        """The newest version, None when it is not this person's."""
        row = self.first(
            select(answers)
            .where(of_person(answers, person), answers.c.id == answer_id)
            .order_by(answers.c.version.desc())
            .limit(1)
        )
        return None if row is None else _answer(row)

    def answer_to(self, person: Person, prompt_id: str) -> Answer | None:
        """The newest version of the person's latest answer to a prompt."""
        row = self.first(_latest_first(person).where(answers.c.prompt_id == prompt_id).limit(1))
        return None if row is None else _answer(row)

    def answers(self, person: Person) -> Sequence[Answer]:
        """The newest versions, latest answer first."""
        return [_answer(row) for row in self.all(_latest_first(person))]

    def answer_versions(self, person: Person) -> Sequence[Answer]:
        """Every version of every answer, oldest first."""
        query = (
            select(answers)
            .where(of_person(answers, person))
            .order_by(answers.c.answered_at, answers.c.id, answers.c.version)
        )
        return [_answer(row) for row in self.all(query)]


def _latest_first(person: Person) -> Select[Any]:
    newer = answers.alias("newer")
    superseded = (
        select(newer.c.id)
        .where(
            newer.c.workspace == answers.c.workspace,
            newer.c.user_id == answers.c.user_id,
            newer.c.id == answers.c.id,
            newer.c.version > answers.c.version,
        )
        .exists()
    )
    return (
        select(answers)
        .where(of_person(answers, person), ~superseded)
        .order_by(answers.c.answered_at.desc(), answers.c.id.desc())
    )


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        id=row.id,
        person=Person(row.workspace, row.user_id),
        prompt_id=row.prompt_id,
        text=row.text,
        answered_at=row.answered_at,
        version=row.version,
        rated=None if row.rated is None else frozenset(row.rated),
    )
