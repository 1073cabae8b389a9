"""Today's prompt, its swap, answers with their versions, and the journal."""

from datetime import date

import pytest
from services_desk import MAYA, MAYA_ELSEWHERE, RAVI, Bench, berlin, lived

from bot.domain.deliveries import Kind
from bot.domain.errors import AlreadySwapped, Gone
from tests.shipped import shipped


@lived
async def test_the_prompt_of_a_day_stays_the_same(bench: Bench) -> None:
    await bench.settled()
    first = await bench.desk.prompting.today(MAYA)
    sent = await bench.delivery(Kind.DAILY_PROMPT)
    assert first.prompt.id == sent.content_id
    bench.now = berlin(3, 3)  # the day ends at four
    assert (await bench.desk.prompting.today(MAYA)).prompt == first.prompt
    bench.now = berlin(3, 5)
    assert (await bench.desk.prompting.today(MAYA)).prompt != first.prompt


@lived
async def test_no_prompt_comes_twice_before_all_of_the_month_are_new(bench: Bench) -> None:
    await bench.settled()
    given = []
    for day in range(2, 30):
        bench.now = berlin(day, 12)
        given.append((await bench.desk.prompting.today(MAYA)).prompt.id)
    assert len(set(given)) == len(given)


@lived
async def test_a_skill_chooses_the_prompt(bench: Bench) -> None:
    await bench.settled()
    for skill in shipped().skills:
        if any(prompt.skill == skill for prompt in shipped().prompts.values()):
            assert (await bench.desk.prompting.today(MAYA, skill)).prompt.skill == skill


@lived
async def test_practising_a_skill_brings_other_prompts_once_they_are_answered(
    bench: Bench,
) -> None:
    await bench.settled()
    today = (await bench.desk.prompting.today(MAYA)).prompt.skill
    skills = [prompt.skill for prompt in shipped().prompts.values()]
    skill = next(name for name in skills if name != today and skills.count(name) > 1)
    first = await bench.desk.prompting.today(MAYA, skill)
    await bench.desk.prompting.answer(MAYA, first.prompt.id, "words")
    second = await bench.desk.prompting.today(MAYA, skill)
    assert second.prompt.id != first.prompt.id


@lived
async def test_a_prompt_is_swapped_once_a_day(bench: Bench) -> None:
    await bench.settled()
    first = await bench.desk.prompting.today(MAYA)
    assert first.may_swap
    other = await bench.desk.prompting.swap(MAYA)
    assert other.prompt.id != first.prompt.id
    assert not other.may_swap
    assert (await bench.desk.prompting.today(MAYA)).prompt == other.prompt
    with pytest.raises(AlreadySwapped):
        await bench.desk.prompting.swap(MAYA)
    assert (await bench.desk.prompting.today(MAYA)).prompt == other.prompt
    bench.now = berlin(3, 12)
    assert (await bench.desk.prompting.today(MAYA)).may_swap
    await bench.desk.prompting.swap(MAYA)


@lived
async def test_a_prompt_that_was_swapped_away_does_not_come_back_next_day(bench: Bench) -> None:
    await bench.settled()
    for day in range(3, 12):
        bench.now = berlin(day, 12)
        away = (await bench.desk.prompting.today(MAYA)).prompt.id
        await bench.desk.prompting.swap(MAYA)
        bench.now = berlin(day + 1, 12)
        assert (await bench.desk.prompting.today(MAYA)).prompt.id != away


@lived
async def test_a_changed_answer_is_a_new_version_and_the_same_text_is_not(bench: Bench) -> None:
    await bench.settled()
    prompting = bench.desk.prompting
    prompt = (await prompting.today(MAYA)).prompt
    first = (await prompting.answer(MAYA, prompt.id, "one")).answer
    assert first.version == 1
    bench.now = berlin(3, 12)
    again = (await prompting.answer(MAYA, prompt.id, "one")).answer
    assert again == first
    changed = (await prompting.answer(MAYA, prompt.id, "two")).answer
    assert (changed.id, changed.version, changed.answered_at) == (first.id, 2, bench.now)
    versions = await bench.store.read(lambda records: records.answer_versions(MAYA))
    assert [(answer.version, answer.text) for answer in versions] == [(1, "one"), (2, "two")]
    page = await prompting.journal(MAYA)
    assert [entry.answer.text for entry in page.entries] == ["two"]
    assert (await prompting.prompt_card(MAYA, prompt.id)).answer == changed


@lived
async def test_the_own_rating_holds_only_lines_of_the_rubric(bench: Bench) -> None:
    await bench.settled()
    prompting = bench.desk.prompting
    prompt = (await prompting.today(MAYA)).prompt
    answer = (await prompting.answer(MAYA, prompt.id, "one")).answer
    assert answer.rated is None
    rated = await prompting.rate(MAYA, answer.id, frozenset({0, 1, 99}))
    assert rated.answer.rated == {0, 1}
    assert rated.answer.version == 1
    assert (await prompting.reflect(MAYA, answer.id)).answer == rated.answer
    nothing = await prompting.rate(MAYA, answer.id, frozenset())
    assert nothing.answer.rated == frozenset()


@lived
async def test_somebody_elses_answer_is_not_there(bench: Bench) -> None:
    for person in (MAYA, RAVI, MAYA_ELSEWHERE):
        await bench.start(person)
    prompting = bench.desk.prompting
    prompt = (await prompting.today(MAYA)).prompt
    answer = (await prompting.answer(MAYA, prompt.id, "private words")).answer
    for other in (RAVI, MAYA_ELSEWHERE):
        with pytest.raises(Gone):
            await prompting.reflect(other, answer.id)
        with pytest.raises(Gone):
            await prompting.rate(other, answer.id, frozenset({0}))
        assert (await prompting.journal(other, "private")).total == 0
        assert (await prompting.prompt_card(other, prompt.id)).answer is None


@lived
async def test_a_thread_belongs_to_the_prompt_only_for_its_owner(bench: Bench) -> None:
    await bench.start(MAYA)
    await bench.start(RAVI)
    await bench.dispatcher.tick()
    prompt = await bench.delivery(Kind.DAILY_PROMPT)
    welcome = await bench.delivery(Kind.WELCOME)
    assert prompt.channel is not None
    assert prompt.ts is not None
    at = bench.desk.prompting.prompt_at
    assert await at(MAYA, prompt.channel, prompt.ts) == prompt.content_id
    assert await at(RAVI, prompt.channel, prompt.ts) is None
    assert await at(MAYA_ELSEWHERE, prompt.channel, prompt.ts) is None
    assert await at(MAYA, prompt.channel, welcome.ts or "") is None
    assert await at(MAYA, prompt.channel, "0.0") is None


@lived
async def test_what_the_content_lost_is_gone(bench: Bench) -> None:
    await bench.settled()
    with pytest.raises(Gone):
        await bench.desk.prompting.prompt_card(MAYA, "no-such-prompt")
    with pytest.raises(Gone):
        await bench.desk.prompting.answer(MAYA, "no-such-prompt", "words")
    with pytest.raises(Gone):
        await bench.desk.prompting.reflect(MAYA, "no-such-answer")


@lived
async def test_the_journal_is_latest_first_five_a_page_and_searchable(bench: Bench) -> None:
    await bench.settled()
    for day in range(3, 10):
        bench.now = berlin(day, 12)
        prompt = (await bench.desk.prompting.today(MAYA)).prompt
        await bench.desk.prompting.answer(MAYA, prompt.id, f"On Day {day} I thought")
    page = await bench.desk.prompting.journal(MAYA)
    assert page.total == 7
    texts = [entry.answer.text for entry in page.entries]
    assert texts == [f"On Day {day} I thought" for day in (9, 8, 7, 6, 5)]
    found = await bench.desk.prompting.journal(MAYA, "THOUGHT 4")
    assert [entry.answer.text for entry in found.entries] == ["On Day 4 I thought"]
    assert (await bench.desk.prompting.journal(MAYA, "thought elsewhere")).total == 0


@lived
async def test_looking_gives_nothing(bench: Bench) -> None:
    await bench.settled()
    bench.now = berlin(3, 8)
    assert (await bench.desk.overviews.overview(MAYA)).card is None
    await bench.live_until(berlin(3, 9))
    assert (await bench.delivery(Kind.DAILY_PROMPT, date(2026, 3, 3))).content_id is not None
