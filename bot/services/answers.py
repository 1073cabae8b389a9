"""Answers to questions, from content alone: works without a store and without Slack."""

from collections.abc import Sequence
from typing import cast

from bot.content import Content
from bot.domain.errors import Gone
from bot.domain.faq import FaqEntry, FaqIndex, Thresholds
from bot.domain.vocabulary import LONGEST_QUERY, Synonyms, Vocabulary
from bot.services.results import Asked


class Answers:
    """Finds what the content says about a question."""

    def __init__(self, content: Content, thresholds: Thresholds) -> None:
        self._entries = content.faq
        synonyms = cast("Sequence[Synonyms]", tuple(content.of_kind("synonyms").values()))
        self._index = FaqIndex(tuple(content.faq.values()), thresholds, Vocabulary(synonyms))

    def ask(self, question: str) -> Asked:
        """The answer, up to three near matches, or nothing; never raises."""
        return Asked(question.strip()[:LONGEST_QUERY], self._index.search(question))

    def entry(self, entry_id: str) -> FaqEntry:
        """The entry behind a button. Raises Gone when the content no longer has it."""
        entry = self._entries.get(entry_id)
        if entry is None:
            raise Gone
        return entry

    def related(self, entry: FaqEntry) -> tuple[FaqEntry, ...]:
        """The entries that an entry points to."""
        return tuple(self._entries[name] for name in entry.related if name in self._entries)
