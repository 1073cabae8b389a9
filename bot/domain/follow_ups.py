"""Questions that lean on what was answered before, such as "and for engineers?"."""

from bot.domain.vocabulary import plain_words

LONGEST = 8
"""Words up to which a question may lean on the one before; longer ones stand by themselves."""

_OPENINGS = ("and", "but", "or", "so", "then", "also", "why", "how so", "for", "with", "without")
_OPENINGS_ABOUT = ("what about", "how about", "what if", "what else", "even if", "only", "not")
_POINTING = frozenset("it its that this they them their those these".split())


def leans_on_before(text: str) -> bool:
    """Whether a question reads as the continuation of a talk."""
    words = plain_words(text)
    if not 0 < len(words) <= LONGEST:
        return False
    opening = " ".join(words) + " "
    begins = any(opening.startswith(f"{start} ") for start in (*_OPENINGS, *_OPENINGS_ABOUT))
    return begins or not _POINTING.isdisjoint(words)
