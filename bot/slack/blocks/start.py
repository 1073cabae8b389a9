"""Screens of starting, of the settings and of what comes next."""

import json
from collections.abc import Sequence
from datetime import date

from bot.domain.cadence import WEEKDAYS, zone_of
from bot.domain.learners import Background, Defaults, Learner, Move
from bot.domain.plans import end_of
from bot.ports import Message
from bot.services.results import NextSend, PlanView, Welcome
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
from bot.slack.words import DAY_NAMES, Words, day_year, hours, moment, month

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


def weekday_choices() -> list[tuple[str, str]]:
    """The seven days for a choice of days."""
    return [(name, key) for key, name in DAY_NAMES.items()]


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


COMMON_ZONES = tuple(
    """
    Pacific/Honolulu America/Anchorage America/Los_Angeles America/Denver America/Phoenix
    America/Chicago America/Mexico_City America/New_York America/Toronto America/Bogota
    America/Lima America/Caracas America/Halifax America/Santiago America/Sao_Paulo
    America/Argentina/Buenos_Aires America/St_Johns Atlantic/Azores Europe/London Europe/Dublin
    Europe/Lisbon Africa/Casablanca Africa/Accra Africa/Lagos Europe/Madrid Europe/Paris
    Europe/Brussels Europe/Amsterdam Europe/Berlin Europe/Zurich Europe/Rome Europe/Vienna
    Europe/Prague Europe/Warsaw Europe/Copenhagen Europe/Stockholm Europe/Oslo Europe/Budapest
    Africa/Johannesburg Africa/Cairo Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Kyiv
    Asia/Jerusalem Europe/Istanbul Africa/Nairobi Asia/Riyadh Asia/Tehran Asia/Dubai Asia/Kabul
    Asia/Karachi Asia/Tashkent Asia/Kolkata Asia/Colombo Asia/Kathmandu Asia/Dhaka Asia/Yangon
    Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh Asia/Singapore Asia/Kuala_Lumpur Asia/Manila
    Asia/Hong_Kong Asia/Shanghai Asia/Taipei Australia/Perth Asia/Seoul Asia/Tokyo
    Australia/Adelaide Australia/Brisbane Australia/Sydney Pacific/Auckland Pacific/Fiji UTC
    """.split()
)
"""Zones to choose from, west to east: a list of choices holds at most a hundred."""


def settings_form(words: Words, learner: Learner) -> View:
    """When things come: times, days and zone; the present zone stands first."""
    rhythm, weekly = learner.prompts, learner.checkins
    listed = [learner.zone, *(name for name in COMMON_ZONES if name != learner.zone)]
    first = min(weekly.days, default=4)
    return modal(
        "settings.submit",
        words.plain("settings.title"),
        [
            field(
                "zone",
                words.plain("settings.zone"),
                choice_input(
                    "static_select",
                    [(name.replace("_", " "), name) for name in listed],
                    learner.zone,
                ),
            ),
            field("time", words.plain("settings.time"), time_input(rhythm.at)),
            field(
                "days",
                words.plain("settings.days"),
                checkboxes(weekday_choices(), [WEEKDAYS[number] for number in rhythm.days]),
            ),
            field(
                "check_in_day",
                words.plain("settings.check_in_day"),
                choice_input("static_select", weekday_choices(), WEEKDAYS[first]),
            ),
            field("check_in_time", words.plain("settings.check_in_time"), time_input(weekly.at)),
            context(words("settings.snooze_hint")),
        ],
        submit=words.plain("settings.submit"),
        close=words.plain("button.cancel"),
    )


def next_lines(words: Words, sends: Sequence[NextSend]) -> str:
    """What comes next, each with date, time and zone; or that nothing does."""
    if not sends:
        return words("settings.next_none")
    lines = [
        words(
            f"settings.next_{send.kind}",
            moment=moment(send.due, zone_of(send.zone)),
            zone=send.zone,
        )
        for send in sends
    ]
    return "\n".join([words("settings.next_title"), *lines])
