"""Words of a search: what is left of a text when markup, endings and other spellings are gone."""

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from sys import intern
from typing import Annotated

import Stemmer
from pydantic import Field

from bot.domain.authored import Authored, ItemId

LONGEST_QUERY = 1_000
"""Characters of a question that are read. Of a longer one the first third and the last two thirds
of these are: who tells a long story asks at its end."""

# Each begins with a letter of its own, not with a look behind: most of a text is skipped quickly.
_MARKUP = re.compile(r"<[@#!][^>]*>|<(?:https?|mailto):[^|>]*\|?|:(?<![\w:]:)[a-z0-9_+'-]+:(?!\w)")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_APOSTROPHES = re.compile("['\u2018\u2019\u201b\u2032`\u00b4]")
_WORD = re.compile(r"[a-z0-9]+")
_FILLER = frozenset(
    """
    a about actually also am an and any are as at be been being but by can cant could did do does
    doesnt doing dont either even exactly for from get gets getting got had has have hello hey hi
    how i id if ill im in into is isnt it its ive just know let lets like lot lots many me more
    most much my need needs no not of oh ok okay on one or our please pls plz ppl quite rather
    really should so some somebody someone something than thank thanks that the their them then
    there these they thing things this those though to too u up ur us very want wanna wants was
    we well were what whats when where which who whos why will with would yes you your youre
    """.split()
)
Plain = Annotated[str, Field(pattern=r"^[a-z0-9]+( [a-z0-9]+)*$", max_length=60)]
"""Words as the search sees them: small letters and digits, one blank between two."""
_SHORTEST_REPAIR = 4
_stemmer = Stemmer.Stemmer("english")


class Synonyms(Authored):
    """Words and short phrases that mean the same to a search; the first stands for all."""

    id: ItemId
    words: Annotated[tuple[Plain, ...], Field(min_length=2, max_length=40)]
    subject: bool = False
    """Names the subject of every question, so that it tells nothing and is left out."""


class Concept(Authored):
    """Something that people mean, and the words and short phrases that point to it."""

    id: ItemId
    words: Annotated[tuple[Plain, ...], Field(min_length=5, max_length=80)]


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as the search reads it.

    `letters` holds all its words, `words` the stems of those that mean something, `concepts` what
    its words point to, with a mark that no word has, and `strange` how many words no author ever
    used.
    """

    letters: str
    words: tuple[str, ...]
    concepts: tuple[str, ...]
    strange: int = 0
    subject: bool = False


class Phrases:
    """Finds phrases in a list of words; where several begin, the longest."""

    def __init__(self, meanings: Iterable[tuple[tuple[str, ...], str]]) -> None:
        self._meanings: dict[tuple[str, ...], tuple[str, ...]] = {}
        for phrase, meaning in meanings:
            self._meanings[phrase] = (*self._meanings.get(phrase, ()), meaning)
        self._alone = {phrase[0] for phrase in self._meanings if len(phrase) == 1}
        lengths: dict[tuple[str, ...], set[int]] = defaultdict(lambda: {1})
        for phrase in self._meanings:
            if len(phrase) > 1:
                lengths[phrase[:2]].add(len(phrase))
        self._lengths = {start: sorted(of, reverse=True) for start, of in lengths.items()}

    def found(self, words: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
        """Each phrase from left to right: where it begins, where it ends, and what it means.

        Most words begin some phrase; two in a row seldom do, so these are looked at first.
        """
        found = []
        end = 0
        text, lengths, alone = tuple(words), self._lengths, self._alone
        starts = enumerate(pairwise((*text, "")))
        for at, start in [(at, two) for at, two in starts if two in lengths or two[0] in alone]:
            if at < end:
                continue
            for length in lengths.get(start, (1,)):
                meanings = self._meanings.get(text[at : at + length])
                if meanings:
                    end = at + length
                    found.append((at, end, meanings))
                    break
        return found


class Vocabulary:
    """Reads texts as an author's synonyms and concepts, and the words that are known, tell."""

    def __init__(self, synonyms: Sequence[Synonyms] = (), concepts: Sequence[Concept] = ()) -> None:
        self._same = Phrases(
            (tuple(map(intern, alias.split())), "" if group.subject else group.id.replace("-", ""))
            for group in synonyms
            for alias in group.words
        )
        self._points = Phrases(
            (tuple(map(stem, alias.split())), f"#{concept.id}")
            for concept in concepts
            for alias in concept.words
        )
        self._known: set[str] = {stem(word) for word in _FILLER}
        self._near: Mapping[str, str] = {}
        aliases = [alias for group in synonyms for alias in group.words]
        aliases += [alias for concept in concepts for alias in concept.words]
        self._authored = Counter(chain.from_iterable(map(str.split, aliases)))
        self._authored.update(dict.fromkeys(_FILLER, 1_000))

    def learn(self, texts: Iterable[Iterable[str]]) -> None:
        """Take the words of the texts that can be found as known, for the repair of slips."""
        spelled = self._authored.copy()
        spelled.update(chain.from_iterable(texts))
        self._known.update(map(stem, spelled))
        self._near = {
            cut: word
            for word in sorted(sorted(spelled), key=spelled.__getitem__)
            if len(word) >= _SHORTEST_REPAIR
            for cut in _cuts(word)
        }

    def read(self, text: str) -> Wording:
        """A text as the search sees it. Unknown words are repaired where one slip explains them."""
        return self.read_words(plain_words(text))

    def read_words(self, plain: list[str], *, pointing: bool = True) -> Wording:
        """The same for a text that is cut into its plain words already; repairs them in place.

        What it points to is left out where nobody asks for it.
        """
        stems = list(map(stem, plain))
        strange = [] if self._known.issuperset(stems) else self._unknown(stems)
        for at in strange:
            plain[at] = self._repaired(plain[at])
            stems[at] = stem(plain[at])
        letters, words, subject = self._canonical(plain)
        found = self._points.found(stems) if pointing else ()
        concepts = tuple([meaning for _, _, meanings in found for meaning in meanings])
        return Wording(letters, words, concepts, len(strange), subject)

    def _unknown(self, stems: Sequence[str]) -> list[int]:
        return [at for at, word in enumerate(stems) if word not in self._known]

    def _repaired(self, word: str) -> str:
        """The known word that differs by one slip: a letter too many, too few, other or swapped."""
        if len(word) < _SHORTEST_REPAIR or not word.isalpha():
            return word
        found = (self._near.get(cut) for cut in _cuts(word))
        return next((near for near in found if near and near[0] == word[0]), word)

    def _canonical(self, plain: Sequence[str]) -> tuple[str, tuple[str, ...], bool]:
        """The text without its subject, its meaningful words, and whether the subject was named.

        One word stands for each group of synonyms.
        """
        letters = list(plain)
        words = list(map(_telling, plain))
        subject = False
        for begin, end, (meaning, *_) in reversed(self._same.found(plain)):
            words[begin:end] = [meaning]
            if not meaning:
                subject = True
                del letters[begin:end]
        # "What does an AI PM do?" says nothing else, so its small words have to tell.
        telling = tuple(filter(None, words)) or tuple(map(stem, letters))
        return " ".join(letters), telling, subject


def spelled(wording: Wording, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The stems of its words of meaning as they were written, no synonym in their place."""
    left = _FILLER | without
    return tuple(stem(word) for word in wording.letters.split() if word not in left)


def shortened(question: str) -> str:
    """What is read of a question: its beginning and its end."""
    if len(question) <= LONGEST_QUERY:
        return question
    third = LONGEST_QUERY // 3
    return f"{question[:third]} {question[-2 * third :]}"


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The part of a word that its forms share."""
    return intern(_stemmer.stemWord(word))


@lru_cache(maxsize=50_000)
def _telling(word: str) -> str:
    """The stem of a word that means something, empty for the others."""
    return "" if word in _FILLER else stem(word)


def _cuts(word: str) -> list[str]:
    """The word, and the word without each of its letters."""
    return [word, *[word[:at] + word[at + 1 :] for at in range(len(word))]]


def _without_accents(found: re.Match[str]) -> str:
    return "".join(letter for letter in found[0] if not unicodedata.combining(letter))


def plain_words(text: str) -> list[str]:
    """Lower-case words of letters and digits, without markup, accents and apostrophes."""
    plain = _MARKUP.sub(" ", html.unescape(text).lower())
    plain = _APOSTROPHES.sub("", plain)
    if not plain.isascii():
        plain = _FOREIGN.sub(_without_accents, unicodedata.normalize("NFKD", plain))
    return list(map(intern, _WORD.findall(plain)))
