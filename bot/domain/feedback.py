"""What people say about the answers, and the questions that found none: without who they are."""

import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.confidence import Outcome
from bot.domain.indexes import grams
from bot.domain.vocabulary import plain_words

KEPT = timedelta(days=90)
"""How long votes are kept, and questions since they were last asked."""
LONGEST_TEXT = 250
"""Characters of a question that are kept: what a line in `content/` may hold."""
ALIKE = 0.5
"""From this cosine of their letter groups on, two questions are taken to ask the same."""

_CUT = " … "
_WRITTEN_BY_SLACK = re.compile(r"<[@#!][^<>]*>|<[a-z]{3,8}:[^<>]*>")
"""Mentions, channels and links as they arrive in a message."""
_TYPED = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b[a-zA-Z]{3,8}://\S+|\bwww\.\S+",  # links
        r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,20}/\S*",  # links without a scheme
        r"[\w.%+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,}",  # e-mail; not "hit@5"
        r"(?<!\w)@[\w.-]*\w",  # mentions
        r"(?<!\w)#(?=[\w-]*[^\W\d_])[\w-]+",  # channels; not "#1"
        r"(?<!\S)(?=\S*\d)(?=\S*[^\W\d_])\S{25,}",  # keys and tokens
        r"[+(]{0,2}\d(?:[\s()./\-\u2010-\u2015]{0,3}\d){6,}",  # phone and other long numbers
    )
)
"""The same as people type them. Bounded, so that no text takes long."""


class Vote(StrEnum):
    """What somebody thought of an answer."""

    HELPFUL = "helpful"
    UNHELPFUL = "unhelpful"


class Reason(StrEnum):
    """Why an answer was not helpful."""

    WRONG = "wrong"
    NOT_ASKED = "not-asked"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class Votes:
    """The votes of one day on one answer that say the same; `outcome` is how it was shown."""

    workspace: str
    key: str
    outcome: Outcome
    vote: Vote
    day: date
    reason: Reason | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the content did not answer, scrubbed.

    `nearest` is the key of what came nearest, empty when nothing did. `count` says how often it
    was asked, `told` how often somebody passed it on. With the outcome ANSWER it is a remark on
    the answer `nearest`.
    """

    workspace: str
    text: str
    outcome: Outcome
    nearest: str
    count: int
    told: int
    first_on: date
    last_on: date

    @property
    def is_remark(self) -> bool:
        """Whether it is about an answer that was given."""
        return self.outcome is Outcome.ANSWER


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that ask the same, the most frequent first, and the key of what is nearest."""

    texts: tuple[str, ...]
    count: int
    told: int
    nearest: str


@dataclass(frozen=True, slots=True)
class Helpfulness:
    """How many found something helpful, and how many did not."""

    helpful: int = 0
    unhelpful: int = 0

    @property
    def lowest(self) -> float:
        """The share that finds it helpful is at least this, with 97.5 % confidence (Wilson)."""
        return wilson_lowest(self.helpful, self.helpful + self.unhelpful)


@dataclass(frozen=True, slots=True)
class Tally:
    """All votes, by the outcome with which an answer was shown, and by its key."""

    by_outcome: Mapping[Outcome, Helpfulness]
    by_key: Mapping[str, Helpfulness]


def scrubbed(text: str) -> str:
    """What is kept of a question: no mentions, links, addresses or long numbers, on one line.

    Empty when nothing readable is left. Of a long text the beginning and the end are kept, since
    who tells a long story asks at its end.
    """
    text = html.unescape(_WRITTEN_BY_SLACK.sub(" ", text))
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    for pattern in _TYPED:
        text = pattern.sub(" ", text)
    kept = " ".join(text.split())
    return _cut(kept) if any(letter.isalnum() for letter in kept) else ""


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    begin = (LONGEST_TEXT - len(_CUT)) // 3
    end = LONGEST_TEXT - len(_CUT) - begin
    return text[:begin].rsplit(" ", 1)[0] + _CUT + text[-end:].split(" ", 1)[-1]


def clusters(gaps: Iterable[Gap]) -> list[Cluster]:
    """Gaps that ask the same put together, the most frequent first.

    Each goes, by frequency, to the cluster whose first question is most like it, or begins one.
    """
    found: list[tuple[_Letters, list[Gap]]] = []
    for gap in sorted(gaps, key=lambda gap: (-gap.count, -gap.told, gap.text)):
        letters = _Letters(gap.text)
        near = [letters.cosine(first) for first, _ in found]
        best = max(near, default=0.0)
        if best >= ALIKE:
            found[near.index(best)][1].append(gap)
        else:
            found.append((letters, [gap]))
    ready = [_cluster(members) for _, members in found]
    return sorted(ready, key=lambda cluster: (-cluster.count, -cluster.told, cluster.texts))


class _Letters:
    """A question as counts of its letter groups."""

    def __init__(self, text: str) -> None:
        self._counts = Counter(grams(" ".join(plain_words(text))))
        self._length = math.sqrt(sum(count * count for count in self._counts.values()))

    def cosine(self, other: "_Letters") -> float:
        """How alike two questions are, from 0 to 1."""
        dot = sum(count * other._counts[group] for group, count in self._counts.items())
        return dot / (self._length * other._length) if dot else 0.0


def _cluster(members: Sequence[Gap]) -> Cluster:
    near: Counter[str] = Counter()
    for gap in members:
        if gap.nearest:
            near[gap.nearest] += gap.count
    return Cluster(
        texts=tuple(gap.text for gap in members),
        count=sum(gap.count for gap in members),
        told=sum(gap.told for gap in members),
        nearest=near.most_common(1)[0][0] if near else "",
    )


def tally_of(votes: Iterable[Votes]) -> Tally:
    """Votes added up, by outcome and by key; the keys with the most unhelpful votes first."""
    counted = [(entry, entry.vote, entry.count) for entry in votes]
    by_key = _added((entry.key, vote, count) for entry, vote, count in counted)
    worst = sorted(by_key.items(), key=lambda item: (-item[1].unhelpful, item[1].lowest, item[0]))
    by_outcome = _added((entry.outcome.value, vote, count) for entry, vote, count in counted)
    return Tally({Outcome(name): found for name, found in by_outcome.items()}, dict(worst))


def _added(votes: Iterable[tuple[str, Vote, int]]) -> dict[str, Helpfulness]:
    helpful: Counter[str] = Counter()
    unhelpful: Counter[str] = Counter()
    for name, vote, count in votes:
        (helpful if vote is Vote.HELPFUL else unhelpful)[name] += count
    names = helpful.keys() | unhelpful.keys()
    return {name: Helpfulness(helpful[name], unhelpful[name]) for name in sorted(names)}


def wilson_lowest(hits: int, total: int, deviations: float = 1.96) -> float:
    """The lower bound of a share by Wilson's score interval; 0 without any case."""
    if total == 0:
        return 0.0
    share, square = hits / total, deviations * deviations
    middle = share + square / (2 * total)
    spread = deviations * math.sqrt((share * (1 - share) + square / (4 * total)) / total)
    return max(0.0, (middle - spread) / (1 + square / total))
