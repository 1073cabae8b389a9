"""Personal data: what `mydata …` does."""

from bot.slack.blocks import help as screens
from bot.slack.blocks import kit
from bot.slack.desk import Call, Desk, Outbound, Reply

CONFIRMED = "yes"
"""The word that says that something that can't be undone is meant."""


async def command(desk: Desk, call: Call) -> Reply:
    """What is kept; export or delete it."""
    words = call.text.lower().split()
    match words[:2]:
        case ["export", *_]:
            return await _export(desk, call)
        case ["delete", confirmed] if confirmed == CONFIRMED:
            await desk.privacy.delete(call.person)
            return Reply(kit.message(desk.words("mydata.deleted")), home=True)
        case ["delete", *_]:
            return Reply(kit.message(desk.words("mydata.delete_hint")))
        case _:
            summary = await desk.privacy.summary(call.person)
            return Reply(screens.my_data(desk.words, summary))


async def _export(desk: Desk, call: Call) -> Reply:
    pages = (await desk.privacy.export(call.person)).pages

    messages = [
        screens.export_page(desk.words, page, number, len(pages))
        for number, page in enumerate(pages, start=1)
    ]

    async def after(out: Outbound) -> None:
        sent = await out.post_all(call.person.user, messages)
        if sent < len(pages):
            broken = desk.words("mydata.export_broken", sent=sent, pages=len(pages))
            await out.tell(call, kit.message(broken))

    return Reply(kit.message(desk.words("mydata.exporting")), after=after)
