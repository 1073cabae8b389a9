"""Look-ups: what a word means, and what the sources say about pay."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import cast

from bot.content import Content
from bot.domain.reference import PayFigure, PayStatement, Term
from bot.services.results import PayView, TermView

NEAR = 4


class Reference:
    """Finds terms and figures in the content."""

    def __init__(self, content: Content) -> None:
        terms = cast("Sequence[Term]", tuple(content.of_kind("glossary").values()))
        self._terms = {name.lower(): term for term in terms for name in (*term.also, term.term)}
        self._figures = cast("Sequence[PayFigure]", tuple(content.of_kind("pay_figures").values()))
        self._statements = cast(
            "Sequence[PayStatement]", tuple(content.of_kind("pay_statements").values())
        )

    def term(self, word: str) -> TermView:
        """The term of that name or of another name of it, else the nearest ones."""
        wanted = " ".join(word.lower().split())
        found = self._terms.get(wanted)
        if found is not None:
            return TermView(word, found)
        begin = [name for name in self._terms if wanted and name.startswith(wanted)]
        near = [*begin, *get_close_matches(wanted, list(self._terms), n=NEAR, cutoff=0.6)]
        distinct = {self._terms[name].id: self._terms[name] for name in near}
        return TermView(word, None, tuple(distinct.values())[:NEAR])

    def pay(self, level: str = "") -> PayView:
        """The figures, each on its own basis; with a level, those that name it in role or level."""
        wanted = level.lower().strip()
        figures = [
            figure
            for figure in self._figures
            if wanted in f"{figure.role} {figure.level or ''}".lower()
        ]
        return PayView(level, figures, self._statements)
