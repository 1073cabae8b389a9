"""Forms around questions: asking one, saying what was wrong, and asking the study group."""

import json
from collections.abc import Sequence

from bot.domain.feedback import Reason
from bot.ports import Message
from bot.services.results import Found
from bot.slack.blocks.kit import (
    Block,
    View,
    choice_input,
    field,
    message,
    modal,
    quoted,
    section,
    text_input,
)
from bot.slack.words import Markup, Words, channel_link, escape, mention

LONGEST_QUESTION = 1_000
LONGEST_SENTENCE = 250
EXCERPT = 300
"""Characters of a question that stand in a notification."""


def question_form(words: Words) -> View:
    """A form for a question, for App Home."""
    asked = text_input(multiline=True, most=LONGEST_QUESTION)
    label, hint = words.plain("ask.form_label"), words.plain("ask.form_hint")
    return modal(
        "ask.submit",
        words.plain("ask.form_title"),
        [field("question", label, asked, hint=hint)],
        submit=words.plain("ask.form_submit"),
        close=words.plain("button.cancel"),
    )


def vote_form(words: Words, found: Found, metadata: str) -> View:
    """What was wrong with an answer; every field may stay empty."""
    reasons = [(words.plain(f"ask.reason_{reason}"), reason.value) for reason in Reason]
    chosen = choice_input("radio_buttons", reasons, None)
    sentence = text_input(most=LONGEST_SENTENCE)
    label, hint = words.plain("ask.vote_sentence"), words.plain("ask.vote_hint")
    return modal(
        "ask.vote_submit",
        words.plain("ask.vote_title"),
        [
            section(words("ask.vote_intro", title=found.title)),
            field("reason", words.plain("ask.vote_reason"), chosen, optional=True),
            field("sentence", label, sentence, hint=hint, optional=True),
        ],
        submit=words.plain("ask.vote_submit"),
        close=words.plain("button.cancel"),
        metadata=metadata,
    )


def group_form(words: Words, question: str, channels: Sequence[str]) -> View:
    """A question to the study group: what will be posted and where; nothing is sent before."""
    asked = text_input(question[:LONGEST_QUESTION], multiline=True, most=LONGEST_QUESTION)
    return modal(
        "ask.group_submit",
        words.plain("ask.group_title"),
        [
            *_where(words, channels),
            field("question", words.plain("ask.form_label"), asked),
        ],
        submit=words.plain("ask.group_submit"),
        close=words.plain("button.cancel"),
        metadata=json.dumps({"channels": list(channels)}),
    )


def _where(words: Words, channels: Sequence[str]) -> list[Block]:
    """The channel; of several, a choice by number, since a list of options can't link to one."""
    if len(channels) == 1:
        return [section(words("ask.group_intro", channel=channel_link(channels[0])))]
    lines = [
        words("ask.group_place", number=number, channel=channel_link(channel))
        for number, channel in enumerate(channels, start=1)
    ]
    numbers = [(str(number), str(number)) for number in range(1, len(channels) + 1)]
    chosen = choice_input("static_select", numbers, "1")
    intro = words("ask.group_several", channels=Markup("\n".join(lines)))
    return [section(intro), field("place", words.plain("ask.group_number"), chosen)]


def group_question(words: Words, user: str, text: str) -> Message:
    """A question as the study group reads it, under the name of who asks."""
    head = words("ask.group_asks", person=mention(user))
    return message(f"{head} {escape(text[:EXCERPT])}", section(head), quoted(text))


def question_not_posted(words: Words, text: str) -> Message:
    """The question back to who asked, whole, when it could not be posted."""
    head = words("ask.group_failed")
    return message(f"{head} {escape(text[:EXCERPT])}", section(head), quoted(text))
