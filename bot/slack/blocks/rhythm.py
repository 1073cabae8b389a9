"""Screens of when and how often: the settings, what comes next, what rests, and snoozing."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.cadence import WEEKDAYS, Every, zone_of
from bot.domain.deliveries import Kind
from bot.domain.learners import Defaults, Learner, ZoneSource
from bot.domain.rests import Vacation, country_name
from bot.domain.snoozes import Until
from bot.ports import Message
from bot.services.results import NextSend, Outlook, Rest, RestReason, Snoozed
from bot.slack.blocks.kit import (
    Block,
    Choice,
    Element,
    View,
    actions,
    button,
    checkboxes,
    choice_input,
    context,
    divider,
    field,
    menu,
    message,
    modal,
    section,
    text_input,
    time_input,
)
from bot.slack.words import DAY_NAMES, Words, day_year, moment

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

FOLLOW = "slack"
"""In place of a zone: the one that Slack reports."""

MOST_UNASKED = 3
AS_CONFIGURED = "default"


def weekday_choices() -> list[Choice]:
    """The seven days for a choice of days."""
    return [(name, key) for key, name in DAY_NAMES.items()]


# -- settings ----------------------------------------------------------------------------------


def settings_form(words: Words, learner: Learner, defaults: Defaults) -> View:
    """When things come and how often: zone, prompts, check-ins, messages a day, days off."""
    return modal(
        "settings.submit",
        words.plain("settings.title"),
        [
            _zone_field(words, learner),
            *_prompt_fields(words, learner),
            *_check_in_fields(words, learner),
            _unasked_field(words, learner, defaults),
            *_rest_fields(words, learner),
            context(words("settings.snooze_hint")),
        ],
        submit=words.plain("settings.submit"),
        close=words.plain("button.cancel"),
    )


def _zone_field(words: Words, learner: Learner) -> Block:
    """Follow Slack first, then the present zone, then the others."""
    listed = [learner.zone, *(name for name in COMMON_ZONES if name != learner.zone)]
    chosen = learner.zone if learner.zone_source is ZoneSource.OWN else FOLLOW
    choices = [(words.plain("settings.zone_slack"), FOLLOW)]
    choices += [(name.replace("_", " "), name) for name in listed]
    hint = words.plain("settings.zone_hint", zone=learner.zone)
    element = choice_input("static_select", choices, chosen)
    return field("zone", words.plain("settings.zone"), element, hint=hint)


def _prompt_fields(words: Words, learner: Learner) -> list[Block]:
    rhythm = learner.prompts
    days = [WEEKDAYS[number] for number in rhythm.days]
    return [
        field("time", words.plain("settings.time"), time_input(rhythm.at)),
        field("days", words.plain("settings.days"), checkboxes(weekday_choices(), days)),
        field(
            "every",
            words.plain("settings.every"),
            _every(words, rhythm.every),
            hint=words.plain("settings.every_hint"),
        ),
    ]


def _check_in_fields(words: Words, learner: Learner) -> list[Block]:
    weekly = learner.checkins
    first = WEEKDAYS[min(weekly.days, default=4)]
    day = choice_input("static_select", weekday_choices(), first)
    every = _every(words, weekly.every)
    return [
        field("check_in_day", words.plain("settings.check_in_day"), day),
        field("check_in_time", words.plain("settings.check_in_time"), time_input(weekly.at)),
        field("check_in_every", words.plain("settings.check_in_every"), every),
    ]


def _every(words: Words, chosen: Every) -> Element:
    choices = [(words.plain(f"settings.every_{known}"), known.value) for known in Every]
    return choice_input("static_select", choices, chosen)


def _unasked_field(words: Words, learner: Learner, defaults: Defaults) -> Block:
    usual = words.plain("settings.unasked_default", count=defaults.unasked_per_day)
    choices = [(usual, AS_CONFIGURED), *((str(n), str(n)) for n in range(MOST_UNASKED + 1))]
    own = learner.unasked_per_day
    element = choice_input("static_select", choices, AS_CONFIGURED if own is None else str(own))
    return field("unasked", words.plain("settings.unasked"), element)


def _rest_fields(words: Words, learner: Learner) -> list[Block]:
    country = learner.rests.country
    away = "\n".join(_span(one) for one in learner.rests.vacations)
    return [
        field(
            "country",
            words.plain("settings.country"),
            text_input(country_name(country) if country else "", most=60),
            hint=words.plain("settings.country_hint"),
            optional=True,
        ),
        field(
            "vacations",
            words.plain("settings.vacations"),
            text_input(away, multiline=True, most=600),
            hint=words.plain("settings.vacations_hint"),
            optional=True,
        ),
    ]


def _span(away: Vacation) -> str:
    return f"{away.first.isoformat()} to {away.last.isoformat()}"


# -- what comes and what rests -----------------------------------------------------------------


def next_lines(words: Words, outlook: Outlook) -> str:
    """What comes next, each with date, time and zone, and what rests; or that nothing comes."""
    title = words("settings.next_title" if outlook.sends else "settings.next_none")
    sends = [_send_line(words, send) for send in outlook.sends]
    return "\n".join([title, *sends, *(_rest_line(words, rest) for rest in outlook.rests)])


def _send_line(words: Words, send: NextSend) -> str:
    when = moment(send.due, zone_of(send.zone))
    return words(f"settings.next_{send.kind}", moment=when, zone=send.zone)


def _rest_line(words: Words, rest: Rest) -> str:
    first, last = (day_year(day) if day else "" for day in (rest.first, rest.last))
    match rest.reason:
        case RestReason.OFF:
            return words(f"settings.off_{rest.kind}")
        case RestReason.SNOOZED:
            again = day_year(rest.last + timedelta(days=1)) if rest.last else ""
            return words(f"settings.snoozed_{rest.kind}", again=again)
        case RestReason.VACATION:
            return words("settings.away", first=first, last=last)
        case RestReason.HOLIDAY:
            return words("settings.holiday", day=first, name=rest.name)
        case _:
            return words(f"settings.rest_{rest.reason}")


def went_to_rest(words: Words) -> list[Block]:
    """What stands below the last message before the coach rests, with the way back."""
    back = button(words.plain("settings.go_on"), "rhythm.resume", style="primary")
    return [divider(), section(words("settings.now_resting")), actions(back)]


# -- snoozing ----------------------------------------------------------------------------------


def not_now(words: Words, kind: Kind, content_id: str = "-") -> Element:
    """The menu under a message that has arrived: have it later, or none of its kind for a while."""
    choices = [
        (
            words.plain(f"snooze.{until}" if until is not Until.NEVER else f"snooze.never_{kind}"),
            f"{until} {content_id}",
        )
        for until in Until
    ]
    return menu(words.plain("snooze.not_now"), f"snooze.{kind}", choices)


def snooze_menu(words: Words, outlook: Outlook) -> Message:
    """What `snooze` without a time shows: a menu for everything and one for each kind."""
    menus = [_menu(words, name) for name in ("all", "prompt", "checkin")]
    intro = words("snooze.intro")
    return message(intro, section(intro), actions(*menus), section(next_lines(words, outlook)))


def _menu(words: Words, kind: str) -> Element:
    untils: Sequence[Until] = [until for until in Until if until is not Until.NEVER]
    choices = [(words.plain(f"snooze.{until}"), f"{kind} {until}") for until in untils]
    return menu(words.plain(f"snooze.menu_{kind}"), f"snooze.{kind}", choices)


def snoozed(words: Words, result: Snoozed) -> Message:
    """What a snooze did: when these kinds come next, or that they come no more."""
    if not result.sends:
        return message(words("snooze.stopped"))
    lines = [_send_line(words, send) for send in result.sends]
    return message("\n".join([words("snooze.done"), *lines]))
