"""`coach gaps`: what it lists can be read by people and copied into the content."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import yaml
from click.testing import CliRunner
from feedback_search import Known

from bot.cli.gaps import NONE_KEPT, gaps, listed
from bot.domain.faq import Example
from bot.services.feedback import Feedback
from bot.settings import Settings
from bot.store.sql import SqlStore
from bot.system import SystemClock
from tests.shipped import library, shipped

VISA = 'How do I get a "visa": {for} Germany? \\o/'
LAPTOP = "which laptop should I buy?"


def noting(
    search: Known, note: Callable[[Feedback], Awaitable[None]], *workspaces: str
) -> list[list[str]]:
    """What is listed for each workspace, or for all, after something was noted."""

    async def main() -> list[list[str]]:
        store = SqlStore.open("sqlite://")
        try:
            await note(Feedback(store, SystemClock(), search))
            known = replace(library(), answers=search)
            return [await listed(store, known, name) for name in workspaces or [""]]
        finally:
            await store.close()

    return asyncio.run(main())


def test_gaps_are_listed_by_frequency_with_lines_for_the_content() -> None:
    search = Known(near={VISA: "faq:need-phd"})

    async def note(feedback: Feedback) -> None:
        for question in (LAPTOP, VISA, VISA):
            await feedback.missed("T1", search.ask(question))
        await feedback.missed("T1", search.ask(VISA), told=True)
        await feedback.missed("T1", search.ask("ビザ?"))
        await feedback.missed("T1", search.ask("給料?"))
        await feedback.remark("T1", "faq:need-phd", "too short for me")
        await feedback.remark("T1", "faq:gone-by-now", "it was odd")

    (shown,) = noting(search, note)
    text = "\n".join(shown)
    assert shown[0] == "Workspace T1"
    assert text.index("Asked 2 times, passed on once:") < text.index("Asked once:")
    assert f"Nearest: faq:need-phd ({search.found('faq:need-phd').title})" in text
    assert "Nearest: nothing" in text
    assert "faq:gone-by-now (no longer in the content): it was odd" in text
    assert "): too short for me" in text
    lines = "\n".join(line for line in shown if line.startswith("  - {"))
    examples = [Example.model_validate(row) for row in yaml.safe_load(lines)]
    assert examples[0].ask == VISA
    assert examples[0].accept == ("faq:need-phd",)
    names = [example.id for example in examples]
    assert names[0] == "how-get-visa-for-germany"
    assert {"question", "question-2"} < set(names)
    assert not set(names) & set(shipped().of_kind("asked"))


def test_only_the_workspace_that_is_named_is_listed() -> None:
    search = Known()

    async def note(feedback: Feedback) -> None:
        await feedback.missed("T1", search.ask(LAPTOP))
        await feedback.missed("T2", search.ask(VISA))

    both, second, third = noting(search, note, "", "T2", "T3")
    named = [line for line in both if line.startswith("Workspace")]
    assert named == ["Workspace T1", "Workspace T2"]
    assert second[0] == "Workspace T2"
    assert LAPTOP not in "\n".join(second)
    assert third == []


def test_the_longest_words_make_an_id_that_fits() -> None:
    search = Known()
    question = " ".join(letter * 30 for letter in "abcdef")

    async def note(feedback: Feedback) -> None:
        await feedback.missed("T1", search.ask(question))

    (shown,) = noting(search, note)
    (row,) = yaml.safe_load(next(line for line in shown if line.startswith("  - {")))
    assert Example.model_validate(row).ask == question


def test_an_empty_and_an_unusable_database_are_told_in_words(tmp_path: Path) -> None:
    empty = Settings(database_url=f"sqlite:///{tmp_path}/new.db")
    ended = CliRunner().invoke(gaps, [], obj=empty)
    assert (ended.exit_code, ended.stdout.strip()) == (0, NONE_KEPT)
    (tmp_path / "broken.db").write_text("no database at all, but some words" * 50)
    broken = Settings(database_url=f"sqlite:///{tmp_path}/broken.db")
    ended = CliRunner().invoke(gaps, [], obj=broken)
    assert ended.exit_code == 2
    assert "It was not changed." in ended.stderr
