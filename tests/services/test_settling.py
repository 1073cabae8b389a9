"""What became of a post is settled once, whoever hears of it first."""

from dataclasses import replace
from datetime import timedelta

from services_desk import MAYA, MONDAY, Bench, Tally, lived

from bot.domain.deliveries import Delivery, Kind, State, Target
from bot.ports import Arrived, Records
from bot.services.delivery.settling import Settler
from bot.services.delivery.taking import Topic
from bot.services.results import Composed

TARGET = Target(MAYA.workspace, MAYA.user)


@lived
async def test_an_arrival_that_two_hear_of_has_its_consequences_once(bench: Bench) -> None:
    """A worker slept with a post under way, and another one found the message in the history."""
    followed: list[str] = []

    def follow(_: Records, delivery: Delivery) -> None:
        followed.append(delivery.id)

    topics = {Kind.DAILY_PROMPT: Topic(lambda *_: Composed(None), follow)}
    settler = Settler(bench.store, bench.clock, topics, Tally())
    begun = Delivery(
        "d1", TARGET, Kind.DAILY_PROMPT, MONDAY.date(), "UTC", MONDAY, State.DUE, MONDAY, MONDAY
    )
    sending = replace(begun, state=State.SENDING, attempts=1)
    await bench.store.write(lambda records: records.add_delivery(begun))
    await bench.store.write(lambda records: records.save_delivery(sending))

    found = replace(sending, changed_at=MONDAY + timedelta(seconds=61))
    await settler.save([settler.arrived(found, Arrived("D1", "1.0"))])
    await settler.save([settler.arrived(sending, Arrived("D1", "1.0"))])
    assert followed == ["d1"]
