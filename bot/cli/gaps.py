"""`coach gaps`: the questions that found no answer, for whoever writes the content."""

import asyncio
import json
from collections.abc import Collection, Iterator, Sequence

import click

from bot.cli.refusing import refusing
from bot.domain.errors import Busy, Gone, Uncertain
from bot.domain.feedback import Cluster, Gap
from bot.domain.vocabulary import plain_words
from bot.library import Library, load_library
from bot.ports import Store
from bot.services.feedback import Feedback
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.store.sql import SqlStore
from bot.system import SystemClock
from bot.yaml_files import FilesInvalid

FILE = "content/search/asked.yaml"
NONE_KEPT = "No questions without an answer are kept."
SHORTEST_WORD = 3
WORDS_OF_ID = 5
LONGEST_ID = 56
"""Leaves room for a number, since an id has at most 60 characters."""


@click.command()
@click.option("--workspace", default="", metavar="ID", help="only this workspace, such as T0123")
@click.pass_obj
@refusing(Busy, FilesInvalid, StoreError, Uncertain)
def gaps(settings: Settings, workspace: str) -> None:
    """List questions that found no answer, the most frequent first."""
    lines = asyncio.run(_listed(settings, workspace))
    click.echo("\n".join(lines) if lines else NONE_KEPT)


async def _listed(settings: Settings, workspace: str) -> list[str]:
    store = SqlStore.open(settings.database_url)
    try:
        return await listed(store, load_library(settings), workspace)
    finally:
        await store.close()


async def listed(store: Store, library: Library, workspace: str = "") -> list[str]:
    """What the command shows for one workspace or for all; nothing when nothing is kept."""
    feedback = Feedback(store, SystemClock(), library.answers)
    lines: list[str] = []
    taken = set(library.content.of_kind("asked"))
    for name in [workspace] if workspace else await feedback.workspaces():
        clusters, remarks = await feedback.gaps(name), await feedback.remarks(name)
        if clusters or remarks:
            lines += [f"Workspace {name}", *_of_gaps(library, clusters, taken)]
            lines += [*_of_remarks(library, remarks), ""]
    return lines


def _of_gaps(library: Library, clusters: Sequence[Cluster], taken: set[str]) -> Iterator[str]:
    """Each cluster with the line that lets the search find its nearest entry from now on."""
    if clusters:
        yield f"\nIf the nearest entry answers it, copy the line into {FILE}; else write an entry."
    for cluster in clusters:
        told = f", passed on {_times(cluster.told)}" if cluster.told else ""
        yield f"\nAsked {_times(cluster.count)}{told}:"
        yield from (f"  {text}" for text in cluster.texts)
        yield f"Nearest: {_named(library, cluster.nearest)}"
        yield _line(cluster, taken)


def _of_remarks(library: Library, remarks: Sequence[Gap]) -> Iterator[str]:
    if remarks:
        yield "\nWhat people wrote about answers that did not help them:"
    for remark in remarks:
        yield f"  {_named(library, remark.nearest)}: {remark.text}"


def _line(cluster: Cluster, taken: set[str]) -> str:
    """A line for `content/search/asked.yaml`; its id is taken from then on."""
    text = cluster.texts[0]
    name = _free(text, taken)
    taken.add(name)
    ask = json.dumps(text, ensure_ascii=False)
    accept = json.dumps(cluster.nearest or "faq:the-entry-you-write")
    return f"  - {{id: {name}, ask: {ask}, accept: [{accept}]}}"


def _free(text: str, taken: Collection[str]) -> str:
    """An id from the words of a question that no other question has."""
    words = [word for word in plain_words(text) if len(word) >= SHORTEST_WORD]
    name = "-".join(words[:WORDS_OF_ID])[:LONGEST_ID].strip("-") or "question"
    number = 2
    free = name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    return free


def _named(library: Library, key: str) -> str:
    """A key with its title, as far as the content has it."""
    if not key:
        return "nothing"
    try:
        return f"{key} ({library.answers.found(key).title})"
    except Gone:
        return f"{key} (no longer in the content)"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
