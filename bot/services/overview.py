"""App Home: one next action, plan, rhythm, last answers and groups of one person."""

from datetime import timedelta

from bot.domain.learners import Learner, Person
from bot.ports import Clock, Records, Store
from bot.services.outlooks import outlook
from bot.services.planning import Planning, week_of
from bot.services.prompting import Prompting
from bot.services.results import Overview, PlanView
from bot.services.study_groups import StudyGroups


class Overviews:
    """Puts together what App Home shows, in one read."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        prompting: Prompting,
        planning: Planning,
        groups: StudyGroups,
    ) -> None:
        self._store = store
        self._clock = clock
        self._prompting = prompting
        self._planning = planning
        self._groups = groups

    async def overview(self, person: Person) -> Overview:
        """What is true for a person now; works for somebody who has not started, too."""
        return await self._store.read(lambda records: self._overview(records, person))

    def _overview(self, records: Records, person: Person) -> Overview:
        now = self._clock.now()
        learner = records.learner(person)
        groups = self._groups.groups_of(records, person)
        if learner is None:
            return Overview(None, now, groups=groups)
        view = self._planning.view_in(records, learner)
        return Overview(
            learner=learner,
            now=now,
            plan=view,
            card=self._prompting.card_of_today(records, learner),
            check_in_due=self._check_in_due(records, learner, view),
            outlook=outlook(records, learner, now),
            journal=self._prompting.journal_page(records, person),
            groups=groups,
        )

    def _check_in_due(self, records: Records, learner: Learner, view: PlanView) -> bool:
        """From the check-in day on, until the week's check-in is there."""
        week = week_of(view.today)
        days = (week + timedelta(days=number) for number in range(view.today.weekday() + 1))
        if not any(learner.checkins.wants(day) for day in days):
            return False
        return records.check_in(learner.person, week) is None
