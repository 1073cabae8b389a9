"""Rows of study groups and their members."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select

from bot.domain.groups import Place, StudyGroup
from bot.domain.learners import Person
from bot.store.records_base import RecordsBase, insert_or_replace
from bot.store.schema import group_members, study_groups


class GroupRecords(RecordsBase):
    """Study groups, one per channel."""

    def group(self, place: Place) -> StudyGroup | None:
        """The study group of a channel."""
        row = self.first(select(study_groups).where(_at(study_groups, place)))
        return None if row is None else self._group(row)

    def save_group(self, group: StudyGroup) -> None:
        """Keep a group and exactly its members."""
        row = {
            **_place_row(group.place),
            "started_by_workspace": group.started_by.workspace,
            "started_by_user": group.started_by.user,
            "zone": group.zone,
            "rhythm": group.rhythm,
            "started_at": group.started_at,
            "week": group.week,
            "paused": group.paused,
        }
        self.put(study_groups, row)
        known = self._members(group.place)
        for user in known - group.members:
            left = _at(group_members, group.place) & (group_members.c.user_id == user)
            self.change(delete(group_members).where(left))
        joined = insert_or_replace(group_members, self.dialect)
        for user in group.members - known:
            self.change(joined, {**_place_row(group.place), "user_id": user})

    def delete_group(self, place: Place) -> None:
        """End the group of a channel; its members go with it."""
        self.change(delete(study_groups).where(_at(study_groups, place)))

    def groups_of(self, person: Person) -> Sequence[StudyGroup]:
        """The groups that a person is a member of, by channel."""
        joined = study_groups.join(group_members)
        query = (
            select(study_groups)
            .select_from(joined)
            .where(
                group_members.c.workspace == person.workspace,
                group_members.c.user_id == person.user,
            )
            .order_by(study_groups.c.channel)
        )
        return [self._group(row) for row in self.all(query)]

    def _members(self, place: Place) -> frozenset[str]:
        query = select(group_members.c.user_id).where(_at(group_members, place))
        return frozenset(row.user_id for row in self.all(query))

    def _group(self, row: Row[Any]) -> StudyGroup:
        place = Place(row.workspace, row.channel)
        return StudyGroup(
            place=place,
            started_by=Person(row.started_by_workspace, row.started_by_user),
            zone=row.zone,
            rhythm=row.rhythm,
            started_at=row.started_at,
            week=row.week,
            members=self._members(place),
            paused=row.paused,
        )


def _at(table: Any, place: Place) -> Any:
    return (table.c.workspace == place.workspace) & (table.c.channel == place.channel)


def _place_row(place: Place) -> dict[str, Any]:
    return {"workspace": place.workspace, "channel": place.channel}
