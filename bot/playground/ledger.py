"""The ledger: every message the app ever posted, in order, also what was deleted since.

Whoever tests deliveries reads from it what arrived, once or twice, and what was taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.model import Json, Message


@dataclass
class Post:
    """One message of the app. `block_id` and `metadata` carry what the app wrote into them."""

    channel: str
    ts: str
    thread_ts: str | None
    text: str
    block_id: str | None
    metadata: Json | None
    deleted: bool = False


class Ledger:
    """What the app posted in this run."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self._places: dict[tuple[str, str], int] = {}

    def posted(self, message: Message) -> None:
        """Take note of a message."""
        block_id = message.blocks[0].get("block_id") if message.blocks else None
        payload = message.metadata["event_payload"] if message.metadata else None
        self._places[message.channel, message.ts] = len(self.posts)
        self.posts.append(
            Post(message.channel, message.ts, message.thread_ts, message.text, block_id, payload)
        )

    def deleted(self, message: Message) -> None:
        """Take note that a message is gone; one of an earlier run is not known here."""
        place = self._places.get((message.channel, message.ts))
        if place is not None:
            self.posts[place].deleted = True

    def since(self, place: int) -> Json:
        """Give the posts from a place on, and the place where the next ones will begin.

        A deletion changes a post that may have been given before: begin at 0 to see all of them.
        """
        shown = [vars(post) for post in self.posts[max(0, place) :]]
        return {"posts": shown, "next": len(self.posts)}
