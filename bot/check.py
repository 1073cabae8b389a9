"""`coach check`: loads everything, renders every item once, and holds it against Slack's limits."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from bot.content import KINDS, Content, load_content
from bot.content_quality import overdue, problems_of
from bot.domain.cadence import Rhythm
from bot.domain.faq import FaqEntry
from bot.domain.groups import Place, StudyGroup, StudySession
from bot.domain.learners import Person
from bot.domain.prompts import Answer, Prompt
from bot.ports import Message
from bot.services.results import PromptCard, Reflection, SessionCard
from bot.settings import CONTENT, Settings
from bot.slack import limits
from bot.slack.blocks import answers, groups, prompts
from bot.slack.blocks.kit import View
from bot.slack.words import Words
from bot.yaml_files import FilesInvalid, Problem

Item = FaqEntry | Prompt | StudySession
Rendered = tuple[str, Item, Message | View]


A_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check_all(settings: Settings, today: date) -> str:
    """What was found well, and what is due for review. Raises FilesInvalid with every problem."""
    content = load_content(CONTENT, settings.content_dir)
    words = Words(content, settings.behaviour.command)
    problems = [
        Problem(*content.places[kind, item.id], problem, "shorten the item")
        for kind, item, screen in rendered(words, content)
        for problem in _over(screen)
    ]
    problems += problems_of(content)
    if problems:
        raise FilesInvalid(problems)
    counts = ", ".join(f"{len(content.of_kind(kind.name))} {kind.name}" for kind in KINDS)
    due = [f"For review: {problem}" for problem in overdue(content, today)]
    return "\n".join([f"Content is well: {counts}, {len(content.messages)} texts.", *due])


def schemas() -> dict[str, str]:
    """For each kind the JSON Schema of its files, for editors; by the file's name."""
    found = {}
    for kind in KINDS:
        schema = kind.model.model_json_schema()
        if kind.key is not None:
            defs = schema.pop("$defs", {})
            item = {"type": "array", "items": schema}
            schema = {
                "type": "object",
                "properties": {kind.key: item},
                "required": [kind.key],
                "additionalProperties": False,
                "$defs": defs,
            }
        found[f"{kind.name}.json"] = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    return found


def _over(screen: Message | View) -> list[str]:
    if isinstance(screen, Message):
        return limits.check_message(screen.text, screen.blocks)
    return limits.check_view(screen)


def rendered(words: Words, content: Content) -> Iterator[Rendered]:
    """Every item of the content as people see it."""
    for entry in content.faq.values():
        related = tuple(content.faq[name] for name in entry.related)
        message = answers.answer(words, entry, related, share=True, question=entry.question)
        yield "faq", entry, message
    for prompt in content.prompts.values():
        card = PromptCard(prompt, content.skills[prompt.skill].name, may_swap=True)
        yield "prompts", prompt, prompts.card(words, card)
        yield "prompts", prompt, prompts.answer_form(words, card)
        answer = Answer("a0", Person("T0", "U0"), prompt.id, "–", A_DAY, rated=frozenset({0}))
        reflection = Reflection(prompt, answer, card.skill)
        yield "prompts", prompt, prompts.reflection_form(words, reflection)
        yield "prompts", prompt, prompts.key_points(words, reflection)
    group = _sample_group()
    for session in content.syllabus:
        card_of = SessionCard(group, session, len(content.syllabus))
        yield "syllabus", session, groups.session_card(words, card_of)
        yield "syllabus", session, groups.answer_form(words, session, "C0", "0.0")


def _sample_group() -> StudyGroup:
    return StudyGroup(
        place=Place("T0", "C0"),
        started_by=Person("T0", "U0"),
        zone="UTC",
        rhythm=Rhythm(frozenset({2}), time(17, 0)),
        started_at=A_DAY,
    )
