"""What the coach knows: the content and the search over it, read once and shared by all."""

from dataclasses import dataclass

from pydantic import ValidationError

from bot.content import Content, load_content
from bot.services.answers import Answers, Tuning
from bot.services.measuring import Confusion
from bot.services.modelcard import ModelCards, unpacked
from bot.settings import CONTENT, ROOT, Settings
from bot.yaml_files import FilesInvalid, read_yaml

TUNING = ROOT / "config" / "answers.yaml"
MEASURED = ROOT / "config" / "measured.yaml"


@dataclass(frozen=True, slots=True)
class Library:
    """Content and answers; both never change, and need neither a store nor Slack."""

    content: Content
    answers: Answers
    cards: ModelCards


def load_library(settings: Settings) -> Library:
    """Read the content and prepare the search. Raises FilesInvalid with every problem."""
    content = load_content(CONTENT, settings.content_dir)
    tuning = load_tuning()
    data = dict(read_yaml(MEASURED, f"config/{MEASURED.name}").data)
    crossed = Confusion(**data.pop("crossed"))
    measured = {name: unpacked(found) for name, found in data.items()}
    cards = ModelCards(measured, crossed, tuning.calibration.thresholds)
    return Library(content, Answers(content, tuning), cards)


def load_tuning() -> Tuning:
    """What the search weighs and when it is sure. Raises FilesInvalid with every problem."""
    document = read_yaml(TUNING, f"config/{TUNING.name}")
    try:
        return Tuning.model_validate(document.data)
    except ValidationError as error:
        raise FilesInvalid(document.problems_of(error)) from error
