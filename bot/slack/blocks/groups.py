"""Screens of study groups."""

import json
from datetime import time

from bot.domain.cadence import WEEKDAYS, zone_of
from bot.domain.groups import StudyGroup, StudySession
from bot.ports import Message
from bot.services.results import GroupView, SessionCard, ShutOut
from bot.slack.blocks.kit import (
    Block,
    View,
    actions,
    button,
    choice_input,
    context,
    field,
    header,
    message,
    modal,
    quoted,
    section,
    text_input,
    time_input,
)
from bot.slack.blocks.rhythm import weekday_choices
from bot.slack.words import Words, channel_link, escape, mention, moment

FIRST_DAY, FIRST_TIME = "wed", time(17, 0)
EXCERPT = 300


def group_form(words: Words, group: StudyGroup | None, weeks: int, channel: str, zone: str) -> View:
    """When the group meets; for a running group, with what it chose."""
    first = WEEKDAYS[min(group.rhythm.days)] if group and group.rhythm.days else FIRST_DAY
    at = group.rhythm.at if group else FIRST_TIME
    hint = words.plain("group.time_hint", zone=zone)
    day = choice_input("static_select", weekday_choices(), first)
    return modal(
        "group.submit",
        words.plain("group.title"),
        [
            section(words("group.form_intro", weeks=weeks)),
            field("day", words.plain("group.day"), day),
            field("time", words.plain("group.time"), time_input(at), hint=hint),
        ],
        submit=words.plain("group.submit_edit" if group else "group.submit"),
        close=words.plain("button.cancel"),
        metadata=json.dumps({"channel": channel, "zone": zone, "edit": group is not None}),
    )


def announcement(words: Words, view: GroupView) -> Message:
    """What the channel reads when a group starts: who started it, when, and how to join."""
    facts = _next_facts(view)
    text = words("group.announce", person=mention(view.group.started_by.user), **facts)
    return message(text, section(text), actions(_join(words)))


def shut_out(words: Words, shut: ShutOut) -> Message:
    """What whoever started a group reads when its channel can't be reached any more."""
    text = words("group.shut_out", channel=channel_link(shut.channel))
    return message(text, section(text))


def status(words: Words, view: GroupView, intro: str = "") -> Message:
    """How the group stands, for one person."""
    text = f"{intro}\n{_status_line(words, view)}".strip()
    control = _leave(words) if view.is_member else _join(words)
    return message(text, section(text), actions(control), context(words("group.end_hint")))


def _status_line(words: Words, view: GroupView) -> str:
    members, weeks = len(view.group.members), view.weeks
    if view.session is None:
        return words("group.status_ended", members=members, weeks=weeks)
    if view.sends is None:
        return words("group.status_paused", members=members, week=view.group.week)
    facts = {**_next_facts(view), "members": members, "weeks": weeks}
    return words("group.status", week=view.group.week, **facts)


def _next_facts(view: GroupView) -> dict[str, object]:
    zone = zone_of(view.group.zone)
    return {
        "title": view.session.title if view.session else "–",
        "moment": moment(view.sends.due, zone) if view.sends else "–",
        "zone": view.group.zone,
    }


def _join(words: Words) -> dict[str, object]:
    return button(words.plain("group.join"), "group.join", style="primary")


def _leave(words: Words) -> dict[str, object]:
    return button(words.plain("group.leave"), "group.leave")


def session_card(words: Words, result: SessionCard) -> Message:
    """A session as the channel sees it; its thread is where the answers go."""
    session = result.session
    facts = {"week": session.week, "weeks": result.weeks, "title": session.title}
    blocks: list[Block] = [
        header(words.plain("group.heading", **facts)),
        section(words("group.goal", goal=session.goal)),
        section(words("group.before", items=_list(session.before))),
        section(words("group.agenda", items=_agenda(session))),
        section(words("group.case", case=session.case)),
        section(words("group.questions", items=_list(session.questions))),
        section(words("group.artifact", artifact=session.artifact)),
        actions(
            button(words.plain("group.answer"), "group.answer", session.id, "primary"),
            button(words.plain("group.join"), "group.join"),
        ),
    ]
    if session.sources:
        blocks.append(context(words("ask.sources", sources=words.sources(session.sources))))
    return message(words("group.notify", **facts), *blocks)


def _list(items: tuple[str, ...]) -> str:
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))


def _agenda(session: StudySession) -> str:
    return "\n".join(f"• {item.minutes} min: {item.what}" for item in session.agenda)


def answer_form(words: Words, session: StudySession, channel: str, ts: str) -> View:
    """The form for an answer that goes into the thread of a session."""
    questions = words("group.questions", items=_list(session.questions))
    label, hint = words.plain("group.form_label"), words.plain("group.form_hint")
    return modal(
        "group.answer_submit",
        words.plain("group.form_title"),
        [
            section(questions),
            field("answer", label, text_input(multiline=True), hint=hint),
        ],
        submit=words.plain("group.form_submit"),
        close=words.plain("button.cancel"),
        metadata=json.dumps({"session": session.id, "channel": channel, "ts": ts}),
    )


def thread_answer(words: Words, user: str, text: str) -> Message:
    """An answer in the thread, under the name of who wrote it."""
    head = words("group.posted", person=mention(user))
    return message(f"{head} {escape(text[:EXCERPT])}", section(head), quoted(text))


def answer_not_posted(words: Words, text: str) -> Message:
    """The answer back to its author, whole, when it could not be posted."""
    head = words("group.post_failed")
    return message(head, section(head), quoted(text))
