"""Base and text types of everything an author writes in `content/`.

These are pydantic models because one definition then gives validation, immutability and a JSON
Schema for editors; a second class per type would state every field twice.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Authored(BaseModel):
    """A frozen content item; unknown keys are refused so that a typing slip is never silent."""

    model_config = ConfigDict(frozen=True, extra="forbid")


ItemId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60, strip_whitespace=True),
]
"""A stable name, lower-case words joined by hyphens. Progress is keyed by it: it never changes."""


Title = Annotated[str, StringConstraints(min_length=1, max_length=70, strip_whitespace=True)]
Option = Annotated[str, StringConstraints(min_length=1, max_length=75, strip_whitespace=True)]
Check = Annotated[str, StringConstraints(min_length=1, max_length=140, strip_whitespace=True)]
"""Something to be ticked: an option's text and its description hold it together."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=250, strip_whitespace=True)]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=900, strip_whitespace=True)]
ReviewDate = Annotated[date, Field(strict=False)]


class Source(Authored):
    """An article the content rests on, with how far it can be trusted."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
    name: Title
    about: Line
    dated: Line
    caution: Paragraph


class Skill(Authored):
    """One of the skills that prompts practise and plans build."""

    id: ItemId
    name: Title
    about: Line
