"""Votes and questions without an answer: the same on every engine, and nobody's."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from store_samples import DAY, MAYA, TODAY, using

from bot.domain.confidence import Outcome
from bot.domain.feedback import KEPT, Gap, Reason, Vote, Votes
from bot.ports import Records
from bot.store.schema import gaps, votes
from bot.store.sql import SqlStore

HELPFUL = Votes("T1", "faq:need-phd", Outcome.ANSWER, Vote.HELPFUL, TODAY)
WRONG = Votes("T1", "faq:need-phd", Outcome.CHOICES, Vote.UNHELPFUL, TODAY, Reason.WRONG)
VISA = "How do I get a visa?"


def note(
    text: str = VISA,
    *,
    workspace: str = "T1",
    outcome: Outcome = Outcome.NONE,
    nearest: str = "",
    days: int = 0,
    told: bool = False,
) -> Callable[[Records], None]:
    """Work that notes a question, some days after today."""
    day = TODAY + days * DAY
    return lambda records: records.note_gap(workspace, text, outcome, nearest, day, told=told)


def gap(text: str = VISA, *, count: int = 1, told: int = 0, nearest: str = "") -> Gap:
    return Gap("T1", text, Outcome.NONE, nearest, count, told, TODAY, TODAY)


def kept(workspace: str = "T1") -> Callable[[Records], list[Gap]]:
    """Work that finds the questions of a workspace."""
    return lambda records: list(records.gaps(workspace))


def test_equal_votes_of_a_day_are_counted_and_others_stand_apart(url: str) -> None:
    tomorrow = replace(HELPFUL, day=TODAY + DAY)
    elsewhere = replace(HELPFUL, workspace="T2")
    no_reason = replace(WRONG, reason=None)

    async def play(store: SqlStore) -> None:
        for vote in (HELPFUL, tomorrow, WRONG, HELPFUL, elsewhere, no_reason, HELPFUL):
            await store.write(lambda records, vote=vote: records.add_vote(vote))
        found = await store.read(lambda records: list(records.votes("T1")))
        assert found[-1] == tomorrow
        assert set(found) == {replace(HELPFUL, count=3), tomorrow, WRONG, no_reason}
        assert len(found) == 4
        assert list(await store.read(lambda records: records.votes("T2"))) == [elsewhere]

    using(url, play)


def test_every_vote_comes_back_as_it_was(url: str) -> None:
    every = [
        Votes("T1", "faq:a", outcome, vote, TODAY, reason)
        for outcome in Outcome
        for vote in Vote
        for reason in (None, *Reason)
    ]

    async def play(store: SqlStore) -> None:
        for vote in every:
            await store.write(lambda records, vote=vote: records.add_vote(vote))
        assert set(await store.read(lambda records: records.votes("T1"))) == set(every)

    using(url, play)


def test_a_question_asked_again_counts_and_one_passed_on_is_told(url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(note(nearest="faq:a"))
        await store.write(note(nearest="faq:b", outcome=Outcome.CHOICES, days=2))
        await store.write(note(nearest="faq:b", outcome=Outcome.CHOICES, days=3, told=True))
        (found,) = await store.read(kept())
        assert found == Gap("T1", VISA, Outcome.CHOICES, "faq:b", 2, 1, TODAY, TODAY + 3 * DAY)

    using(url, play)


def test_a_question_that_was_only_passed_on_was_asked_once(url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(note(told=True))
        assert await store.read(kept()) == [gap(told=1)]

    using(url, play)


def test_questions_come_by_frequency_and_by_workspace(url: str) -> None:
    async def play(store: SqlStore) -> None:
        for text in ("b", "c", "a", "c"):
            await store.write(note(text))
        await store.write(note("b", told=True))
        await store.write(note("a", workspace="T2"))
        found = await store.read(kept())
        assert found == [gap("c", count=2), gap("b", told=1), gap("a")]
        assert await store.read(kept("T2")) == [replace(gap("a"), workspace="T2")]
        assert await store.read(kept("T3")) == []
        assert await store.read(lambda records: list(records.gap_workspaces())) == ["T1", "T2"]

    using(url, play)


def test_a_closed_question_is_gone_here_and_stays_elsewhere(url: str) -> None:
    async def play(store: SqlStore) -> None:
        for workspace, text in (("T1", VISA), ("T1", "other"), ("T2", VISA)):
            await store.write(note(text, workspace=workspace))
        await store.write(lambda records: records.close_gap("T1", VISA))
        await store.write(lambda records: records.close_gap("T1", "never asked"))
        assert await store.read(kept()) == [gap("other")]
        assert len(await store.read(kept("T2"))) == 1

    using(url, play)


def test_what_is_older_than_90_days_goes_when_something_is_noted(url: str) -> None:
    last_day = replace(HELPFUL, day=TODAY + KEPT)
    too_late = replace(HELPFUL, day=TODAY + KEPT + DAY)

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.add_vote(HELPFUL))
        await store.write(note("old"))
        await store.write(note("asked again"))
        await store.write(note("asked again", days=1))
        await store.write(lambda records: records.add_vote(last_day))
        assert len(await store.read(kept())) == 2
        assert list(await store.read(lambda r: r.votes("T1"))) == [HELPFUL, last_day]
        await store.write(lambda records: records.add_vote(too_late))
        assert [found.text for found in await store.read(kept())] == ["asked again"]
        assert list(await store.read(lambda r: r.votes("T1"))) == [last_day, too_late]
        await store.write(note("new", days=KEPT.days + 200))
        assert [found.text for found in await store.read(kept())] == ["new"]
        assert list(await store.read(lambda r: r.votes("T1"))) == []

    using(url, play)


def test_people_who_press_at_once_are_all_counted(url: str) -> None:
    async def play(store: SqlStore) -> None:
        presses = [store.write(lambda records: records.add_vote(HELPFUL)) for _ in range(20)]
        asked = [store.write(note()) for _ in range(20)]
        await asyncio.gather(*presses, *asked)
        assert list(await store.read(lambda r: r.votes("T1"))) == [replace(HELPFUL, count=20)]
        assert await store.read(kept()) == [gap(count=20)]

    using(url, play)


def test_no_column_can_hold_who_it_was() -> None:
    assert {column.name for column in votes.columns} == {
        *("workspace", "key", "outcome", "vote", "reason", "day", "count")
    }
    assert {column.name for column in gaps.columns} == {
        *("workspace", "text", "outcome", "nearest", "count", "told", "first_on", "last_on")
    }


def test_forgetting_a_person_leaves_what_belongs_to_nobody(url: str) -> None:
    def work(records: Records) -> int:
        records.add_vote(HELPFUL)
        records.note_gap("T1", VISA, Outcome.NONE, "", TODAY, told=False)
        return records.forget(MAYA)

    async def play(store: SqlStore) -> None:
        assert await store.write(work) == 0
        assert await store.read(kept()) == [gap()]
        assert list(await store.read(lambda r: r.votes("T1"))) == [HELPFUL]

    using(url, play)


def test_nothing_is_noted_while_reading(url: str) -> None:
    async def play(store: SqlStore) -> None:
        for work in (note(), lambda records: records.add_vote(HELPFUL)):
            with pytest.raises(RuntimeError, match="give it to write"):
                await store.read(work)
        assert await store.read(kept()) == []

    using(url, play)
