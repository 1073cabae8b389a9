"""`coach bench`: the measurements, run from the tests of a clone."""

import subprocess
import sys

import click

from bot.settings import ROOT


@click.command()
@click.pass_context
def bench(ctx: click.Context) -> None:
    """Measure the answers: quality on labelled questions, speed and size."""
    if not (ROOT / "tests" / "answers" / "bench.py").exists():
        click.echo(
            "The measurements lie in tests/answers, which a clone of the project has.", err=True
        )
        ctx.exit(2)
    done = subprocess.run([sys.executable, "-m", "tests.answers.bench"], cwd=ROOT, check=False)
    ctx.exit(done.returncode)
