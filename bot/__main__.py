"""The command line: `coach <command>`, the same as `python -m bot <command>`."""

import importlib
import os
from typing import Any

import click

from bot import __version__
from bot.cli.refusing import refusing
from bot.logs import configure
from bot.settings import SettingsInvalid, load_settings

COMMANDS = {
    "play": "play",
    "run": "serve",
    "web": "serve",
    "worker": "serve",
    "sending": "sending",
    "migrate": "migrate",
    "check": "check",
    "manifest": "manifest",
    "ask": "ask",
    "gaps": "gaps",
    "bench": "bench",
}
"""Command -> its module in `bot/cli`. Only the module that is asked for is loaded: `coach check`
would otherwise wait longer for the libraries of Slack and of the database than for itself."""


class _Commands(click.Group):
    """Finds the commands by the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module: Any = importlib.import_module(f"bot.cli.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, cmd_name)
        return found


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="coach")
@click.pass_context
@refusing(SettingsInvalid)
def main(ctx: click.Context) -> None:
    """AI PM Coach: a Slack app that coaches people who want to become AI product managers."""
    ctx.obj = load_settings(os.environ)
    configure(ctx.obj.log_level, ctx.obj.log_format)


if __name__ == "__main__":
    main()
