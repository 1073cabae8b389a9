"""How near the nearest single way to ask for something is to a question."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from sys import byteorder
from zlib import crc32

from bot.domain.indexes import GRAM, grams
from bot.domain.vocabulary import Wording

BITS = 1_024
_BIT = [1 << at for at in range(BITS)]


@dataclass(frozen=True, slots=True)
class Nearest:
    """How near the nearest single way to ask is: shared words by rarity, concepts, letters."""

    words: float = 0.0
    concepts: float = 0.0
    letters: float = 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """A single way to ask: its words with the sum of their rarities, its concepts and letters."""

    words: tuple[str, ...]
    weight: float
    concepts: tuple[str, ...]
    letters: int

    @classmethod
    def of(cls, wording: Wording, rarity: Callable[[str], float]) -> "Way":
        """A text as a way to ask."""
        words = tuple(dict.fromkeys(wording.words))
        letters = reduce(or_, map(_bit, grams(wording.letters)), 0)
        concepts = tuple(dict.fromkeys(wording.concepts))
        return cls(words, sum(map(rarity, words)), concepts, letters)


class Ways:
    """The single ways to ask for each subject, by its place.

    Worked out when a question first comes near the subject, which adds a tenth of a millisecond or
    so to it. For all subjects together it is a tenth of a second, for which a start had to wait.
    """

    def __init__(self, read: Iterable[Sequence[Wording]], rarity: Callable[[str], float]) -> None:
        self._read = list(read)
        self._rarity = rarity
        self._ready: dict[int, list[Way]] = {}

    def __getitem__(self, place: int) -> list[Way]:
        read = self._read[place]
        found = self._ready.get(place)
        if found is None:
            found = self._ready[place] = [Way.of(wording, self._rarity) for wording in read]
            self._read[place] = ()
        return found


def nearest(asked: Way, ways: Iterable[Way], rarity: Callable[[str], float]) -> Nearest:
    """How near the nearest of the ways is (Dice), in each of three ways for itself."""
    rare = [(word, rarity(word)) for word in asked.words]
    words = concepts = letters = 0.0
    size, many = asked.letters.bit_count(), len(asked.concepts)
    for way in ways:
        shared = sum([weight for word, weight in rare if word in way.words])
        words = max(words, 2 * shared / (asked.weight + way.weight or 1.0))
        alike = 2 * sum([concept in way.concepts for concept in asked.concepts])
        concepts = max(concepts, alike / (many + len(way.concepts) or 1))
        same = 2 * (asked.letters & way.letters).bit_count()
        letters = max(letters, same / (size + way.letters.bit_count() or 1))
    return Nearest(words, concepts, letters)


@lru_cache(maxsize=50_000)
def _bit(gram: int) -> int:
    """A bit for a group of letters, the same in every process; few of a text share one."""
    return _BIT[crc32(gram.to_bytes(GRAM, byteorder)) % BITS]
