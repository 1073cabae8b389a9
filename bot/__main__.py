"""The command line: `coach <command>`, the same as `python -m bot <command>`."""

import asyncio
import dataclasses
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from bot import __version__
from bot.app import Application, Parts, StartRefused, build_answers
from bot.check import check_all, schemas
from bot.content import load_content
from bot.domain.faq import Outcome
from bot.hosted import coach_factory
from bot.logs import configure
from bot.playground.archive import DataUnusable
from bot.playground.hosting import PlaygroundProblem
from bot.playground.hosting import PortTaken as PlaygroundPortTaken
from bot.playground.server import PlaygroundServer, forget
from bot.settings import CONTENT, ROOT, Settings, SettingsInvalid, load_settings
from bot.slack.blocks.answers import plain_answer
from bot.slack.words import Words
from bot.store.errors import StoreError
from bot.store.migrate import upgrade
from bot.system import SystemClock
from bot.web import PortTaken
from bot.yaml_files import FilesInvalid

REFUSALS = (
    DataUnusable,
    FilesInvalid,
    PlaygroundPortTaken,
    PlaygroundProblem,
    PortTaken,
    SettingsInvalid,
    StartRefused,
    StoreError,
)
"""What a wrong installation or wrong input raises: words for the person, never a traceback."""

NOT_CONNECTED = """\
No Slack workspace is configured, so there is nothing to connect to.

  coach play     tries everything in a browser, without an account
  README.md      says how to connect a workspace in about five minutes

Needed for Slack: SLACK_BOT_TOKEN, and either SLACK_APP_TOKEN or SLACK_SIGNING_SECRET."""


class _Words(click.Group):
    """Shows a refusal as its words and ends with status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except REFUSALS as error:
            click.echo(str(error), err=True)
            ctx.exit(2)


@click.group(cls=_Words)
@click.version_option(__version__, prog_name="coach")
@click.pass_context
def main(ctx: click.Context) -> None:
    """AI PM Coach: a Slack app that coaches people who want to become AI product managers."""
    ctx.obj = load_settings(os.environ)
    configure(ctx.obj.log_level, ctx.obj.log_format)


@main.command()
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
        await _until_ended()
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


async def _until_ended() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    await ended.wait()


@main.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Run everything in one process: Socket Mode with an app token, else signed HTTP."""
    _serve(settings, Parts())


@main.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Only take Slack's HTTP requests; as many of these as wanted on one PostgreSQL."""
    _serve(dataclasses.replace(settings, app_token=""), Parts(dispatches=False))


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Only send what is due."""
    _serve(settings, Parts(receives=False, listens=False))


def _serve(settings: Settings, parts: Parts) -> None:
    reachable = settings.transport() != "none" or (not parts.receives and settings.bot_token)
    if not reachable:
        raise StartRefused(NOT_CONNECTED)

    async def serving() -> None:
        application = Application(settings, SystemClock(), parts)
        await application.start()
        try:
            click.echo(f"AI PM Coach is running ({settings.transport()}).   (Ctrl+C ends it)")
            await _until_ended()
        finally:
            await application.stop()

    asyncio.run(serving())


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database up to date."""
    click.echo(f"The database is at version {upgrade(settings.database_url)}.")


@main.command()
@click.option("--watch", is_flag=True, help="check again whenever a file changes")
@click.option("--schemas", "write", is_flag=True, help="write the editors' JSON Schemas")
@click.pass_obj
def check(settings: Settings, watch: bool, write: bool) -> None:
    """Check content and configuration; every problem with its file, line and mend."""
    if write:
        for name, text in schemas().items():
            (ROOT / "config" / "schema" / name).write_text(text, encoding="utf-8")
    if watch:
        _watch(settings)
    click.echo(check_all(settings, SystemClock().now().date()))


def _watch(settings: Settings) -> None:
    """Say after each change how the content is; ends with Ctrl+C."""
    before: object = None
    while True:
        folders = [CONTENT, settings.content_dir or CONTENT]
        state = {path: path.stat().st_mtime for root in folders for path in root.rglob("*.yaml")}
        if state != before:
            before = state
            try:
                click.echo(check_all(settings, SystemClock().now().date()))
            except FilesInvalid as error:
                click.echo(str(error), err=True)
        time.sleep(0.5)


@main.command()
@click.option("--link", is_flag=True, help="print the link that creates the app with it")
def manifest(link: bool) -> None:
    """Print the Slack app manifest."""
    text = (ROOT / "config" / "slack-manifest.yaml").read_text(encoding="utf-8")
    if link:
        text = f"https://api.slack.com/apps?new_app=1&manifest_yaml={quote(text)}"
    click.echo(text)


@main.command()
@click.option("--jsonl", is_flag=True, required=True, help="one JSON object a line, in and out")
@click.pass_obj
def ask(settings: Settings, jsonl: bool) -> None:  # noqa: ARG001 - the only form there is
    """Answer questions from standard input: {"id", "query"} a line."""
    content = load_content(CONTENT, settings.content_dir)
    answers = build_answers(settings, content)
    words = Words(content, settings.behaviour.command)
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            query, name = str(asked["query"]), asked.get("id")
        except (ValueError, KeyError, TypeError, AttributeError):
            click.echo(json.dumps({"id": None, "error": 'a line needs {"id", "query"}'}))
            continue
        click.echo(json.dumps({"id": name, **_answered(words, answers.ask(query).found)}))


def _answered(words: Words, found: Any) -> dict[str, object]:
    return {
        "kind": found.outcome.value,
        "answers": [plain_answer(words, entry) for entry in found.entries],
        "suggestions": [entry.question for entry in found.entries if found.outcome is Outcome.NONE],
    }


if __name__ == "__main__":
    main()
