"""Daily prompts: what one is, what an answer to it is, and which one comes next."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.domain.authored import Authored, Check, ItemId, Line, Option, Paragraph, Title
from bot.domain.learners import Person


class Depth(StrEnum):
    """How much time a prompt wants: choose, write three sentences, or think it through."""

    PICK = "pick"
    SHORT = "short"
    DEEP = "deep"


class Prompt(Authored):
    """One situation to decide, with what a strong answer shows."""

    id: ItemId
    title: Title
    skill: ItemId
    level: Literal[1, 2, 3]
    depth: Depth
    minutes: Literal[1, 3, 5, 10, 15]
    situation: Annotated[Paragraph, Field(min_length=80)]
    task: Line
    options: Annotated[tuple[Option, ...], Field(max_length=5)] = ()
    best: Annotated[int, Field(ge=0)] | None = None
    verdict: Literal["use-ai", "no-ai", "rules-first", "not-yet", "none"]
    rubric: Annotated[tuple[Check, ...], Field(min_length=2, max_length=4)]
    key_points: Annotated[tuple[Line, ...], Field(min_length=3, max_length=5)]
    next_edit: Line
    sources: tuple[str, ...] = ()
    case: ItemId | None = None

    @model_validator(mode="after")
    def _pick_has_options(self) -> Self:
        if (self.depth is Depth.PICK) != bool(self.options):
            raise ValueError("depth pick needs options, and only depth pick has them")
        if self.options and (self.best is None or self.best >= len(self.options)):
            raise ValueError("best must be the zero-based index of one of the options")
        return self


LONGEST_ANSWER = 3_000
"""Characters of an answer: what one text input of a form holds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wrote to a prompt, kept in their private journal.

    `rated` holds the zero-based rubric lines that the person says their answer shows, None before
    they looked. `version` counts from 1; older versions are kept.
    """

    id: str
    person: Person
    prompt_id: str
    text: str
    answered_at: datetime
    version: int = 1
    rated: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """The prompt that a person got for one local date, and the one that they swapped for it."""

    person: Person
    label: date
    prompt_id: str
    swapped_from: str | None = None


def pick_prompt(
    prompts: Sequence[Prompt],
    seen: Mapping[str, date],
    person: Person,
    skill: str | None = None,
) -> Prompt:
    """The next prompt: one of the wanted skill, least recently seen, easier ones first.

    Deterministic: the same person with the same history gets the same prompt, and two people do
    not get theirs in the same order. Raises ValueError when there are no prompts at all.
    """
    if not prompts:
        raise ValueError("there are no prompts to pick from")
    wanted = [prompt for prompt in prompts if skill in (None, prompt.skill)] or list(prompts)
    return min(wanted, key=lambda prompt: _turn(prompt, seen, person))


def _turn(prompt: Prompt, seen: Mapping[str, date], person: Person) -> tuple[date, int, str]:
    shuffled = hashlib.sha256(f"{person.workspace}/{person.user}/{prompt.id}".encode()).hexdigest()
    return seen.get(prompt.id, date.min), prompt.level, shuffled
