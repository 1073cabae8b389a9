"""Forms that were sent: one table from the form's callback id to what is done with its inputs."""

import json
from datetime import date

from bot.domain.groups import Place
from bot.slack import asking, forms, rhythm
from bot.slack.actions import nothing
from bot.slack.blocks import check_in, groups, kit, planning, prompts, start
from bot.slack.desk import Call, Desk, Handler, Outbound, Reply


async def begin(desk: Desk, call: Call) -> Reply:
    """Start, or change what was chosen."""
    form = forms.start_form(call.values, call.metadata, desk.clock.now())
    result = await desk.coaching.start(call.person, form)
    return Reply(view=start.started(desk.words, result), home=True, wake=True)


async def answer(desk: Desk, call: Call) -> Reply:
    """Keep an answer and look at it with the rubric."""
    card = await desk.prompting.prompt_card(call.person, call.metadata)
    text = forms.prompt_answer(call.values, card.prompt)
    result = await desk.prompting.answer(call.person, card.prompt.id, text)
    return Reply(view=prompts.reflection_form(desk.words, result), home=True)


async def rate(desk: Desk, call: Call) -> Reply:
    """Keep the person's own reading, then show the key points."""
    rated = forms.rated(call.values)
    result = await desk.prompting.rate(call.person, call.metadata, rated)
    return Reply(view=prompts.key_points(desk.words, result), home=True)


async def close_milestone(desk: Desk, call: Call) -> Reply:
    """Close a milestone with evidence."""
    milestone_id = forms.text(call.values, "milestone")
    evidence = forms.text(call.values, "evidence")
    view = await desk.planning.finish(call.person, milestone_id, evidence)
    return Reply(view=planning.closed(desk.words, view, milestone_id), home=True)


async def weekly(desk: Desk, call: Call) -> Reply:
    """Keep a check-in and show what it changed."""
    form = forms.check_in_form(call.values)
    week = date.fromisoformat(call.metadata)
    result = await desk.planning.check_in(call.person, week, form)
    return Reply(view=check_in.check_in_result(desk.words, result), home=True)


async def group(desk: Desk, call: Call) -> Reply:
    """Start a study group, or meet at another time."""
    carried = json.loads(call.metadata)
    place = Place(call.person.workspace, carried["channel"])
    form = forms.group_form(call.values, carried["zone"])
    if carried["edit"]:
        view = await desk.groups.reschedule(place, call.person, form)
        saved = desk.words("group.saved")
        return Reply(groups.status(desk.words, view, saved), home=True)
    view = await desk.groups.start(place, call.person, form)

    async def after(out: Outbound) -> None:
        if await out.post(place.channel, groups.announcement(desk.words, view)):
            failed = kit.message(desk.words("group.announce_failed"))
            await out.post(call.person.user, failed)

    return Reply(home=True, after=after)


async def session_answer(desk: Desk, call: Call) -> Reply:
    """Post an answer into the thread of a session, under the person's name."""
    carried = json.loads(call.metadata)
    text = forms.text(call.values, "answer")
    await desk.groups.keep_answer(call.person, desk.groups.session(carried["session"]), text)
    message = groups.thread_answer(desk.words, call.person.user, text)

    async def after(out: Outbound) -> None:
        if await out.post(carried["channel"], message, carried["ts"]):
            await out.post(call.person.user, groups.answer_not_posted(desk.words, text))

    return Reply(after=after)


SUBMISSIONS: dict[str, Handler] = {
    "ask.submit": asking.question_sent,
    "ask.vote_submit": asking.unhelpful,
    "ask.group_submit": asking.group_asked,
    "start.submit": begin,
    "settings.submit": rhythm.save,
    "prompt.submit": answer,
    "prompt.rate": rate,
    "plan.done_submit": close_milestone,
    "check_in.submit": weekly,
    "group.submit": group,
    "group.answer_submit": session_answer,
}


def handler_of(callback_id: str) -> Handler:
    """What is done with a form; a page that only says something needs nothing."""
    return SUBMISSIONS.get(callback_id, nothing)
