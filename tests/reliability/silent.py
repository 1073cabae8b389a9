"""A meter that keeps nothing."""

from bot.domain.deliveries import Kind, State
from bot.domain.remedies import Remedy


class Silent:
    """`bot.ports.Meter` for stories that nobody measures."""

    def tick(self, seconds: float) -> None:
        """A tick took so long."""

    def claimed(self, number: int) -> None:
        """So many subscriptions were due."""

    def sent(self, kind: Kind, lateness: float) -> None:
        """A message arrived."""

    def skipped(self, reason: str) -> None:
        """A delivery was not sent."""

    def refused(self, code: str, remedy: Remedy) -> None:
        """Slack refused a post."""

    def uncertain(self, code: str) -> None:
        """Whether a post arrived is not known."""

    def reconciled(self, outcome: State) -> None:
        """What became of an unclear post."""

    def healed(self) -> None:
        """A double was taken away."""


SILENT = Silent()
