"""The services of the program, with ids that are counted: the same seed gives the same names."""

from dataclasses import replace

from bot.app import build_desk
from bot.ports import Clock, Ids, Store
from bot.services.coaching import Coaching
from bot.services.prompting import Prompting
from bot.services.snoozing import Snoozing
from bot.services.study_groups import StudyGroups
from bot.settings import Settings
from bot.slack.desk import Desk
from tests.shipped import library


class CountedIds:
    """Names that follow one another."""

    def __init__(self) -> None:
        self.given = 0

    def new(self) -> str:
        """The next name."""
        self.given += 1
        return f"id{self.given:08}"


def desk_on(store: Store, clock: Clock, ids: Ids) -> Desk:
    """The services on a store, with the shipped content."""
    desk = build_desk(Settings(), library(), store, clock)
    content, prompting = desk.content, Prompting(desk.content, store, clock, ids)
    return replace(
        desk,
        prompting=prompting,
        coaching=Coaching(content, store, clock, ids, desk.defaults, prompting),
        snoozing=Snoozing(store, clock, ids),
        groups=StudyGroups(content, store, clock, ids),
    )
