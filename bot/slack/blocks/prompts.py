"""Screens of daily prompts, answers and the journal."""

from bot.domain.deliveries import Kind
from bot.domain.prompts import Depth, Prompt
from bot.ports import Message
from bot.services.results import JournalPage, PromptCard, Reflection
from bot.slack.blocks.kit import (
    Block,
    View,
    actions,
    button,
    checkboxes,
    choice_input,
    context,
    divider,
    field,
    header,
    message,
    modal,
    quoted,
    section,
    text_input,
)
from bot.slack.blocks.rhythm import not_now
from bot.slack.words import Words, day_year, escape

SHOWN_IN_JOURNAL = 600
LONGEST_REASON = 3_000


def card(words: Words, result: PromptCard, *, thread: bool = False) -> Message:
    """A prompt ready to be answered; `thread` when a reply in its thread is taken as an answer."""
    prompt = result.prompt
    blocks = [
        header(words.plain("prompt.heading", title=prompt.title)),
        *_situation(words, prompt, result.skill),
        actions(*_buttons(words, result, thread=thread)),
        context(*_small_print(words, result, thread=thread)),
    ]
    text = f"{words('prompt.notify', title=prompt.title)}\n{escape(prompt.task)}"
    return message(text, *blocks)


def _situation(words: Words, prompt: Prompt, skill: str) -> list[Block]:
    depth = words.plain(f"prompt.depth_{prompt.depth}")
    meta = words("prompt.meta", skill=skill, depth=depth, minutes=prompt.minutes)
    blocks = [context(meta), section(escape(prompt.situation))]
    blocks.append(section(f"*{escape(prompt.task)}*"))
    if prompt.options:
        blocks.append(section("\n".join(f"• {escape(text)}" for text in prompt.options)))
    return blocks


def _buttons(words: Words, result: PromptCard, *, thread: bool) -> list[Block]:
    key = "prompt.edit" if result.answer else "prompt.answer"
    buttons = [button(words.plain(key), "prompt.answer", result.prompt.id, "primary")]
    if result.may_swap:
        buttons.append(button(words.plain("prompt.swap"), "prompt.swap"))
    if thread:
        buttons.append(not_now(words, Kind.DAILY_PROMPT, result.prompt.id))
    return buttons


def _small_print(words: Words, result: PromptCard, *, thread: bool) -> list[str]:
    hint = words("prompt.hint_thread") if thread else words("prompt.hint")
    lines = [words("prompt.answered") if result.answer else hint]
    if result.prompt.sources:
        lines.append(words("prompt.sources", sources=words.sources(result.prompt.sources)))
    return lines


def answer_form(words: Words, result: PromptCard) -> View:
    """The form for an answer; an earlier one stands in it already."""
    prompt = result.prompt
    return modal(
        "prompt.submit",
        words.plain("prompt.form_title"),
        [*_situation(words, prompt, result.skill), *_fields(words, result)],
        submit=words.plain("prompt.form_submit"),
        close=words.plain("button.cancel"),
        metadata=prompt.id,
    )


def _fields(words: Words, result: PromptCard) -> list[Block]:
    prompt, text = result.prompt, result.answer.text if result.answer else ""
    hint = words.plain("prompt.form_hint")
    if prompt.depth is not Depth.PICK:
        label = words.plain("prompt.form_label")
        return [field("answer", label, text_input(text, multiline=True), hint=hint)]
    chosen, _, reason = text.partition("\n")
    choices = [(shown, str(number)) for number, shown in enumerate(prompt.options)]
    initial = next((value for shown, value in choices if shown == chosen), None)
    if initial is None:
        reason = text  # it was answered in the thread, in words of its own
    return [
        field(
            "choice",
            words.plain("prompt.form_choice"),
            choice_input("radio_buttons", choices, initial),
        ),
        field(
            "answer",
            words.plain("prompt.form_reason"),
            text_input(reason[:LONGEST_REASON], multiline=True, most=LONGEST_REASON),
            hint=hint,
            optional=True,
        ),
    ]


def reflection_form(words: Words, result: Reflection) -> View:
    """Straight after an answer: the rubric to look at it with. The key points come after that."""
    choices = [(line, str(number)) for number, line in enumerate(result.prompt.rubric)]
    rated = result.answer.rated or frozenset()
    return modal(
        "prompt.rate",
        words.plain("prompt.kept_title"),
        [
            section(words("prompt.kept", version=result.answer.version)),
            quoted(result.answer.text),
            field(
                "rated",
                words.plain("prompt.rate_label"),
                checkboxes(choices, [str(number) for number in rated]),
                hint=words.plain("prompt.rate_hint"),
                optional=True,
            ),
        ],
        submit=words.plain("prompt.rate_submit"),
        close=words.plain("button.close"),
        metadata=result.answer.id,
    )


def key_points(words: Words, result: Reflection) -> View:
    """What a strong answer shows, beside one's own, and one concrete edit."""
    return modal(
        "prompt.points",
        words.plain("prompt.title"),
        [*_points(words, result), divider(), quoted(result.answer.text), _edit(words, result)],
        close=words.plain("button.close"),
    )


def _points(words: Words, result: Reflection) -> list[Block]:
    prompt = result.prompt
    blocks = []
    if result.answer.rated is not None:
        count, total = len(result.answer.rated), len(prompt.rubric)
        blocks.append(section(words("prompt.rated", count=count, total=total)))
    if prompt.best is not None:
        blocks.append(section(words("prompt.best", option=prompt.options[prompt.best])))
    points = "\n".join(f"• {point}" for point in prompt.key_points)
    blocks.append(section(words("prompt.points", points=points)))
    blocks.append(section(words("prompt.next_edit", edit=prompt.next_edit)))
    return blocks


def _edit(words: Words, result: Reflection) -> Block:
    return actions(button(words.plain("prompt.edit"), "prompt.answer", result.prompt.id))


def kept_reply(words: Words, result: Reflection) -> Message:
    """The reply in the thread of a prompt that was answered there."""
    text = words("prompt.reply_kept")
    rubric = "\n".join(f"• {escape(line)}" for line in result.prompt.rubric)
    compare = button(words.plain("prompt.compare"), "prompt.compare", result.answer.id, "primary")
    edit = button(words.plain("prompt.edit"), "prompt.answer", result.prompt.id)
    return message(text, section(f"{text}\n{rubric}"), actions(compare, edit))


def journal(words: Words, page: JournalPage) -> Message:
    """A page of the journal, each answer with a way to change it."""
    if not page.total:
        key = "journal.not_found" if page.words else "journal.none"
        return message(words(key, words=page.words[:100]))
    count = words("journal.count", shown=len(page.entries), total=page.total)
    blocks = [header(words.plain("journal.title")), context(count)]
    for entry in page.entries:
        answer, prompt = entry.answer, entry.prompt
        title = entry.title or words.plain("journal.lost_title")
        on = day_year(entry.on)
        line = words("journal.entry", title=title, day=on, version=answer.version)
        edit = button(words.plain("prompt.edit"), "prompt.answer", answer.prompt_id)
        blocks += [section(line, edit if prompt else None), quoted(_excerpt(answer.text))]
    return message(count, *blocks)


def _excerpt(text: str) -> str:
    return text if len(text) <= SHOWN_IN_JOURNAL else text[: SHOWN_IN_JOURNAL - 1] + "…"
