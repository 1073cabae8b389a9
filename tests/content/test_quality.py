"""Valid is not enough: what `coach check` finds in content that could be loaded."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from planted_files import planted, prompts, write

from bot.check import check_all, schemas
from bot.content import KINDS, load_content
from bot.content_quality import FORBIDDEN, overdue, problems_of
from bot.settings import CONTENT, ROOT, Settings
from bot.yaml_files import FilesInvalid
from tests.shipped import shipped

TODAY = date(2026, 11, 21)
PROMPT = """\
prompts:
  - id: {id}
    title: {title}
    skill: framing
    level: 1
    depth: short
    minutes: 3
    situation: >-
      {situation}
    task: Say in three sentences what you do first and why.
    verdict: {verdict}
    rubric: [Names who is hurt, Gives one number]
    key_points: [First point, Second point, Third point]
    next_edit: Add the number that would change your mind.
    sources: []
"""
CALM = "A bakery in Porto with two shops wants to know by noon how much bread to bake tomorrow."


def own_folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        path = tmp_path / "own" / name.replace("__", "/")
        path.with_suffix(".yaml").parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".yaml").write_text(text, encoding="utf-8")
    return tmp_path / "own"


def prompt(**changes: str) -> str:
    given = {"id": "own-one", "title": "Bread", "situation": CALM, "verdict": "none", **changes}
    return PROMPT.format(**given)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A content folder with little in it and nothing wrong; its texts are the shipped ones."""
    files = planted(lambda files: prompts(files).pop())
    texts = (CONTENT / "messages.yaml").read_text(encoding="utf-8")
    write(tmp_path / "content", {**files, "messages.yaml": texts})
    return tmp_path / "content"


def faults(root: Path, folder: Path) -> str:
    with pytest.raises(FilesInvalid) as caught:
        check_all(Settings(content_dir=folder), TODAY, root)
    return str(caught.value)


def test_a_small_folder_is_well(small: Path, tmp_path: Path) -> None:
    own = Settings(content_dir=own_folder(tmp_path, prompts__mine=prompt()))
    assert "2 prompts" in check_all(own, TODAY, small)


def test_an_own_folder_adds(tmp_path: Path) -> None:
    content = load_content(CONTENT, own_folder(tmp_path, prompts__mine=prompt()))
    assert content.prompts["own-one"].title == "Bread"
    assert content.places["prompts", "own-one"] == ("own/prompts/mine.yaml", 2)
    assert len(content.prompts) == len(shipped().prompts) + 1


def test_an_own_folder_replaces_by_id(small: Path, tmp_path: Path) -> None:
    content = load_content(small, own_folder(tmp_path, prompts__mine=prompt(id="first")))
    assert content.prompts["first"].title == "Bread"
    assert len(content.prompts) == 1


def test_an_own_folder_rewords_one_text(small: Path, tmp_path: Path) -> None:
    content = load_content(small, own_folder(tmp_path, messages="home:\n  title: Our coach\n"))
    assert content.messages["home.title"] == "Our coach"
    assert content.messages["home.start"] == "Start"


def test_an_own_folder_switches_off(small: Path, tmp_path: Path) -> None:
    assert "beta" in load_content(small).faq
    folder = own_folder(tmp_path, off="faq: [beta]\n")
    assert "beta" not in load_content(small, folder).faq


@pytest.mark.parametrize("name", ["prompt__mine", "search__synonym", "prompts__more__mine"])
def test_a_file_that_nothing_reads_is_told(small: Path, tmp_path: Path, name: str) -> None:
    found = faults(small, own_folder(tmp_path, **{name: prompt()}))
    assert f"own/{name.replace('__', '/')}.yaml:1: nothing reads a file of this name" in found


def test_hidden_folders_are_not_content(small: Path, tmp_path: Path) -> None:
    folder = own_folder(tmp_path, prompts__mine=prompt())
    (folder / ".github").mkdir()
    (folder / ".github" / "checks.yml").write_text("on: push\n", encoding="utf-8")
    assert "own-one" in load_content(small, folder).prompts


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("prompts: [no-such-prompt]\n", "'no-such-prompt' does not exist"),
        ("promts: [x]\n", "`promts` is no kind of content"),
        ("prompts: x\n", "has no list"),
    ],
)
def test_a_slip_in_what_is_switched_off_is_told(
    small: Path, tmp_path: Path, text: str, what: str
) -> None:
    found = faults(small, own_folder(tmp_path, off=text))
    assert "own/off.yaml:1:" in found
    assert what in found


def test_an_own_folder_may_not_say_an_id_twice(small: Path, tmp_path: Path) -> None:
    folder = own_folder(tmp_path, prompts__a=prompt(), prompts__b=prompt())
    assert "stands already" in faults(small, folder)


def test_a_prompt_that_takes_long_to_read_is_told(small: Path, tmp_path: Path) -> None:
    long = " ".join(["ab"] * 205)
    found = faults(small, own_folder(tmp_path, prompts__mine=prompt(situation=long)))
    assert "own/prompts/mine.yaml:2: reading it takes" in found


def test_two_prompts_that_say_the_same_are_told(small: Path, tmp_path: Path) -> None:
    twin = prompt(id="own-two", title="Bread again")
    found = faults(small, own_folder(tmp_path, prompts__a=prompt(), prompts__b=twin))
    assert "says nearly the same as 'own-one'" in found


@pytest.mark.parametrize("phrase", FORBIDDEN)
def test_words_that_have_no_place_are_told(small: Path, tmp_path: Path, phrase: str) -> None:
    mine = prompt(situation=f"{CALM} {phrase}!")
    found = faults(small, own_folder(tmp_path, prompts__mine=mine))
    assert f"“{phrase}”" in found


def test_what_was_not_reviewed_for_a_year_is_named_but_no_fault() -> None:
    content = shipped()
    assert overdue(content, TODAY) == []
    later = overdue(content, TODAY + timedelta(days=400))
    assert len(later) >= len(content.faq)
    assert "For review:" in check_all(Settings(), TODAY + timedelta(days=400))


def test_the_shipped_content_has_no_such_problem() -> None:
    assert problems_of(shipped()) == []


def test_the_schemas_for_editors_are_those_of_the_models() -> None:
    folder = ROOT / "config" / "schema"
    assert {path.name for path in folder.iterdir()} == set(schemas())
    for name, text in schemas().items():
        assert (folder / name).read_text(encoding="utf-8") == text, f"{name}: coach check --schemas"
        json.loads(text)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_file_names_its_schema(kind: object) -> None:
    for path in CONTENT.glob(getattr(kind, "files")):  # noqa: B009
        up = "../" * len(path.relative_to(ROOT).parent.parts)
        wanted = f"# yaml-language-server: $schema={up}config/schema/{getattr(kind, 'name')}.json"  # noqa: B009
        assert path.read_text(encoding="utf-8").splitlines()[0] == wanted, path.name
