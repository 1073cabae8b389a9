"""Words of a search: what is left of a text when markup, filler and other spellings are gone."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored, ItemId, Title

LONGEST_QUERY = 1_000
"""Characters of a question that are read; what comes after does not change what is meant."""

_MARKUP = re.compile(r"<[@#!][^>]*>|<(?:https?|mailto):[^|>]*\|?|:[a-z0-9_+-]+:", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    """
    a about am an and any are as at be been being but by can could did do does doing for from get
    had has have how i if im in into is it its just me my need no not of on or our please really
    should so some tell than that the their them then there these they this to u ur us was we were
    what when where which who why will with would you your
    """.split()
)
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "es", "ed", "s")
_SHORTEST_STEM = 4


class Synonyms(Authored):
    """Words and short phrases that mean the same to a search; the first stands for all."""

    id: ItemId
    words: Annotated[tuple[Title, ...], Field(min_length=2, max_length=30)]


class Vocabulary:
    """Turns texts into meaningful words, with the synonyms that an author wrote."""

    def __init__(self, synonyms: Sequence[Synonyms] = ()) -> None:
        named = {
            _plain(alias): group.id.replace("-", "") for group in synonyms for alias in group.words
        }
        phrases = sorted((name for name in named if " " in name), key=len, reverse=True)
        self._phrases = {name: named[name] for name in phrases}
        # Longer phrases first: "product manager" must not be read as something that a manager is.
        self._phrase = re.compile(rf"\b(?:{'|'.join(phrases)})\b") if phrases else None
        self._same = {_stem(name): named[name] for name in named if " " not in name}
        self._same |= {name: named[name] for name in named if " " not in name}

    def words_of(self, text: str) -> list[str]:
        """The meaningful words of a text: no markup, accents, filler words or plural endings."""
        plain = _plain(text)
        if self._phrase is not None:
            plain = self._phrase.sub(lambda found: self._phrases[found[0]], plain)
        return [self._word(word) for word in plain.split() if word not in _STOP]

    def _word(self, word: str) -> str:
        stem = _stem(word)
        return self._same.get(word) or self._same.get(stem) or stem


def _plain(text: str) -> str:
    """Lower-case letters and digits with single blanks between them."""
    plain = _MARKUP.sub(" ", text[:LONGEST_QUERY].lower())
    plain = plain.replace("'", "").replace("\u2019", "")
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(plain))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
