"""Screens of starting."""

import json
from datetime import date

from bot.domain.cadence import WEEKDAYS
from bot.domain.learners import Background, Defaults, Learner, Move
from bot.domain.plans import end_of
from bot.ports import Message
from bot.services.results import PlanView, Welcome
from bot.slack.blocks.kit import (
    View,
    checkboxes,
    choice_input,
    context,
    field,
    message,
    modal,
    number_input,
    section,
    time_input,
)
from bot.slack.blocks.planning import plan_blocks
from bot.slack.blocks.rhythm import weekday_choices
from bot.slack.words import Words, day_year, hours, moment, month

MONTHS = 18


def start_form(
    words: Words, learner: Learner | None, defaults: Defaults, zone: str, source: str, today: date
) -> View:
    """The one form of starting; for somebody who has started, with what they chose."""
    goal = learner.goal if learner else None
    rhythm = learner.prompts if learner else defaults.prompts
    return modal(
        "start.submit",
        words.plain("start.title_edit" if learner else "start.title"),
        [
            section(words("start.intro")),
            field(
                "background",
                words.plain("start.background"),
                choice_input(
                    "static_select", _backgrounds(words), goal.background if goal else None
                ),
            ),
            field(
                "move",
                words.plain("start.move"),
                choice_input("radio_buttons", _moves(words), goal.move if goal else None),
            ),
            field(
                "hours",
                words.plain("start.hours"),
                number_input(
                    goal.hours_per_week if goal else defaults.hours_per_week, 1, 40, whole=False
                ),
                hint=words.plain("start.hours_hint"),
            ),
            field(
                "target",
                words.plain("start.target"),
                choice_input(
                    "static_select",
                    _months(today, goal.target if goal else None),
                    f"{goal.target:%Y-%m}" if goal else None,
                ),
            ),
            field(
                "time",
                words.plain("start.time"),
                time_input(rhythm.at),
                hint=words.plain("start.time_hint", zone=zone),
            ),
            field(
                "days",
                words.plain("start.days"),
                checkboxes(weekday_choices(), [WEEKDAYS[number] for number in rhythm.days]),
            ),
        ],
        submit=words.plain("start.submit_edit" if learner else "start.submit"),
        close=words.plain("button.cancel"),
        metadata=json.dumps({"zone": zone, "source": source}),
    )


def _backgrounds(words: Words) -> list[tuple[str, str]]:
    return [(words.plain(f"start.background_{known}"), known.value) for known in Background]


def _moves(words: Words) -> list[tuple[str, str]]:
    return [(words.plain(f"start.move_{known}"), known.value) for known in Move]


def _months(today: date, chosen: date | None) -> list[tuple[str, str]]:
    """This month and those that follow; an earlier choice stays in the list."""
    first = today.replace(day=1)
    months = [first]
    while len(months) < MONTHS:
        following = months[-1]
        months.append(
            following.replace(
                year=following.year + following.month // 12, month=following.month % 12 + 1
            )
        )
    if chosen and chosen.replace(day=1) not in months:
        months.append(chosen.replace(day=1))
    return [(month(value), f"{value:%Y-%m}") for value in months]


def welcome(words: Words, result: Welcome) -> Message:
    """The first message: the plan as dated lines, what comes when, and how to stop."""
    view = result.view
    end = day_year(end_of(view.dated, view.today))
    intro = words(
        "start.welcome",
        plan=view.template.title,
        end=end,
        hours=hours(view.plan.pace),
        target=month(view.plan.goal.target),
    )
    blocks = [section(intro), *plan_blocks(words, view, summary=False)]
    blocks += [section(line) for line in _promise_lines(words, view)]
    blocks += [context(_rhythm(words, result)), context(words("start.stop"))]
    return message(words("start.welcome_notify", end=end), *blocks)


def _promise_lines(words: Words, view: PlanView) -> list[str]:
    return [
        words("start.promise", title=milestone.title, step=milestone.first_step)
        for milestone in view.promised[:1]
    ]


def _rhythm(words: Words, result: Welcome) -> str:
    zone = result.learner.tzinfo()
    times = {send.kind.value: moment(send.due, zone) for send in result.sends}
    return words(
        "start.rhythm",
        prompt=times.get("daily_prompt", "–"),
        check_in=times.get("weekly_checkin", "–"),
        zone=result.learner.zone,
    )


def started(words: Words, result: Welcome) -> View:
    """The page after the form: what was saved and where it went on."""
    key = "start.edited" if result.edited else "start.done"
    return modal(
        "start.done",
        words.plain("start.done_title"),
        [section(words(key)), *plan_blocks(words, result.view), context(_rhythm(words, result))],
        close=words.plain("button.close"),
    )
