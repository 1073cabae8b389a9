"""Screens of look-ups: terms and pay."""

from itertools import groupby

from bot.domain.reference import PayFigure, PayStatement, Term
from bot.ports import Message
from bot.services.results import PayView, TermView
from bot.slack.blocks.kit import Block, actions, button, context, header, message, section
from bot.slack.words import Words, escape


def term(words: Words, view: TermView) -> Message:
    """A term, or the nearest ones as buttons."""
    if view.term is not None:
        return _term(words, view.term)
    if not view.word.strip():
        return message(words("glossary.empty"))
    intro = words("glossary.none", word=view.word[:100])
    if not view.near:
        return message(intro)
    near = [
        button(entry.term, f"glossary.show.{place}", f"glossary {entry.term}")
        for place, entry in enumerate(view.near)
    ]
    return message(intro, section(intro), actions(*near))


def _term(words: Words, entry: Term) -> Message:
    text = term_lines(words, entry)
    if entry.sources:
        return message(text, section(text), context(_sources(words, entry.sources)))
    return message(text, section(text), context(words("ask.ours")))


def term_lines(words: Words, entry: Term) -> str:
    """What a term means, why it matters, and what to ask about it."""
    lines = [f"*{escape(entry.term)}*", escape(entry.meaning)]
    lines.append(words("glossary.matters", text=entry.matters))
    if entry.ask:
        lines.append(words("glossary.ask", text=entry.ask))
    return "\n".join(lines)


def pay(words: Words, view: PayView) -> Message:
    """Figures by basis, never merged, and what the sources say beside them."""
    if not view.figures:
        return message(words("salary.none", level=view.level[:100]))
    blocks: list[Block] = [header(words.plain("salary.title")), section(words("salary.caution"))]
    by_basis = sorted(view.figures, key=lambda figure: figure.basis)
    for basis, figures in groupby(by_basis, key=lambda figure: figure.basis):
        lines = [_figure(words, figure) for figure in figures]
        blocks.append(section("\n".join([words("salary.basis", basis=basis), *lines])))
    if not view.level:
        blocks += [section(statement(words, entry)) for entry in view.statements]
    used = sorted({source for figure in view.figures for source in figure.sources})
    blocks.append(context(_sources(words, used)))
    return message(words("salary.caution"), *blocks)


def _figure(words: Words, figure: PayFigure) -> str:
    amount = f"${figure.low}K"
    if figure.high is not None:
        amount = f"${figure.low}K to ${figure.high}K"
    if figure.open_ended:
        amount += "+"
    role = f"{figure.role}, {figure.level}" if figure.level else figure.role
    return words("salary.line", role=role, amount=amount, source=", ".join(figure.sources))


def statement(words: Words, entry: PayStatement) -> str:
    """What sources say about pay, and what is computed from it."""
    lines = [f"*{escape(entry.title)}*", escape(entry.text)]
    if entry.computed:
        lines.append(words("salary.computed", text=entry.computed))
    return "\n".join(lines)


def _sources(words: Words, ids: tuple[str, ...] | list[str]) -> str:
    return words("ask.sources", sources=words.sources(ids))
