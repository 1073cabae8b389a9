"""`coach sending`: whether messages go out, and the switch that stops them all."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime

import click

from bot.cli.refusing import refusing
from bot.domain.deliveries import Sending, State
from bot.domain.errors import Busy, Uncertain
from bot.ports import Records, Standing
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.store.sql import SqlStore
from bot.system import SystemClock

CHOICES = {sending.value.replace("_", "-"): sending for sending in Sending}
SAYS: Mapping[Sending, str] = {
    Sending.ON: "Sending is on.",
    Sending.OFF: (
        "Sending is off: nobody gets anything unasked, and nothing is lost. What is late when it "
        "goes on is sent as far as it is still worth it. `coach sending on` goes on."
    ),
    Sending.DRY_RUN: (
        "Dry run: everything is decided and marked as skipped, and nothing goes to Slack. "
        "`coach sending on` goes on; what was skipped is not sent later."
    ),
}


@click.command()
@click.argument("switch", required=False, type=click.Choice(list(CHOICES)))
@click.pass_obj
@refusing(Busy, StoreError, Uncertain)
def sending(settings: Settings, switch: str | None) -> None:
    """Show whether messages go out, or switch it: on, off, dry-run.

    Every process that uses the database obeys within a second or two; what is at Slack already
    arrives.
    """
    click.echo("\n".join(asyncio.run(_shown(settings, switch))))


async def _shown(settings: Settings, switch: str | None) -> list[str]:
    store = SqlStore.open(settings.database_url)
    try:
        if switch is not None:
            await store.write(lambda records: records.set_sending(CHOICES[switch]))
        now = SystemClock().now()
        return await store.read(lambda records: list(_lines(records, now)))
    finally:
        await store.close()


def _lines(records: Records, now: datetime) -> Iterator[str]:
    yield SAYS[records.sending()]
    counts = records.delivery_counts()
    yield ", ".join(f"{counts[state]} {state.value}" for state in State)
    for standing in records.standings():
        if standing.ended or standing.is_held(now):
            yield _standing(standing)


def _standing(standing: Standing) -> str:
    if standing.ended:
        return (
            f"{standing.workspace} has ended ({standing.ended}). Install the app there again and "
            "start the coach with its new token."
        )
    until = f"{standing.held_until:%Y-%m-%d %H:%M} UTC"
    return f"{standing.workspace} gets nothing until {until} ({standing.held_why})."
