"""`coach play`: the playground, with the coach or another app in it."""

import asyncio
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bot.app import StartRefused
from bot.cli.ending import until_ended
from bot.cli.refusing import refusing
from bot.hosted import coach_factory
from bot.playground.archive import DataUnusable
from bot.playground.hosting import PlaygroundProblem, PortTaken
from bot.playground.server import PlaygroundServer, forget
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.yaml_files import FilesInvalid


@click.command()
@click.option("--port", default=4100, show_default=True, help="port on this machine")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data/playground"),
    show_default=True,
    help="folder in which the playground remembers",
)
@click.option("--fresh", is_flag=True, help="forget what happened before")
@click.option(
    "--app",
    "app_name",
    default="",
    metavar="MODULE:FACTORY",
    help="host another app; `none` hosts nothing and prints how to connect one",
)
@click.option(
    "--events-url",
    default=None,
    metavar="URL",
    help="with `--app none`: send signed HTTP requests there instead of over Socket Mode",
)
@click.pass_obj
@refusing(DataUnusable, FilesInvalid, PlaygroundProblem, PortTaken, StartRefused, StoreError)
def play(
    settings: Settings, port: int, data: Path, fresh: bool, app_name: str, events_url: str | None
) -> None:
    """Try the coach in a browser: no account, no token, nothing leaves this machine."""
    if fresh:
        forget(data)
    server = PlaygroundServer(data, port, command=settings.behaviour.command, events_url=events_url)
    asyncio.run(_play(settings, server, app_name))


async def _play(settings: Settings, server: PlaygroundServer, app_name: str) -> None:
    await server.start()
    try:
        if app_name == "none":
            _print_connection(server)
        else:
            await server.host(_factory(settings, app_name))
            click.echo(f"AI PM Coach playground: {server.url}   (Ctrl+C ends it)")
        await until_ended()
    finally:
        await server.stop()


def _factory(settings: Settings, app_name: str) -> Callable[[Any], Any]:
    if not app_name:
        return coach_factory(settings)
    module, _, name = app_name.partition(":")
    try:
        found: Callable[[Any], Any] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise StartRefused(
            f"--app {app_name}: there is no such factory ({error}). Write it as module:factory."
        ) from error
    return found


def _print_connection(server: PlaygroundServer) -> None:
    connection = server.connection
    click.echo(f"Playground without an app: {server.url}   (Ctrl+C ends it)\n")
    click.echo(f"SLACK_API_URL={connection.api_url}")
    click.echo(f"SLACK_BOT_TOKEN={connection.bot_token}")
    click.echo(f"SLACK_APP_TOKEN={connection.app_token}")
    click.echo(f"SLACK_SIGNING_SECRET={connection.signing_secret}")
