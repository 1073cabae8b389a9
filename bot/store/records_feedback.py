"""Rows of votes and of questions without an answer: nothing in them says whose they are."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Row, Table, delete, select

from bot.domain.confidence import Outcome
from bot.domain.feedback import KEPT, Gap, Reason, Vote, Votes
from bot.store.records_base import RecordsBase, insert_into
from bot.store.schema import gaps, votes

_NO_REASON = ""


class FeedbackRecords(RecordsBase):
    """Votes, and questions that the content did not answer."""

    def add_vote(self, given: Votes) -> None:
        """Count votes on top of the equal ones of their day; forgets what is too old."""
        self.forget_feedback(given.day - KEPT)
        statement = insert_into(votes, self.dialect)
        counted = {"count": votes.c.count + statement.excluded["count"]}
        added = statement.on_conflict_do_update(index_elements=_key(votes), set_=counted)
        self.change(added, _votes_row(given))

    def votes(self, workspace: str) -> Sequence[Votes]:
        """All votes of a workspace, oldest first."""
        mine = select(votes).where(votes.c.workspace == workspace)
        return [_votes(row) for row in self.all(mine.order_by(votes.c.day, *_key(votes)))]

    def note_gap(
        self, workspace: str, text: str, outcome: Outcome, nearest: str, day: date, *, told: bool
    ) -> None:
        """Keep a question, or count it again; forgets what is too old.

        A question that is passed on was counted when it was asked, so only `told` goes up.
        """
        self.forget_feedback(day - KEPT)
        gap = Gap(workspace, text, outcome, nearest, 1, int(told), day, day)
        statement = insert_into(gaps, self.dialect)
        new = statement.excluded
        latest = {
            "outcome": new.outcome,
            "nearest": new.nearest,
            "count": gaps.c.count + (0 if told else 1),
            "told": gaps.c.told + new.told,
            "last_on": new.last_on,
        }
        noted = statement.on_conflict_do_update(index_elements=_key(gaps), set_=latest)
        self.change(noted, {**asdict(gap), "outcome": gap.outcome.value})

    def gaps(self, workspace: str) -> Sequence[Gap]:
        """The questions of a workspace, the most frequent first."""
        mine = select(gaps).where(gaps.c.workspace == workspace)
        often = mine.order_by(gaps.c["count"].desc(), gaps.c.told.desc(), gaps.c.text)
        return [_gap(row) for row in self.all(often)]

    def gap_workspaces(self) -> Sequence[str]:
        """The workspaces that have questions without an answer."""
        query = select(gaps.c.workspace).distinct().order_by(gaps.c.workspace)
        return [row.workspace for row in self.all(query)]

    def close_gap(self, workspace: str, text: str) -> None:
        """Forget a question, because the content answers it now."""
        mine = (gaps.c.workspace == workspace) & (gaps.c.text == text)
        self.change(delete(gaps).where(mine))

    def forget_feedback(self, before: date) -> None:
        """Forget the votes of days before one, and questions last asked before it."""
        self.change(delete(votes).where(votes.c.day < before))
        self.change(delete(gaps).where(gaps.c.last_on < before))


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _votes_row(given: Votes) -> dict[str, Any]:
    return {
        **asdict(given),
        "outcome": given.outcome.value,
        "vote": given.vote.value,
        "reason": given.reason.value if given.reason else _NO_REASON,
    }


def _votes(row: Row[Any]) -> Votes:
    plain = row._asdict()
    reason = plain.pop("reason")
    return Votes(
        outcome=Outcome(plain.pop("outcome")),
        vote=Vote(plain.pop("vote")),
        reason=Reason(reason) if reason else None,
        **plain,
    )


def _gap(row: Row[Any]) -> Gap:
    plain = row._asdict()
    return Gap(outcome=Outcome(plain.pop("outcome")), **plain)
