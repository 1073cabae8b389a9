"""The content loader: files that can't be read, values that mean something else, lost files."""

from pathlib import Path

import pytest
from planted_files import FIRST, SOUND, block_style, entry, line_of, planted, problems, put, write

from bot.content import load_content


@pytest.mark.parametrize(
    ("data", "line", "what", "mend"),
    [
        ("", 1, "the file is empty", "fill it or delete it"),
        ("# nothing yet\n", 1, "the file is empty", "fill it or delete it"),
        ("entries: [\n", 2, "", "check the indentation"),
        (b"entries:\n  - id: caf\xe9\n", 2, "this is not UTF-8 text", "save the file as UTF-8"),
        ("entries: &all []\nmore: *all\n", 2, "an alias (*name) is not allowed", "write the value"),
        ("#" * 1_000_001, 1, "the file has 1,000,001 bytes", "split it into several files"),
        ("just words\n", 1, "should hold one list named `entries`", "write the items as a list"),
        ("entries:\n  - 5\n", 2, "this", "correct this"),
    ],
    ids=["empty", "remarks", "open", "latin", "alias", "large", "words", "number"],
)
def test_a_file_that_can_not_be_read_is_told(
    tmp_path: Path, data: str | bytes, line: int, what: str, mend: str
) -> None:
    (problem,) = problems(tmp_path, {**SOUND, "faq/two.yaml": data})
    assert (problem.file, problem.line) == ("faq/two.yaml", line)
    assert what in problem.what
    assert mend in problem.mend


@pytest.mark.parametrize("given", ["2026-02-30", "2026-13-01", '"soon"', "20261121"])
def test_a_date_that_does_not_exist_is_told(tmp_path: Path, given: str) -> None:
    text = block_style(SOUND["faq/one.yaml"]).replace('"2026-11-21"', given, 1)
    (problem,) = problems(tmp_path, {**SOUND, "faq/one.yaml": text})
    assert (problem.file, problem.line) == ("faq/one.yaml", line_of(text, "reviewed"))
    assert "`reviewed`" in problem.what


@pytest.mark.parametrize("given", ["2026-11-21", '"2026-11-21"'])
def test_a_date_may_stand_with_or_without_quotes(tmp_path: Path, given: str) -> None:
    text = block_style(SOUND["faq/one.yaml"]).replace('"2026-11-21"', given)
    write(tmp_path, {**SOUND, "faq/one.yaml": text})
    assert f"{load_content(tmp_path).faq['alpha'].reviewed}" == "2026-11-21"


def test_one_wrong_wording_of_eight_is_one_problem(tmp_path: Path) -> None:
    files = planted(put(lambda files: FIRST(files)["phrasings"], 3, 5))
    (problem,) = problems(tmp_path, files)
    assert "`phrasings.3` should be text" in problem.what
    assert problem.line == line_of(block_style(files["faq/one.yaml"]), "- 5")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('title: "A title"', "title: 9:30", "`title` should be text, it reads as 570"),
        ('title: "A title"', "title: no", "`title` should be text, it reads as False"),
        ('title: "A title"', "title: 1.5", "`title` should be text, it reads as 1.5"),
        ('title: "A title"', "title:", "`title` should be text, it reads as None"),
        ('title: "A title"', "title: [a]", "`title` should be text, it reads as ['a']"),
    ],
)
def test_what_yaml_reads_as_something_else_is_told(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    text = block_style(SOUND["prompts/one.yaml"]).replace(old, new, 1)
    (problem,) = problems(tmp_path, {**SOUND, "prompts/one.yaml": text})
    assert (problem.file, problem.line) == ("prompts/one.yaml", line_of(text, "title"))
    assert what in problem.what
    assert problem.mend == "put it in quotes"


def test_an_id_in_another_file_counts_as_twice(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {**SOUND, "faq/two.yaml": {"entries": [entry("alpha")]}})
    assert (problem.file, problem.line) == ("faq/two.yaml", 2)
    assert problem.what == "the id 'alpha' stands already at faq/one.yaml:2"


def test_missing_folders_are_told(tmp_path: Path) -> None:
    left = {name: data for name, data in SOUND.items() if not name.startswith(("plans", "sources"))}
    found = problems(tmp_path, {**left, "faq/one.yaml": {"entries": []}})
    assert [(problem.file, problem.what) for problem in found] == [
        ("plans/*.yaml", "there is no such file"),
        ("sources.yaml", "there is no such file"),
    ]


def test_an_empty_folder_names_everything_that_is_missing(tmp_path: Path) -> None:
    found = problems(tmp_path, {})
    assert len(found) == len({name.split("/")[0] for name in SOUND})
