"""What the source articles know stands in the content, with its source, and their advertising not.

`coverage.yaml` is the checklist: short facts and figures, where each belongs, and which wordings
count. A row is met when one item of its surface (or of one listed as `also`) matches every group
and names every source of the row.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.content import KINDS
from bot.content_quality import texts_in
from bot.domain.authored import Authored
from bot.yaml_files import read_yaml
from tests.shipped import shipped

HERE = Path(__file__).parent
CHECKLIST = read_yaml(HERE / "coverage.yaml", "coverage.yaml").data
SHOWN: dict[str, tuple[str, ...]] = {
    "faq": ("faq",),
    "prompt": ("prompts",),
    "plan": ("plans",),
    "study": ("syllabus",),
    "glossary": ("glossary",),
    "salary": ("pay_figures", "pay_statements"),
    "interview": ("interview", "rubric"),
    "selfassess": ("levels",),
    "checkin": ("check_in_questions",),
    "reading": ("readings",),
    "teardown": ("teardowns",),
    "meta": ("sources",),
}
"""Surface of the checklist -> kinds of content. Exercises and artifacts are split by their kind."""

NOT_SAID = {"phrasings", "keywords"}
"""Ways to ask for an answer are not part of what it says."""

Row = dict[str, Any]


def normal(text: str) -> str:
    """One spelling for dashes, quotes, currency and ranges, as the checklist's head describes."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    text = text.translate(
        str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"'})
    )
    text = re.sub(r"[*_`$\u20ac\u00a3]", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(?<=[\d%km+])\s*-\s*(?=\d)", "\x01", text)
    return re.sub(r"\s+", " ", text.replace("-", " ").replace("\x01", "-")).strip()


def matches(wording: str, text: str) -> bool:
    """Whether a wording stands in a text, at the start of a word; both are `normal` already."""
    pattern = r"(?<![a-z0-9.])" + re.escape(wording)
    if wording[-1].isdigit():
        pattern += r"(?![\d%]|[.,]\d|k\b)"
    return re.search(pattern, text) is not None


def item(found: Authored) -> tuple[str, frozenset[str]]:
    """What people read of an item, and the sources that it names; a source names itself."""
    data = found.model_dump(mode="json", exclude=NOT_SAID)
    sources = frozenset(data.pop("sources", [data["id"]]))
    return normal(" ".join(texts_in(data))), sources


@cache
def items(surface: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The items of a surface."""
    family, _, part = surface.partition(":")
    if part:
        of_family = shipped().of_kind(f"{family}s").values()
        return tuple(item(found) for found in of_family if getattr(found, "kind") == part)  # noqa: B009
    kinds = SHOWN.get(surface, ())
    return tuple(item(found) for kind in kinds for found in shipped().of_kind(kind).values())


def is_met(row: Row) -> bool:
    groups = [[normal(wording) for wording in group] for group in row.get("must_show", ())]
    return any(
        set(row["seed"]) <= sources
        and all(any(matches(wording, text) for wording in group) for group in groups)
        for surface in (row["surface"], *row.get("also", ()))
        for text, sources in items(surface)
    )


ASKED = [row for row in CHECKLIST["rows"] if row.get("must_show")]


@pytest.mark.parametrize("row", ASKED, ids=lambda row: str(row["id"]))
def test_the_content_holds_this_row(row: Row) -> None:
    assert is_met(row), f"{row['topic']}: no item of {row['surface']} shows {row['must_show']}"


def test_nothing_of_the_articles_advertising_is_there() -> None:
    everything = [
        item(found)[0] for kind in KINDS for found in shipped().of_kind(kind.name).values()
    ]
    for row in CHECKLIST["rows"]:
        for group in row.get("must_not_show", ()):
            for wording in group:
                assert not [text for text in everything if matches(normal(wording), text)], wording
