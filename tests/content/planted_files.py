"""A small sound content folder, and ways to write it with a fault in it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content import load_content
from bot.yaml_files import FilesInvalid, Problem

Files = dict[str, Any]


def phrasings(name: str) -> list[str]:
    return [f"{name} wording number {number}" for number in range(8)]


def entry(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "question": f"What about {name}?",
        "phrasings": phrasings(name),
        "keywords": ["one", "two", "three"],
        "answer": "It depends on what you want. " * 8,
        "sources": ["A", "B"],
        "next": {"say": "Do it", "run": "plan"},
        "reviewed": "2026-11-21",
    }


def prompt(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "title": "A title",
        "skill": "framing",
        "level": 1,
        "depth": "short",
        "minutes": 3,
        "situation": "Somebody wants a model for what a form would do as well. " * 2,
        "task": "Say what you would do.",
        "verdict": "no-ai",
        "rubric": ["One", "Two"],
        "key_points": ["One", "Two", "Three"],
        "next_edit": "Add a number.",
    }


def milestone(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "title": "A piece of work",
        "skill": "framing",
        "hours": 4,
        "done_when": "It is done.",
        "evidence": "log",
        "first_step": "Begin.",
    }


def session(name: str, week: int) -> dict[str, Any]:
    return {
        "id": name,
        "week": week,
        "title": "A session",
        "goal": "A goal",
        "minutes": 60,
        "before": ["Read"],
        "agenda": [{"minutes": 20, "what": "Talk"}, {"minutes": 40, "what": "Work"}],
        "case": "A case",
        "questions": ["One?", "Two?"],
        "artifact": "A page",
    }


def source(letter: str) -> dict[str, Any]:
    return {"id": letter, "name": "N", "about": "About", "dated": "2025", "caution": "Careful"}


SOUND: Files = {
    "sources.yaml": {"sources": [source("A"), source("B"), source("C")]},
    "skills.yaml": {"skills": [{"id": "framing", "name": "Framing", "about": "About"}]},
    "faq/one.yaml": {"entries": [entry("alpha"), entry("beta")]},
    "prompts/one.yaml": {"prompts": [prompt("first"), prompt("second")]},
    "plans/way.yaml": {
        "id": "way",
        "title": "A way",
        "summary": "From here to there.",
        "backgrounds": ["pm"],
        "moves": ["inside"],
        "weeks": 12,
        "range": "three months",
        "milestones": [milestone(f"m{number}") for number in range(6)],
    },
    "syllabus/1.yaml": session("start", 1),
    "syllabus/2.yaml": session("middle", 2),
    "messages.yaml": {"ask": {"title": "Answer"}, "plan": {"title": "Plan"}},
}


def block_style(value: Any, indent: int = 0) -> str:
    """YAML with one value a line, each text in quotes; lists and mappings below their key."""
    pad = " " * indent
    if isinstance(value, dict):
        return "".join(f"{pad}{key}:{_after(part, indent)}" for key, part in value.items())
    return "".join(_listed(part, indent) for part in value)


def _listed(part: Any, indent: int) -> str:
    if isinstance(part, dict):
        return " " * indent + "- " + block_style(part, indent + 2).lstrip()
    return " " * indent + f"-{_after(part, indent)}"


def _after(part: Any, indent: int) -> str:
    if isinstance(part, dict | list) and part:
        return "\n" + block_style(part, indent + 2)
    return f" {json.dumps(part, ensure_ascii=False)}\n"


def write(root: Path, files: Files) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, bytes):
            path.write_bytes(data)
        else:
            text = data if isinstance(data, str) else block_style(data)
            path.write_text(text, encoding="utf-8")


def planted(change: Callable[[Files], None]) -> Files:
    files = copy.deepcopy(SOUND)
    change(files)
    return files


def entries(files: Files) -> list[dict[str, Any]]:
    return files["faq/one.yaml"]["entries"]


def prompts(files: Files) -> list[dict[str, Any]]:
    return files["prompts/one.yaml"]["prompts"]


def milestones(files: Files) -> list[dict[str, Any]]:
    return files["plans/way.yaml"]["milestones"]


def put(where: Callable[[Files], Any], key: Any, value: Any) -> Callable[[Files], None]:
    """A change that sets one value."""

    def change(files: Files) -> None:
        where(files)[key] = value

    return change


def without(where: Callable[[Files], Any], key: Any) -> Callable[[Files], None]:
    """A change that takes one value out."""

    def change(files: Files) -> None:
        del where(files)[key]

    return change


def twice_in(name: str, files: Files) -> None:
    """The first prompt names a key twice."""
    text = block_style(files[name])
    files[name] = text.replace('    title: "A title"\n', '    title: "A"\n    title: "B"\n', 1)


def problems(root: Path, files: Files) -> tuple[Problem, ...]:
    write(root, files)
    with pytest.raises(FilesInvalid) as caught:
        load_content(root)
    return caught.value.problems


def line_of(text: str, wanted: str, nth: int = 1) -> int:
    """The number of the line that holds a text, for the nth time."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if wanted in line]
    return lines[nth - 1]


FIRST, SECOND = (lambda files: entries(files)[0]), (lambda files: entries(files)[1])
PROMPT, WORK = (lambda files: prompts(files)[1]), (lambda files: milestones(files)[2])
