"""What is practised beside daily prompts: interviews, exercises, artifacts, and a running story."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.domain.authored import Authored, ItemId, Line, Paragraph, Title

Sources = tuple[str, ...]


class Category(StrEnum):
    """What an interview question is about."""

    PRODUCT_SENSE = "product-sense"
    UNDERSTANDING = "understanding"
    TRADE_OFF = "trade-off"
    EVALUATION = "evaluation"
    ETHICS = "ethics"
    BEHAVIOUR = "behaviour"


class InterviewQuestion(Authored):
    """A question of an interview with all that the one who asks it needs."""

    id: ItemId
    category: Category
    question: Line
    must_hear: Annotated[tuple[Line, ...], Field(min_length=3, max_length=6)]
    hints: Annotated[tuple[Line, ...], Field(min_length=1, max_length=3)]
    follow_ups: Annotated[tuple[Line, ...], Field(min_length=2, max_length=4)]
    curveball: Line
    sources: Sources = ()


class Criterion(Authored):
    """One criterion of the rubric: what an answer shows at levels 0 to 3, and how much it counts.

    `weights` holds its points in each category; over all criteria they sum to 20.
    """

    id: ItemId
    name: Title
    levels: Annotated[tuple[Line, ...], Field(min_length=4, max_length=4)]
    weights: dict[Category, Annotated[int, Field(ge=0, le=20)]]
    sources: Sources = ()

    @model_validator(mode="after")
    def _every_category(self) -> Self:
        if missing := [known.value for known in Category if known not in self.weights]:
            raise ValueError(f"weights lack {', '.join(missing)}")
        return self


class Exercise(Authored):
    """A short practice with checks that a person holds their own answer against."""

    id: ItemId
    kind: Literal["translate", "specific", "bets", "failure"]
    title: Title
    situation: Paragraph
    task: Line
    checks: Annotated[tuple[Line, ...], Field(min_length=2, max_length=5)]
    strong: Paragraph
    sources: Sources = ()


class ArtifactField(Authored):
    """A part of an artifact and what is asked for it."""

    name: Title
    ask: Line


class Artifact(Authored):
    """A piece of work that proves something, as a form to be filled."""

    id: ItemId
    kind: Literal["memo", "eval", "spec", "story", "star", "case", "teardown"]
    title: Title
    about: Paragraph
    fields: Annotated[tuple[ArtifactField, ...], Field(min_length=3, max_length=12)]
    proves: Line
    sources: Sources = ()


class Levels(Authored):
    """What can be seen of somebody at each of four levels of a skill; none of them is level 0."""

    id: ItemId
    aware: Line
    practised: Line
    owned: Line
    leads: Line
    sources: Sources = ()


class CheckInQuestion(Authored):
    """A question of the weekly check-in: asked always, or in turn by the weakest skill."""

    id: ItemId
    skill: ItemId | None = None
    ask: Line
    why: Line | None = None
    sources: Sources = ()


class SerialDay(Authored):
    """One day of a running story."""

    title: Title
    happens: Paragraph
    task: Line
    key_points: Annotated[tuple[Line, ...], Field(min_length=2, max_length=5)]


class Serial(Authored):
    """A story told over working days, each with a decision to take."""

    id: ItemId
    title: Title
    about: Line
    days: Annotated[tuple[SerialDay, ...], Field(min_length=3, max_length=10)]
    sources: Sources = ()
