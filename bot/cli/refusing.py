"""A wrong installation or wrong input ends a command in words, never in a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def refusing(*refusals: type[Exception]) -> Iterator[None]:
    """Show these exceptions as their words and end with status 2; decorates a command."""
    try:
        yield
    except refusals as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(2) from error
