"""The words of every screen: texts by key with their blanks filled, dates, and source names."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.content import Content
from bot.domain.cadence import WEEKDAYS
from bot.domain.outside import OutsideKind

DAY_NAMES = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)


def escape(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or command can hide in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Markup(str):
    """A fact that is Slack markup already, such as the mention of a person; it is not escaped."""

    __slots__ = ()


def mention(user: str) -> Markup:
    """A person, as Slack names them to each reader."""
    return Markup(f"<@{user}>")


def channel_link(channel: str) -> Markup:
    """A channel, as Slack names it to each reader."""
    return Markup(f"<#{channel}>")


class Words:
    """Fills the texts of `content/messages.yaml`. Facts are escaped unless the text is plain."""

    def __init__(self, content: Content, command: str) -> None:
        self._texts = content.messages
        self._sources = content.sources
        self.command = command

    def __call__(self, key: str, /, **facts: object) -> str:
        """A text for a mrkdwn field; whatever fills its blanks is escaped."""
        safe = {
            name: value if isinstance(value, Markup) else escape(str(value))
            for name, value in facts.items()
        }
        return self._texts[key].format(command=self.command, **safe)

    def plain(self, key: str, /, **facts: object) -> str:
        """A text for a plain_text field, where nothing is markup."""
        return self._texts[key].format(command=self.command, **facts)

    def reply(self, kind: OutsideKind) -> str:
        """What is said to a message that is not for the coach, as plain text."""
        return kind.reply.replace("{command}", self.command)

    def sources(self, ids: Iterable[str]) -> str:
        """Letter, name and date of each source, as one line; texts refer to the letters."""
        return "; ".join(
            f"{source.id} {source.name} ({source.dated})"
            for source in (self._sources.get(name) for name in ids)
            if source is not None
        )

    def source(self, source_id: str) -> str:
        """Letter and name of one source."""
        source = self._sources[source_id]
        return f"{source.id} {source.name}"


def day(value: date) -> str:
    """A date as people say it, `Fri 6 Mar`."""
    return f"{value:%a} {value.day} {value:%b}"


def day_year(value: date) -> str:
    """A date with its year, `Fri 6 Mar 2026`."""
    return f"{day(value)} {value.year}"


def full_date(value: date) -> str:
    """A date without its weekday, `6 March 2026`."""
    return f"{value.day} {value:%B} {value.year}"


def month(value: date) -> str:
    """A month, `March 2026`."""
    return f"{value:%B} {value.year}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """A local instant, `Fri 6 Mar, 09:00`."""
    local = instant.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M}"


def hours(value: float) -> str:
    """Hours without a needless decimal: `5`, `4.5`."""
    return f"{value:g}"
