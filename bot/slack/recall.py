"""What was answered and voted lately, in this process alone: nothing of it is stored.

With several processes each remembers what came to it; a question that leans on another is then
asked by itself, and a vote may count once in each.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.learners import Person
from bot.recent import Memory

MOST = 10_000
TOPIC_SECONDS = 30 * 60.0
PRESSED_SECONDS = 24 * 3_600.0


def _topics() -> Memory[str]:
    return Memory(TOPIC_SECONDS, MOST)


def _presses() -> Memory[bool]:
    return Memory(PRESSED_SECONDS, MOST)


@dataclass(frozen=True, slots=True)
class Recall:
    """Keys of what people were told last, by conversation, and what they pressed already."""

    _topics: Memory[str] = field(default_factory=_topics)
    _presses: Memory[bool] = field(default_factory=_presses)

    def answered(self, person: Person, channel: str, thread: str, key: str, now: datetime) -> None:
        """Somebody was told this here; `thread` is empty outside of one."""
        self._topics.put(_place(person, channel, thread), key, now.timestamp())

    def topic(self, person: Person, channel: str, thread: str, now: datetime) -> str:
        """The key of what somebody was told last here, empty when that is long ago."""
        return self._topics.get(_place(person, channel, thread), now.timestamp()) or ""

    def first_press(self, person: Person, what: str, now: datetime) -> bool:
        """Whether somebody does this for the first time; it counts as done from now on."""
        first = not self.pressed(person, what, now)
        if first:
            self._presses.put(_place(person, "pressed", what), value=True, now=now.timestamp())
        return first

    def pressed(self, person: Person, what: str, now: datetime) -> bool:
        """Whether somebody did this already."""
        return self._presses.get(_place(person, "pressed", what), now.timestamp()) or False

    def undo_press(self, person: Person, what: str) -> None:
        """Take it back, since it could not be saved."""
        self._presses.forget(_place(person, "pressed", what))


def _place(person: Person, *parts: str) -> str:
    return "/".join((person.workspace, person.user, *parts))
