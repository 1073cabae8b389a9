"""Screens of the plan: its dates, its milestones, and the ways out of a slip."""

from collections.abc import Sequence

from bot.domain.plans import Dated, Milestone, end_of
from bot.domain.replanning import Offer, OfferKind
from bot.ports import Message
from bot.services.results import PlanView
from bot.slack.blocks.kit import (
    Block,
    Element,
    View,
    actions,
    button,
    choice_input,
    context,
    field,
    header,
    message,
    modal,
    section,
    text_input,
)
from bot.slack.words import Words, day, day_year, hours, month

LINES = 8


def plan(words: Words, view: PlanView, intro: str = "") -> Message:
    """The plan with its dates and what can be done with it."""
    blocks = [section(intro)] if intro else []
    blocks += [header(words.plain("plan.heading", title=view.template.title))]
    blocks += plan_blocks(words, view)
    blocks.append(actions(*_plan_buttons(words, view)))
    sources = words.sources(view.template.sources)
    blocks.append(context(words("plan.sources", range=view.template.range, sources=sources)))
    return message(f"{intro} {_summary(words, view)}".strip(), *blocks)


def plan_blocks(words: Words, view: PlanView, *, summary: bool = True) -> list[Block]:
    """How the plan stands: a sentence, the next dated lines, and the ways out when it slips."""
    blocks = [section(_summary(words, view))] if summary or not view.dated else []
    if view.dated:
        blocks.append(section(_lines(words, view)))
    if view.offers:
        blocks += _offer_blocks(words, view)
    return blocks


def _summary(words: Words, view: PlanView) -> str:
    kept = [found for found in view.template.milestones if found.id not in view.plan.dropped]
    total = len(kept)
    if not view.dated:
        return words("plan.all_done", total=total)
    return words(
        "plan.ends",
        open=len(view.dated),
        total=total,
        pace=hours(view.plan.pace),
        end=day_year(end_of(view.dated, view.today)),
        target=month(view.plan.goal.target),
    )


def _lines(words: Words, view: PlanView) -> str:
    lines = [_line(words, view, entry) for entry in view.dated[:LINES]]
    rest = len(view.dated) - LINES
    if rest > 0:
        lines.append(words("plan.more", count=rest, end=day_year(view.dated[-1].due)))
    return "\n".join(lines)


def _line(words: Words, view: PlanView, entry: Dated) -> str:
    milestone = entry.milestone
    key = "plan.line_promised" if milestone.id in view.plan.promised else "plan.line"
    return words(key, day=day(entry.due), title=milestone.title, hours=hours(milestone.hours))


def _plan_buttons(words: Words, view: PlanView) -> list[Element]:
    buttons = [button(words.plain("plan.check_in"), "check_in.open")]
    if view.dated:
        done = button(words.plain("plan.done"), "plan.done", view.dated[0].milestone.id, "primary")
        buttons.insert(0, done)
    return [*buttons, button(words.plain("plan.edit"), "start.open")]


def _offer_blocks(words: Words, view: PlanView) -> list[Block]:
    """Three ways out as buttons, and in words what cutting would drop."""
    buttons = [
        button(_offer_text(words, view, offer), f"plan.offer.{offer.kind}", offer.kind.value)
        for offer in view.offers
    ]
    blocks: list[Block] = [section(words("plan.later")), actions(*buttons)]
    cut = [milestone.title for offer in view.offers for milestone in offer.cut]
    if cut:
        blocks.append(context(words("plan.cut_list", titles=", ".join(cut))))
    return blocks


def _offer_text(words: Words, view: PlanView, offer: Offer) -> str:
    facts = {
        "hours": hours(offer.hours_per_week),
        "end": day_year(offer.end),
        "target": month(view.plan.goal.target),
        "count": len(offer.cut),
    }
    key = offer.kind.value
    if offer.kind is OfferKind.CUT_SCOPE and not offer.cut:
        key = "cut_nothing"
    if offer.kind is OfferKind.KEEP_DATE and offer.end > view.plan.goal.target:
        key = "keep_date_late"
    return words.plain(f"plan.{key}", **facts)[:75]


def done_form(words: Words, view: PlanView, milestone: Milestone) -> View:
    """The form that closes a milestone with evidence; any open one can be chosen."""
    choices = [(entry.milestone.title[:75], entry.milestone.id) for entry in view.dated]
    intro = words("plan.form_intro", title=milestone.title, done_when=milestone.done_when)
    return modal(
        "plan.done_submit",
        words.plain("plan.form_title"),
        [
            section(intro),
            field(
                "milestone",
                words.plain("plan.title"),
                choice_input("static_select", choices, milestone.id),
            ),
            field(
                "evidence",
                words.plain("plan.form_label"),
                text_input(multiline=True),
                hint=words.plain("plan.form_hint"),
            ),
        ],
        submit=words.plain("plan.form_submit"),
        close=words.plain("button.cancel"),
    )


def closed(words: Words, view: PlanView, milestone_id: str) -> View:
    """The page after a milestone was closed."""
    milestone = view.template.milestone(milestone_id)
    title = milestone.title if milestone else milestone_id
    return page(words, "plan.title", words("plan.closed", title=title), plan_blocks(words, view))


def page(words: Words, title: str, intro: str, blocks: Sequence[Block] = ()) -> View:
    """A page over the conversation that only says something."""
    return modal(
        "page", words.plain(title), [section(intro), *blocks], close=words.plain("button.close")
    )
