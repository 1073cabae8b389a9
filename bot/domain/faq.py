"""Answers: what an entry holds, and questions that none of them answers."""

from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored, ItemId, Line, Option, Paragraph, ReviewDate, Title
from bot.domain.learners import Background, Move


class Side(Authored):
    """What one source says where the sources disagree."""

    source: str
    says: Annotated[str, Field(min_length=1, max_length=400)]
    holds: Annotated[str, Field(max_length=160)] = ""
    """Under which condition this view holds, as a half sentence after "Holds"."""
    fits: tuple[Background | Move, ...] = ()
    """The backgrounds and moves for whom this view is the one to start from; none: for nobody in
    particular."""


class NextStep(Authored):
    """One thing to do next: words for a button and what it runs (the text after the command)."""

    say: Option
    run: Line


class FaqEntry(Authored):
    """One question with its answer. The first sentence of the answer answers."""

    id: ItemId
    question: Line
    phrasings: Annotated[tuple[Line, ...], Field(min_length=8, max_length=12)]
    keywords: Annotated[tuple[Title, ...], Field(min_length=3, max_length=8)]
    answer: Annotated[Paragraph, Field(min_length=150)]
    sides: tuple[Side, ...] = ()
    sources: tuple[str, ...] = ()
    ours: bool = False
    related: tuple[ItemId, ...] = ()
    next: NextStep
    reviewed: ReviewDate


class Unanswered(Authored):
    """A question that must not be answered, with the kind of reason."""

    id: ItemId
    kind: ItemId
    ask: Line


class Example(Authored):
    """A question as somebody asked it, and what answers it: keys such as `faq:need-phd`.

    The search learns to find `accept` by it. What stands in `also` would do too, but mostly answers
    other questions; it counts as right when the search is measured.
    """

    id: ItemId
    ask: Line
    accept: Annotated[tuple[str, ...], Field(min_length=1, max_length=6)]
    also: Annotated[tuple[str, ...], Field(max_length=10)] = ()
