"""Study groups: started by any member of a channel, one session a week until the syllabus ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.content import Content
from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Delivery, Kind, State, Subscription, Target
from bot.domain.errors import Gone, GroupExists, NoGroupHere
from bot.domain.groups import Place, StudyGroup, StudySession, session_answer_key
from bot.domain.learners import Person
from bot.domain.prompts import Answer
from bot.ports import Clock, Ids, Records, Store
from bot.services.results import Composed, GroupView, NextSend, SessionCard, ShutOut
from bot.services.rhythms import subscribe


@dataclass(frozen=True, slots=True)
class GroupForm:
    """When a group meets: rhythm and zone."""

    rhythm: Rhythm
    zone: str


def _target(place: Place) -> Target:
    return Target(place.workspace, place.channel)


class StudyGroups:
    """Use cases of the study group of a channel."""

    def __init__(self, content: Content, store: Store, clock: Clock, ids: Ids) -> None:
        self._content = content
        self._store = store
        self._clock = clock
        self._ids = ids

    async def free(self, place: Place) -> None:
        """Raises GroupExists when the channel has a group already."""
        if await self._store.read(lambda records: records.group(place)) is not None:
            raise GroupExists

    async def start(self, place: Place, person: Person, form: GroupForm) -> GroupView:
        """Start a group. Raises GroupExists when the channel has one."""
        return await self._store.write(lambda records: self._start(records, place, person, form))

    def _start(self, records: Records, place: Place, person: Person, form: GroupForm) -> GroupView:
        if records.group(place) is not None:
            raise GroupExists
        group = StudyGroup(
            place=place,
            started_by=person,
            zone=form.zone,
            rhythm=form.rhythm,
            started_at=self._clock.now(),
            members=frozenset({person.user}),
        )
        self._keep(records, group)
        return self._view(records, group, person)

    async def reschedule(self, place: Place, person: Person, form: GroupForm) -> GroupView:
        """Meet at another time; the sessions that were held stay held."""
        return await self._changed(
            place, person, lambda group: replace(group, rhythm=form.rhythm, zone=form.zone)
        )

    async def join(self, place: Place, person: Person) -> GroupView:
        """Become a member; joining twice changes nothing."""
        return await self._changed(place, person, lambda group: group.with_member(person))

    async def leave(self, place: Place, person: Person) -> GroupView:
        """Stop being a member."""
        return await self._changed(place, person, lambda group: group.without_member(person))

    async def pause(self, place: Place, person: Person, *, paused: bool) -> GroupView:
        """Hold the sessions, or go on with the one that would have come next."""
        return await self._changed(place, person, lambda group: replace(group, paused=paused))

    async def _changed(
        self, place: Place, person: Person, change: Callable[[StudyGroup], StudyGroup]
    ) -> GroupView:
        def work(records: Records) -> GroupView:
            group = change(_group(records, place))
            self._keep(records, group)
            return self._view(records, group, person)

        return await self._store.write(work)

    async def end(self, place: Place) -> None:
        """End the group of a channel for good; what people wrote stays in their journals."""

        def work(records: Records) -> None:
            group = _group(records, place)
            self._keep(records, replace(group, paused=True))
            records.delete_group(place)

        await self._store.write(work)

    async def status(self, place: Place, person: Person) -> GroupView:
        """The group of a channel, with what comes next."""
        return await self._store.read(
            lambda records: self._view(records, _group(records, place), person)
        )

    def session(self, session_id: str) -> StudySession:
        """A session of the syllabus by its id. Raises Gone when the content lost it."""
        for session in self._content.syllabus:
            if session.id == session_id:
                return session
        raise Gone

    async def keep_answer(self, person: Person, session: StudySession, text: str) -> None:
        """Keep what somebody answers to a session in their journal, before it is posted."""
        answer = Answer(
            self._ids.new(), person, session_answer_key(session), text, self._clock.now()
        )
        await self._store.write(lambda records: records.save_answer(answer))

    async def joined(self, person: Person) -> Sequence[StudyGroup]:
        """The groups that somebody is a member of."""
        return await self._store.read(lambda records: records.groups_of(person))

    def groups_of(self, records: Records, person: Person) -> Sequence[GroupView]:
        """The groups that somebody is a member of, inside a transaction that is already open."""
        return [self._view(records, group, person) for group in records.groups_of(person)]

    def plan_sends(self, records: Records, place: Place) -> None:
        """Plan the next session of a channel's group anew, if there is one."""
        group = records.group(place)
        if group is not None:
            self._keep(records, group)

    def _keep(self, records: Records, group: StudyGroup) -> None:
        records.save_group(group)
        ended = self._content.session(group.week) is None
        rhythm = group.rhythm
        if group.paused or ended:
            rhythm = Rhythm(frozenset(), rhythm.at)
        wish = Subscription(_target(group.place), Kind.GROUP_SESSION, group.zone, rhythm, None)
        subscribe(records, wish, self._clock.now())

    def _view(self, records: Records, group: StudyGroup, person: Person) -> GroupView:
        subscription = records.subscription(_target(group.place), Kind.GROUP_SESSION)
        coming = subscription.next if subscription else None
        return GroupView(
            group=group,
            session=self._content.session(group.week),
            sends=NextSend(Kind.GROUP_SESSION, coming.due, group.zone) if coming else None,
            weeks=len(self._content.syllabus),
            is_member=person.user in group.members,
        )

    # -- sessions ---------------------------------------------------------------------------

    def compose(self, records: Records, delivery: Delivery) -> Composed | None:
        """The session that a delivery posts; None when the group rests, ended or is finished."""
        group = records.group(Place(delivery.target.workspace, delivery.target.address))
        session = self._content.session(group.week) if group and not group.paused else None
        if group is None or session is None:
            return None
        card = SessionCard(group, session, len(self._content.syllabus))
        return Composed(card, session.id)

    def shut_out(self, records: Records, delivery: Delivery) -> None:
        """The channel can't be reached any more: whoever started its group is told, once."""
        place = Place(delivery.target.workspace, delivery.target.address)
        group = records.group(place)
        if group is None or not group.started_by.user:
            return
        now = self._clock.now()
        records.add_delivery(
            Delivery(
                id=self._ids.new(),
                target=Target(group.started_by.workspace, group.started_by.user),
                kind=Kind.GROUP_SHUT_OUT,
                label=now.date(),
                zone=group.zone,
                due=now,
                state=State.DUE,
                not_before=now,
                changed_at=now,
                content_id=place.channel,
            )
        )

    def compose_shut_out(self, records: Records, delivery: Delivery) -> Composed | None:
        """Which channel can't be reached; None when its group has ended, or it can be again."""
        channel = delivery.content_id or ""
        place = Place(delivery.target.workspace, channel)
        if records.group(place) is None or records.resting(_target(place)) is None:
            return None
        return Composed(ShutOut(channel), channel)

    def session_posted(self, records: Records, delivery: Delivery) -> None:
        """A session has arrived in its channel: the next one comes next."""
        group = records.group(Place(delivery.target.workspace, delivery.target.address))
        if group is not None:
            self._keep(records, replace(group, week=group.week + 1))


def _group(records: Records, place: Place) -> StudyGroup:
    group = records.group(place)
    if group is None:
        raise NoGroupHere
    return group
