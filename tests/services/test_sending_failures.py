"""When sending fails: nothing is lost, nothing comes twice, and nobody waits for somebody else."""

import asyncio
from datetime import timedelta

import pytest
from services_desk import (
    ANSWER_LOST,
    DIES_AFTER,
    DIES_BEFORE,
    LOST,
    MAYA,
    RAVI,
    Bench,
    MoodyStore,
    Outcome,
    live,
    lived,
    refusal,
    refused,
)

from bot.domain.deliveries import MOST_FAILURES, Kind, State, Target
from bot.domain.learners import Person
from bot.ports import SendUncertain


async def started(bench: Bench, *outcomes: Outcome) -> None:
    """Maya starts, her welcome fares so, and her first prompt is out of the way."""
    await bench.start()
    bench.post.next(MAYA.user, *outcomes)
    await bench.dispatcher.tick()


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
        bench.post.history = refusal("missing_scope")
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
    [
        SendUncertain("no answer"),
        refusal("ratelimited", 30),
        refusal("no_connection", 30),
    ],
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


# -- the store is busy -----------------------------------------------------------------------------


@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_store_that_is_busy_for_a_moment_loses_and_doubles_nothing(write: int) -> None:
    async def story(bench: Bench) -> None:
        await bench.start()
        moody = MoodyStore(bench.store, frozenset({write}))
        bench.dispatcher = bench.new_dispatcher(store=moody)
        for _ in range(5):
            await bench.dispatcher.tick()
            bench.now += timedelta(seconds=61)
        assert moody.writes > write
        ids = [found.delivery_id for found in bench.post.posted]
        assert len(ids) == len(set(ids)) == 2
        assert (await bench.state(Kind.WELCOME))[0] is State.SENT
        assert (await bench.state(Kind.DAILY_PROMPT))[0] is State.SENT

    live(story)


@lived
async def test_a_tick_ends_when_all_that_it_began_has_ended(bench: Bench) -> None:
    under_way = 0

    async def slow_for_ravi(target: Target) -> None:
        nonlocal under_way
        if target.address == RAVI.user:
            under_way += 1
            await asyncio.sleep(0.1)
            under_way -= 1

    await bench.start(MAYA)
    await bench.start(RAVI)
    bench.post.before_send = slow_for_ravi
    bench.dispatcher = bench.new_dispatcher(store=MoodyStore(bench.store, frozenset({3})))
    await bench.dispatcher.tick()
    left = under_way
    await asyncio.sleep(0.3)  # let what goes on unwatched come to its end before the store closes
    assert left == 0


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
    assert tried[:MOST_FAILURES] == [10.0, 40.0, 100.0, 220.0, 460.0]
    assert len(bench.post.calls) == 2 * MOST_FAILURES  # then the first prompt, as often
    assert await bench.state(Kind.WELCOME) == (State.FAILED, "no_connection")


@lived
async def test_a_refusal_waits_at_least_as_long_as_slack_says(bench: Bench) -> None:
    await started(bench, refused("message_limit_exceeded", 3_600))
    await bench.after(minutes=59)
    assert len(bench.post.calls) == 1  # what follows the welcome waits with it
    await bench.after(minutes=1)
    assert (await bench.state(Kind.WELCOME))[0] is State.SENT
