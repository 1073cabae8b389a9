"""What the coach knows beside answers: terms, pay, cases, and dated lists."""

from typing import Annotated, Literal

from pydantic import Field

from bot.domain.authored import Authored, ItemId, Line, Paragraph, ReviewDate, Title

Sources = tuple[str, ...]
Asks = Annotated[tuple[Line, ...], Field(min_length=8, max_length=12)]
"""Ways in which people ask for an item, in their words; read by the search alone."""


class Term(Authored):
    """A word of the trade: what it means, why it matters to a product, what to ask an engineer."""

    id: ItemId
    term: Title
    also: tuple[Title, ...] = ()
    meaning: Line
    matters: Line
    ask: Line | None = None
    sources: Sources = ()


class PayFigure(Authored):
    """What one source says that a role is paid, on the basis that it names.

    Amounts are thousands of US dollars a year. Figures on different bases are never merged.
    """

    id: ItemId
    role: Title
    level: Title | None = None
    basis: Literal["base", "total", "not stated"]
    low: Annotated[int, Field(gt=0, le=5_000)]
    high: Annotated[int, Field(gt=0, le=5_000)] | None = None
    open_ended: bool = False
    note: Line | None = None
    sources: Annotated[Sources, Field(min_length=1, max_length=1)]
    reviewed: ReviewDate


class PayStatement(Authored):
    """What sources say about pay in words: premiums, what raises it, what to negotiate."""

    id: ItemId
    title: Title
    text: Paragraph
    computed: Line | None = None
    asks: Asks
    sources: Sources = ()
    reviewed: ReviewDate


class Case(Authored):
    """A case that several surfaces refer to, told once."""

    id: ItemId
    title: Title
    story: Paragraph
    lesson: Line
    asks: Asks
    skills: Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=4)]
    sources: Sources = ()


class Listed(Authored):
    """An entry of a dated list: an employer, something to read, a product to take apart."""

    id: ItemId
    name: Title
    kind: Title
    about: Line
    task: Line | None = None
    sources: Sources = ()
    reviewed: ReviewDate
