"""`coach check`: loads everything, renders every item once, and holds it against Slack's limits."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from bot.content import Content, load_content
from bot.domain.cadence import Rhythm
from bot.domain.faq import FaqEntry
from bot.domain.groups import Place, StudyGroup, StudySession
from bot.domain.learners import Person
from bot.domain.prompts import Answer, Prompt
from bot.ports import Message
from bot.services.results import PromptCard, Reflection, SessionCard
from bot.settings import Settings
from bot.slack import limits
from bot.slack.blocks import answers, groups, prompts
from bot.slack.blocks.kit import View
from bot.slack.words import Words
from bot.yaml_files import FilesInvalid, Problem

Item = FaqEntry | Prompt | StudySession
Rendered = tuple[Item, Message | View]


A_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check_all(settings: Settings) -> str:
    """One line about what was found well. Raises FilesInvalid with every problem."""
    content = load_content(settings.content_dir)
    words = Words(content, settings.behaviour.command)
    problems = [
        Problem(*content.places[type(item).__name__, item.id], problem, "shorten the item")
        for item, screen in rendered(words, content)
        for problem in _over(screen)
    ]
    if problems:
        raise FilesInvalid(problems)
    return (
        f"Content is well: {len(content.faq)} answers, {len(content.prompts)} prompts, "
        f"{len(content.plans)} plans, {len(content.syllabus)} sessions, "
        f"{len(content.messages)} texts."
    )


def _over(screen: Message | View) -> list[str]:
    if isinstance(screen, Message):
        return limits.check_message(screen.text, screen.blocks)
    return limits.check_view(screen)


def rendered(words: Words, content: Content) -> Iterator[Rendered]:
    """Every item of the content as people see it."""
    for entry in content.faq.values():
        related = tuple(content.faq[name] for name in entry.related)
        message = answers.answer(words, entry, related, share=True, question=entry.question)
        yield entry, message
    for prompt in content.prompts.values():
        card = PromptCard(prompt, content.skills[prompt.skill].name, may_swap=True)
        yield prompt, prompts.card(words, card)
        yield prompt, prompts.answer_form(words, card)
        answer = Answer("a0", Person("T0", "U0"), prompt.id, "–", A_DAY, rated=frozenset({0}))
        reflection = Reflection(prompt, answer, card.skill)
        yield prompt, prompts.reflection_form(words, reflection)
        yield prompt, prompts.key_points(words, reflection)
    group = _sample_group()
    for session in content.syllabus:
        card_of = SessionCard(group, session, len(content.syllabus))
        yield session, groups.session_card(words, card_of)
        yield session, groups.answer_form(words, session, "C0", "0.0")


def _sample_group() -> StudyGroup:
    return StudyGroup(
        place=Place("T0", "C0"),
        started_by=Person("T0", "U0"),
        zone="UTC",
        rhythm=Rhythm(frozenset({2}), time(17, 0)),
        started_at=A_DAY,
    )
