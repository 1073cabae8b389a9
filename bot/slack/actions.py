"""Buttons: one table from the action id, its part before the second dot, to what a click does."""

from dataclasses import replace

from bot.domain.deliveries import Kind
from bot.domain.errors import Gone
from bot.domain.replanning import OfferKind
from bot.slack import asking, commands, model_card, rhythm
from bot.slack.blocks import groups as group_screens
from bot.slack.blocks import planning, prompts
from bot.slack.desk import Call, Desk, Handler, Reply
from bot.slack.my_data import CONFIRMED


def command(text: str) -> Handler:
    """A button that does what a command does; its value is not part of the command."""

    async def handler(desk: Desk, call: Call) -> Reply:
        return await commands.run(desk, replace(call, text=text))

    return handler


async def nothing(_: Desk, __: Call) -> Reply:
    """A control that only carries a value for a form, or opens a link."""
    return Reply()


# -- prompts ----------------------------------------------------------------------------------


async def answer_prompt(desk: Desk, call: Call) -> Reply:
    """The form for an answer, with the earlier answer in it."""
    await desk.coaching.known(call.person)
    card = await desk.prompting.prompt_card(call.person, call.text)
    return Reply(view=prompts.answer_form(desk.words, card))


async def compare(desk: Desk, call: Call) -> Reply:
    """An answer that was given in a thread, to be rated and compared."""
    reflection = await desk.prompting.reflect(call.person, call.text)
    return Reply(view=prompts.reflection_form(desk.words, reflection))


# -- plan -------------------------------------------------------------------------------------


async def close_milestone(desk: Desk, call: Call) -> Reply:
    """The form that closes a milestone with evidence."""
    view = await desk.planning.view(call.person)
    milestone = view.template.milestone(call.text)
    if milestone is None or milestone.id not in {entry.milestone.id for entry in view.dated}:
        raise Gone
    return Reply(view=planning.done_form(desk.words, view, milestone))


async def take_offer(desk: Desk, call: Call) -> Reply:
    """One of the three ways out of a slip."""
    view = await desk.planning.accept(call.person, OfferKind(call.text))
    return Reply(planning.plan(desk.words, view, desk.words("plan.accepted")), home=True)


# -- study group ------------------------------------------------------------------------------


async def answer_session(desk: Desk, call: Call) -> Reply:
    """The form for an answer in the thread of a session."""
    session = desk.groups.session(call.text)
    form = group_screens.answer_form(desk.words, session, call.channel, call.ts)
    return Reply(view=form)


ACTIONS: dict[str, Handler] = {
    "run": commands.run,
    "glossary.show": commands.run,
    "ask.show": asking.show_answer,
    "ask.share": asking.share_answer,
    "ask.open": asking.open_question,
    "ask.question": asking.ask,
    "ask.none": asking.none_of_these,
    "ask.owner": asking.tell_owner,
    "ask.group": asking.ask_group,
    "ask.vote": asking.vote,
    "modelcard.open": command("modelcard"),
    "modelcard.try": model_card.show,
    "help.show": command("help"),
    "start.open": command("start"),
    "prompt.today": command("prompt"),
    "prompt.swap": command("prompt another"),
    "prompt.answer": answer_prompt,
    "prompt.compare": compare,
    "plan.show": command("plan"),
    "plan.done": close_milestone,
    "plan.offer": take_offer,
    "check_in.open": commands.check_in,
    "settings.open": command("settings"),
    "rhythm.pause": command("pause"),
    "rhythm.resume": command("resume"),
    "snooze.open": command("snooze"),
    "snooze.all": rhythm.snooze,
    "snooze.prompt": rhythm.snooze,
    "snooze.checkin": rhythm.snooze,
    f"snooze.{Kind.DAILY_PROMPT}": rhythm.snooze_prompt,
    f"snooze.{Kind.WEEKLY_CHECKIN}": rhythm.snooze_check_in,
    "group.join": command("group join"),
    "group.leave": command("group leave"),
    "group.answer": answer_session,
    "mydata.show": command("mydata"),
    "mydata.export": command("mydata export"),
    "mydata.delete": command(f"mydata delete {CONFIRMED}"),
}


def handler_of(action_id: str) -> Handler:
    """What a click does; ids may carry a place behind a second dot, `ask.show.2`."""
    name = ".".join(action_id.split(".")[:2])
    return ACTIONS.get(name, nothing)
