"""Writes what the labelled sets come to now: `make measured`, after any change of the content."""

import json
from dataclasses import asdict

import yaml

from bot.content import Content, load_content
from bot.library import MEASURED, load_tuning
from bot.services.answers import Answers
from bot.services.measuring import Confusion, measure
from bot.services.modelcard import packed
from bot.settings import CONTENT
from tests.answers.labelled import measured_sets

HEAD = """\
# Labelled questions as the search sees them: [rank of the first right find or -1 for outside, sure
# of the subject, sure of the find]. Written by `make measured`. `crossed` counts how the shared
# ones end when each is left out of the learning of how sure to be; only `make fit` changes it.
"""


def write(content: Content, crossed: Confusion) -> None:
    """Write `config/measured.yaml`, which the model card shows and a test compares."""
    lines = [f"crossed: {json.dumps(asdict(crossed))}"]
    answers = Answers(content, load_tuning())
    for name, questions in measured_sets(content, answers).items():
        lines += [f"{name}:", *(f"- {row}" for row in packed(measure(answers, questions)))]
    MEASURED.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Measure again with the weights, trees and thresholds in use."""
    kept = yaml.safe_load(MEASURED.read_text(encoding="utf-8"))["crossed"]
    write(load_content(CONTENT), Confusion(**kept))


if __name__ == "__main__":
    main()
