"""Learners, plans, check-ins, prompts and answers: the same on every engine."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from store_samples import (
    DAY,
    MAYA,
    MINUTE,
    NEIGHBOUR,
    NOW,
    SAME_USER_ELSEWHERE,
    TODAY,
    answer,
    check_in,
    learner,
    plan,
    using,
)

from bot.domain.plans import PromiseOutcome
from bot.domain.prompts import Assignment
from bot.ports import Records
from bot.store.sql import SqlStore


def test_nobody_is_known_at_first(url: str) -> None:
    def look(records: Records) -> list[object]:
        return [
            records.learner(MAYA),
            records.plan(MAYA),
            records.assignment(MAYA, TODAY),
            records.answer(MAYA, "a1"),
            records.answer_to(MAYA, "p1"),
            records.check_in(MAYA, TODAY),
        ]

    assert using(url, lambda store: store.read(look)) == [None] * 6


def test_a_learner_comes_back_as_saved_and_is_replaced_by_the_next_save(url: str) -> None:
    paused = replace(learner(), paused=True)

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_learner(learner()))
        assert await store.read(lambda records: records.learner(MAYA)) == learner()
        await store.write(lambda records: records.save_learner(paused))
        assert await store.read(lambda records: records.learner(MAYA)) == paused

    using(url, play)


def test_the_same_user_id_in_another_workspace_is_somebody_else(url: str) -> None:
    def fill(records: Records) -> None:
        records.save_learner(learner())
        records.save_plan(plan())
        records.save_check_in(check_in())
        records.save_answer(answer())
        records.save_assignment(Assignment(MAYA, TODAY, "p1"))

    def look(records: Records) -> list[object]:
        return [
            records.learner(SAME_USER_ELSEWHERE),
            records.plan(SAME_USER_ELSEWHERE),
            records.assignment(SAME_USER_ELSEWHERE, TODAY),
            records.answer(SAME_USER_ELSEWHERE, "a1"),
            records.answer(NEIGHBOUR, "a1"),
            records.answer_to(SAME_USER_ELSEWHERE, "p1"),
            list(records.answers(SAME_USER_ELSEWHERE)),
            list(records.answer_versions(NEIGHBOUR)),
            list(records.check_ins(SAME_USER_ELSEWHERE)),
            dict(records.prompts_seen(SAME_USER_ELSEWHERE)),
        ]

    async def play(store: SqlStore) -> list[object]:
        await store.write(fill)
        return await store.read(look)

    assert using(url, play) == [None, None, None, None, None, None, [], [], [], {}]


def test_a_plan_keeps_its_evidence_in_order(url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_plan(plan()))
        found = await store.read(lambda records: records.plan(MAYA))
        assert found == plan()
        assert list(found.done) == ["b-second", "a-first"]

    using(url, play)


def test_check_ins_are_one_a_week_oldest_first(url: str) -> None:
    later, edited = check_in(week=TODAY + 7 * DAY), replace(check_in(), hours=6.0)

    def fill(records: Records) -> None:
        for each in (later, check_in(), edited):
            records.save_check_in(each)

    async def play(store: SqlStore) -> None:
        await store.write(fill)
        found = await store.read(lambda records: records.check_ins(MAYA))
        assert list(found) == [edited, later]
        assert found[0].outcomes["read"] is PromiseOutcome.DONE
        assert await store.read(lambda records: records.check_in(MAYA, later.week)) == later

    using(url, play)


def test_an_assignment_can_be_swapped_and_the_last_date_of_a_prompt_is_known(url: str) -> None:
    swapped = Assignment(MAYA, TODAY, "p2", swapped_from="p0")

    def fill(records: Records) -> None:
        records.save_assignment(Assignment(MAYA, TODAY, "p1"))
        records.save_assignment(swapped)
        records.save_assignment(Assignment(MAYA, TODAY - DAY, "p2"))
        records.save_assignment(Assignment(MAYA, TODAY - 2 * DAY, "p1"))
        records.save_assignment(Assignment(NEIGHBOUR, TODAY, "p9"))

    async def play(store: SqlStore) -> None:
        await store.write(fill)
        assert await store.read(lambda records: records.assignment(MAYA, TODAY)) == swapped
        seen = await store.read(lambda records: records.prompts_seen(MAYA))
        assert seen == {"p0": TODAY, "p1": TODAY - 2 * DAY, "p2": TODAY}

    using(url, play)


def test_every_version_of_an_answer_stays_and_the_newest_is_shown(url: str) -> None:
    first = answer()
    second = answer(version=2, at=NOW + MINUTE, text="I would start with rules.")
    rated = replace(second, rated=frozenset({0, 2}))
    other = answer("a2", prompt_id="p2", at=NOW - MINUTE)

    def fill(records: Records) -> None:
        for each in (first, second, rated, other):
            records.save_answer(each)

    async def play(store: SqlStore) -> None:
        await store.write(fill)
        assert await store.read(lambda records: records.answer(MAYA, "a1")) == rated
        assert await store.read(lambda records: records.answer_to(MAYA, "p1")) == rated
        assert list(await store.read(lambda records: records.answers(MAYA))) == [rated, other]
        versions = await store.read(lambda records: records.answer_versions(MAYA))
        assert list(versions) == [other, first, rated]

    using(url, play)


def test_version_ten_is_newer_than_version_nine(url: str) -> None:
    async def play(store: SqlStore) -> None:
        for version in (10, 9):
            kept = answer(version=version)
            await store.write(lambda records, kept=kept: records.save_answer(kept))
        found = await store.read(lambda records: records.answer(MAYA, "a1"))
        assert found.version == 10
        assert [each.version for each in await store.read(lambda r: r.answers(MAYA))] == [10]

    using(url, play)


def test_the_latest_of_two_answers_to_one_prompt_counts(url: str) -> None:
    older, newer = answer("a1"), answer("a0", at=NOW + MINUTE)

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: [records.save_answer(each) for each in (newer, older)])
        assert await store.read(lambda records: records.answer_to(MAYA, "p1")) == newer

    using(url, play)


def test_any_text_that_somebody_types_can_be_kept(url: str) -> None:
    odd = answer(text="Zoë 👩🏽‍💻 \x00 'quoted'; DROP TABLE answers; -- \ud83d end \r\n\t")

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_answer(odd))
        kept = await store.read(lambda records: records.answer(MAYA, "a1"))
        assert kept.text == odd.text.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")

    using(url, play)


def test_an_instant_without_zone_is_refused_and_nothing_of_that_work_is_saved(url: str) -> None:
    def work(records: Records) -> None:
        records.save_plan(plan())
        records.save_learner(replace(learner(), started_at=datetime(2026, 1, 1)))  # noqa: DTZ001

    async def play(store: SqlStore) -> None:
        with pytest.raises(Exception, match="needs a time zone"):
            await store.write(work)
        assert await store.read(lambda records: records.plan(MAYA)) is None

    using(url, play)


def test_instants_keep_their_microseconds(url: str) -> None:
    exact = replace(learner(), started_at=datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC))

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_learner(exact))
        assert await store.read(lambda records: records.learner(MAYA)) == exact

    using(url, play)


def test_work_given_to_read_can_not_save(url: str) -> None:
    async def play(store: SqlStore) -> None:
        with pytest.raises(RuntimeError, match="give it to write"):
            await store.read(lambda records: records.save_learner(learner()))
        assert await store.read(lambda records: records.learner(MAYA)) is None

    using(url, play)


def test_a_closed_store_keeps_what_was_saved(lasting_url: str) -> None:
    using(lasting_url, lambda store: store.write(lambda records: records.save_plan(plan())))
    found = using(lasting_url, lambda store: store.read(lambda records: records.plan(MAYA)))
    assert found == plan()
