"""Subscriptions, deliveries, held workspaces and envelopes: the same on every engine."""

from dataclasses import replace
from itertools import count

import pytest
from store_samples import (
    DAY,
    DM,
    MINUTE,
    MORNINGS,
    NOW,
    TODAY,
    claimed,
    delivery,
    planned_once,
    subscription,
    using,
)

from bot.domain.cadence import Occurrence
from bot.domain.deliveries import TRANSITIONS, Kind, Sending, State, Subscription, Target
from bot.domain.errors import DeliveryMoved
from bot.ports import Ahead, Planned, Records, Standing, Waiting
from bot.store.sql import SqlStore

OTHER_DM = Target("T1", "U2")
SAME_ADDRESS_ELSEWHERE = Target("T2", "U1")


def test_a_subscription_is_one_per_target_and_kind(url: str) -> None:
    moved = replace(
        subscription(), zone="UTC", next=None, last=Occurrence(TODAY, NOW), rhythm=MORNINGS
    )

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_subscription(subscription()))
        await store.write(lambda records: records.save_subscription(moved))
        found = [
            await store.read(lambda records, asked=asked: records.subscription(*asked))
            for asked in (
                (DM, Kind.DAILY_PROMPT),
                (DM, Kind.WEEKLY_CHECKIN),
                (SAME_ADDRESS_ELSEWHERE, Kind.DAILY_PROMPT),
            )
        ]
        assert found == [moved, None, None]

    using(url, play)


def test_due_subscriptions_come_longest_due_first_and_resting_ones_never(url: str) -> None:
    early = subscription(OTHER_DM, due=NOW - DAY)
    now = subscription(DM, due=NOW)
    later = subscription(DM, Kind.WEEKLY_CHECKIN, due=NOW + MINUTE)
    resting = subscription(SAME_ADDRESS_ELSEWHERE, due=None)

    def fill(records: Records) -> None:
        for each in (now, later, resting, early):
            records.save_subscription(each)

    async def play(store: SqlStore) -> None:
        await store.write(fill)
        assert await store.write(lambda records: claimed(records, NOW, 1)) == 1
        (first,) = await store.read(lambda r: r.open_deliveries("T1", NOW, 9))
        assert first.target == OTHER_DM
        assert await store.write(lambda records: claimed(records, NOW, 10)) == 1
        assert await store.write(lambda records: claimed(records, NOW, 10)) == 0
        key = (now.target, now.kind)
        moved = await store.read(lambda records: records.subscription(*key))
        assert moved == replace(now, next=None, last=now.next)

    using(url, play)


def test_a_claim_plans_once_for_all_that_are_alike_and_spreads_them(url: str) -> None:
    planned = []

    def fill(records: Records) -> None:
        for number in range(50):
            records.save_subscription(subscription(Target("T1", f"U{number}"), due=NOW))
        records.save_subscription(subscription(Target("T2", "U1"), due=NOW))
        records.save_subscription(subscription(Target("T3", "U1"), due=NOW))

    def plan(due: Subscription) -> Planned:
        planned.append(due)
        return planned_once(due)

    def claim(records: Records) -> int:
        ids = (f"d{number}" for number in count())
        over = lambda number: number * MINUTE  # noqa: E731
        return records.claim(NOW, 100, plan, lambda: next(ids), over, {"T3"})

    async def play(store: SqlStore) -> None:
        await store.write(fill)
        assert await store.write(claim) == 52
        assert len(planned) == 1
        opened = await store.read(lambda r: r.open_deliveries("T1", NOW + DAY, 100))
        later = [each.not_before - NOW for each in opened]
        assert 0 <= min(later) / MINUTE < 5
        assert 45 < max(later) / MINUTE < 50
        (alone,) = await store.read(lambda r: r.open_deliveries("T2", NOW + DAY, 100))
        assert alone.not_before - NOW < MINUTE
        ended = await store.read(lambda r: r.deliveries_to(Target("T3", "U1")))
        assert [(each.state, each.error) for each in ended] == [(State.SKIPPED, "workspace_ended")]

    using(url, play)


def test_what_lies_ahead_is_the_first_of_each(url: str) -> None:
    async def play(store: SqlStore) -> None:
        async def ahead() -> Ahead:
            return await store.read(lambda records: records.ahead())

        assert await ahead() == Ahead(None, False, None, None)
        await store.write(lambda r: r.save_subscription(subscription(due=None)))
        await store.write(lambda r: r.add_delivery(delivery("d0", OTHER_DM, state=State.SENT)))
        assert await ahead() == Ahead(None, False, None, None)
        await store.write(lambda r: r.save_subscription(subscription(due=NOW)))
        await store.write(lambda r: r.add_delivery(delivery("d1", at=NOW - MINUTE)))
        await store.write(lambda r: r.add_delivery(delivery("d2", OTHER_DM, label=TODAY + DAY)))
        assert await ahead() == Ahead(NOW, True, None, None)
        sending = delivery("d3", label=TODAY + DAY, state=State.SENDING, at=NOW - DAY)
        suspect = delivery("d4", label=TODAY + 2 * DAY, state=State.SENT)
        await store.write(lambda r: r.add_delivery(sending))
        await store.write(lambda r: r.add_delivery(replace(suspect, heal_at=NOW + MINUTE)))
        assert await ahead() == Ahead(NOW, True, NOW - DAY, NOW + MINUTE)

    using(url, play)


def test_workspaces_wait_with_their_first_delivery_and_their_standing(url: str) -> None:
    def fill(records: Records) -> None:
        for number, target in enumerate((DM, OTHER_DM, SAME_ADDRESS_ELSEWHERE, Target("T3", "U1"))):
            records.add_delivery(delivery(f"d{number}", target, at=NOW - number * MINUTE))
        records.add_delivery(delivery("d9", Target("T4", "U1"), state=State.SENT))
        records.hold_workspace("T2", NOW + DAY, "ratelimited")
        records.end_workspace("T5", "token_revoked")

    async def play(store: SqlStore) -> None:
        await store.write(fill)
        found = sorted(await store.read(lambda records: records.waiting()), key=str)
        held = Standing("T2", held_until=NOW + DAY, held_why="ratelimited")
        assert found == [
            Waiting(Standing("T1"), NOW - MINUTE),
            Waiting(held, NOW - 2 * MINUTE),
            Waiting(Standing("T3"), NOW - 3 * MINUTE),
        ]
        await store.write(lambda records: records.end_workspace("T3", "account_inactive"))
        found = await store.read(lambda records: records.waiting())
        assert sorted(waiting.standing.workspace for waiting in found) == ["T1", "T2"]

    using(url, play)


def test_a_delivery_is_unique_on_target_kind_and_label(url: str) -> None:
    same = delivery("d2", at=NOW + MINUTE)
    others = [
        delivery("d3", label=TODAY + DAY),
        delivery("d4", kind=Kind.WEEKLY_CHECKIN),
        delivery("d5", OTHER_DM),
        delivery("d1", SAME_ADDRESS_ELSEWHERE),
    ]

    async def play(store: SqlStore) -> None:
        assert await store.write(lambda records: records.add_delivery(delivery()))
        assert not await store.write(lambda records: records.add_delivery(same))
        for each in others:
            assert await store.write(lambda records, each=each: records.add_delivery(each))
        key = (DM, Kind.DAILY_PROMPT, TODAY)
        assert await store.read(lambda records: records.delivery(*key)) == delivery()
        elsewhere = (SAME_ADDRESS_ELSEWHERE, Kind.DAILY_PROMPT, TODAY)
        assert await store.read(lambda records: records.delivery(*elsewhere)) == others[-1]
        nowhere = (DM, Kind.WELCOME, TODAY)
        assert await store.read(lambda records: records.delivery(*nowhere)) is None

    using(url, play)


def test_a_delivery_is_found_by_where_it_arrived(url: str) -> None:
    arrived = replace(delivery(state=State.SENT), channel="D1", ts="1.000001")

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.add_delivery(arrived))
        found = [
            await store.read(lambda records, place=place: records.delivery_at(*place))
            for place in (("T1", "D1", "1.000001"), ("T2", "D1", "1.000001"), ("T1", "D1", "1.0"))
        ]
        assert found == [arrived, None, None]

    using(url, play)


def test_open_deliveries_come_oldest_first_when_their_time_has_come(url: str) -> None:
    ready = [
        delivery(f"d{day}", label=TODAY + day * DAY, at=NOW - day * MINUTE) for day in range(3)
    ]
    not_yet = delivery("d8", label=TODAY + 8 * DAY, at=NOW + MINUTE)
    ended = delivery("d9", label=TODAY + 9 * DAY, state=State.SENT)

    def fill(records: Records) -> None:
        for each in (*ready, not_yet, ended):
            records.add_delivery(each)

    async def play(store: SqlStore) -> None:
        await store.write(fill)
        oldest_first = list(reversed(ready))
        assert list(await store.write(lambda r: r.open_deliveries("T1", NOW, 9))) == oldest_first
        assert list(await store.read(lambda r: r.open_deliveries("T1", NOW, 2))) == oldest_first[:2]

    using(url, play)


def test_deliveries_stuck_in_sending_are_found(url: str) -> None:
    stuck = delivery("d1", state=State.SENDING, at=NOW - MINUTE)
    fresh = delivery("d2", OTHER_DM, state=State.SENDING, at=NOW)
    waiting = delivery("d3", SAME_ADDRESS_ELSEWHERE, at=NOW - DAY)

    async def play(store: SqlStore) -> None:
        for each in (stuck, fresh, waiting):
            await store.write(lambda records, each=each: records.add_delivery(each))
        assert list(await store.write(lambda r: r.stuck_deliveries(NOW, 9))) == [stuck]

    using(url, play)


@pytest.mark.parametrize("before", State)
def test_a_delivery_moves_only_as_the_domain_allows(url: str, before: State) -> None:
    async def play(store: SqlStore) -> None:
        for number, after in enumerate(State):
            start = delivery(f"d{number}", label=TODAY + number * DAY, state=before)
            attempts = 1 if after is State.SENDING else 0
            wanted = replace(start, state=after, attempts=attempts, error="ratelimited")
            await store.write(lambda records, start=start: records.add_delivery(start))
            key = (DM, start.kind, start.label)
            stays = after is before and TRANSITIONS[before]
            if stays or after in TRANSITIONS[before]:
                await store.write(lambda records, wanted=wanted: records.save_delivery(wanted))
                expected = wanted
            else:
                with pytest.raises(DeliveryMoved, match=f"is {before} and can't become {after}"):
                    await store.write(lambda records, wanted=wanted: records.save_delivery(wanted))
                expected = start
            assert await store.read(lambda records, key=key: records.delivery(*key)) == expected

    using(url, play)


def test_saving_a_delivery_that_was_deleted_does_not_bring_it_back(url: str) -> None:
    late = delivery(state=State.SENDING)

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.save_delivery(late))
        counts = await store.read(lambda records: records.delivery_counts())
        assert set(counts.values()) == {0}

    using(url, play)


def test_who_slept_while_another_took_the_delivery_changes_it_no_more(url: str) -> None:
    mine = replace(delivery(state=State.SENDING), attempts=1)
    taken_by_another = replace(mine, attempts=2)

    async def play(store: SqlStore) -> None:
        await store.write(lambda records: records.add_delivery(taken_by_another))
        for late in (replace(mine, state=State.DUE), replace(mine, state=State.SENT), mine):
            await store.write(lambda records, late=late: records.save_deliveries([late]))
            with pytest.raises(DeliveryMoved):
                await store.write(lambda records, late=late: records.save_delivery(late))
        key = (DM, mine.kind, mine.label)
        assert await store.read(lambda records: records.delivery(*key)) == taken_by_another

    using(url, play)


def test_what_was_sent_lately_names_address_kind_and_time(url: str) -> None:
    rows = [
        delivery("d1", state=State.SENT),
        delivery("d2", label=TODAY + DAY, state=State.SENDING),
        delivery("d3", label=TODAY + 2 * DAY, state=State.SKIPPED),
        delivery("d4", label=TODAY + 3 * DAY, state=State.SENT, at=NOW - MINUTE),
        delivery("d5", state=State.SENT, kind=Kind.WELCOME),
        delivery("d6", OTHER_DM, state=State.SENT),
        delivery("d7", SAME_ADDRESS_ELSEWHERE, state=State.SENT),
    ]

    async def play(store: SqlStore) -> None:
        for row in rows:
            await store.write(lambda records, row=row: records.add_delivery(row))
        found = await store.read(lambda r: r.sent_lately("T1", ["U1", "U9"], NOW))
        daily, welcome = ("U1", Kind.DAILY_PROMPT, NOW), ("U1", Kind.WELCOME, NOW)
        assert sorted(found) == [daily, daily, welcome]
        found = await store.read(lambda r: r.sent_lately("T1", ["U1", "U2"], NOW - DAY))
        assert len(found) == 5

    using(url, play)


def test_deliveries_that_ended_long_ago_are_forgotten_and_no_others(url: str) -> None:
    old = [delivery(f"d{day}", label=TODAY - day * DAY, state=State.SENT) for day in range(1, 6)]
    waiting = delivery("d9", label=TODAY - 9 * DAY)

    async def play(store: SqlStore) -> list[str]:
        for row in (*old, waiting):
            await store.write(lambda records, row=row: records.add_delivery(row))
        gone = [
            await store.write(lambda records: records.forget_deliveries(TODAY - DAY, 3))
            for _ in range(3)
        ]
        assert gone == [3, 1, 0]
        left = await store.read(lambda records: records.deliveries_to(DM))
        return sorted(each.id for each in left)

    assert using(url, play) == ["d1", "d9"]


def test_a_target_rests_until_it_is_woken(url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(lambda r: r.save_subscription(subscription()))
        await store.write(lambda r: r.add_delivery(delivery()))
        for why in ("is_archived", "channel_not_found"):
            await store.write(lambda records, why=why: records.rest_target(DM, why))
        assert await store.read(lambda records: records.resting(DM)) == "is_archived"
        assert await store.read(lambda records: records.resting(OTHER_DM)) is None
        found = await store.read(lambda r: r.delivery(DM, Kind.DAILY_PROMPT, TODAY))
        assert (found.state, found.error) == (State.SKIPPED, "is_archived")
        assert (await store.read(lambda records: records.ahead())).claim is None
        woken = [await store.write(lambda records: records.wake_target(DM)) for _ in range(2)]
        assert woken == ["is_archived", None]

    using(url, play)


def test_the_kill_switch_is_on_until_somebody_turns_it(url: str) -> None:
    async def play(store: SqlStore) -> list[Sending]:
        found = [await store.read(lambda records: records.sending())]
        for wanted in Sending:
            await store.write(lambda records, wanted=wanted: records.set_sending(wanted))
            found.append(await store.read(lambda records: records.sending()))
        return found

    assert using(url, play) == [Sending.ON, *Sending]


def test_every_state_is_counted(url: str) -> None:
    async def play(store: SqlStore) -> None:
        await store.write(lambda r: r.add_delivery(delivery("d1")))
        await store.write(lambda r: r.add_delivery(delivery("d2", OTHER_DM)))
        await store.write(lambda r: r.add_delivery(delivery("d1", SAME_ADDRESS_ELSEWHERE)))
        counts = await store.read(lambda records: records.delivery_counts())
        assert counts == {state: 3 if state is State.DUE else 0 for state in State}

    using(url, play)


def test_a_workspace_is_held_until_the_longest_of_its_holds(url: str) -> None:
    async def play(store: SqlStore) -> None:
        for name, minutes in (("T1", 2), ("T1", 1), ("T2", 1)):
            until = NOW + minutes * MINUTE
            await store.write(lambda r, n=name, u=until: r.hold_workspace(n, u, "ratelimited"))
        found = await store.read(lambda records: records.standings())
        held = [
            {each.workspace for each in found if each.is_held(at)}
            for at in (NOW, NOW + MINUTE, NOW + 2 * MINUTE)
        ]
        assert held == [{"T1", "T2"}, {"T1"}, set()]
        await store.write(lambda records: records.revive_workspace("T1"))
        assert not (await store.read(lambda records: records.standing("T1"))).is_held(NOW)

    using(url, play)


def test_an_envelope_is_claimed_once_a_day(url: str) -> None:
    async def play(store: SqlStore) -> list[bool]:
        times = (NOW, NOW, NOW + DAY - MINUTE, NOW + DAY, NOW + DAY)
        return [await store.write(lambda r, at=at: r.claim_envelope("E1", at)) for at in times]

    assert using(url, play) == [True, False, False, True, False]


def test_old_envelopes_are_swept_away_in_passing(url: str) -> None:
    def claim(start: int, at: object) -> object:
        return lambda records: [records.claim_envelope(f"E{start + n}", at) for n in range(300)]

    def kept(records: Records) -> int:
        return records.connection.exec_driver_sql("SELECT count(*) FROM envelopes").scalar()

    async def play(store: SqlStore) -> int:
        await store.write(claim(0, NOW))
        await store.write(claim(300, NOW + 2 * DAY))
        return await store.read(kept)

    assert using(url, play) == 300


@pytest.mark.parametrize(
    ("work", "index"),
    [
        (lambda records: records.ahead(), "ix_subscriptions_next_due"),
        (lambda records: records.ahead(), "ix_deliveries_open"),
        (lambda records: records.ahead(), "ix_deliveries_sending"),
        (lambda records: records.ahead(), "ix_deliveries_heal"),
        (lambda records: records.waiting(), "ix_deliveries_open"),
        (lambda records: records.stuck_deliveries(NOW, 9), "ix_deliveries_sending"),
        (lambda records: records.to_heal(NOW, 9), "ix_deliveries_heal"),
        (lambda records: records.open_deliveries("T1", NOW, 9), "ix_deliveries_open"),
        (lambda records: records.delivery_at("T1", "D1", "1.0"), "ix_deliveries_place"),
    ],
)
def test_what_a_tick_asks_is_answered_from_an_index(
    file_url: str, work: object, index: str
) -> None:
    """The statements are taken as SQLite sees them, and it is asked how it would run them."""

    def plans(records: Records) -> str:
        raw = records.connection.connection.driver_connection
        seen: list[str] = []
        raw.set_trace_callback(seen.append)
        work(records)
        raw.set_trace_callback(None)
        steps = [raw.execute(f"EXPLAIN QUERY PLAN {each}").fetchall() for each in seen]
        return " ".join(str(step[3]) for plan in steps for step in plan)

    found = using(file_url, lambda store: store.read(plans))
    assert f"INDEX {index}" in found
    assert "SCAN deliveries" not in found.replace("SCAN deliveries USING", "")
    assert "TEMP B-TREE" not in found
