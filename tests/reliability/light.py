"""Messages of the simulator that cost little: whether one is wanted is asked, and what follows when
it arrives is done, but the content is not chosen."""

from dataclasses import replace

from bot.app import topics_of
from bot.domain.deliveries import Delivery, Kind
from bot.domain.learners import Person
from bot.ports import Message, Records
from bot.services.delivery.taking import Topics
from bot.services.results import Composed
from bot.slack.desk import Desk

LIGHT = (Kind.WELCOME, Kind.DAILY_PROMPT, Kind.WEEKLY_CHECKIN)


def _light(records: Records, delivery: Delivery) -> Composed | None:
    learner = records.learner(Person(delivery.target.workspace, delivery.target.address))
    if learner is None:
        return None
    if delivery.kind is not Kind.WELCOME and not learner.wants(delivery.kind, delivery.label):
        return None
    return Composed(delivery.kind, "light")


def rendered(result: object) -> Message:
    """Its kind is all that is shown."""
    return Message(type(result).__name__)


def light_topics(desk: Desk) -> Topics:
    """As the program's, without the content."""
    real = topics_of(desk)
    compose = desk.coaching.announcing(_light)
    return {**real, **{kind: replace(real[kind], compose=compose) for kind in LIGHT}}
