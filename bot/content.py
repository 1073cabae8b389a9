"""Reads `content/`: YAML files become one frozen, checked `Content`, or a list of problems."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.domain.authored import Authored, Skill, Source
from bot.domain.faq import FaqEntry
from bot.domain.groups import StudySession
from bot.domain.plans import PlanTemplate
from bot.domain.prompts import Prompt
from bot.yaml_files import Document, FilesInvalid, Problem, read_yaml, suggestion

Item = TypeVar("Item", bound=Authored)


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
    messages: Mapping[str, str]
    places: Mapping[tuple[str, str], tuple[str, int]]

    def session(self, week: int) -> StudySession | None:
        """The study session of a week, None after the last one."""
        return next((found for found in self.syllabus if found.week == week), None)


@dataclass(slots=True)
class _Reading:
    """What one pass over the folder has found so far."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    places: dict[tuple[str, str], tuple[Document, tuple[str | int, ...]]] = field(
        default_factory=dict
    )

    def documents(self, pattern: str) -> Iterable[Document]:
        paths = sorted(self.root.glob(pattern))
        if not paths:
            what = "there is no such file"
            self.problems.append(Problem(pattern, 1, what, "add at least one"))
        for path in paths:
            try:
                yield read_yaml(path, path.relative_to(self.root).as_posix())
            except FilesInvalid as error:
                self.problems.extend(error.problems)

    def items(self, kind: type[Item], pattern: str, key: str | None) -> dict[str, Item]:
        """The items of one kind by id; `key` is the list's name, None for one item a file."""
        found: dict[str, Item] = {}
        for document in self.documents(pattern):
            for place, raw in self._raw_items(document, key):
                item = self._parse(kind, document, place, raw)
                if item is not None:
                    self._keep(found, kind.__name__, item, document, place)
        return found

    def _raw_items(
        self, document: Document, key: str | None
    ) -> Iterable[tuple[tuple[str | int, ...], Any]]:
        if key is None:
            return [((), document.data)]
        data = document.data
        if not isinstance(data, dict) or set(data) != {key} or not isinstance(data[key], list):
            mend = f"write the items as a list below `{key}:`"
            what = f"the file should hold one list named `{key}`"
            self.problems.append(document.problem((), what, mend))
            return []
        return [((key, index), raw) for index, raw in enumerate(data[key])]

    def _parse(
        self, kind: type[Item], document: Document, place: tuple[str | int, ...], raw: Any
    ) -> Item | None:
        try:
            return kind.model_validate(raw)
        except ValidationError as error:
            self.problems.extend(document.problems_of(error, place))
            return None

    def _keep(
        self,
        found: dict[str, Item],
        kind: str,
        item: Item,
        document: Document,
        place: tuple[str | int, ...],
    ) -> None:
        name = str(getattr(item, "id"))  # noqa: B009 - every authored kind has an id, by schema
        if name in found:
            other, other_place = self.places[kind, name]
            what = f"the id {name!r} stands already at {other.name}:{other.line(other_place)}"
            self.problems.append(document.problem((*place, "id"), what, "choose another id"))
            return
        found[name] = item
        self.places[kind, name] = (document, place)

    def lines(self) -> dict[tuple[str, str], tuple[str, int]]:
        """File and line of every item that was kept."""
        return {
            key: (document.name, document.line(place))
            for key, (document, place) in self.places.items()
        }

    def refer(
        self, item: BaseModel, path: tuple[str | int, ...], wanted: str, known: Iterable[str]
    ) -> None:
        """Note a problem when an item names something that does not exist."""
        names = set(known)
        if wanted not in names:
            document, place = self.places[type(item).__name__, str(getattr(item, "id"))]  # noqa: B009
            what = f"{wanted!r} does not exist{suggestion(wanted, names)}"
            self.problems.append(document.problem((*place, *path), what, "name an existing one"))

    def say(self, item: BaseModel, path: tuple[str | int, ...], what: str, mend: str) -> None:
        document, place = self.places[type(item).__name__, str(getattr(item, "id"))]  # noqa: B009
        self.problems.append(document.problem((*place, *path), what, mend))


def load_content(root: Path) -> Content:
    """Read and check a content folder. Raises FilesInvalid with every problem found."""
    reading = _Reading(root)
    sources = reading.items(Source, "sources.yaml", "sources")
    skills = reading.items(Skill, "skills.yaml", "skills")
    sessions = reading.items(StudySession, "syllabus/*.yaml", None)
    content = Content(
        sources=sources,
        skills=skills,
        faq=reading.items(FaqEntry, "faq/*.yaml", "entries"),
        prompts=reading.items(Prompt, "prompts/*.yaml", "prompts"),
        plans=reading.items(PlanTemplate, "plans/*.yaml", None),
        syllabus=tuple(sorted(sessions.values(), key=lambda session: session.week)),
        messages=_messages(reading),
        places=reading.lines(),
    )
    for check in _CHECKS:
        check(reading, content)
    if reading.problems:
        raise FilesInvalid(reading.problems)
    return content


def _messages(reading: _Reading) -> dict[str, str]:
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


def _check_sources(reading: _Reading, content: Content) -> None:
    sourced: Sequence[FaqEntry | Prompt | PlanTemplate | StudySession] = (
        *content.faq.values(),
        *content.prompts.values(),
        *content.plans.values(),
        *content.syllabus,
    )
    for item in sourced:
        for index, source in enumerate(item.sources):
            reading.refer(item, ("sources", index), source, content.sources)


def _check_faq(reading: _Reading, content: Content) -> None:
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


def _check_skills(reading: _Reading, content: Content) -> None:
    for prompt in content.prompts.values():
        reading.refer(prompt, ("skill",), prompt.skill, content.skills)
    for plan in content.plans.values():
        for index, milestone in enumerate(plan.milestones):
            if milestone.skill not in content.skills:
                reading.refer(plan, ("milestones", index, "skill"), milestone.skill, content.skills)


def _check_syllabus(reading: _Reading, content: Content) -> None:
    for expected, session in enumerate(content.syllabus, start=1):
        if session.week != expected:
            what = f"week {session.week} follows week {expected - 1}"
            reading.say(session, ("week",), what, f"number the sessions without gaps: {expected}")


_CHECKS: tuple[Callable[[_Reading, Content], None], ...] = (
    _check_sources,
    _check_faq,
    _check_skills,
    _check_syllabus,
)
