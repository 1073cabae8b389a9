"""Feedback: votes on answers, and the questions that found none, until the content answers them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from bot.domain.confidence import Outcome
from bot.domain.feedback import (
    KEPT,
    Cluster,
    Gap,
    Reason,
    Tally,
    Vote,
    Votes,
    clusters,
    scrubbed,
    tally_of,
)
from bot.ports import Clock, Records, Store
from bot.services.results import Asked

MOST = 1_000
"""Questions that are asked again and listed; the rarest beyond them are left out."""


class Search(Protocol):
    """Answers questions from the present content."""

    def ask(self, question: str, topic: str = "") -> Asked: ...


class Feedback:
    """What people say about answers, kept without them. Every method may raise Busy or Uncertain:
    the caller has answered already, or answers all the same."""

    def __init__(self, store: Store, clock: Clock, answers: Search) -> None:
        self._store = store
        self._clock = clock
        self._answers = answers

    async def missed(self, workspace: str, asked: Asked, told: bool = False) -> None:
        """Note a question that was not answered; with `told` somebody passed it on.

        What is not for the coach, and what says nothing once it is scrubbed, is not kept.
        """
        text = scrubbed(asked.question)
        if asked.kind is None and text:
            nearest = asked.found[0].key if asked.found else ""
            await self._note(workspace, text, asked.outcome, nearest, told)

    async def vote(
        self,
        workspace: str,
        key: str,
        outcome: Outcome,
        vote: Vote,
        reason: Reason | None = None,
    ) -> None:
        """Count a vote on the answer of a key, as it was shown."""
        given = Votes(workspace, key, outcome, vote, self._today(), reason)
        await self._store.write(lambda records: records.add_vote(given))

    async def remark(self, workspace: str, key: str, text: str) -> None:
        """Keep a sentence on why the answer of a key did not help.

        Words of the kinds that come first, such as those of somebody in danger, are not kept.
        """
        words = scrubbed(text)
        kind = self._answers.ask(words).kind
        if words and (kind is None or not kind.first):
            await self._note(workspace, words, Outcome.ANSWER, key, told=True)

    async def gaps(self, workspace: str) -> Sequence[Cluster]:
        """The questions that the present content does not answer, alike ones together.

        Each is asked again; what is answered now, or known not to be for the coach, is forgotten.
        """
        kept = [gap for gap in await self._kept(workspace) if not gap.is_remark]
        still: list[Gap] = []
        closed: list[str] = []
        for gap in kept[:MOST]:
            asked = self._answers.ask(gap.text)
            if asked.outcome is Outcome.ANSWER or asked.kind is not None:
                closed.append(gap.text)
            else:
                nearest = asked.found[0].key if asked.found else ""
                still.append(replace(gap, outcome=asked.outcome, nearest=nearest))
            await asyncio.sleep(0)  # whoever asks the coach meanwhile does not wait for all of it
        if closed:
            await self._store.write(lambda records: _close(records, workspace, closed))
        return clusters(still)

    async def remarks(self, workspace: str) -> Sequence[Gap]:
        """What people wrote about answers that did not help; `nearest` is the answer."""
        return [gap for gap in await self._kept(workspace) if gap.is_remark]

    async def workspaces(self) -> Sequence[str]:
        """The workspaces for which something was noted."""
        return await self._store.read(lambda records: records.gap_workspaces())

    async def tally(self, workspace: str) -> Tally:
        """All votes of the last days that are kept, added up."""
        votes = await self._store.read(lambda records: records.votes(workspace))
        return tally_of(given for given in votes if given.day >= self._today() - KEPT)

    async def _note(
        self, workspace: str, text: str, outcome: Outcome, nearest: str, told: bool
    ) -> None:
        day = self._today()
        await self._store.write(
            lambda records: records.note_gap(workspace, text, outcome, nearest, day, told=told)
        )

    async def _kept(self, workspace: str) -> Sequence[Gap]:
        oldest = self._today() - KEPT

        def work(records: Records) -> Sequence[Gap]:
            records.forget_feedback(oldest)
            return records.gaps(workspace)

        return await self._store.write(work)

    def _today(self) -> date:
        return self._clock.now().date()


def _close(records: Records, workspace: str, texts: Sequence[str]) -> None:
    for text in texts:
        records.close_gap(workspace, text)
