"""Screens of help, refusals and personal data."""

from collections.abc import Sequence

from bot.ports import Message
from bot.services.results import DataSummary
from bot.slack.blocks.kit import (
    actions,
    button,
    confirmed,
    context,
    header,
    message,
    section,
)
from bot.slack.words import Words

Usage = tuple[str, str]
"""How a command is written, and what it does."""


def overview(words: Words, usages: Sequence[Usage], *, started: bool) -> Message:
    """Everything that the coach can do, and one button to begin with."""
    lines = "\n".join(words("help.line", usage=usage, summary=text) for usage, text in usages)
    first = button(words.plain("home.start"), "start.open", style="primary")
    if started:
        first = button(words.plain("home.prompt_button"), "prompt.today", style="primary")
    plan = button(words.plain("home.plan_button"), "plan.show")
    ask = button(words.plain("home.ask"), "ask.open")
    controls = actions(first, plan, ask) if started else actions(first, ask)
    return message(
        f"{words('help.intro')}\n{lines}",
        header(words.plain("help.title")),
        section(words("help.intro")),
        section(lines),
        controls,
        context(words("help.private")),
    )


def one(words: Words, usage: Usage) -> Message:
    """What one command does."""
    return message(words("help.one", usage=usage[0], summary=usage[1]))


def unknown(words: Words, text: str, word: str, near: str) -> Message:
    """Did you mean: a command that is spelt nearly like the first word."""
    meant = " ".join([near, *text.split()[1:]])[:2_000]
    intro = words("help.unknown", word=word, near=near)
    yes = button(words.plain("help.yes_near", near=near), "run", meant, "primary")
    no = button(words.plain("help.as_question"), "ask.question", text[:1_000])
    return message(intro, section(intro), actions(yes, no))


def needs_form(words: Words, text: str) -> Message:
    """A command that opens a form, as a button: Slack opens forms only on a click."""
    intro = words("help.needs_form")
    press = button(words.plain("help.open_form"), "run", text, "primary")
    return message(intro, section(intro), actions(press))


def my_data(words: Words, summary: DataSummary) -> Message:
    """How much is kept, and the two rights."""
    kept = [(name, count) for name, count in summary.counts.items() if count]
    if not kept:
        return message(words("mydata.nothing"))
    items = "\n".join(
        words("mydata.item", name=name.replace("_", " "), count=count) for name, count in kept
    )
    text = words("mydata.summary", items=items)
    delete = confirmed(
        button(words.plain("mydata.delete"), "mydata.delete", style="danger"),
        words.plain("mydata.delete_title"),
        words.plain("mydata.delete_text"),
        words.plain("mydata.delete_yes"),
        words.plain("mydata.delete_no"),
    )
    export = button(words.plain("mydata.export"), "mydata.export")
    rights = context(words("mydata.rights"))
    return message(text, section(text), actions(export, delete), rights)


def export_page(words: Words, page: str, number: int, total: int) -> Message:
    """One page of an export, as it is, in a form that can be copied."""
    head = words("mydata.export_head", page=number, pages=total)
    code = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": page}]}
        ],
    }
    return message(head, section(head), code)


def refused(words: Words, code: str, **facts: str) -> Message:
    """Why something was not done, and what to do instead."""
    text = words(f"refused.{code}", **facts)
    if code == "not_started":
        start = button(words.plain("home.start"), "start.open", style="primary")
        return message(text, section(text), actions(start))
    return message(text)
