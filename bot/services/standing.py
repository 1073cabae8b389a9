"""Who can be reached: rests for people and channels that can't, and back again; workspaces too.

Every step may be repeated and come in any order; what stands at the end is what was said last.
"""

from dataclasses import dataclass

import structlog

from bot.domain.deliveries import Target
from bot.domain.groups import Place
from bot.domain.learners import Person
from bot.ports import Clock, Records, Store
from bot.services.rhythms import subscribe_learner
from bot.services.study_groups import StudyGroups

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Use cases of what Slack reports, and of people who are there again."""

    store: Store
    clock: Clock
    groups: StudyGroups

    async def rest(self, target: Target, why: str) -> bool:
        """Nothing more is sent to a target; whether that is news.

        Nothing is noted of people and channels to whom nothing is sent anyway.
        """
        if not await self.store.read(lambda records: self._may_rest(records, target)):
            return False
        rested = await self.store.write(lambda records: self._rest(records, target, why))
        if rested:
            log.info("target_rests", address=target.address, why=why)
        return rested

    def _may_rest(self, records: Records, target: Target) -> bool:
        known = records.learner(_person(target)) or records.group(_place(target))
        return known is not None and records.resting(target) is None

    def _rest(self, records: Records, target: Target, why: str) -> bool:
        rests = self._may_rest(records, target)
        if rests:
            records.rest_target(target, why)
        return rests

    async def rests(self, target: Target) -> bool:
        """Whether nothing is sent to a target."""
        return await self.store.read(lambda records: records.resting(target)) is not None

    async def wake(self, target: Target) -> str | None:
        """The target can be reached again; the reason that has ended, None when it is no news.

        What comes next is planned anew from now: nothing that was missed is sent later.
        """
        if not await self.rests(target):
            return None
        why = await self.store.write(lambda records: self._wake(records, target))
        if why is not None:
            log.info("target_awake", address=target.address, why=why)
        return why

    def _wake(self, records: Records, target: Target) -> str | None:
        why = records.wake_target(target)
        learner = records.learner(_person(target))
        if why is not None and learner is not None:
            subscribe_learner(records, learner, self.clock.now())
        if why is not None:
            self.groups.plan_sends(records, _place(target))
        return why

    async def end(self, workspace: str, why: str) -> bool:
        """The workspace has sent the coach away; whether that is news."""
        if await self.store.read(lambda records: records.ended_workspace(workspace)) is not None:
            return False
        await self.store.write(lambda records: records.end_workspace(workspace, why))
        log.warning("workspace_ended", workspace=workspace, why=why)
        return True

    async def revive(self, workspace: str) -> str | None:
        """The coach may work in a workspace; why it could not before, None when it could."""
        why = await self.store.read(lambda records: records.ended_workspace(workspace))
        if why is not None:
            await self.store.write(lambda records: records.revive_workspace(workspace))
            log.info("workspace_revived", workspace=workspace, why=why)
        return why


def _person(target: Target) -> Person:
    return Person(target.workspace, target.address)


def _place(target: Target) -> Place:
    return Place(target.workspace, target.address)
