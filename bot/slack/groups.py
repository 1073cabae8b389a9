"""The study group of a channel: what `group …` does."""

from bot.domain.deliveries import Target
from bot.domain.errors import NotAChannel
from bot.domain.groups import StudyGroup
from bot.slack.blocks import groups as screens
from bot.slack.blocks import kit
from bot.slack.desk import Call, Desk, Outbound, Reply
from bot.slack.my_data import CONFIRMED

VERBS = ("start", "join", "leave", "status", "settings", "pause", "resume", "end")


def opens_form(_: Desk, rest: str) -> bool:
    """Whether these words open a form."""
    return rest.lower().split()[:1] in (["start"], ["settings"])


async def command(desk: Desk, call: Call) -> Reply:
    """The study group of this channel."""
    if not call.in_channel:
        raise NotAChannel
    await desk.standing.wake(Target(call.person.workspace, call.channel))
    words = call.text.lower().split() or ["status"]
    if words[0] in ("start", "settings"):
        return await _group_form(desk, call, edit=words[0] == "settings")
    if words[0] == "end":
        return await _end_group(desk, call, confirmed=CONFIRMED in words[1:])
    match words[0]:
        case "join":
            view, key = await desk.groups.join(call.place, call.person), "group.joined"
        case "leave":
            view, key = await desk.groups.leave(call.place, call.person), "group.left"
        case "pause" | "resume" as verb:
            paused = verb == "pause"
            view = await desk.groups.pause(call.place, call.person, paused=paused)
            key = "group.paused" if paused else "group.resumed"
        case _:
            view = await desk.groups.status(call.place, call.person)
            return Reply(screens.status(desk.words, view))
    return Reply(screens.status(desk.words, view, desk.words(key)), home=True)


async def _group_form(desk: Desk, call: Call, *, edit: bool) -> Reply:
    known: StudyGroup | None = None
    if edit:
        known = (await desk.groups.status(call.place, call.person)).group
    else:
        await desk.groups.free(call.place)
    weeks = len(desk.content.syllabus)

    async def after(out: Outbound) -> None:
        zone = known.zone if known else (await out.zone_of(call.person))[0]
        form = screens.group_form(desk.words, known, weeks, call.channel, zone)
        await out.show(call, form)

    return Reply(after=after)


async def _end_group(desk: Desk, call: Call, *, confirmed: bool) -> Reply:
    if not confirmed:
        await desk.groups.status(call.place, call.person)
        return Reply(kit.message(desk.words("group.end_hint")))
    await desk.groups.end(call.place)
    return Reply(kit.message(desk.words("group.ended")), home=True)
