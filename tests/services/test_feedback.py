"""Votes are counted and missing answers noted, by nobody, until the content answers them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from feedback_search import Known
from services_desk import Bench, MoodyStore, lived

from bot.domain.confidence import Outcome
from bot.domain.errors import Busy
from bot.domain.feedback import Cluster, Gap, Helpfulness, Reason, Vote
from bot.services.feedback import Feedback

PHD = "Is a doctorate any use here?"
VISA = "How do I get a visa for Germany?"
LAPTOP = "which laptop should I buy?"
ANSWER, CHOICES, NONE = Outcome.ANSWER, Outcome.CHOICES, Outcome.NONE


def feedback(bench: Bench, search: Known) -> Feedback:
    return Feedback(bench.store, bench.clock, search)


async def noted(bench: Bench, workspace: str = "T1") -> list[Gap]:
    """What the store holds, as it holds it."""
    return list(await bench.store.read(lambda records: records.gaps(workspace)))


@lived
async def test_a_missed_question_is_kept_scrubbed_with_what_came_nearest(bench: Bench) -> None:
    search = Known(near={f"<@U1> {PHD}": "faq:need-phd"})
    await feedback(bench, search).missed("T1", search.ask(f"<@U1> {PHD}"))
    day = bench.now.date()
    assert await noted(bench) == [Gap("T1", PHD, CHOICES, "faq:need-phd", 1, 0, day, day)]


@lived
async def test_passing_a_question_on_does_not_count_it_twice(bench: Bench) -> None:
    desk = feedback(bench, search := Known())
    await desk.missed("T1", search.ask(VISA))
    bench.now += timedelta(days=1)
    await desk.missed("T1", search.ask(VISA), told=True)
    (gap,) = await noted(bench)
    assert (gap.count, gap.told) == (1, 1)
    assert (gap.last_on - gap.first_on).days == 1


@lived
async def test_what_says_nothing_or_is_not_for_the_coach_is_not_kept(bench: Bench) -> None:
    search = Known(danger={"I will hurt myself"})
    desk = feedback(bench, search)
    for question in ("", "   ", "<@U1> 0170 1234567?", "I will hurt myself"):
        await desk.missed("T1", search.ask(question))
        await desk.missed("T1", search.ask(question), told=True)
        await desk.remark("T1", "faq:need-phd", question)
    assert await noted(bench) == []


@lived
async def test_a_question_on_another_subject_is_not_kept_and_a_remark_on_it_is(
    bench: Bench,
) -> None:
    desk = feedback(bench, search := Known(elsewhere={VISA}))
    await desk.missed("T1", search.ask(VISA))
    assert await noted(bench) == []
    await desk.remark("T1", "faq:need-phd", VISA)
    assert [remark.text for remark in await desk.remarks("T1")] == [VISA]


@lived
async def test_gaps_come_alike_ones_together_with_what_is_nearest_now(bench: Bench) -> None:
    search = Known()
    desk = feedback(bench, search)
    for question in (LAPTOP, VISA, "how do i get a visa for germany", VISA):
        await desk.missed("T1", search.ask(question))
    await desk.missed("T2", search.ask("elsewhere"))
    search.near[VISA] = "faq:need-phd"
    assert list(await desk.gaps("T1")) == [
        Cluster((VISA, "how do i get a visa for germany"), 3, 0, "faq:need-phd"),
        Cluster((LAPTOP,), 1, 0, ""),
    ]
    assert list(await desk.workspaces()) == ["T1", "T2"]


@lived
async def test_what_the_content_answers_by_now_is_closed(bench: Bench) -> None:
    search = Known()
    desk = feedback(bench, search)
    for question in (VISA, LAPTOP, PHD):
        await desk.missed("T1", search.ask(question))
    await desk.missed("T2", search.ask(PHD))
    search.answered[PHD] = "faq:need-phd"
    search.danger.add(LAPTOP)
    assert [cluster.texts for cluster in await desk.gaps("T1")] == [(VISA,)]
    assert [gap.text for gap in await noted(bench)] == [VISA]
    assert [gap.text for gap in await noted(bench, "T2")] == [PHD]


@lived
async def test_a_remark_on_an_answer_stays_although_the_search_answers(bench: Bench) -> None:
    words = "I meant a doctorate in physics, write to me@example.org"
    desk = feedback(
        bench, Known(answered={"I meant a doctorate in physics, write to": "faq:need-phd"})
    )
    await desk.remark("T1", "faq:need-phd", words)
    assert list(await desk.gaps("T1")) == []
    (remark,) = await desk.remarks("T1")
    assert remark.text == "I meant a doctorate in physics, write to"
    assert (remark.nearest, remark.is_remark) == ("faq:need-phd", True)


@lived
async def test_questions_are_forgotten_90_days_after_they_were_last_asked(bench: Bench) -> None:
    desk = feedback(bench, search := Known())
    await desk.missed("T1", search.ask(VISA))
    await desk.vote("T1", "faq:need-phd", ANSWER, Vote.HELPFUL)
    bench.now += timedelta(days=90)
    assert len(await desk.gaps("T1")) == 1
    assert (await desk.tally("T1")).by_key == {"faq:need-phd": Helpfulness(1, 0)}
    bench.now += timedelta(days=1)
    assert (await desk.tally("T1")).by_key == {}
    assert list(await desk.gaps("T1")) == []
    assert await noted(bench) == []


@lived
async def test_votes_are_tallied_by_outcome_and_by_key(bench: Bench) -> None:
    desk = bench.desk.feedback
    for _ in range(3):
        await desk.vote("T1", "faq:need-phd", ANSWER, Vote.HELPFUL)
    await desk.vote("T1", "faq:need-phd", CHOICES, Vote.UNHELPFUL, Reason.NOT_ASKED)
    await desk.vote("T1", "term:drift", ANSWER, Vote.UNHELPFUL)
    await desk.vote("T2", "faq:need-phd", ANSWER, Vote.UNHELPFUL)
    tally = await desk.tally("T1")
    assert tally.by_outcome == {ANSWER: Helpfulness(3, 1), CHOICES: Helpfulness(0, 1)}
    assert tally.by_key == {"faq:need-phd": Helpfulness(3, 1), "term:drift": Helpfulness(0, 1)}
    assert 0 < tally.by_key["faq:need-phd"].lowest < 0.75


@lived
async def test_a_store_that_is_away_is_told_to_the_caller(bench: Bench) -> None:
    search = Known()
    desk = Feedback(MoodyStore(bench.store, frozenset({1, 2, 3, 4})), bench.clock, search)
    for work in (
        desk.missed("T1", search.ask(VISA)),
        desk.vote("T1", "faq:need-phd", ANSWER, Vote.HELPFUL),
        desk.remark("T1", "faq:need-phd", "too short"),
        desk.gaps("T1"),
    ):
        with pytest.raises(Busy):
            await work
    assert await noted(bench) == []


@lived
async def test_the_coach_itself_notes_what_its_search_does_not_find(bench: Bench) -> None:
    asked = bench.desk.answers.ask("zzgrmpf qwxyz vlrbt")
    assert asked.outcome is NONE
    await bench.desk.feedback.missed("T1", asked)
    known = bench.desk.answers.found("faq:need-phd")
    titled = replace(asked, question=known.title)
    await bench.desk.feedback.missed("T1", titled)
    assert len(await noted(bench)) == 2
    still = {text for cluster in await bench.desk.feedback.gaps("T1") for text in cluster.texts}
    assert still == {"zzgrmpf qwxyz vlrbt"}
