"""What answers, piece by piece: an entry, a term, a statement on pay, or a case."""

import html
import re
from dataclasses import dataclass

from bot.domain.confidence import Outcome
from bot.domain.faq import FaqEntry, Side
from bot.domain.learners import Learner
from bot.domain.reference import Case, PayStatement, Term
from bot.services.results import Found
from bot.slack.blocks import reference
from bot.slack.blocks.kit import Block, Element, button, section
from bot.slack.words import Words, escape, full_date

_FIGURE = re.compile(r"[$€£]\s?\d|\b\d+K\b")
"""An amount of money, as the content writes them; such figures age, so their date is shown."""

_BLANK = "\0"
"""Stands where a text of the content goes; no text has it."""


@dataclass(frozen=True, slots=True)
class Card:
    """An answer to be shown to one person.

    `outcome` tells how it was found: at once, chosen from near matches, or offered beside an
    honest no. `learner` is the reader when they have started. `thanks` stands in place of the
    question whether it helped, as markup.
    """

    found: Found
    related: tuple[Found, ...] = ()
    outcome: Outcome = Outcome.ANSWER
    learner: Learner | None = None
    share: bool = False
    thanks: str = ""
    meaning: Term | None = None
    """The word that was asked for, when the answer says more than its definition."""


def label(words: Words, found: Found) -> str:
    """What a button says that leads to it."""
    match found.item:
        case FaqEntry() | PayStatement():
            return found.title
        case Case():
            return words.plain("ask.label_case", title=found.title)
        case _:
            return words.plain("ask.label_term", title=found.title)


def marks_a_path(found: Found) -> bool:
    """Whether it says something else to people of different backgrounds or moves."""
    return isinstance(found.item, FaqEntry) and any(side.fits for side in found.item.sides)


def body(words: Words, card: Card) -> list[Block]:
    """What it says, without its sources."""
    item = card.found.item
    match item:
        case FaqEntry():
            blocks = [section(f"*{escape(item.question)}*\n{escape(item.answer)}")]
            if item.sides:
                blocks.append(section(words("ask.sides")))
            return blocks + [section(_side(words, side, card.learner)) for side in item.sides]
        case PayStatement():
            return [section(reference.statement(words, item))]
        case Case():
            story = f"*{escape(item.title)}*\n{escape(item.story)}"
            return [section(story), section(words("ask.lesson", text=item.lesson))]
        case _:
            return [section(reference.term_lines(words, item))]


def _side(words: Words, side: Side, learner: Learner | None) -> str:
    lines = [words("ask.side", source=words.source(side.source), says=side.says)]
    if side.holds:
        lines.append(words("ask.side_holds", holds=side.holds))
    goal = learner.goal if learner is not None else None
    if goal is not None and (goal.background in side.fits or goal.move in side.fits):
        lines.append(words("ask.side_fits"))
    return "\n".join(lines)


def small_print(words: Words, found: Found) -> list[str]:
    """Where it comes from and, for what ages quickly, as of when; as markup."""
    item = found.item
    lines = [words("ask.ours")]
    if item.sources:
        lines = [words("ask.sources", sources=words.sources(item.sources))]
    if isinstance(item, FaqEntry | PayStatement):
        reviewed = full_date(item.reviewed)
        if _names_amounts(item):
            lines.append(words("ask.figures", date=reviewed))
        elif isinstance(item, PayStatement):
            lines.append(words("ask.as_of", date=reviewed))
    return lines


def _names_amounts(item: FaqEntry | PayStatement) -> bool:
    told = [item.text, item.computed or ""] if isinstance(item, PayStatement) else [item.answer]
    if isinstance(item, FaqEntry):
        told += [side.says for side in item.sides]
    return any(_FIGURE.search(text) for text in told)


def next_buttons(words: Words, found: Found) -> list[Element]:
    """At most one thing to do next."""
    match found.item:
        case FaqEntry(next=following):
            say = words.plain("ask.next", say=following.say)
            return [button(say, "run", following.run)]
        case PayStatement():
            return [button(words.plain("ask.next_pay"), "run", "salary")]
        case Case(skills=skills):
            return [button(words.plain("ask.next_case"), "run", f"prompt {skills[0]}")]
        case _:
            return []


# -- as text ----------------------------------------------------------------------------------


def plain_lines(words: Words, found: Found) -> list[str]:
    """What it says as text, without its sources and without markup of ours."""
    item = found.item
    match item:
        case FaqEntry():
            return [item.question, item.answer, *(_plain_side(words, side) for side in item.sides)]
        case PayStatement():
            computed = _bare(words, "salary.computed", item.computed) if item.computed else ""
            return [line for line in (item.title, item.text, computed) if line]
        case Case():
            return [item.title, item.story, _bare(words, "ask.lesson", item.lesson)]
        case _:
            asks = _bare(words, "glossary.ask", item.ask) if item.ask else ""
            matters = _bare(words, "glossary.matters", item.matters)
            return [line for line in (item.term, item.meaning, matters, asks) if line]


def _plain_side(words: Words, side: Side) -> str:
    says = f"{words.source(side.source)}: {side.says}"
    return f"{says} {_bare(words, 'ask.side_holds', side.holds)}" if side.holds else says


def _bare(words: Words, key: str, text: str) -> str:
    """A text of ours around one of the content's, without the emphasis of ours."""
    around = words.plain(key, text=_BLANK, holds=_BLANK)
    return around.replace("*", "").replace("_", "").replace(_BLANK, text)


def plain_small_print(words: Words, found: Found) -> list[str]:
    """The small print as text."""
    return [html.unescape(line) for line in small_print(words, found)]
