"""The model card: how good the answers are, and what another threshold would change."""

from bot.slack.asking import soon
from bot.slack.blocks import modelcard
from bot.slack.desk import Call, Desk, Reply


async def show(desk: Desk, call: Call) -> Reply:
    """The card; a number that comes with the call is an answer threshold to try out."""
    try:
        card = desk.cards.card(float(call.text))
    except ValueError:
        card = desk.cards.card()
    tally = await soon(desk, desk.feedback.tally(call.person.workspace))
    return Reply(view=modelcard.card(desk.words, card, tally))
