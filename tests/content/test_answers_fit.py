"""`coach check` shows every answer once, and reports one that is too long to be read in Slack."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from planted_files import Files, entries, planted, prompts, write

from bot.check import answering, check_all, rendered
from bot.settings import CONTENT, Settings
from bot.slack.blocks.answers import LONGEST
from bot.slack.words import Words
from bot.yaml_files import FilesInvalid
from tests.shipped import shipped

TODAY = date(2026, 11, 21)


def folder(root: Path, sides: Iterable[dict[str, Any]]) -> Path:
    """A small content folder in which one answer has these sides."""

    def change(files: Files) -> None:
        prompts(files).pop()
        entries(files)[0]["sides"] = list(sides)

    texts = (CONTENT / "messages.yaml").read_text(encoding="utf-8")
    write(root, {**planted(change), "messages.yaml": texts})
    return root


def side(length: int) -> dict[str, Any]:
    return {"source": "A", "says": "word " * (length // 5)}


def test_an_answer_that_is_too_long_is_reported_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(FilesInvalid) as caught:
        check_all(Settings(), TODAY, folder(tmp_path / "content", [side(400)] * 7))
    (line,) = [line for line in str(caught.value).splitlines() if f"{LONGEST} fit" in line]
    assert line.startswith("faq/one.yaml:2")


def test_one_that_fits_is_not(tmp_path: Path) -> None:
    assert "2 faq" in check_all(Settings(), TODAY, folder(tmp_path / "content", [side(400)] * 2))


def test_everything_that_answers_is_shown_once_in_every_form() -> None:
    items = [item for _, item, _ in rendered(Words(shipped(), "/aipm"), shipped())]
    for kind, found in answering(shipped()):
        assert sum(item is found.item for item in items) == 3, (kind, found.key)
