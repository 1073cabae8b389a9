"""My data: what the coach keeps about a person, as readable text, and its deletion."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from bot.domain.deliveries import Kind
from bot.domain.learners import Person
from bot.ports import Records, Store
from bot.services.results import DataSummary, Export
from bot.services.rhythms import target_of

PAGE = 2_800
"""Characters of one page of an export; a page fits one block of a message."""


class Privacy:
    """Show, export and delete, by the person, at once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def summary(self, person: Person) -> DataSummary:
        """How many things of each kind are kept."""
        return await self._store.read(
            lambda records: DataSummary(
                {name: len(rows) for name, rows in _kept(records, person).items()}
            )
        )

    async def export(self, person: Person) -> Export:
        """Everything that is kept, complete, as indented JSON cut into pages at line ends."""
        kept = await self._store.read(lambda records: _kept(records, person))
        text = json.dumps(_plain(kept), indent=1, ensure_ascii=False)
        return Export(tuple(_pages(text)))

    async def delete(self, person: Person) -> int:
        """Delete everything, for good; how many rows went. Doing it twice is harmless."""
        return await self._store.write(lambda records: records.forget(person))


def _kept(records: Records, person: Person) -> Mapping[str, list[Any]]:
    learner, plan = records.learner(person), records.plan(person)
    given = records.prompts_given(person)
    target = target_of(person)
    wishes = [records.subscription(target, kind) for kind in Kind]
    return {
        "settings": [learner] if learner else [],
        "plan": [plan] if plan else [],
        "answers": list(records.answer_versions(person)),
        "prompts": list(given),
        "check_ins": list(records.check_ins(person)),
        "rhythms": [wish for wish in wishes if wish is not None],
        "messages": list(records.deliveries_to(target)),
        "groups": [{"channel": group.place.channel} for group in records.groups_of(person)],
    }


def _plain(value: Any) -> Any:
    """The value as JSON knows it; every field of every dataclass is kept."""
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(entry) for key, entry in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(_plain(entry) for entry in value)
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value


def _pages(text: str) -> Iterator[str]:
    """Pages that end where a line ends; a line longer than a page is cut."""
    page = ""
    for line in text.splitlines(keepends=True):
        for piece in (line[at : at + PAGE] for at in range(0, len(line), PAGE)):
            if len(page) + len(piece) > PAGE:
                yield page
                page = ""
            page += piece
    yield page
