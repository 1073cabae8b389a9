"""Subscriptions, deliveries, held workspaces and envelopes: the same on every engine."""

from dataclasses import replace

import pytest
from store_samples import DAY, DM, MINUTE, MORNINGS, NOW, TODAY, delivery, subscription, using

from bot.domain.cadence import Occurrence
from bot.domain.deliveries import TRANSITIONS, Kind, State, Target
from bot.domain.errors import DeliveryMoved
from bot.ports import Records
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
        assert list(await store.read(lambda r: r.due_subscriptions(NOW, 10))) == [early, now]
        assert list(await store.write(lambda r: r.due_subscriptions(NOW, 1))) == [early]

    using(url, play)


def test_the_next_due_time_is_the_earlier_of_subscriptions_and_open_deliveries(url: str) -> None:
    async def play(store: SqlStore) -> None:
        async def next_due() -> object:
            return await store.read(lambda records: records.next_due())

        assert await next_due() is None
        await store.write(lambda r: r.save_subscription(subscription(due=None)))
        await store.write(lambda r: r.add_delivery(delivery("d0", OTHER_DM, state=State.SENT)))
        assert await next_due() is None
        await store.write(lambda r: r.save_subscription(subscription(due=NOW)))
        assert await next_due() == NOW
        await store.write(lambda r: r.add_delivery(delivery(at=NOW - MINUTE)))
        assert await next_due() == NOW - MINUTE
        await store.write(lambda r: r.save_subscription(subscription(due=NOW - DAY)))
        assert await next_due() == NOW - DAY

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
        assert list(await store.write(lambda r: r.open_deliveries(NOW, 9))) == oldest_first
        assert list(await store.read(lambda r: r.open_deliveries(NOW, 2))) == oldest_first[:2]

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
            wanted = replace(start, state=after, attempts=1, error="ratelimited")
            await store.write(lambda records, start=start: records.add_delivery(start))
            key = (DM, start.kind, start.label)
            if after is before or after in TRANSITIONS[before]:
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


def test_only_what_was_sent_to_this_target_and_of_these_kinds_counts(url: str) -> None:
    daily = Kind.DAILY_PROMPT
    rows = [
        delivery("d1", state=State.SENT),
        delivery("d2", label=TODAY + DAY, state=State.SENDING),
        delivery("d3", label=TODAY + 2 * DAY, state=State.SKIPPED),
        delivery("d4", label=TODAY + 3 * DAY, state=State.SENT, at=NOW - MINUTE),
        delivery("d5", state=State.SENT, kind=Kind.WELCOME),
        delivery("d6", OTHER_DM, state=State.SENT),
        delivery("d7", SAME_ADDRESS_ELSEWHERE, state=State.SENT),
    ]

    async def play(store: SqlStore) -> list[int]:
        for row in rows:
            await store.write(lambda records, row=row: records.add_delivery(row))
        return [
            await store.read(lambda records, asked=asked: records.sent_since(*asked))
            for asked in ((DM, NOW, {daily}), (DM, NOW, list(Kind)), (DM, NOW - DAY, {daily}))
        ] + [await store.read(lambda records: records.sent_since(DM, NOW, []))]

    assert using(url, play) == [2, 3, 3, 0]


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
        await store.write(lambda r: r.hold_workspace("T1", NOW + 2 * MINUTE))
        await store.write(lambda r: r.hold_workspace("T1", NOW + MINUTE))
        await store.write(lambda r: r.hold_workspace("T2", NOW + MINUTE))
        found = [
            set(await store.read(lambda r, at=at: r.held_workspaces(at)))
            for at in (NOW, NOW + MINUTE, NOW + 2 * MINUTE)
        ]
        assert found == [{"T1", "T2"}, {"T1"}, set()]

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
        (lambda records: records.next_due(), "ix_subscriptions_next_due"),
        (lambda records: records.next_due(), "ix_deliveries_open"),
        (lambda records: records.due_subscriptions(NOW, 9), "ix_subscriptions_next_due"),
        (lambda records: records.open_deliveries(NOW, 9), "ix_deliveries_open"),
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
