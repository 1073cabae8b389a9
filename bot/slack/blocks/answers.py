"""Screens of questions and answers."""

from collections.abc import Sequence

from bot.domain.faq import FaqEntry, Outcome
from bot.ports import Message
from bot.services.results import Asked
from bot.slack.blocks.kit import (
    Block,
    View,
    actions,
    button,
    context,
    field,
    message,
    modal,
    section,
    text_input,
)
from bot.slack.words import Words, escape, mention

ECHO = 200
"""Characters of a question that are repeated above its answer."""


def asked(words: Words, result: Asked, related: Sequence[FaqEntry], *, share: bool) -> Message:
    """The outcome of a question: the answer, near matches, or an honest no."""
    entries = result.found.entries
    match result.found.outcome:
        case Outcome.ANSWER:
            return answer(words, entries[0], related, share=share, question=result.question)
        case Outcome.CHOICES:
            return _choices(words("ask.choices"), entries)
        case Outcome.NONE if not result.question:
            return message(words("ask.empty"))
        case Outcome.NONE:
            return _none(words, entries)


def answer(
    words: Words,
    entry: FaqEntry,
    related: Sequence[FaqEntry],
    *,
    share: bool,
    question: str = "",
) -> Message:
    """One entry, whole: answer, sides, sources, related questions, one next action."""
    asked = question[:ECHO] + ("…" if len(question) > ECHO else "")
    blocks: list[Block] = [context(words("ask.question", question=asked))] if asked else []
    blocks.append(section(f"*{escape(entry.question)}*\n{escape(entry.answer)}"))
    if entry.sides:
        blocks.append(section(_sides(words, entry)))
    blocks.append(context(_sources(words, entry)))
    blocks.append(actions(*_next_buttons(words, entry, share=share)))
    if related:
        blocks.append(context(words("ask.related")))
        blocks.append(_entry_buttons(related))
    return message(escape(plain_answer(words, entry)), *blocks)


def plain_answer(words: Words, entry: FaqEntry) -> str:
    """The whole answer as text, as a screen reader or a program reads it."""
    parts = [entry.question, entry.answer]
    parts += [f"{words.source(side.source)}: {side.says}" for side in entry.sides]
    sources = words.plain("ask.sources", sources=words.sources(entry.sources))
    return "\n".join([*parts, sources if entry.sources else words.plain("ask.ours")])


def shared(words: Words, entry: FaqEntry, user: str) -> Message:
    """An answer that somebody shares to a channel."""
    who = words("ask.shared", person=mention(user))
    whole = answer(words, entry, (), share=False)
    keep = tuple(block for block in whole.blocks if block["type"] != "actions")
    return message(f"{who}\n{whole.text}", section(who), *keep)


def question_form(words: Words) -> View:
    """A form for a question, for App Home."""
    return modal(
        "ask.submit",
        words.plain("ask.form_title"),
        [
            field(
                "question",
                words.plain("ask.form_label"),
                text_input(multiline=True, most=1_000),
                hint=words.plain("ask.form_hint"),
            )
        ],
        submit=words.plain("ask.form_submit"),
        close=words.plain("button.cancel"),
    )


def _sides(words: Words, entry: FaqEntry) -> str:
    lines = [
        words("ask.side", source=words.source(side.source), says=side.says) for side in entry.sides
    ]
    return "\n".join([words("ask.sides"), *lines])


def _sources(words: Words, entry: FaqEntry) -> str:
    if not entry.sources:
        return words("ask.ours")
    return words("ask.sources", sources=words.sources(entry.sources))


def _next_buttons(words: Words, entry: FaqEntry, *, share: bool) -> list[dict[str, object]]:
    buttons = [button(words.plain("ask.next", say=entry.next.say), "run", entry.next.run)]
    if share:
        buttons.append(button(words.plain("ask.share"), "ask.share", entry.id))
    return buttons


def _choices(intro: str, entries: Sequence[FaqEntry]) -> Message:
    listed = " / ".join(escape(entry.question) for entry in entries)
    return message(f"{intro} {listed}", section(intro), _entry_buttons(entries))


def _none(words: Words, entries: Sequence[FaqEntry]) -> Message:
    intro = words("ask.none")
    if not entries:
        return message(intro)
    near = words("ask.none_near")
    listed = " / ".join(escape(entry.question) for entry in entries)
    return message(
        f"{intro} {near} {listed}", section(intro), context(near), _entry_buttons(entries)
    )


def _entry_buttons(entries: Sequence[FaqEntry]) -> Block:
    """One button an entry; the action id carries the place, as ids are unique within a block."""
    return actions(
        *(
            button(_cut(entry.question), f"ask.show.{place}", entry.id)
            for place, entry in enumerate(entries)
        )
    )


def _cut(text: str) -> str:
    return text if len(text) <= 75 else text[:74].rstrip() + "…"
