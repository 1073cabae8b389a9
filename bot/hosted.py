"""The program as the playground hosts it: unchanged, with the playground's clock and address."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.app import Application, Parts
from bot.library import Library
from bot.playground.hosting import Completion, Connection
from bot.settings import Settings
from bot.system import GivenClock


class HostedCoach:
    """`bot.playground.hosting.HostedApp` for the coach."""

    def __init__(
        self, settings: Settings, connection: Connection, library: Library | None = None
    ) -> None:
        chosen = _settings_for(settings, connection)
        parts = Parts(listens=False)
        self._application = Application(chosen, GivenClock(connection.now), parts, library)

    @property
    def completions(self) -> Sequence[Completion]:
        """What the command understands."""
        return [Completion(usage, summary) for usage, summary in self._application.usages]

    async def start(self) -> None:
        """Connect to the playground."""
        await self._application.start()

    async def stop(self) -> None:
        """Disconnect and end all work."""
        await self._application.stop()

    async def idle(self) -> None:
        """Return when all work caused by what was received is done."""
        await self._application.idle()

    async def next_due(self) -> datetime | None:
        """The next instant at which something is to be sent."""
        return await self._application.next_due()

    async def run_due(self) -> None:
        """Send what is due now."""
        await self._application.run_due()


def _settings_for(settings: Settings, connection: Connection) -> Settings:
    """The same settings, but with the playground in Slack's place and its own database."""
    return Settings(
        bot_token=connection.bot_token,
        app_token=connection.app_token,
        slack_api_url=connection.api_url,
        database_url=f"sqlite:///{connection.data / 'coach.db'}",
        content_dir=settings.content_dir,
        behaviour=settings.behaviour,
        log_level=settings.log_level,
        log_format=settings.log_format,
    )


def coach_factory(
    settings: Settings, library: Library | None = None
) -> Callable[[Connection], HostedCoach]:
    """What the playground calls to get the coach."""

    def factory(connection: Connection) -> HostedCoach:
        return HostedCoach(settings, connection, library)

    return factory
