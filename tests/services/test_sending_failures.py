"""When sending fails: nothing is lost, nothing comes twice, and nobody waits for somebody else."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from services_desk import (
    ANSWER_LOST,
    DIES_AFTER,
    DIES_BEFORE,
    LOST,
    MAYA,
    MAYA_ELSEWHERE,
    RAVI,
    Bench,
    Outcome,
    live,
    lived,
    refused,
)

from bot.domain.deliveries import MAX_ATTEMPTS, Kind, State, Target
from bot.domain.learners import Person
from bot.ports import Message, SendRefused, SendUncertain
from bot.services.results import Welcome


async def started(bench: Bench, *outcomes: Outcome) -> None:
    """Maya starts, her welcome fares so, and her first prompt is out of the way."""
    await bench.start()
    bench.post.next(MAYA.user, *outcomes)
    await bench.dispatcher.tick()


def welcomes(bench: Bench) -> int:
    """How many welcomes stand in Maya's conversation."""
    return sum("plan" in found.message.text.lower() for found in bench.post.to(MAYA)) and len(
        {found.arrived.ts for found in bench.post.to(MAYA)}
    )


# -- the outcome is not known ----------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "sends"), [(LOST, 2), (ANSWER_LOST, 1)])
def test_what_history_tells_is_neither_lost_nor_doubled(outcome: Outcome, sends: int) -> None:
    async def story(bench: Bench) -> None:
        await started(bench, outcome)
        welcome = await bench.delivery(Kind.WELCOME)
        assert welcome.state is State.SENDING
        await bench.after(seconds=60)
        assert bench.post.looked_up == [], "an answer may still be on its way"
        await bench.after(seconds=1)
        assert bench.post.looked_up == [welcome.id]
        await bench.after(minutes=5)
        await bench.after(minutes=5)
        settled = await bench.delivery(Kind.WELCOME)
        assert (settled.state, settled.attempts) == (State.SENT, sends)
        arrived = [found for found in bench.post.posted if found.delivery_id == welcome.id]
        assert [settled.ts] == [found.arrived.ts for found in arrived]
        assert len(bench.post.calls) == sends + 1

    live(story)


@pytest.mark.parametrize("outcome", [LOST, ANSWER_LOST])
def test_without_the_history_it_stays_unknown_and_is_never_sent_again(outcome: Outcome) -> None:
    async def story(bench: Bench) -> None:
        await started(bench, outcome)
        bench.post.history = SendRefused("missing_scope", None)
        await bench.after(seconds=61)
        assert await bench.state(Kind.WELCOME) == (State.UNKNOWN, "missing_scope")
        bench.post.history = None
        for _ in range(5):
            await bench.after(minutes=30)
        assert len(bench.post.calls) == 2
        assert len(bench.post.looked_up) == 1
        counts = await bench.store.read(lambda records: records.delivery_counts())
        assert counts[State.UNKNOWN] == 1

    live(story)


@pytest.mark.parametrize(
    "trouble",
    [SendUncertain("no answer"), SendRefused("ratelimited", 30), SendRefused("no_connection", 30)],
)
def test_a_history_that_cannot_be_read_now_is_asked_again(trouble: Exception) -> None:
    async def story(bench: Bench) -> None:
        await started(bench, ANSWER_LOST)
        bench.post.history = trouble
        await bench.after(seconds=61)
        assert await bench.state(Kind.WELCOME) == (State.SENDING, None)
        bench.post.history = None
        await bench.after(seconds=61)
        assert (await bench.state(Kind.WELCOME))[0] is State.SENT
        assert len(bench.post.calls) == 2

    live(story)


@lived
async def test_a_lookup_that_breaks_holds_up_nobody(bench: Bench) -> None:
    await started(bench, ANSWER_LOST)
    await bench.start(RAVI)
    bench.post.history = AttributeError("an answer of an unknown shape")
    await bench.after(seconds=61)
    assert len(bench.post.to(RAVI)) == 2


@lived
async def test_after_an_unclear_outcome_the_next_day_goes_on(bench: Bench) -> None:
    await started(bench, LOST)
    await bench.live_until(bench.now + timedelta(days=1))
    assert len(bench.post.posted) == 3


# -- the program ends in the middle ----------------------------------------------------------------


@pytest.mark.parametrize("outcome", [DIES_BEFORE, DIES_AFTER])
def test_a_program_that_dies_while_sending_loses_and_doubles_nothing(outcome: Outcome) -> None:
    async def story(bench: Bench) -> None:
        people = [Person("T1", f"U{number}") for number in range(8)]
        for person in people:
            await bench.start(person)
        bench.post.next("U3", outcome)
        with pytest.raises(asyncio.CancelledError):
            await bench.dispatcher.tick()
        bench.restart()
        for _ in range(4):
            await bench.after(seconds=61)
        for person in people:
            ids = [found.delivery_id for found in bench.post.to(person)]
            assert len(ids) == len(set(ids)) == 2
        counts = await bench.store.read(lambda records: records.delivery_counts())
        assert counts[State.SENT] == 16

    live(story)


@lived
async def test_a_tick_that_is_killed_between_sending_and_noting_it(bench: Bench) -> None:
    await bench.start()
    entered = asyncio.Event()

    async def hang(_: Target) -> None:
        entered.set()
        await asyncio.Event().wait()

    bench.post.before_send = hang
    tick = asyncio.create_task(bench.dispatcher.tick())
    await asyncio.wait_for(entered.wait(), 5)
    tick.cancel()
    await asyncio.gather(tick, return_exceptions=True)
    assert tick.cancelled()
    bench.post.before_send = None
    bench.restart()
    await bench.after(seconds=61)
    await bench.after(seconds=31)
    assert len(bench.post.posted) == 2


@lived
async def test_dying_again_and_again_ends_in_one_message_each(bench: Bench) -> None:
    await bench.start()
    fates = [DIES_AFTER, DIES_BEFORE, LOST, ANSWER_LOST]
    bench.post.next(MAYA.user, *fates)
    for _ in range(12):
        try:
            await bench.dispatcher.tick()
        except asyncio.CancelledError:
            bench.restart()
        bench.now += timedelta(seconds=91)
    ids = [found.delivery_id for found in bench.post.posted]
    assert len(ids) == len(set(ids)) == 2
    assert (await bench.state(Kind.WELCOME))[0] is State.SENT
    assert (await bench.state(Kind.DAILY_PROMPT))[0] is State.SENT


# -- Slack says no ---------------------------------------------------------------------------------


@lived
async def test_a_permanent_refusal_fails_at_once(bench: Bench) -> None:
    await started(bench, refused("channel_not_found"))
    assert await bench.state(Kind.WELCOME) == (State.FAILED, "channel_not_found")
    for _ in range(5):
        await bench.after(hours=1)
    assert len(bench.post.calls) == 2


@lived
async def test_a_passing_refusal_is_tried_again_later_each_time(bench: Bench) -> None:
    await bench.start()
    bench.post.next(MAYA.user, *[refused("no_connection", 10)] * 20)
    begun, tried = bench.now, []
    while bench.now < begun + timedelta(hours=1):
        before = len(bench.post.calls)
        await bench.after(seconds=10)
        if len(bench.post.calls) > before:
            tried.append((bench.now - begun).total_seconds())
    assert tried == [10.0, 40.0, 100.0, 220.0, 460.0]
    assert len(bench.post.calls) == 2 * MAX_ATTEMPTS
    assert await bench.state(Kind.WELCOME) == (State.FAILED, "no_connection")


@lived
async def test_a_refusal_waits_at_least_as_long_as_slack_says(bench: Bench) -> None:
    await started(bench, refused("message_limit_exceeded", 3_600))
    await bench.after(minutes=59)
    assert len(bench.post.calls) == 2
    await bench.after(minutes=1)
    assert (await bench.state(Kind.WELCOME))[0] is State.SENT


@lived
async def test_too_many_requests_hold_the_workspace_until_retry_after(bench: Bench) -> None:
    await started(bench, refused("ratelimited", 120), refused("ratelimited", 120))
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
    assert len(bench.post.calls) <= 5, "those in flight when Slack said so, and no more"


@lived
async def test_five_hundred_held_rows_do_not_delay_another_workspace(bench: Bench) -> None:
    until = bench.now + timedelta(hours=1)
    await bench.store.write(lambda records: records.hold_workspace("T1", until))
    for number in range(250):
        await bench.start(Person("T1", f"U{number}"))
    bench.now += timedelta(seconds=1)
    await bench.start(MAYA_ELSEWHERE)
    await bench.dispatcher.tick()
    assert len(bench.post.to(MAYA_ELSEWHERE)) == 2


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
        await started(bench, outcome)
        for _ in range(6):
            await bench.after(seconds=31)
        welcome = await bench.delivery(Kind.WELCOME)
        assert [found.delivery_id == welcome.id for found in bench.post.posted] == [True, False]

    live(story)


# -- one row never holds up the others -------------------------------------------------------------


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
