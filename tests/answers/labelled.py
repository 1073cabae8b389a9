"""The labelled questions: the shared set, judged by the facts an answer shows, and our own sets."""

import random
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.content import Content
from bot.services.answers import Answers
from bot.services.measuring import Labelled
from bot.slack.blocks.answers import plain_answer
from bot.slack.words import Words
from tests.answers import score

HERE = Path(__file__).parent
SHARED = HERE / "public.yaml"
OURS = {name: HERE / f"{name}.yaml" for name in ("everyday", "hard")}
"""Our own sets; only `learned` may be learned from."""


@cache
def ours(name: str) -> tuple[Labelled, ...]:
    """One of our own sets: questions for the coach and others that are not."""
    data = yaml.safe_load(OURS[name].read_text(encoding="utf-8"))
    asked = [Labelled(entry["ask"], frozenset(entry["accept"])) for entry in data["questions"]]
    return (*asked, *(Labelled(entry["ask"]) for entry in data["outside"]))


def measured_sets(content: Content, answers: Answers) -> dict[str, tuple[Labelled, ...]]:
    """The sets that are measured on, the most telling first."""
    return {
        "everyday": ours("everyday"),
        "shared": shared(content, answers),
        "hard": ours("hard"),
    }


def shared(content: Content, answers: Answers) -> tuple[Labelled, ...]:
    """The shared questions. What answers one is whatever shows its facts, as the scorer judges."""
    data = yaml.safe_load(SHARED.read_text(encoding="utf-8"))
    topics = score.load_topics(data["topics"])
    shown = _shown(content, answers, topics)
    return tuple(_judged(data["queries"], topics, shown))


def _shown(content: Content, answers: Answers, topics: Mapping[str, Any]) -> dict[str, set[str]]:
    """The topics whose facts each item shows to its reader."""
    words = Words(content, "/aipm")
    found: dict[str, set[str]] = {}
    for key in content.answering():
        text = score.norm(plain_answer(words, answers.found(key)))
        found[key] = {name for name, topic in topics.items() if topic.shown(text)}
    return found


def _judged(
    queries: list[dict[str, Any]], topics: Mapping[str, Any], shown: Mapping[str, set[str]]
) -> Iterator[Labelled]:
    for query in queries:
        if query["expect"] != "answer":
            yield Labelled(query["q"])
        elif not query.get("abstain_ok"):
            wanted = {name for topic in query["topics"] for name in (topic, *topics[topic].also)}
            right = frozenset(key for key, seen in shown.items() if seen & wanted)
            yield Labelled(query["q"], right or frozenset({"nothing"}))


def sample(items: list[Any], most: int, seed: int) -> list[Any]:
    """The same choice on every run."""
    return random.Random(seed).sample(items, min(most, len(items)))
