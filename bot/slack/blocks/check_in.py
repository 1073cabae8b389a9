"""Screens of the weekly check-in."""

from collections.abc import Sequence

from bot.domain.deliveries import Kind
from bot.domain.plans import Milestone, PromiseOutcome, end_of
from bot.ports import Message
from bot.services.results import CheckInInvite, CheckInResult
from bot.slack.blocks.kit import (
    Block,
    View,
    actions,
    button,
    choice_input,
    divider,
    field,
    message,
    modal,
    number_input,
    section,
    text_input,
)
from bot.slack.blocks.planning import page, plan_blocks
from bot.slack.blocks.rhythm import not_now
from bot.slack.words import Words, day_year, hours, month

EXCERPT = 200


def check_in_invite(words: Words, invite: CheckInInvite) -> Message:
    """The weekly message: what it asks, and the button that opens it."""
    blocks = [section(words("check_in.invite"))]
    if invite.promises:
        titles = _titles(invite.promises)
        blocks.append(section(words("check_in.promises", titles=titles)))
    week = invite.week.isoformat()
    begin = button(words.plain("check_in.open"), "check_in.open", week, "primary")
    blocks.append(actions(begin, not_now(words, Kind.WEEKLY_CHECKIN)))
    return message(words("check_in.notify"), *blocks)


def _titles(milestones: Sequence[Milestone]) -> str:
    return ", ".join(milestone.title for milestone in milestones)


def check_in_form(words: Words, invite: CheckInInvite) -> View:
    """The weekly form, prefilled with an earlier version of the same week."""
    earlier = invite.earlier
    target = month(invite.learner.goal.target)
    planned = hours(invite.planned_hours)
    return modal(
        "check_in.submit",
        words.plain("check_in.title"),
        [
            *(_promise_field(words, invite, milestone) for milestone in invite.promises),
            field(
                "evidence",
                words.plain("check_in.evidence"),
                text_input(earlier.evidence if earlier else "", most=1_000),
                hint=words.plain("check_in.evidence_hint"),
                optional=True,
            ),
            field(
                "hours",
                words.plain("check_in.hours"),
                number_input(earlier.hours if earlier else None, 0, 100, whole=False),
                hint=words.plain("check_in.hours_hint", hours=planned),
            ),
            field(
                "obstacle",
                words.plain("check_in.obstacle"),
                text_input(earlier.obstacle if earlier else "", most=1_000),
                optional=True,
            ),
            field(
                "confidence",
                words.plain("check_in.confidence", target=target),
                number_input(earlier.confidence if earlier else None, 0, 100, whole=True),
                hint=words.plain("check_in.confidence_hint"),
            ),
        ],
        submit=words.plain("check_in.submit"),
        close=words.plain("button.cancel"),
        metadata=invite.week.isoformat(),
    )


def _promise_field(words: Words, invite: CheckInInvite, milestone: Milestone) -> Block:
    choices = [(words.plain(f"check_in.{known}"), known.value) for known in PromiseOutcome]
    earlier = invite.earlier.outcomes.get(milestone.id) if invite.earlier else None
    return field(
        f"promise:{milestone.id}",
        words.plain("check_in.promise", title=milestone.title),
        choice_input("radio_buttons", choices, earlier),
        hint=milestone.done_when,
    )


def check_in_result(words: Words, result: CheckInResult) -> View:
    """The page after a check-in: what it changed, and the coming week."""
    check_in, view = result.check_in, result.view
    lines = [words("check_in.saved", hours=hours(check_in.hours))]
    if result.finished:
        lines.append(words("check_in.finished", titles=_titles(result.finished)))
    lines.append(_end_line(words, result))
    if check_in.obstacle:
        lines.append(words("check_in.obstacle_kept", obstacle=_excerpt(check_in.obstacle)))
    if view.promised:
        lines.append(words("check_in.next_promises", titles=_titles(view.promised)))
    blocks = [divider(), *plan_blocks(words, view)]
    return page(words, "check_in.saved_title", "\n".join(lines), blocks)


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"


def _end_line(words: Words, result: CheckInResult) -> str:
    view = result.view
    end = end_of(view.dated, view.today)
    if end == result.end_before:
        return words("check_in.same_end", end=day_year(end))
    return words("check_in.moved_end", end=day_year(end), before=day_year(result.end_before))
