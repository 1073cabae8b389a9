"""`coach manifest`: what Slack needs to know to create the app."""

from urllib.parse import quote

import click

from bot.settings import ROOT


@click.command()
@click.option("--link", is_flag=True, help="print the link that creates the app with it")
def manifest(link: bool) -> None:
    """Print the Slack app manifest."""
    text = (ROOT / "config" / "slack-manifest.yaml").read_text(encoding="utf-8")
    if link:
        text = f"https://api.slack.com/apps?new_app=1&manifest_yaml={quote(text)}"
    click.echo(text)
