"""App Home: one next action first, then plan, rhythm, last answers, groups and privacy."""

from bot.domain.cadence import zone_of
from bot.services.results import GroupView, Outlook, Overview, PlanView
from bot.slack.blocks.kit import (
    Block,
    View,
    actions,
    button,
    context,
    divider,
    header,
    section,
)
from bot.slack.blocks.planning import plan_blocks
from bot.slack.blocks.rhythm import next_lines
from bot.slack.words import Markup, Words, channel_link, day_year, moment, month

ANSWERS = 3


def home(words: Words, overview: Overview) -> View:
    """What somebody sees on the Home tab; useful for everyone, started or not."""
    blocks = _newcomer(words) if overview.learner is None else _learner(words, overview)
    blocks += _groups(words, overview)
    blocks += [divider(), context(words("home.privacy"))]
    return {"type": "home", "blocks": blocks}


def _newcomer(words: Words) -> list[Block]:
    return [
        header(words.plain("home.title")),
        section(words("home.new")),
        actions(
            button(words.plain("home.start"), "start.open", style="primary"),
            button(words.plain("home.ask"), "ask.open"),
            button(words.plain("home.help"), "help.show"),
        ),
    ]


def _learner(words: Words, overview: Overview) -> list[Block]:
    blocks = [header(words.plain("home.next")), *_next_action(words, overview)]
    if overview.plan is not None:
        blocks += [divider(), header(words.plain("home.plan"))]
        blocks += plan_blocks(words, overview.plan)
        blocks.append(actions(button(words.plain("home.plan_button"), "plan.show")))
    blocks += [divider(), header(words.plain("home.rhythm"))]
    blocks.append(section(next_lines(words, overview.outlook)))
    blocks.append(actions(*_rhythm_buttons(words, overview)))
    return blocks + _journal(words, overview)


def _next_action(words: Words, overview: Overview) -> list[Block]:
    """Exactly one thing to do next, and beside it a way to ask."""
    ask = button(words.plain("home.ask"), "ask.open")
    card, view = overview.card, overview.plan
    if overview.check_in_due:
        start = button(words.plain("home.check_in_button"), "check_in.open", style="primary")
        return [section(words("home.next_check_in")), actions(start, ask)]
    if card is not None and card.answer is None:
        text = words("home.next_prompt", title=card.prompt.title)
        start = button(
            words.plain("home.prompt_button"), "prompt.answer", card.prompt.id, "primary"
        )
        return [section(text), actions(start, ask)]
    if view is not None and view.promised:
        return [section(_promise(words, view)), actions(_done_button(words, view), ask)]
    first = Outlook(overview.outlook.sends[:1], ())
    text = words("home.next_done", prompt=Markup(next_lines(words, first)))
    return [section(text), actions(ask)]


def _promise(words: Words, view: PlanView) -> str:
    first = view.promised[0]
    text = words("home.next_promise", title=first.title, step=first.first_step)
    if view.offers:
        text += "\n" + words("home.next_offers", target=month(view.plan.goal.target))
    return text


def _done_button(words: Words, view: PlanView) -> dict[str, object]:
    return button(words.plain("plan.done"), "plan.done", view.promised[0].id, "primary")


def _rhythm_buttons(words: Words, overview: Overview) -> list[dict[str, object]]:
    paused = overview.learner is not None and overview.learner.paused
    key = "settings.resume" if paused else "settings.pause"
    return [
        button(words.plain("settings.button"), "settings.open"),
        button(words.plain("snooze.button"), "snooze.open"),
        button(words.plain(key), "rhythm.resume" if paused else "rhythm.pause"),
        button(words.plain("home.my_data"), "mydata.show"),
        button(words.plain("home.model_card"), "modelcard.open"),
        button(words.plain("home.help"), "help.show"),
    ]


def _journal(words: Words, overview: Overview) -> list[Block]:
    blocks = [divider(), header(words.plain("home.journal"))]
    page = overview.journal
    if page is None or not page.total:
        return [*blocks, context(words("home.journal_none"))]
    for entry in page.entries[:ANSWERS]:
        answer, prompt = entry.answer, entry.prompt
        title = entry.title or words.plain("journal.lost_title")
        on = day_year(entry.on)
        line = words("journal.entry", title=title, day=on, version=answer.version)
        edit = button(words.plain("prompt.edit"), "prompt.answer", answer.prompt_id)
        blocks.append(section(line, edit if prompt else None))
    return blocks


def _groups(words: Words, overview: Overview) -> list[Block]:
    if not overview.groups:
        return []
    lines = "\n".join(_group_line(words, view) for view in overview.groups)
    return [divider(), header(words.plain("home.groups")), section(lines)]


def _group_line(words: Words, view: GroupView) -> str:
    when = words.plain("home.group_rests")
    if view.sends is not None:
        when = moment(view.sends.due, zone_of(view.group.zone))
    facts = {"week": view.group.week, "weeks": view.weeks, "when": when}
    return words("home.group_line", channel=channel_link(view.group.place.channel), **facts)
