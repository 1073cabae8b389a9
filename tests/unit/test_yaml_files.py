"""Strict YAML: what silently means something else is refused, with its line and what to do."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.yaml_files import MAX_BYTES, FilesInvalid, Problem, read_yaml, suggestion


def problem_of(folder: Path, raw: bytes | str) -> Problem:
    """The one problem of a file."""
    path = folder / "file.yaml"
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    with pytest.raises(FilesInvalid) as caught:
        read_yaml(path, "file.yaml")
    (problem,) = caught.value.problems
    assert (
        str(caught.value)
        == str(problem)
        == (f"file.yaml:{problem.line}: {problem.what}; {problem.mend}")
    )
    assert "\n" not in str(problem)
    return problem


@pytest.mark.parametrize(
    ("raw", "line", "what", "mend"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands twice", "keep one of the two"),
        ("a:\n  - b: 1\n    c: 2\n    b: 3\n", 4, "the key 'b' stands twice", "keep one"),
        ("a: {b: 1, b: 2}\n", 1, "the key 'b' stands twice", "keep one"),
        ("a: &x 1\nb: *x\n", 2, "an alias (*name) is not allowed", "write the value out"),
        ("a: &x [1]\nb:\n  <<: *x\n", 3, "an alias (*name) is not allowed", "write the value out"),
        ("a: &x 1\nb:\n  *x\n", 3, "an alias (*name) is not allowed", "write the value out"),
        ("a: &x 1\nb: [2, *x]\n", 2, "an alias (*name) is not allowed", "write the value out"),
        ("a: &x 1\nb: {c: 2,*x : 3}\n", 2, "an alias (*name) is not allowed", "write the value"),
        ("- &x 1\n- *x\n", 2, "an alias (*name) is not allowed", "write the value out"),
        ("a: *bold text\n", 1, "an alias (*name) is not allowed", "write the value out"),
        ("a: [1, 2\nb: 3\n", 2, "", "check the indentation, the quotes and the colons"),
        ("a: 1\n\tb: 2\n", 2, "", "check the indentation"),
        ("a: b: c\n", 1, "mapping values are not allowed", "check the indentation"),
        ('a: "open\n', 2, "", "check the indentation"),
        ("a: !!python/object:os.system x\n", 1, "could not determine a constructor", "check"),
        ("a: 1\n---\nb: 2\n", 2, "", "check"),
        ("", 1, "the file is empty", "fill it or delete it"),
        ("# only a remark\n", 1, "the file is empty", "fill it or delete it"),
        ("a: 1\nb: caf\u00e9\n".encode("latin-1"), 2, "this is not UTF-8 text", "save the file as"),
        (b"\xff\xfea\x00", 1, "this is not UTF-8 text", "save the file as UTF-8"),
        ("a: " + "x" * MAX_BYTES, 1, "the file has 1,000,003 bytes, 1,000,000 are read", "split"),
        ("{a: b}: c\n", 1, "", ""),
        ("x: 1\n[1, 2]: c\n", 2, "", ""),
        ("[" * 3_000 + "]" * 3_000, 1, "nested too deeply", "write them flatter"),
        ("a: 1\nb:\n  " + "- " * 31 + "c\n", 3, "nested too deeply", "write them flatter"),
        ("".join("  " * n + "a:\n" for n in range(40)), 31, "nested too deeply", "write them"),
    ],
)
def test_a_fault_has_its_line_and_what_to_do(
    tmp_path: Path, raw: bytes | str, line: int, what: str, mend: str
) -> None:
    problem = problem_of(tmp_path, raw)
    assert problem.line == line
    assert what in problem.what
    assert problem.what
    assert mend in problem.mend


def test_a_character_that_can_not_be_printed_has_its_line(tmp_path: Path) -> None:
    assert problem_of(tmp_path, "a: 1\nb: \x00\n").line == 2


@pytest.mark.parametrize("given", ["2026-02-30", "2026-11-21", "2026-11-21T09:00:00Z"])
def test_dates_stay_text(tmp_path: Path, given: str) -> None:
    """A date that does not exist is then told with its line by whoever reads the date."""
    path = tmp_path / "file.yaml"
    path.write_text(f"day: {given}\n")
    assert read_yaml(path, "file.yaml").data == {"day": given}


def test_bold_words_are_no_aliases(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: Some *bold* words, *here* too\nb: |\n  • *One*: x\n  *two* y\n")
    assert read_yaml(path, "file.yaml").data == {
        "a": "Some *bold* words, *here* too",
        "b": "• *One*: x\n*two* y\n",
    }


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(FilesInvalid, match="the file can't be read"):
            read_yaml(path, "file.yaml")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path, "file.yaml").data == {"a": 1}


def test_places_lead_back_to_lines(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("top:\n  - id: one\n    list:\n      - a\n      - b\n  - id: two\n")
    document = read_yaml(path, "file.yaml")
    lines = {
        (): 1,
        ("top",): 1,
        ("top", 0): 2,
        ("top", 0, "list"): 3,
        ("top", 0, "list", 1): 5,
        ("top", 1, "id"): 6,
        ("top", 1, "missing"): 6,
        ("top", 9): 1,
        ("none", 3): 1,
    }
    assert {place: document.line(place) for place in lines} == lines
    assert document.problem(("top", 1), "wrong", "mend it") == Problem(
        "file.yaml", 6, "wrong", "mend it"
    )


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    count: int = 0


class Whole(BaseModel):
    parts: list[Part]


def test_what_pydantic_finds_is_said_plainly_and_with_lines(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(
        "parts:\n  - name: 5\n  - count: 1\n  - name: a\n    nam: b\n    count: '{x}'\n"
    )
    document = read_yaml(path, "file.yaml")
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(document.data)
    found = sorted(document.problems_of(caught.value))
    assert [(problem.line, problem.what.split(":")[0]) for problem in found] == [
        (2, "`parts.0.name` should be text, it reads as 5"),
        (3, "`parts.1.name` is missing"),
        (5, "unknown key `parts.2.nam`"),
        (6, "`parts.2.count`"),
    ]


def test_problems_are_sorted_by_file_and_line() -> None:
    problems = [Problem("b", 1, "x", "y"), Problem("a", 10, "x", "y"), Problem("a", 9, "x", "y")]
    error = FilesInvalid(problems)
    assert str(error) == "a:9: x; y\na:10: x; y\nb:1: x; y"


def test_a_suggestion_only_when_one_is_near() -> None:
    assert suggestion("framming", ["framing", "data"]) == ", did you mean 'framing'?"
    assert suggestion("zzz", ["framing", "data"]) == ""
    assert suggestion("zzz", []) == ""
