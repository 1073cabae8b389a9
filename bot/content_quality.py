"""What makes content good beyond being valid: short enough, said once, balanced, reviewed, kind."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from bot.content import KINDS, Content
from bot.content_reading import item_id
from bot.domain.authored import Authored
from bot.domain.prompts import Prompt
from bot.yaml_files import Problem

WORDS_A_MINUTE = 200
READING_SECONDS = 60
RESTRAINT = ("no-ai", "rules-first", "not-yet")
RESTRAINT_SHARE = (0.30, 0.40)
"""Share of the prompts of a skill, of those that decide about AI, whose best answer holds back."""

ENOUGH_TO_COUNT = 8
NEAR = 0.5
"""Share of three-word runs from which two prompts say the same."""

REVIEW_AFTER = timedelta(days=365)
FORBIDDEN = (
    "broke your streak",
    "you failed",
    "you are behind",
    "lorem ipsum",
    "amazon kindle",
    "pm interview prep system",
    "descript ai",
    "earn a commission",
)
"""Words of guilt, of placeholders and of the sources' advertising."""


def problems_of(content: Content) -> list[Problem]:
    """Every item that is valid but not good enough, with its place and how to mend it."""
    return [
        *_long_prompts(content),
        *_unbalanced_skills(content),
        *_near_prompts(content),
        *_forbidden(content),
    ]


def overdue(content: Content, today: date) -> list[Problem]:
    """Items that were reviewed more than a year ago: no fault, but worth a look."""
    return [
        Problem(*content.places[kind.name, name], f"reviewed on {reviewed}", "check it again")
        for kind in KINDS
        for name, item in content.of_kind(kind.name).items()
        if (reviewed := getattr(item, "reviewed", None)) and today - reviewed > REVIEW_AFTER
    ]


def _at(content: Content, kind: str, item: Authored, what: str, mend: str) -> Problem:
    return Problem(*content.places[kind, item_id(item)], what, mend)


def _long_prompts(content: Content) -> Iterator[Problem]:
    for prompt in content.prompts.values():
        words = len(f"{prompt.situation} {prompt.task}".split())
        seconds = round(words / WORDS_A_MINUTE * 60)
        if seconds > READING_SECONDS:
            what = f"reading it takes {seconds} seconds, {READING_SECONDS} are allowed"
            yield _at(content, "prompts", prompt, what, "shorten the situation")


def _unbalanced_skills(content: Content) -> Iterator[Problem]:
    deciding: Mapping[str, list[Prompt]] = defaultdict(list)
    for prompt in content.prompts.values():
        if prompt.verdict != "none":
            deciding[prompt.skill].append(prompt)
    for skill, prompts in deciding.items():
        share = sum(prompt.verdict in RESTRAINT for prompt in prompts) / len(prompts)
        least, most = RESTRAINT_SHARE
        if len(prompts) >= ENOUGH_TO_COUNT and not least <= share <= most:
            what = f"{share:.0%} of its prompts that decide about AI hold back"
            mend = f"keep it between {least:.0%} and {most:.0%}"
            yield _at(content, "skills", content.skills[skill], what, mend)


def _near_prompts(content: Content) -> Iterator[Problem]:
    runs = {name: _runs(prompt) for name, prompt in content.prompts.items()}
    for (name, other), shared in sorted(_shared(runs).items()):
        if shared / min(len(runs[name]), len(runs[other])) >= NEAR:
            what = f"says nearly the same as {other!r}"
            yield _at(content, "prompts", content.prompts[name], what, "tell another situation")


def _runs(prompt: Prompt) -> frozenset[tuple[str, ...]]:
    words = f"{prompt.situation} {prompt.task}".lower().split()
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _shared(runs: Mapping[str, frozenset[tuple[str, ...]]]) -> Counter[tuple[str, str]]:
    """How many runs two prompts share, of those that share any; the later name first."""
    having: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in sorted(runs, reverse=True):
        for run in runs[name]:
            having[run].append(name)
    return Counter(pair for names in having.values() for pair in combinations(names, 2))


def _forbidden(content: Content) -> Iterator[Problem]:
    for kind in KINDS:
        for item in content.of_kind(kind.name).values():
            text = " ".join(texts_in(item.model_dump())).lower()
            for phrase in FORBIDDEN:
                if phrase in text:
                    what = f"the words “{phrase}” have no place here"
                    yield _at(content, kind.name, item, what, "take them out")


def texts_in(value: Any) -> Iterator[str]:
    """Every text inside nested data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from texts_in(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from texts_in(entry)
