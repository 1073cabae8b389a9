"""The Bolt app: few listeners, each handed on to the edge; catch-alls last."""

import logging
import re

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.edge import Edge
from bot.slack.standing import CHANNEL_EVENTS

ANYTHING = re.compile(".*")
BOLT = "slack_bolt"


def bolt_app(
    client: AsyncWebClient, identity: AuthorizeResult, edge: Edge, command: str
) -> AsyncApp:
    """The app, with nothing that ends unmatched.

    Signatures are checked in front of it (`bot.web`), and nobody asks Slack who is calling: the
    identity of the one workspace is known from the start.
    """

    async def authorize() -> AuthorizeResult:
        return identity

    app = AsyncApp(
        logger=logging.getLogger(BOLT),
        client=client,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
    )
    app.command(command)(edge.on_command)
    app.action(ANYTHING)(edge.on_action)
    app.view(ANYTHING)(edge.on_view)
    app.event("message")(edge.on_message)
    app.event("app_mention")(edge.on_mention)
    app.event("app_home_opened")(edge.on_home)
    app.event("user_change")(edge.on_user_change)
    app.event("app_uninstalled")(edge.on_ending)
    app.event("tokens_revoked")(edge.on_ending)
    for name in CHANNEL_EVENTS:
        app.event(name)(edge.on_channel)
    app.command(ANYTHING)(edge.on_unknown_command)
    for register in (app.view_closed, app.shortcut, app.options):
        register(ANYTHING)(_acknowledge)
    app.event(ANYTHING)(_ignore)
    return app


async def _acknowledge(ack: AsyncAck) -> None:
    await ack()


async def _ignore() -> None:
    """An event that nobody asked for."""
