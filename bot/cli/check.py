"""`coach check`: content and configuration, once or after every change of a file."""

import gc
import time

import click

from bot.check import check_all, schemas
from bot.cli.refusing import refusing
from bot.settings import CONTENT, ROOT, Settings
from bot.system import SystemClock
from bot.yaml_files import FilesInvalid


@click.command()
@click.option("--watch", is_flag=True, help="check again whenever a file changes")
@click.option("--schemas", "write", is_flag=True, help="write the editors' JSON Schemas")
@click.pass_obj
@refusing(FilesInvalid)
def check(settings: Settings, watch: bool, write: bool) -> None:
    """Check content and configuration; every problem with its file, line and mend."""
    if write:
        for name, text in schemas().items():
            (ROOT / "config" / "schema" / name).write_text(text, encoding="utf-8")
    if watch:
        _watch(settings)
    gc.disable()  # the process ends before collecting could pay; it takes a fifth of the time
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
