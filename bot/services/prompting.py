"""Daily prompts and the journal: which prompt is today's, what was answered, how it was rated."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.content import Content
from bot.domain.cadence import local_date, zone_of
from bot.domain.deliveries import Delivery, Kind
from bot.domain.errors import AlreadySwapped, Gone
from bot.domain.groups import session_answer_key
from bot.domain.learners import Learner, Person
from bot.domain.prompts import Answer, Assignment, Prompt, pick_prompt
from bot.ports import Clock, Ids, Records, Store
from bot.services.results import Composed, JournalEntry, JournalPage, PromptCard, Reflection
from bot.services.rhythms import given_today, learner_of

JOURNAL_PAGE = 5
PROMPT_KINDS = (Kind.DAILY_PROMPT, Kind.PROMPT_REMINDER)
"""What may be answered in its thread."""


class Prompting:
    """Use cases of daily prompts and of the answers to them."""

    def __init__(self, content: Content, store: Store, clock: Clock, ids: Ids) -> None:
        self._content = content
        self._store = store
        self._clock = clock
        self._ids = ids
        self._prompts = tuple(content.prompts.values())

    async def today(self, person: Person, skill: str | None = None) -> PromptCard:
        """Today's prompt, given now when it was not yet; with a skill, one that practises it."""
        return await self._store.write(lambda records: self._today(records, person, skill))

    def _today(self, records: Records, person: Person, skill: str | None) -> PromptCard:
        now = self._clock.now()
        learner = learner_of(records, person)
        assignment = self.assigned(records, learner, now, skill)
        prompt = self._content.prompts.get(assignment.prompt_id)
        if prompt is None or skill not in (None, prompt.skill):
            prompt = pick_prompt(self._prompts, self._known(records, person), person, skill)
            return self._card(records, person, prompt)
        return self._card(records, person, prompt, assignment)

    async def swap(self, person: Person) -> PromptCard:
        """Another prompt for today, once a day. Raises AlreadySwapped the second time."""
        return await self._store.write(lambda records: self._swap(records, person))

    def _swap(self, records: Records, person: Person) -> PromptCard:
        now = self._clock.now()
        learner = learner_of(records, person)
        assignment = self.assigned(records, learner, now)
        if assignment.swapped_from is not None:
            raise AlreadySwapped
        prompt = pick_prompt(self._prompts, self._known(records, person), person)
        swapped = replace(assignment, prompt_id=prompt.id, swapped_from=assignment.prompt_id)
        records.save_assignment(swapped)
        return self._card(records, person, prompt, swapped)

    def assigned(
        self, records: Records, learner: Learner, now: datetime, skill: str | None = None
    ) -> Assignment:
        """Today's assignment; made now, by the plan's next skill, when there is none yet.

        For a transaction that is already open. What comes unasked later knows of it.
        """
        label = learner.today(now)
        found = records.assignment(learner.person, label)
        if found is not None:
            return found
        assignment = self._assign(records, learner, label, skill)
        given_today(records, learner, label, now)
        return assignment

    def _assign(
        self, records: Records, learner: Learner, label: date, skill: str | None = None
    ) -> Assignment:
        seen = self._known(records, learner.person)
        wanted = skill or self._next_skill(records, learner)
        prompt = pick_prompt(self._prompts, seen, learner.person, wanted)
        if skill is None and prompt.id in seen:
            prompt = pick_prompt(self._prompts, seen, learner.person)
        assignment = Assignment(learner.person, label, prompt.id)
        records.save_assignment(assignment)
        return assignment

    def _known(self, records: Records, person: Person) -> dict[str, date]:
        """When each prompt was last given or answered."""
        known = dict(records.prompts_seen(person))
        for answer in records.answers(person):
            on = answer.answered_at.date()
            known[answer.prompt_id] = max(on, known.get(answer.prompt_id, on))
        return known

    def _next_skill(self, records: Records, learner: Learner) -> str | None:
        """The skill that the next open milestone of the plan builds."""
        plan = records.plan(learner.person)
        template = self._content.plans.get(plan.template_id) if plan else None
        if plan is None or template is None:
            return None
        return next((found.skill for found in plan.open_milestones(template)), None)

    def _card(
        self,
        records: Records,
        person: Person,
        prompt: Prompt,
        assignment: Assignment | None = None,
    ) -> PromptCard:
        answer = records.answer_to(person, prompt.id)
        swappable = assignment is not None and assignment.swapped_from is None and answer is None
        return PromptCard(prompt, self._content.skills[prompt.skill].name, answer, swappable)

    def card_of_today(self, records: Records, learner: Learner) -> PromptCard | None:
        """Today's prompt when it was given already; nothing is given by looking."""
        label = learner.today(self._clock.now())
        assignment = records.assignment(learner.person, label)
        prompt = self._content.prompts.get(assignment.prompt_id) if assignment else None
        if assignment is None or prompt is None:
            return None
        return self._card(records, learner.person, prompt, assignment)

    def compose(self, records: Records, delivery: Delivery) -> Composed | None:
        """The prompt for a delivery's local date; None when the person rests or is gone."""
        learner = records.learner(Person(delivery.target.workspace, delivery.target.address))
        if learner is None or not learner.wants(delivery.kind, delivery.label):
            return None
        assignment = records.assignment(learner.person, delivery.label)
        if assignment is None:
            assignment = self._assign(records, learner, delivery.label)
        prompt = self._content.prompts.get(assignment.prompt_id)
        if prompt is None:
            return None
        return Composed(self._card(records, learner.person, prompt, assignment), prompt.id)

    def compose_again(self, records: Records, delivery: Delivery) -> Composed | None:
        """The prompt that was snoozed until later; None when it has been answered meanwhile."""
        learner = records.learner(Person(delivery.target.workspace, delivery.target.address))
        prompt = self._content.prompts.get(delivery.content_id or "")
        if learner is None or prompt is None:
            return None
        card = self._card(records, learner.person, prompt)
        wanted = learner.wants_again(Kind.DAILY_PROMPT, delivery.label) and card.answer is None
        return Composed(card, prompt.id) if wanted else None

    # -- answers ----------------------------------------------------------------------------

    async def prompt_card(self, person: Person, prompt_id: str) -> PromptCard:
        """One prompt with the person's answer. Raises Gone when the content lost it."""
        prompt = self._prompt(prompt_id)
        return await self._store.read(lambda records: self._card(records, person, prompt))

    async def answer(self, person: Person, prompt_id: str, text: str) -> Reflection:
        """Keep an answer; a changed text becomes a new version, the same text changes nothing."""
        prompt = self._prompt(prompt_id)
        return await self._store.write(lambda records: self._answer(records, person, prompt, text))

    def _answer(self, records: Records, person: Person, prompt: Prompt, text: str) -> Reflection:
        learner_of(records, person)
        now = self._clock.now()
        known = records.answer_to(person, prompt.id)
        if known is None:
            answer = Answer(self._ids.new(), person, prompt.id, text, now)
            records.save_answer(answer)
        elif known.text == text:
            answer = known
        else:
            answer = replace(known, text=text, answered_at=now, version=known.version + 1)
            records.save_answer(answer)
        return self._reflection(prompt, answer)

    async def reflect(self, person: Person, answer_id: str) -> Reflection:
        """An answer beside its prompt. Raises Gone when it is not there, or not this person's."""
        return await self._store.read(lambda records: self._reflect(records, person, answer_id))

    def _reflect(self, records: Records, person: Person, answer_id: str) -> Reflection:
        answer = records.answer(person, answer_id)
        if answer is None:
            raise Gone
        return self._reflection(self._prompt(answer.prompt_id), answer)

    async def prompt_at(self, person: Person, channel: str, ts: str) -> str | None:
        """The id of the prompt that was sent as this message, None for any other message."""
        return await self._store.read(lambda records: self._prompt_at(records, person, channel, ts))

    def _prompt_at(self, records: Records, person: Person, channel: str, ts: str) -> str | None:
        delivery = records.delivery_at(person.workspace, channel, ts)
        if delivery is None or delivery.kind not in PROMPT_KINDS:
            return None
        return delivery.content_id if delivery.target.address == person.user else None

    async def rate(self, person: Person, answer_id: str, rated: frozenset[int]) -> Reflection:
        """Note which rubric lines the person says their answer shows. Raises Gone."""
        return await self._store.write(
            lambda records: self._rate(records, person, answer_id, rated)
        )

    def _rate(
        self, records: Records, person: Person, answer_id: str, rated: frozenset[int]
    ) -> Reflection:
        answer = records.answer(person, answer_id)
        if answer is None:
            raise Gone
        prompt = self._prompt(answer.prompt_id)
        answer = replace(answer, rated=rated & frozenset(range(len(prompt.rubric))))
        records.save_answer(answer)
        return self._reflection(prompt, answer)

    def _reflection(self, prompt: Prompt, answer: Answer) -> Reflection:
        return Reflection(prompt, answer, self._content.skills[prompt.skill].name)

    def _prompt(self, prompt_id: str) -> Prompt:
        prompt = self._content.prompts.get(prompt_id)
        if prompt is None:
            raise Gone
        return prompt

    async def journal(self, person: Person, words: str = "") -> JournalPage:
        """The person's answers, latest first; only those that hold all of the words."""
        return await self._store.read(lambda records: self.journal_page(records, person, words))

    def journal_page(self, records: Records, person: Person, words: str = "") -> JournalPage:
        """As `journal`, inside a transaction that is already open."""
        wanted = words.lower().split()
        learner = records.learner(person)
        zone = learner.tzinfo() if learner else zone_of("UTC")
        entries = [self._journal_entry(answer, zone) for answer in records.answers(person)]
        found = [entry for entry in entries if _holds(entry, wanted)]
        return JournalPage(found[:JOURNAL_PAGE], words, len(found))

    def _journal_entry(self, answer: Answer, zone: ZoneInfo) -> JournalEntry:
        prompt = self._content.prompts.get(answer.prompt_id)
        title = prompt.title if prompt else ""
        for session in self._content.syllabus:
            if answer.prompt_id == session_answer_key(session):
                title = session.title
        return JournalEntry(answer, title, prompt, local_date(answer.answered_at, zone))


def _holds(entry: JournalEntry, wanted: Sequence[str]) -> bool:
    text = f"{entry.answer.text} {entry.title}".lower()
    return all(word in text for word in wanted)
