"""The content loader: planted faults, each with its file, its line, what is wrong and the mend."""

from collections.abc import Callable
from pathlib import Path

import pytest
from planted_files import (
    FIRST,
    PROMPT,
    SECOND,
    SOUND,
    WORK,
    Files,
    block_style,
    line_of,
    phrasings,
    planted,
    problems,
    put,
    twice_in,
    without,
    write,
)

from bot.content import Content, load_content

FAULTS: dict[str, tuple[Callable[[Files], None], str, str, int, str, str]] = {
    # name: change, file, text on its line, for the nth time, what, mend
    "unknown key": (
        put(SECOND, "anwser", "x"),
        "faq/one.yaml", "anwser", 1, "unknown key `anwser`", "correct its spelling or take it out",
    ),
    "missing key": (
        without(SECOND, "question"),
        "faq/one.yaml", "- id", 2, "`question` is missing", "add it",
    ),
    "too long": (
        put(PROMPT, "title", "x" * 71),
        "prompts/one.yaml", "title", 2, "`title` has 71 characters, 70 fit", "shorten it",
    ),
    "too short": (
        put(FIRST, "answer", "Yes."),
        "faq/one.yaml", "answer", 1, "`answer` is too short", "write at least 150 characters",
    ),
    "too few": (
        put(FIRST, "phrasings", phrasings("alpha")[:3]),
        "faq/one.yaml", "phrasings", 1, "`phrasings` has 3 items", "give at least 8",
    ),
    "too many": (
        put(PROMPT, "rubric", ["a", "b", "c", "d", "e"]),
        "prompts/one.yaml", "rubric", 2, "`rubric` has 5 items", "give at most 4",
    ),
    "number for text": (
        put(PROMPT, "task", 42),
        "prompts/one.yaml", "task", 2, "`task` should be text, it reads as 42", "put it in quotes",
    ),
    "no for text": (
        put(PROMPT, "next_edit", False),
        "prompts/one.yaml", "next_edit", 2, "should be text, it reads as False", "put it in quotes",
    ),
    "unknown depth": (
        put(PROMPT, "depth", "medium"),
        "prompts/one.yaml", "depth", 2, "`depth` can't be 'medium'", "use one of 'pick', 'short'",
    ),
    "unknown level": (
        put(PROMPT, "level", 4),
        "prompts/one.yaml", "level", 2, "`level` can't be 4", "use one of 1, 2 or 3",
    ),
    "bad id": (
        put(SECOND, "id", "Beta Entry"),
        "faq/one.yaml", "id", 2, "`id` can't be 'Beta Entry'", "use a name like the others here",
    ),
    "id twice": (
        put(SECOND, "id", "alpha"),
        "faq/one.yaml", "id", 2, "the id 'alpha' stands already at faq/one.yaml:2",
        "choose another id",
    ),
    "unknown source": (
        put(FIRST, "sources", ["A", "Z"]),
        "faq/one.yaml", '"Z"', 1, "'Z' does not exist", "name an existing one",
    ),
    "side of a source that is not named": (
        put(FIRST, "sides", [{"source": "A", "says": "x"}, {"source": "C", "says": "y"}]),
        "faq/one.yaml", 'source: "C"', 1, "'C' does not exist", "name an existing one",
    ),
    "no source": (
        put(FIRST, "sources", []),
        "faq/one.yaml", "sources", 1, "the entry names no source", "or write `ours: true`",
    ),
    "unknown related entry": (
        put(FIRST, "related", ["betta"]),
        "faq/one.yaml", '"betta"', 1, "'betta' does not exist, did you mean 'beta'?",
        "name an existing one",
    ),
    "wording of another entry": (
        put(lambda files: SECOND(files)["phrasings"], 3, "ALPHA wording number 5"),
        "faq/one.yaml", "ALPHA wording", 1, "this wording already leads to 'alpha'",
        "word it differently",
    ),
    "unknown skill of a prompt": (
        put(PROMPT, "skill", "framming"),
        "prompts/one.yaml", "skill", 2, "'framming' does not exist, did you mean 'framing'?",
        "name an existing one",
    ),
    "unknown skill of a milestone": (
        put(WORK, "skill", "cooking"),
        "plans/way.yaml", "skill", 3, "'cooking' does not exist", "name an existing one",
    ),
    "hours of a milestone": (
        put(WORK, "hours", 0),
        "plans/way.yaml", "hours", 3, "`milestones.2.hours`", "correct this",
    ),
    "milestone before what it needs": (
        put(WORK, "after", ["m4"]),
        "plans/way.yaml", "id", 1, "'m2' comes before what it needs: ['m4']", "correct this",
    ),
    "agenda that does not fill the hour": (
        put(lambda files: files["syllabus/2.yaml"]["agenda"][0], "minutes", 25),
        "syllabus/2.yaml", "id", 1, "the agenda has 65 minutes, the session 60", "correct this",
    ),
    "gap between the weeks": (
        put(lambda files: files["syllabus/2.yaml"], "week", 3),
        "syllabus/2.yaml", "week", 1, "week 3 follows week 1",
        "number the sessions without gaps: 2",
    ),
    "week twice": (
        put(lambda files: files["syllabus/2.yaml"], "week", 1),
        "syllabus/2.yaml", "week", 1, "week 1 follows week 1",
        "number the sessions without gaps: 2",
    ),
    "not a list": (
        put(lambda files: files, "skills.yaml", {"skills": {"framing": "x"}}),
        "skills.yaml", "skills", 1, "the file should hold one list named `skills`",
        "write the items as a list below `skills:`",
    ),
    "another list": (
        put(lambda files: files, "skills.yaml", {"skill": [{"id": "framing"}]}),
        "skills.yaml", "skill", 1, "the file should hold one list named `skills`",
        "write the items as a list below `skills:`",
    ),
    "text that is none": (
        put(lambda files: files["messages.yaml"]["plan"], "title", 5),
        "messages.yaml", "title", 2, "`plan.title` should be text, it reads as 5",
        "put it in quotes",
    ),
    "text that is empty": (
        put(lambda files: files["messages.yaml"]["plan"], "title", " "),
        "messages.yaml", "title", 2, "`plan.title` should be text", "put it in quotes",
    ),
    "section without texts": (
        put(lambda files: files["messages.yaml"], "plan", "Plan"),
        "messages.yaml", "plan", 1, "plan", "",
    ),
    "texts in a list": (
        put(lambda files: files, "messages.yaml", ["a"]),
        "messages.yaml", "a", 1, "there are no texts here", "write sections with a text for each",
    ),
    "key twice": (
        lambda files: twice_in("prompts/one.yaml", files),
        "prompts/one.yaml", "title", 2, "the key 'title' stands twice", "keep one of the two",
    ),
}  # fmt: skip
SKILL_LOST = {"not a list", "another list"}
"""Faults by which other items lose what they refer to."""


def test_the_sound_files_are_sound(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    content = load_content(tmp_path)
    assert isinstance(content, Content)
    assert list(content.faq) == ["alpha", "beta"]
    assert [found.week for found in content.syllabus] == [1, 2]
    assert content.session(2) == content.syllabus[1]
    assert content.session(3) is None
    assert content.messages == {"ask.title": "Answer", "plan.title": "Plan"}
    text = block_style(SOUND["faq/one.yaml"])
    assert content.places["faq", "beta"] == ("faq/one.yaml", line_of(text, '"beta"'))


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_told_with_file_line_and_mend(tmp_path: Path, name: str) -> None:
    change, file, marker, nth, what, mend = FAULTS[name]
    files = planted(change)
    found = problems(tmp_path, files)
    data = files[file]
    text = data if isinstance(data, str) else block_style(data)
    here = [problem for problem in found if problem.file == file]
    assert len(here) == 1, [str(problem) for problem in found]
    assert len(found) == 1 or name in SKILL_LOST
    assert here[0].line == line_of(text, marker, nth)
    assert what in here[0].what
    assert mend in here[0].mend


def test_all_problems_come_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        put(SECOND, "anwser", "x")(files)
        put(FIRST, "sources", ["Z"])(files)
        put(PROMPT, "level", 4)(files)
        put(PROMPT, "title", "x" * 71)(files)
        put(WORK, "skill", "cooking")(files)
        put(lambda files: files["syllabus/2.yaml"], "week", 3)(files)
        put(lambda files: files["messages.yaml"]["ask"], "title", 5)(files)
        files["faq/two.yaml"] = ""

    found = problems(tmp_path, planted(change))
    assert [problem.file for problem in found] == [
        "faq/one.yaml",
        "faq/one.yaml",
        "faq/two.yaml",
        "messages.yaml",
        "plans/way.yaml",
        "prompts/one.yaml",
        "prompts/one.yaml",
        "syllabus/2.yaml",
    ]
    assert list(found) == sorted(found)
