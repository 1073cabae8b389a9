"""Answers to questions, from content alone: works without a store and without Slack."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.content import Content
from bot.domain.authored import Authored
from bot.domain.confidence import (
    CERTAIN,
    UNSURE,
    Calibration,
    Outcome,
    Outside,
    Signs,
    Sureness,
    signs_of,
)
from bot.domain.errors import Gone
from bot.domain.faq import Example, FaqEntry
from bot.domain.follow_ups import leans_on_before
from bot.domain.outside import Guard, OutsideKind
from bot.domain.reference import Case, PayStatement, Term
from bot.domain.reranking import COMPARED, Ranked, reranked
from bot.domain.retrieval import Corpus, Hit, Retrieval, Subject, Weights
from bot.domain.trees import Trees
from bot.domain.vocabulary import Vocabulary, Wording, shortened
from bot.pausing import collector_paused
from bot.services.results import Answering, Asked, Found

_WHOLE = 0.999
_STORY = 160
"""Characters from which a message is a story with a question in it."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
SHOWN = 3
"""Near matches that are offered; more would be a list to read instead of a choice to make."""


class Tuning(Authored):
    """What the search weighs and when it is sure; see `config/answers.yaml`."""

    weights: Weights
    calibration: Calibration
    reranking: Trees


@dataclass(frozen=True, slots=True)
class Look:
    """What the search made of a question, for those who measure it."""

    hits: Sequence[Hit]
    sureness: Sureness
    kind: OutsideKind | None = None
    signs: Signs | None = None
    meaning: Hit | None = None
    """A definition that gave way to something that says more about what it defines."""


class Answers:
    """Finds what the content says about a question."""

    @collector_paused()
    def __init__(self, content: Content, tuning: Tuning) -> None:
        self._items = cast("Mapping[str, Answering]", content.answering())
        self._tuning = tuning
        vocabulary = Vocabulary(_all(content, "synonyms"), _all(content, "concepts"))
        subjects = _subjects(self._items, _all(content, "asked"))
        corpus = Corpus.of(subjects, vocabulary)
        self.ways = len(corpus.read)
        """How many different ways to ask it knows."""
        self._retrieval = Retrieval(corpus, vocabulary, tuning.weights)
        negatives = [entry.ask for entry in _all(content, "unanswered")]
        self._outside = Outside(negatives, corpus.tokens, vocabulary)
        self._guard = Guard(_all(content, "outside"))

    def ask(self, question: str, topic: str = "") -> Asked:
        """The answer, up to three near matches, or an honest no; never raises.

        `topic` is the key of what was answered before in the same thread: a question that leans on
        it, such as "and for engineers?", is read together with it.
        """
        text = question.strip()
        look = self.look(text)
        if look.kind is not None and look.kind.first:
            return Asked(text, Outcome.NONE, (), look.kind)
        if topic in self._items and self._leans(text, look):
            leaning = self.look(f"{self.found(topic).title} {text}")
            look = max(look, leaning, key=lambda either: either.sureness.right)
        outcome = self._outcome(look)
        found = tuple(self.found(hit.subject.key) for hit in look.hits[:SHOWN])
        kind = look.kind if outcome is Outcome.NONE else None
        meaning = self._items[look.meaning.subject.key] if look.meaning is not None else None
        defined = meaning if isinstance(meaning, Term) else None
        return Asked(text, outcome, found, kind, look.sureness, defined)

    def _leans(self, text: str, look: Look) -> bool:
        """Whether a question needs the topic before it: by its words, or as it says too little."""
        outcome = self._outcome(look)
        weak = leans_on_before(text) and outcome is not Outcome.ANSWER
        return weak or outcome is Outcome.NONE

    def _outcome(self, look: Look) -> Outcome:
        return look.sureness.outcome(self._tuning.calibration.thresholds)

    def look(self, question: str) -> Look:
        """What the search makes of a question by itself, before any zone is decided.

        A story is read as a whole and by its last sentence; the surer look counts.
        """
        kind = self._guard.seen(question)
        if kind is not None and kind.first:
            return Look((), UNSURE, kind)
        looks = [self._look(part, kind) for part in (question, _point(question)) if part]
        return max(looks, key=lambda look: look.sureness.right, default=Look((), UNSURE, kind))

    def first_look(self, question: str, most: int = COMPARED) -> tuple[Wording, list[Hit]]:
        """The question as it is read, and what looks like it, the likest first."""
        asked = self._retrieval.read(shortened(question))
        return asked, self._retrieval.rank(asked, most)

    def _look(self, question: str, kind: OutsideKind | None) -> Look:
        asked, hits = self.first_look(question)
        if not hits:
            return Look((), UNSURE, kind)
        ranked, meaning = _fuller(reranked(asked, hits, self._tuning.reranking))
        signs = signs_of(asked, ranked, self._outside, warned=kind is not None)
        sureness = self._tuning.calibration.sureness(signs)
        if (meaning or ranked[0].hit).verbatim:
            sureness = CERTAIN
        return Look([found.hit for found in ranked], sureness, kind, signs, meaning)

    def found(self, key: str) -> Found:
        """What stands behind a key. Raises Gone when the content no longer has it."""
        item = self._items.get(key)
        if item is None:
            raise Gone
        return Found(key, item)

    def related(self, found: Found) -> tuple[Found, ...]:
        """What an entry points to, as far as the content has it."""
        names = found.item.related if isinstance(found.item, FaqEntry) else ()
        keys = [f"faq:{name}" for name in names]
        return tuple(self.found(key) for key in keys if key in self._items)


def _point(text: str) -> str:
    """The last sentence of a long story, where people ask what they want; empty for a short one."""
    if len(text) < _STORY:
        return ""
    sentences = [part for part in _SENTENCE.split(shortened(text)) if len(part.split()) > 3]
    return sentences[-1] if len(sentences) > 1 else ""


def _fuller(ranked: list[Ranked]) -> tuple[list[Ranked], Hit | None]:
    """The finds with a definition behind the next one, if that knows the whole question too."""
    if len(ranked) > 1 and ranked[0].hit.subject.definition:
        after = ranked[1].hit
        if not after.subject.definition and after.likeness.covered > _WHOLE:
            return [ranked[1], ranked[0], *ranked[2:]], ranked[0].hit
    return ranked, None


def _all(content: Content, kind: str) -> tuple[Any, ...]:
    return tuple(content.of_kind(kind).values())


def _subjects(items: Mapping[str, Answering], asked: Sequence[Example]) -> list[Subject]:
    examples: dict[str, list[str]] = defaultdict(list)
    for example in asked:
        for key in example.accept:
            examples[key].append(example.ask)
    return [_subject(key, item, tuple(examples[key])) for key, item in items.items()]


def _subject(key: str, item: Answering, asked: tuple[str, ...]) -> Subject:
    match item:
        case FaqEntry():
            told = " ".join([item.answer, *(side.says for side in item.sides)])
            return Subject(key, item.question, (*item.phrasings, *asked), item.keywords, told)
        case Term():
            names = (item.term, *item.also)
            title = f"What does {item.term} mean?"
            asks = tuple(way for name in names for way in (f"what is {name}", f"{name} meaning"))
            told = f"{item.meaning} {item.matters}"
            return Subject(key, title, (*asks, *asked), names, told, definition=True)
        case PayStatement():
            told = f"{item.text} {item.computed or ''}"
            return Subject(key, item.title, (*item.asks, *asked), (), told)
        case Case():
            return Subject(key, item.title, (*item.asks, *asked), (), f"{item.story} {item.lesson}")
