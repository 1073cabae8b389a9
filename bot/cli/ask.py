"""`coach ask`: the answer search for other programs, one JSON object a line."""

import json
import sys

import click

from bot.cli.refusing import refusing
from bot.domain.confidence import Outcome
from bot.library import load_library
from bot.services.results import Asked
from bot.settings import Settings
from bot.slack.blocks.answers import plain_answer
from bot.slack.words import Words
from bot.yaml_files import FilesInvalid


@click.command()
@click.option("--jsonl", is_flag=True, required=True, help="one JSON object a line, in and out")
@click.pass_obj
@refusing(FilesInvalid)
def ask(settings: Settings, jsonl: bool) -> None:  # noqa: ARG001 - the only form there is
    """Answer questions from standard input: {"id", "query"} a line."""
    library = load_library(settings)
    words = Words(library.content, settings.behaviour.command)
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            query, name = str(asked["query"]), asked.get("id")
        except (ValueError, KeyError, TypeError, AttributeError):
            click.echo(json.dumps({"id": None, "error": 'a line needs {"id", "query"}'}))
            continue
        click.echo(json.dumps({"id": name, **_answered(words, library.answers.ask(query))}))


def _answered(words: Words, asked: Asked) -> dict[str, object]:
    unsure = asked.outcome is Outcome.NONE
    return {
        "kind": asked.outcome.value,
        "answers": [
            plain_answer(words, found, asked.meaning if at == 0 else None)
            for at, found in enumerate(asked.found)
        ],
        "suggestions": [found.title for found in asked.found] if unsure else [],
        "reply": words.reply(asked.kind) if asked.kind is not None else "",
    }
