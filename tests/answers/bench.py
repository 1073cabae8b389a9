"""What `coach bench` prints: how good and how quick the answers are, each beside a floor."""

import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bot.content import Content
from bot.content_quality import texts_in
from bot.domain.vocabulary import plain_words
from bot.library import load_library, load_tuning
from bot.services.answers import Answers
from bot.services.measuring import Confusion, Labelled, confusion, found_within, measure
from bot.settings import ROOT, Settings
from tests.answers.labelled import HERE, SHARED, measured_sets, ours

ROUNDS = 5


def main() -> None:
    """Print everything; takes about half a minute."""
    library = load_library(Settings())
    content, answers = library.content, library.answers
    print("Shared set, by its own scorer through `coach ask --jsonl`:", flush=True)
    command = [sys.executable, str(HERE / "score.py"), "--data", str(SHARED), "--robust"]
    subprocess.run(
        [*command, "--proc", f"{sys.executable} -m bot ask --jsonl"], cwd=ROOT, check=True
    )
    print("\nShared set, each question left out of the learning of how sure to be:")
    for line in zones(library.cards.card().crossed):
        print(f"  {line}")
    for name, questions in measured_sets(content, answers).items():
        print(f"\nThe {name} set, by the keys of what answers:")
        for line in figures(answers, questions):
            print(f"  {line}")
    print("\nSpeed and size (floor: cutting the same texts into words):")
    for line in costs(content, answers):
        print(f"  {line}")


def figures(answers: Answers, questions: Sequence[Labelled]) -> Iterator[str]:
    """Quality on one labelled set, with the thresholds in use."""
    measured = measure(answers, questions)
    ends = confusion(measured, load_tuning().calibration.thresholds)
    first, three = found_within(measured, 1), found_within(measured, 3)
    yield f"{ends.inside} questions for the coach, {ends.outside} others"
    yield f"first find right {first:.1%}, among the first three {three:.1%}"
    yield from zones(ends)


def zones(ends: Confusion) -> Iterator[str]:
    """How the questions end."""
    yield f"answered rightly {ends.right / ends.inside:.1%}, wrongly {ends.wrong / ends.inside:.1%}"
    yield f"right one shown, as answer or choice {(ends.right + ends.offered) / ends.inside:.1%}"
    yield f"silence F1 {ends.silence:.2f}, others answered {ends.out_answered / ends.outside:.1%}"
    yield f"utility {ends.utility:.3f}"


def costs(content: Content, answers: Answers) -> Iterator[str]:
    """How long the index and a question take, and how much memory the index holds."""
    texts = [
        text
        for kind in ("faq", "asked")
        for item in content.of_kind(kind).values()
        for text in texts_in(item.model_dump(mode="json"))
    ]
    tuning = load_tuning()
    build = min(_timed(lambda: Answers(content, tuning)) for _ in range(3))
    floor = min(_timed(lambda: [plain_words(text) for text in texts]) for _ in range(3))
    yield f"index built in {build:.2f} s (floor {floor:.2f} s)"
    asks = [question.ask for question in ours("hard")] * ROUNDS
    took = sorted(_timed(partial(answers.ask, ask)) for ask in asks)
    bare = statistics.median(_timed(partial(plain_words, ask)) for ask in asks)
    half, late = took[len(took) // 2], took[int(len(took) * 0.99)]
    quick = f"{half * 1e3:.2f} ms, p99 {late * 1e3:.2f} ms"
    yield f"a question takes {quick} (floor {bare * 1e3:.3f} ms)"
    tracemalloc.start()
    kept = Answers(content, tuning)
    for question in ours("hard"):  # what is worked out when it is first needed counts too
        kept.look(question.ask)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    yield f"index holds {size / 1e6:.1f} MB of memory ({kept.ways} ways to ask)"


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
