"""My data: a complete export, a deletion that leaves nothing, and walls between workspaces."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import time, timedelta
from typing import Any

import pytest
from services_desk import (
    ANSWER_LOST,
    CHANNEL,
    FORM,
    GOAL,
    LOST,
    MAYA,
    MAYA_ELSEWHERE,
    RAVI,
    Bench,
    Outcome,
    berlin,
    live,
    lived,
    refused,
)
from sqlalchemy import select

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Target
from bot.domain.errors import NotStarted
from bot.domain.groups import Place
from bot.domain.learners import Person
from bot.domain.plans import PromiseOutcome
from bot.domain.silence import Silence
from bot.services.planning import CheckInForm, week_of
from bot.services.study_groups import GroupForm
from bot.store.schema import metadata

TUESDAYS = GroupForm(Rhythm(frozenset({1}), time(17, 0)), "Europe/Berlin")
SECRET = "a private thought with \u2028 odd – signs 🙂 & <marks>"


async def full_life(bench: Bench, person: Person = MAYA, mark: str = SECRET) -> None:
    """Somebody uses everything; their own words hold the mark."""
    await bench.desk.coaching.start(person, FORM)
    await bench.dispatcher.tick()
    prompting, planning = bench.desk.prompting, bench.desk.planning
    card = await prompting.today(person)
    kept = await prompting.answer(person, card.prompt.id, f"first {mark}")
    await prompting.rate(person, kept.answer.id, frozenset({0, 1}))
    await prompting.answer(person, card.prompt.id, f"second {mark}")
    one, two = (entry.milestone.id for entry in (await planning.view(person)).dated[:2])
    await planning.finish(person, one, f"evidence {mark}")
    form = CheckInForm({two: PromiseOutcome.DROPPED}, f"proof {mark}", 4.0, f"obstacle {mark}", 70)
    await planning.check_in(person, week_of(bench.now.date()), form)
    await bench.desk.groups.join(Place(person.workspace, CHANNEL.channel), person)


async def begun(bench: Bench) -> None:
    """Ravi has a group in the channel, which Maya may join."""
    await bench.desk.groups.start(CHANNEL, RAVI, TUESDAYS)


async def everything(bench: Bench) -> list[dict[str, Any]]:
    """Every row of every table."""

    def work(records: Any) -> list[dict[str, Any]]:
        found = [records.connection.execute(select(table)) for table in metadata.sorted_tables]
        return [dict(row._mapping) for result in found for row in result]

    return await bench.store.read(work)


async def exported(bench: Bench, person: Person = MAYA) -> dict[str, list[Any]]:
    """The export, read again."""
    pages = (await bench.desk.privacy.export(person)).pages
    return dict(json.loads("".join(pages)))


def leaves(value: Any) -> Iterator[str]:
    """Every plain value inside of something, as text."""
    if is_dataclass(value) and not isinstance(value, type):
        for entry in fields(value):
            yield from leaves(getattr(value, entry.name))
    elif isinstance(value, dict):
        yield from (str(key) for key in value)
        yield from leaves(list(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for entry in value:
            yield from leaves(entry)
    else:
        plain = value.isoformat() if hasattr(value, "isoformat") else value
        yield json.dumps(getattr(plain, "value", plain), ensure_ascii=False)


@lived
async def test_the_export_holds_every_field_of_all_that_is_kept(bench: Bench) -> None:
    await begun(bench)
    await full_life(bench)
    learner, plan, versions, check_ins = await bench.store.read(
        lambda records: (
            records.learner(MAYA),
            records.plan(MAYA),
            list(records.answer_versions(MAYA)),
            list(records.check_ins(MAYA)),
        )
    )
    found = await exported(bench)
    for name, kept in (
        ("settings", [learner]),
        ("plan", [plan]),
        ("answers", versions),
        ("check_ins", check_ins),
    ):
        assert len(found[name]) == len(kept)
        for entry, original in zip(found[name], kept, strict=True):
            assert set(entry) == {part.name for part in fields(original)}  # type: ignore[arg-type]
            missing = set(leaves(original)) - set(leaves(entry)) - {json.dumps(None)}
            assert not missing
    assert [entry["text"] for entry in found["answers"]] == [f"first {SECRET}", f"second {SECRET}"]
    assert found["answers"][0]["rated"] == [0, 1]
    assert found["groups"] == [{"channel": CHANNEL.channel}]
    assert len(found["prompts"]) == 1


@lived
async def test_all_that_a_deletion_removes_was_in_the_export(bench: Bench) -> None:
    await begun(bench)
    await full_life(bench)
    found = await exported(bench)
    shown = sum(len(entries) for entries in found.values())
    assert await bench.desk.privacy.delete(MAYA) == shown


@lived
async def test_pages_fit_and_join_to_the_whole(bench: Bench) -> None:
    await bench.settled()
    card = await bench.desk.prompting.today(MAYA)
    for number in range(6):
        text = f"{number} " + "ein sehr langer Gedanke, " * 110
        await bench.desk.prompting.answer(MAYA, card.prompt.id, text)
    pages = (await bench.desk.privacy.export(MAYA)).pages
    assert len(pages) > 5
    assert max(map(len, pages)) <= 2_800
    assert all(pages)
    assert len(json.loads("".join(pages))["answers"]) == 6


@lived
async def test_the_summary_counts_what_the_export_shows(bench: Bench) -> None:
    await begun(bench)
    empty = await bench.desk.privacy.summary(MAYA)
    assert set(empty.counts.values()) == {0}
    await full_life(bench)
    counts = (await bench.desk.privacy.summary(MAYA)).counts
    assert counts == {name: len(rows) for name, rows in (await exported(bench)).items()}


@lived
async def test_a_deletion_leaves_no_row_and_no_word(bench: Bench) -> None:
    await begun(bench)
    before = await everything(bench)
    await full_life(bench)
    assert any("private thought" in str(row) for row in await everything(bench))
    assert await bench.desk.privacy.delete(MAYA) > 0
    assert await everything(bench) == before
    assert await bench.desk.privacy.delete(MAYA) == 0
    with pytest.raises(NotStarted):
        await bench.desk.coaching.known(MAYA)


@lived
async def test_who_founded_a_group_leaves_no_trace_in_it(bench: Bench) -> None:
    await bench.desk.groups.start(CHANNEL, MAYA, TUESDAYS)
    await bench.desk.groups.join(CHANNEL, RAVI)
    await bench.desk.privacy.delete(MAYA)
    view = await bench.desk.groups.status(CHANNEL, RAVI)
    assert view.group.members == {RAVI.user}
    assert MAYA.user not in {value for row in await everything(bench) for value in row.values()}


@lived
async def test_who_deleted_everything_can_start_afresh_the_same_day(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.privacy.delete(MAYA)
    await bench.start()
    await bench.dispatcher.tick()
    assert len(bench.post.posted) == 2
    assert (await bench.desk.coaching.start(MAYA, FORM)).view.plan.goal == GOAL


# -- sends stop ------------------------------------------------------------------------------------


@lived
async def test_after_a_deletion_nothing_is_sent_any_more(bench: Bench) -> None:
    await bench.settled()
    await bench.desk.privacy.delete(MAYA)
    assert await bench.dispatcher.next_due() is None
    await bench.at(berlin(12, 12))
    assert bench.post.posted == []


@lived
async def test_a_deletion_stops_what_waits_to_be_sent_again(bench: Bench) -> None:
    await bench.start()
    bench.post.next(MAYA.user, *[refused("ratelimited", 60)] * 2)
    await bench.dispatcher.tick()
    await bench.desk.privacy.delete(MAYA)
    await bench.after(minutes=10)
    assert bench.post.posted == []


@pytest.mark.parametrize("outcome", [LOST, ANSWER_LOST])
def test_a_deletion_ends_the_search_for_what_was_unclear(outcome: Outcome) -> None:
    async def story(bench: Bench) -> None:
        await bench.start()
        bench.post.next(MAYA.user, outcome, outcome)
        await bench.dispatcher.tick()
        await bench.desk.privacy.delete(MAYA)
        for _ in range(3):
            await bench.after(minutes=2)
        assert len(bench.post.calls) == 2
        assert bench.post.looked_up == []
        assert await everything(bench) == []

    live(story)


@lived
async def test_a_deletion_stops_what_is_claimed_and_leaves_no_row_behind(bench: Bench) -> None:
    await bench.start()
    entered, released = asyncio.Event(), asyncio.Event()

    async def slow(_: Target) -> None:
        entered.set()
        await asyncio.wait_for(released.wait(), 5)

    bench.post.before_send = slow
    tick = asyncio.create_task(bench.dispatcher.tick())
    await asyncio.wait_for(entered.wait(), 5)
    await bench.desk.privacy.delete(MAYA)
    released.set()
    await tick
    assert await everything(bench) == []
    # The welcome was on its way to Slack already; the prompt behind it was not.
    assert len(bench.post.calls) == 1


# -- walls -----------------------------------------------------------------------------------------


@lived
async def test_the_same_user_id_in_two_workspaces_is_two_people(bench: Bench) -> None:
    await begun(bench)
    await bench.desk.groups.start(Place("T2", "C1"), Person("T2", "U9"), TUESDAYS)
    await full_life(bench, MAYA, "lantern")
    await full_life(bench, MAYA_ELSEWHERE, "compass")
    for person, own, foreign in (
        (MAYA, "lantern", "compass"),
        (MAYA_ELSEWHERE, "compass", "lantern"),
    ):
        text = "".join((await bench.desk.privacy.export(person)).pages)
        assert f"first {own}" in text
        assert foreign not in text
        page = await bench.desk.prompting.journal(person)
        assert [entry.answer.text for entry in page.entries] == [f"second {own}"]
        assert (await bench.desk.prompting.journal(person, foreign)).total == 0
        seen = await bench.desk.overviews.overview(person)
        assert [view.group.place.workspace for view in seen.groups] == [person.workspace]


@lived
async def test_what_one_does_leaves_the_namesake_alone(bench: Bench) -> None:
    await bench.start(MAYA)
    await bench.start(MAYA_ELSEWHERE)
    await bench.dispatcher.tick()
    await bench.desk.coaching.pause(MAYA, paused=True)
    await bench.desk.planning.finish(
        MAYA, (await bench.desk.planning.view(MAYA)).dated[0].milestone.id, "a link"
    )
    other = await bench.desk.coaching.known(MAYA_ELSEWHERE)
    assert not other.paused
    assert not (await bench.desk.planning.view(MAYA_ELSEWHERE)).plan.done
    await bench.desk.privacy.delete(MAYA)
    bench.post.posted.clear()
    await bench.live_until(berlin(3, 12))
    assert [found.target for found in bench.post.posted] == [Target("T2", "U1")]
    after = await bench.desk.coaching.known(MAYA_ELSEWHERE)
    assert after == replace(other, silence=Silence(prompts=1))


@lived
async def test_a_delivery_is_found_in_its_own_workspace_only(bench: Bench) -> None:
    await bench.start(MAYA)
    await bench.start(MAYA_ELSEWHERE)
    await bench.dispatcher.tick()
    for posted in bench.post.posted:
        at = posted.arrived
        own = await bench.store.read(
            lambda records, at=at, workspace=posted.target.workspace: records.delivery_at(  # type: ignore[misc]
                workspace, at.channel, at.ts
            )
        )
        assert own is not None
        assert own.target == posted.target
    await bench.after(hours=1)
    assert len(bench.post.posted) == 4
    assert bench.now - berlin(2, 9, 30) == timedelta(hours=1)
