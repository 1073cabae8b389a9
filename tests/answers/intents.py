"""How the engine alone does on public intent sets, without our concepts, synonyms and content.

    python -m tests.answers.intents --clinc data_full.json     (github.com/clinc/oos-eval)
    python -m tests.answers.intents --hint3 dataset/v1         (github.com/hellohaptik/HINT3)

The files are not part of the project. Each intent is a subject with some of its training sentences
as ways to ask.
"""

import argparse
import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.domain.reranking import COMPARED, Ranked, reranked
from bot.domain.retrieval import Corpus, Retrieval, Subject
from bot.domain.vocabulary import Vocabulary
from bot.library import load_tuning

Said = tuple[str, str]
"""A sentence and its intent; an empty one stands for none of them."""
SIZES = (1, 3, 5, 10, 20)
SAMPLE = 900
NONE_OF_THESE = "NO_NODES_DETECTED"
ACCEPTED = 0.95


def clinc(path: Path) -> tuple[list[Said], list[Said]]:
    """Sentences to learn from and to test with, of CLINC150."""
    data = json.loads(path.read_text(encoding="utf-8"))
    test = [(text, intent) for text, intent in data["test"]]
    test += [(text, "") for text, _ in data["oos_test"]]
    return [(text, intent) for text, intent in data["train"]], test


def hint3(folder: Path, bot: str) -> tuple[list[Said], list[Said]]:
    """Sentences to learn from and to test with, of one bot of HINT3."""

    def read(part: str) -> list[Said]:
        with (folder / part / f"{bot}_{part}.csv").open(encoding="utf-8", newline="") as file:
            rows = [(row["sentence"], row["label"]) for row in csv.DictReader(file)]
        return [(text, "" if label == NONE_OF_THESE else label) for text, label in rows]

    return [said for said in read("train") if said[1]], read("test")


def engine(train: Sequence[Said], size: int | None, seed: int) -> Retrieval:
    """An index over the intents with up to so many ways to ask for each."""
    ways: dict[str, list[str]] = defaultdict(list)
    for text, intent in train:
        ways[intent].append(text)
    chosen = {
        intent: random.Random(f"{seed} {intent}").sample(texts, min(size or len(texts), len(texts)))
        for intent, texts in sorted(ways.items())
    }
    subjects = [Subject(name, texts[0], tuple(texts[1:]), (), "") for name, texts in chosen.items()]
    vocabulary = Vocabulary()
    return Retrieval(Corpus.of(subjects, vocabulary), vocabulary, load_tuning().weights)


def judged(index: Retrieval, test: Sequence[Said]) -> Iterator[tuple[str, list[Ranked]]]:
    """The intent of each sentence, and what the engine finds for it."""
    trees = load_tuning().reranking
    for text, intent in test:
        asked = index.read(text)
        yield intent, reranked(asked, index.rank(asked, COMPARED), trees)


def figures(found: Sequence[tuple[str, list[Ranked]]]) -> str:
    """First find right, among the first three, and how often the others fall below the bar."""
    inside = [(intent, ranked) for intent, ranked in found if intent]
    first = sum(_names(ranked)[:1] == [intent] for intent, ranked in inside) / len(inside)
    three = sum(intent in _names(ranked)[:3] for intent, ranked in inside) / len(inside)
    sure = sorted(_sure(ranked) for _, ranked in inside)
    bar = sure[int(len(sure) * (1 - ACCEPTED))]
    outside = [_sure(ranked) for intent, ranked in found if not intent]
    below = sum(chance < bar for chance in outside) / max(1, len(outside))
    return (
        f"first {first:5.1%}  three {three:5.1%}  others seen at {ACCEPTED:.0%} kept {below:5.1%}"
        f"  ({len(inside)} + {len(outside)} sentences)"
    )


def _names(ranked: Sequence[Ranked]) -> list[str]:
    return [found.hit.subject.key for found in ranked]


def _sure(ranked: Sequence[Ranked]) -> float:
    return ranked[0].log_odds if ranked else -30.0


def main() -> None:
    """Print the figures for the sets that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clinc", type=Path)
    parser.add_argument("--hint3", type=Path)
    given = parser.parse_args()
    if given.clinc:
        train, test = clinc(given.clinc)
        inside = random.Random(1).sample([said for said in test if said[1]], SAMPLE)
        outside = random.Random(1).sample([said for said in test if not said[1]], 500)
        for size in SIZES:
            found = list(judged(engine(train, size, 1), [*inside, *outside]))
            print(f"CLINC150, {size:2} ways to ask: {figures(found)}")
    for bot in ("curekart", "powerplay11", "sofmattress") if given.hint3 else ():
        train, test = hint3(given.hint3, bot)
        found = list(judged(engine(train, None, 1), test))
        print(f"HINT3 {bot}: {figures(found)}")


if __name__ == "__main__":
    main()
