"""What goes wrong with one row, person or workspace stays there; order and claims hold."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from services_desk import (
    LOST,
    MAYA,
    MAYA_ELSEWHERE,
    RAVI,
    Bench,
    Outcome,
    Post,
    live,
    lived,
    refused,
)

from bot.domain.deliveries import Kind, State, Target
from bot.domain.learners import Person
from bot.ports import Message
from bot.services.results import Welcome


@lived
async def test_too_many_requests_hold_the_workspace_until_retry_after(bench: Bench) -> None:
    await bench.start()
    bench.post.next(MAYA.user, refused("ratelimited", 120))
    await bench.dispatcher.tick()
    await bench.start(RAVI)
    await bench.start(MAYA_ELSEWHERE)
    await bench.after(seconds=119)
    assert bench.post.to(RAVI) == []
    assert bench.post.to(MAYA) == []
    assert len(bench.post.to(MAYA_ELSEWHERE)) == 2
    await bench.after(seconds=1)
    assert len(bench.post.to(RAVI)) == len(bench.post.to(MAYA)) == 2


@lived
async def test_after_too_many_requests_the_workspace_is_left_alone_at_once(bench: Bench) -> None:
    for number in range(20):
        person = Person("T1", f"U{number}")
        await bench.start(person)
        bench.post.next(person.user, *[refused("ratelimited", 60)] * 2)
    await bench.dispatcher.tick()
    assert len(bench.post.calls) <= 10, "those in flight when Slack said so, and no more"


@lived
async def test_five_hundred_held_rows_do_not_delay_another_workspace(bench: Bench) -> None:
    until = bench.now + timedelta(hours=1)
    await bench.store.write(lambda records: records.hold_workspace("T1", until, "ratelimited"))
    for number in range(250):
        await bench.start(Person("T1", f"U{number}"))
    bench.now += timedelta(seconds=1)
    await bench.start(MAYA_ELSEWHERE)
    for _ in range(2):
        await bench.after(seconds=1)
    assert len(bench.post.to(MAYA_ELSEWHERE)) == 2
    assert len(bench.post.posted) == 2


@lived
async def test_a_workspace_that_answers_slowly_does_not_delay_another(bench: Bench) -> None:
    other_arrived = asyncio.Event()

    async def slow_until_the_other(target: Target) -> None:
        if target.workspace == "T1":
            await asyncio.wait_for(other_arrived.wait(), 2)
        else:
            other_arrived.set()

    for number in range(6):
        await bench.start(Person("T1", f"U{number}"))
    await bench.start(MAYA_ELSEWHERE)
    bench.post.before_send = slow_until_the_other
    await bench.dispatcher.tick()
    assert len(bench.post.posted) == 14


@pytest.mark.parametrize("outcome", [refused("ratelimited", 5), refused("no_connection", 5)])
def test_the_first_prompt_does_not_overtake_a_refused_welcome(outcome: Outcome) -> None:
    async def story(bench: Bench) -> None:
        shown: list[object] = []
        render = bench.render
        bench.render = lambda result: (shown.append(result), render(result))[1]
        await bench.start()
        bench.post.next(MAYA.user, outcome)
        await bench.dispatcher.tick()
        for _ in range(6):
            await bench.after(seconds=31)
        welcome = await bench.delivery(Kind.WELCOME)
        assert [found.delivery_id == welcome.id for found in bench.post.posted] == [True, False]

    live(story)


@lived
async def test_a_row_that_cannot_be_rendered_holds_up_nobody(bench: Bench) -> None:
    render = bench.render

    def breaks_for_maya(result: object) -> Message:
        if isinstance(result, Welcome) and result.learner.person == MAYA:
            raise KeyError("a text that is not there")
        return render(result)

    bench.render = breaks_for_maya
    await bench.start(MAYA)
    await bench.start(RAVI)
    await bench.dispatcher.tick()
    assert await bench.state(Kind.WELCOME) == (State.FAILED, "broken")
    assert (len(bench.post.to(MAYA)), len(bench.post.to(RAVI))) == (1, 2)


@lived
async def test_a_row_that_cannot_be_composed_holds_up_nobody(bench: Bench) -> None:
    topic = bench.topics[Kind.WELCOME]

    def breaks_for_maya(records: object, delivery: object) -> object:
        if delivery.target.address == MAYA.user:  # type: ignore[attr-defined]
            raise KeyError("content that is not there")
        return topic.compose(records, delivery)  # type: ignore[arg-type]

    bench.topic(Kind.WELCOME, replace(topic, compose=breaks_for_maya))  # type: ignore[arg-type]
    await bench.start(MAYA)
    await bench.start(RAVI)
    await bench.dispatcher.tick()
    assert len(bench.post.to(RAVI)) == 2


@lived
async def test_two_dispatchers_on_one_store_send_each_message_once(bench: Bench) -> None:
    released, waiting = asyncio.Event(), []
    people = [Person("T1", f"U{number}") for number in range(6)]
    for person in people:
        await bench.start(person)
        bench.post.next(person.user, LOST)

    async def slow(target: Target) -> None:
        waiting.append(target)
        await asyncio.wait_for(released.wait(), 5)

    bench.post.before_send = slow
    first = asyncio.create_task(bench.dispatcher.tick())
    while len(waiting) < 5:
        await asyncio.sleep(0)
    second = Post(bench.clock, posted=bench.post.posted)
    bench.dispatcher = bench.new_dispatcher(second)
    await bench.after(seconds=61)
    await bench.after(seconds=31)
    released.set()
    await first
    for _ in range(3):
        await bench.after(seconds=91)
    for person in people:
        ids = [found.delivery_id for found in bench.post.to(person)]
        assert len(ids) == len(set(ids)) == 2
