"""What is not for the coach to answer: people in danger, orders, small talk, other subjects."""

from collections.abc import Sequence
from sys import intern
from typing import Annotated

from pydantic import Field

from bot.domain.authored import Authored, ItemId
from bot.domain.vocabulary import Phrases, Plain, plain_words


class OutsideKind(Authored):
    """A kind of message that gets a short reply of its own, and the signs by which it is known.

    A kind that comes `first` is looked for before anything is searched, because a search could
    only be wrong about it. The others choose the wording of "I do not know". Signs of a kind that
    must be `whole` count only when the message says nothing else.
    """

    id: ItemId
    reply: Annotated[str, Field(min_length=20, max_length=700)]
    signs: Annotated[tuple[Plain, ...], Field(min_length=3)]
    first: bool = False
    whole: bool = False


class Guard:
    """Recognises what is not for the coach."""

    def __init__(self, kinds: Sequence[OutsideKind]) -> None:
        self._kinds = {kind.id: kind for kind in kinds}
        self._order = [kind.id for kind in kinds]
        self._signs = Phrases(
            (tuple(map(intern, sign.split())), kind.id)
            for kind in kinds
            if not kind.whole
            for sign in kind.signs
        )
        self._whole = {sign: kind for kind in kinds if kind.whole for sign in kind.signs}

    def seen(self, text: str) -> OutsideKind | None:
        """The kind that a message shows signs of, the gravest first; None for most messages."""
        words = plain_words(text)
        whole = self._whole.get(" ".join(words))
        found = {meaning for _, _, meanings in self._signs.found(words) for meaning in meanings}
        named = next((name for name in self._order if name in found), None)
        return whole if named is None else self._kinds[named]
