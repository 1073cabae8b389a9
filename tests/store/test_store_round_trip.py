"""Whatever the domain can hold comes back from the store as it was."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from store_samples import DAY, deliveries, learners, plans, subscriptions

from bot.domain.deliveries import Delivery, Subscription
from bot.domain.learners import Learner
from bot.domain.plans import Plan
from bot.ports import Records
from bot.store.sql import SqlStore

few = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Runner = Callable[[Callable[[Records], Any]], Any]


@contextmanager
def opened(url: str) -> Iterator[Runner]:
    """A store that stays open for all examples of one test."""
    with asyncio.Runner() as runner:

        async def open_store() -> SqlStore:
            return SqlStore.open(url)

        store = runner.run(open_store())
        try:
            yield lambda work: runner.run(store.write(work))
        finally:
            runner.run(store.close())


@pytest.fixture(params=["memory", "postgres"])
def write(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """Runs work in a store of each engine."""
    memory = request.param == "memory"
    with opened("sqlite://" if memory else request.getfixturevalue("postgres_url")) as runner:
        yield runner


@few
@given(learner=learners)
def test_learners(write: Runner, learner: Learner) -> None:
    write(lambda records: records.save_learner(learner))
    assert write(lambda records: records.learner(learner.person)) == learner


@few
@given(plan=plans)
def test_plans(write: Runner, plan: Plan) -> None:
    write(lambda records: records.save_plan(plan))
    found = write(lambda records: records.plan(plan.person))
    assert found == plan
    assert list(found.done) == list(plan.done)


@few
@given(delivery=deliveries)
def test_deliveries(write: Runner, delivery: Delivery) -> None:
    def work(records: Records) -> Delivery | None:
        records.hold_workspace("T1", delivery.due + DAY, "ratelimited")
        records.connection.exec_driver_sql("DELETE FROM deliveries")
        assert records.add_delivery(delivery)
        return records.delivery(delivery.target, delivery.kind, delivery.label)

    assert write(work) == delivery


@few
@given(subscription=subscriptions)
def test_subscriptions(write: Runner, subscription: Subscription) -> None:
    write(lambda records: records.save_subscription(subscription))
    target, kind = subscription.target, subscription.kind
    assert write(lambda records: records.subscription(target, kind)) == subscription
