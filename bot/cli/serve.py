"""`coach run`, `coach web` and `coach worker`: the program, or one of its halves, with Slack."""

import asyncio
import dataclasses

import click

from bot.app import Application, Parts, StartRefused
from bot.cli.ending import done_before, end_asked_for
from bot.cli.refusing import refusing
from bot.library import Library
from bot.ports import Clock
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.system import SystemClock
from bot.web import PortTaken
from bot.yaml_files import FilesInvalid

NOT_CONNECTED = """\
No Slack workspace is configured, so there is nothing to connect to.

  coach play     tries everything in a browser, without an account
  README.md      says how to connect a workspace in about five minutes

Needed for Slack: SLACK_BOT_TOKEN, and either SLACK_APP_TOKEN or SLACK_SIGNING_SECRET."""


@click.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Run everything in one process: Socket Mode with an app token, else signed HTTP."""
    _serve(settings, Parts())


@click.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Only take Slack's HTTP requests; as many of these as wanted on one PostgreSQL."""
    _serve(dataclasses.replace(settings, app_token=""), Parts(dispatches=False))


@click.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Only send what is due."""
    _serve(settings, Parts(receives=False, listens=False))


@refusing(FilesInvalid, PortTaken, StartRefused, StoreError)
def _serve(settings: Settings, parts: Parts) -> None:
    reachable = settings.transport() != "none" or (not parts.receives and settings.bot_token)
    if not reachable:
        raise StartRefused(NOT_CONNECTED)

    asyncio.run(serving(settings, SystemClock(), parts))


async def serving(
    settings: Settings, clock: Clock, parts: Parts, library: Library | None = None
) -> None:
    """The program from its start until somebody ends it, also in the middle of its start.

    A library that is loaded already may be given. Raises StartRefused.
    """
    application = Application(settings, clock, parts, library)
    ended = end_asked_for()  # sending begins with the start, and so must ending in order
    if not await done_before(ended, application.start()):
        return
    try:
        click.echo(f"AI PM Coach is running ({settings.transport()}).   (Ctrl+C ends it)")
        await ended.wait()
    finally:
        await application.stop()
