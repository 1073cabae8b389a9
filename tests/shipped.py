"""What comes with the program, read once for all tests of a process: it never changes."""

from functools import cache

from bot.content import Content
from bot.library import Library, load_library
from bot.settings import Settings


@cache
def library() -> Library:
    """The shipped content with the search over it."""
    return load_library(Settings())


def shipped() -> Content:
    """The shipped content."""
    return library().content
