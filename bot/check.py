"""`coach check`: loads everything, renders every item once, and holds it against Slack's limits."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import cast

from bot.content import KINDS, Content, load_content
from bot.content_quality import overdue, problems_of
from bot.domain.cadence import Rhythm
from bot.domain.faq import FaqEntry
from bot.domain.groups import Place, StudyGroup, StudySession
from bot.domain.learners import Background, Goal, Learner, Move, Person, ZoneSource
from bot.domain.outside import OutsideKind
from bot.domain.prompts import Answer, Prompt
from bot.domain.reference import Case, PayStatement, Term
from bot.ports import Message
from bot.services.results import Found, PromptCard, Reflection, SessionCard
from bot.settings import CONTENT, Settings
from bot.slack import limits
from bot.slack.blocks import answers, asking_forms, groups, prompts
from bot.slack.blocks.cards import Card
from bot.slack.blocks.kit import View
from bot.slack.words import Words
from bot.yaml_files import FilesInvalid, Problem

Answering = FaqEntry | Term | PayStatement | Case
Item = Answering | OutsideKind | Prompt | StudySession
Rendered = tuple[str, Item, Message | View]

KEYS = {"faq": "faq", "term": "glossary", "pay": "pay_statements", "case": "cases"}
"""How keys of what answers begin, and the kind of content behind it."""
A_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check_all(settings: Settings, today: date, root: Path = CONTENT) -> str:
    """What was found well, and what is due for review. Raises FilesInvalid with every problem."""
    content = load_content(root, settings.content_dir)
    words = Words(content, settings.behaviour.command)
    over = [
        *((kind, item, _over(screen)) for kind, item, screen in rendered(words, content)),
        *((kind, found.item, _too_long(words, found)) for kind, found in answering(content)),
    ]
    problems = [
        Problem(*content.places[kind, item.id], problem, "shorten the item")
        for kind, item, found in over
        for problem in found
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


def _too_long(words: Words, found: Found) -> list[str]:
    length = len(answers.plain_answer(words, found))
    most = answers.LONGEST
    return [f"the answer has {length} characters, {most} fit"] if length > most else []


def answering(content: Content) -> Iterator[tuple[str, Found]]:
    """Everything that may answer a question, by kind."""
    for prefix, kind in KEYS.items():
        for name, item in content.of_kind(kind).items():
            yield kind, Found(f"{prefix}:{name}", cast("Answering", item))


def rendered(words: Words, content: Content) -> Iterator[Rendered]:
    """Every item of the content as people see it."""
    yield from _answers(words, content)
    yield from _prompts(words, content)
    group = _sample_group()
    for session in content.syllabus:
        card = SessionCard(group, session, len(content.syllabus))
        yield "syllabus", session, groups.session_card(words, card)
        yield "syllabus", session, groups.answer_form(words, session, "C0", "0.0")


def _answers(words: Words, content: Content) -> Iterator[Rendered]:
    faq = {found.key: found for kind, found in answering(content) if kind == "faq"}
    for kind, found in answering(content):
        names = found.item.related if isinstance(found.item, FaqEntry) else ()
        related = tuple(faq[f"faq:{name}"] for name in names)
        card = Card(found, related, learner=_sample_learner(), share=True)
        yield kind, found.item, answers.answer(words, card, "x" * answers.ECHO)
        yield kind, found.item, answers.shared(words, found, "U0")
        yield kind, found.item, asking_forms.vote_form(words, found, "")
    for outside in content.of_kind("outside").values():
        reply = cast("OutsideKind", outside)
        yield "outside", reply, answers.outside(words, reply, tuple(faq.values()))


def _prompts(words: Words, content: Content) -> Iterator[Rendered]:
    for prompt in content.prompts.values():
        card = PromptCard(prompt, content.skills[prompt.skill].name, may_swap=True)
        yield "prompts", prompt, prompts.card(words, card)
        yield "prompts", prompt, prompts.answer_form(words, card)
        answer = Answer("a0", Person("T0", "U0"), prompt.id, "–", A_DAY, rated=frozenset({0}))
        reflection = Reflection(prompt, answer, card.skill)
        yield "prompts", prompt, prompts.reflection_form(words, reflection)
        yield "prompts", prompt, prompts.key_points(words, reflection)


def _sample_learner() -> Learner:
    """Somebody for whom sides are marked."""
    rhythm = Rhythm(frozenset({2}), time(17, 0))
    goal = Goal(Background.PM, Move.INSIDE, 5.0, A_DAY.date())
    return Learner(Person("T0", "U0"), goal, "UTC", ZoneSource.OWN, rhythm, rhythm, A_DAY)


def _sample_group() -> StudyGroup:
    return StudyGroup(
        place=Place("T0", "C0"),
        started_by=Person("T0", "U0"),
        zone="UTC",
        rhythm=Rhythm(frozenset({2}), time(17, 0)),
        started_at=A_DAY,
    )
