"""Reads `content/`: YAML files become one frozen, checked `Content`, or a list of problems."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from bot.content_reading import Kind, Reading
from bot.domain.authored import Authored, Skill, Source
from bot.domain.faq import Example, FaqEntry, Unanswered
from bot.domain.groups import StudySession
from bot.domain.outside import OutsideKind
from bot.domain.plans import PlanTemplate
from bot.domain.practice import (
    Artifact,
    CheckInQuestion,
    Criterion,
    Exercise,
    InterviewQuestion,
    Levels,
    Serial,
)
from bot.domain.prompts import Prompt
from bot.domain.reference import Case, Listed, PayFigure, PayStatement, Term
from bot.domain.vocabulary import Concept, Synonyms
from bot.yaml_files import FilesInvalid, suggestion

KINDS = (
    Kind("sources", Source, "sources.yaml", "sources"),
    Kind("skills", Skill, "skills.yaml", "skills"),
    Kind("faq", FaqEntry, "faq/*.yaml", "entries"),
    Kind("prompts", Prompt, "prompts/*.yaml", "prompts"),
    Kind("plans", PlanTemplate, "plans/*.yaml", None),
    Kind("syllabus", StudySession, "syllabus/*.yaml", None),
    Kind("glossary", Term, "glossary/*.yaml", "terms", optional=True),
    Kind("pay_figures", PayFigure, "salary/figures.yaml", "figures", optional=True),
    Kind("pay_statements", PayStatement, "salary/statements.yaml", "statements", optional=True),
    Kind("cases", Case, "cases/*.yaml", "cases", optional=True),
    Kind("companies", Listed, "lists/companies.yaml", "companies", optional=True),
    Kind("readings", Listed, "lists/readings.yaml", "readings", optional=True),
    Kind("teardowns", Listed, "lists/teardowns.yaml", "teardowns", optional=True),
    Kind("interview", InterviewQuestion, "interview/*.yaml", "questions", optional=True),
    Kind("rubric", Criterion, "rubric.yaml", "criteria", optional=True),
    Kind("exercises", Exercise, "exercises/*.yaml", "exercises", optional=True),
    Kind("artifacts", Artifact, "artifacts/*.yaml", None, optional=True),
    Kind("levels", Levels, "self-assessment.yaml", "levels", optional=True),
    Kind("check_in_questions", CheckInQuestion, "check-in.yaml", "questions", optional=True),
    Kind("synonyms", Synonyms, "search/synonyms.yaml", "groups", optional=True),
    Kind("concepts", Concept, "search/concepts-*.yaml", "concepts", optional=True),
    Kind("asked", Example, "search/asked*.yaml", "questions", optional=True),
    Kind("unanswered", Unanswered, "search/unanswered*.yaml", "questions", optional=True),
    Kind("outside", OutsideKind, "search/outside.yaml", "kinds", optional=True),
    Kind("serials", Serial, "serials/*.yaml", None, optional=True),
)
"""Every kind of content; loader, checks, schemas and documents derive from this table."""

ANSWERING = {"faq": "faq", "term": "glossary", "pay": "pay_statements", "case": "cases"}
"""The kinds that can answer a question, by the prefix of their keys, as in `faq:need-phd`."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an author wrote. `messages` maps a dotted key to a text with {blanks}.

    `places` tells the file and line of an item, by its kind and id.
    """

    sources: Mapping[str, Source]
    skills: Mapping[str, Skill]
    faq: Mapping[str, FaqEntry]
    prompts: Mapping[str, Prompt]
    plans: Mapping[str, PlanTemplate]
    syllabus: tuple[StudySession, ...]
    others: Mapping[str, Mapping[str, Authored]]
    messages: Mapping[str, str]
    places: Mapping[tuple[str, str], tuple[str, int]]

    def session(self, week: int) -> StudySession | None:
        """The study session of a week, None after the last one."""
        return next((found for found in self.syllabus if found.week == week), None)

    def answering(self) -> dict[str, Authored]:
        """Everything that can answer a question, by its key."""
        return {
            f"{prefix}:{name}": item
            for prefix, kind in ANSWERING.items()
            for name, item in self.of_kind(kind).items()
        }

    def of_kind(self, name: str) -> Mapping[str, Authored]:
        """The items of a kind by id; KeyError for a kind that is not in `KINDS`."""
        if name in self.others:
            return self.others[name]
        items = {
            "sources": self.sources,
            "skills": self.skills,
            "faq": self.faq,
            "prompts": self.prompts,
            "plans": self.plans,
            "syllabus": {session.id: session for session in self.syllabus},
        }
        return items[name]


def load_content(root: Path, overlay: Path | None = None) -> Content:
    """Read and check the content, with an organisation's own folder laid over it.

    Raises FilesInvalid with every problem found.
    """
    reading = Reading(root, overlay)
    items: dict[str, Any] = {kind.name: reading.items(kind) for kind in KINDS}
    _switch_off(reading, items)
    messages = _messages(reading)
    reading.refuse_unread()
    sessions = items.pop("syllabus")
    content = Content(
        sources=items.pop("sources"),
        skills=items.pop("skills"),
        faq=items.pop("faq"),
        prompts=items.pop("prompts"),
        plans=items.pop("plans"),
        syllabus=tuple(sorted(sessions.values(), key=lambda session: session.week)),
        others=items,
        messages=messages,
        places=reading.lines,
    )
    for check in _CHECKS:
        check(reading, content)
    if reading.problems:
        raise FilesInvalid(reading.problems)
    return content


def _switch_off(reading: Reading, items: dict[str, Any]) -> None:
    """Take out what the overlay's `off.yaml` names: `kind: [id, …]`."""
    for document in reading.documents("off.yaml", optional=True):
        kinds = document.data if isinstance(document.data, dict) else {"off": None}
        for kind, names in kinds.items():
            if kind not in items or not isinstance(names, list):
                mend = "write a kind with a list of ids, such as `prompts: [id]`"
                what = f"`{kind}` is no kind of content, or has no list"
                reading.problems.append(document.problem((str(kind),), what, mend))
                continue
            for index, name in enumerate(names):
                if items[kind].pop(str(name), None) is None:
                    what = f"{name!r} does not exist{suggestion(str(name), items[kind])}"
                    place = (str(kind), index)
                    reading.problems.append(document.problem(place, what, "name an existing one"))


def _messages(reading: Reading) -> dict[str, str]:
    texts: dict[str, str] = {}
    for document in reading.documents("messages.yaml"):
        if not isinstance(document.data, dict):
            mend = "write sections with a text for each key"
            reading.problems.append(document.problem((), "there are no texts here", mend))
            continue
        for section, entries in document.data.items():
            if not isinstance(entries, dict):
                mend = "write its texts below it, each with a key"
                what = f"`{section}` should hold texts"
                reading.problems.append(document.problem((section,), what, mend))
                continue
            for key, text in entries.items():
                fault = _fault_of(text)
                if fault is None:
                    texts[f"{section}.{key}"] = text.strip()
                else:
                    what = f"`{section}.{key}` {fault[0]}"
                    reading.problems.append(document.problem((section, key), what, fault[1]))
    return texts


def _fault_of(text: object) -> tuple[str, str] | None:
    """What is wrong with a text and how to mend it, None when it can be used."""
    if not isinstance(text, str) or not text.strip():
        return f"should be text, it reads as {text!r}", "put it in quotes"
    try:
        list(Formatter().parse(text))
    except ValueError as error:
        return f"has a blank that can't be filled ({error})", "write blanks as {name}"
    return None


def _check_references(reading: Reading, content: Content) -> None:
    """Every source and skill that any item names exists."""
    for kind in KINDS:
        for item in content.of_kind(kind.name).values():
            _refer_all(reading, item, "sources", content.sources)
            _refer_all(reading, item, "skills", content.skills)
            skill = getattr(item, "skill", None)
            if isinstance(skill, str):
                reading.refer(item, ("skill",), skill, content.skills)


def _refer_all(reading: Reading, item: Authored, name: str, known: Iterable[str]) -> None:
    for index, wanted in enumerate(getattr(item, name, ())):
        reading.refer(item, (name, index), wanted, known)


def _check_faq(reading: Reading, content: Content) -> None:
    asked: dict[str, str] = {}
    for entry in content.faq.values():
        for index, related in enumerate(entry.related):
            reading.refer(entry, ("related", index), related, content.faq)
        for index, side in enumerate(entry.sides):
            reading.refer(entry, ("sides", index, "source"), side.source, entry.sources)
        if not entry.sources and not entry.ours:
            what = "the entry names no source"
            reading.say(entry, ("sources",), what, "name one, or write `ours: true`")
        for index, phrasing in enumerate(entry.phrasings):
            other = asked.setdefault(phrasing.lower(), entry.id)
            if other != entry.id:
                what = f"this wording already leads to {other!r}"
                reading.say(entry, ("phrasings", index), what, "word it differently")


def _check_asked(reading: Reading, content: Content) -> None:
    known = content.answering()
    for example in content.of_kind("asked").values():
        _refer_all(reading, example, "accept", known)
        _refer_all(reading, example, "also", known)


def _check_cases(reading: Reading, content: Content) -> None:
    for prompt in content.prompts.values():
        if prompt.case is not None:
            reading.refer(prompt, ("case",), prompt.case, content.of_kind("cases"))


def _check_milestones(reading: Reading, content: Content) -> None:
    for plan in content.plans.values():
        for index, milestone in enumerate(plan.milestones):
            place = ("milestones", index, "skill")
            reading.refer(plan, place, milestone.skill, content.skills)


def _check_levels(reading: Reading, content: Content) -> None:
    for name, levels in content.of_kind("levels").items():
        reading.refer(levels, ("id",), name, content.skills)


def _check_syllabus(reading: Reading, content: Content) -> None:
    for expected, session in enumerate(content.syllabus, start=1):
        if session.week != expected:
            what = f"week {session.week} follows week {expected - 1}"
            reading.say(session, ("week",), what, f"number the sessions without gaps: {expected}")


_CHECKS: tuple[Callable[[Reading, Content], None], ...] = (
    _check_references,
    _check_faq,
    _check_asked,
    _check_cases,
    _check_milestones,
    _check_levels,
    _check_syllabus,
)
