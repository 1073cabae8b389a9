"""`coach migrate`: the database's tables as this version needs them."""

import click

from bot.cli.refusing import refusing
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.store.migrate import upgrade


@click.command()
@click.pass_obj
@refusing(StoreError)
def migrate(settings: Settings) -> None:
    """Bring the database up to date."""
    click.echo(f"The database is at version {upgrade(settings.database_url)}.")
