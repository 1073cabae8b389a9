"""Reads what was typed into a form; a wrong input is an error at its field and loses nothing."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from bot.domain.cadence import WEEKDAYS, Every, Rhythm, local_date, zone_names, zone_of
from bot.domain.errors import InvalidField
from bot.domain.feedback import Reason
from bot.domain.learners import Background, Goal, Move, ZoneSource
from bot.domain.plans import PromiseOutcome, month_end
from bot.domain.prompts import LONGEST_ANSWER, Prompt
from bot.domain.quiet import EARLIEST_SEND, LATEST_SEND
from bot.domain.rests import Vacation, country_of
from bot.domain.snoozes import LONGEST, read_vacation
from bot.services.coaching import FOLLOW_SLACK, SettingsForm, StartForm
from bot.services.planning import CheckInForm
from bot.services.study_groups import GroupForm
from bot.slack.blocks.rhythm import AS_CONFIGURED, FOLLOW, MOST_UNASKED

Values = Mapping[str, Any]
PROMISE = "promise:"
MOST_VACATIONS = 20
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}")


def values_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a view's state by field: text, a value, or a list of values."""
    return {
        block_id: _value(element)
        for block_id, elements in state.get("values", {}).items()
        for element in elements.values()
    }


def _value(element: Mapping[str, Any]) -> Any:
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or []]
    if element.get("selected_option"):
        return element["selected_option"]["value"]
    return element.get("selected_time") or element.get("value") or ""


def text(values: Values, name: str, *, needed: bool = True, most: int = LONGEST_ANSWER) -> str:
    """The text of a field without blanks around it. Raises InvalidField when it does not fit."""
    given = str(values.get(name, "")).strip()
    if needed and not given:
        raise InvalidField(**{name: "empty"})
    if len(given) > most:
        raise InvalidField(**{name: "too_long"})
    return given


def _number(values: Values, name: str, least: float, most: float, code: str) -> float:
    try:
        given = float(str(values.get(name, "")).strip().replace(",", "."))
    except ValueError:
        raise InvalidField(**{name: "not_a_number"}) from None
    if not least <= given <= most:
        raise InvalidField(**{name: code})
    return given


def _time(values: Values, name: str) -> time:
    typed = str(values.get(name, ""))
    try:
        given = time.fromisoformat(typed if _CLOCK.fullmatch(typed) else "")
    except ValueError:
        raise InvalidField(**{name: "choose"}) from None
    if not EARLIEST_SEND <= given <= LATEST_SEND:
        raise InvalidField(**{name: "time_range"})
    return given


def _days(values: Values, name: str) -> frozenset[int]:
    given = values.get(name) or []
    chosen = frozenset(WEEKDAYS.index(key) for key in given if key in WEEKDAYS)
    if not chosen:
        raise InvalidField(**{name: "choose_day"})
    return chosen


def _day(values: Values, name: str) -> frozenset[int]:
    given = str(values.get(name, ""))
    return _days({name: [given]}, name)


def _zone(given: str, name: str) -> str:
    if given not in zone_names():
        raise InvalidField(**{name: "unknown_zone"})
    return given


def start_form(values: Values, metadata: str, now: datetime) -> StartForm:
    """What the start form asks. Raises InvalidField at the first field that does not fit."""
    carried = json.loads(metadata)
    zone = _zone(str(carried["zone"]), "time")
    return StartForm(
        goal=Goal(
            background=_choice(Background, values, "background"),
            move=_choice(Move, values, "move"),
            hours_per_week=_number(values, "hours", 1, 40, "hours_range"),
            target=_target(values, local_date(now, zone_of(zone))),
        ),
        prompts=Rhythm(_days(values, "days"), _time(values, "time")),
        zone=zone,
        zone_source=ZoneSource(carried["source"]),
    )


def _choice(kind: type[Any], values: Values, name: str) -> Any:
    try:
        return kind(values.get(name, ""))
    except ValueError:
        raise InvalidField(**{name: "choose"}) from None


def _target(values: Values, today: date) -> date:
    try:
        end = month_end(date.fromisoformat(f"{values.get('target', '')}-01"))
    except (ValueError, OverflowError):
        raise InvalidField(target="choose") from None
    if end < today:
        raise InvalidField(target="past_month")
    return end


def settings_form(values: Values, today: date) -> SettingsForm:
    """What the settings form asks. Raises InvalidField."""
    every = _choice(Every, values, "every")
    check_in_every = _choice(Every, values, "check_in_every")
    return SettingsForm(
        prompts=Rhythm(_days(values, "days"), _time(values, "time"), every),
        checkins=Rhythm(
            _day(values, "check_in_day"), _time(values, "check_in_time"), check_in_every
        ),
        zone=_zone_or_slack(values),
        unasked_per_day=_unasked(values),
        country=_country(values),
        vacations=_vacations(values, today),
    )


def _zone_or_slack(values: Values) -> str:
    given = str(values.get("zone", ""))
    return FOLLOW_SLACK if given == FOLLOW else _zone(given, "zone")


def _unasked(values: Values) -> int | None:
    given = str(values.get("unasked", ""))
    if given == AS_CONFIGURED:
        return None
    if given not in {str(count) for count in range(MOST_UNASKED + 1)}:
        raise InvalidField(unasked="choose")
    return int(given)


def _country(values: Values) -> str:
    given = text(values, "country", needed=False, most=60)
    code = country_of(given) if given else ""
    if code is None:
        raise InvalidField(country="unknown_country")
    return code


def _vacations(values: Values, today: date) -> tuple[Vacation, ...]:
    """One vacation a line, in their order; none that is over, none longer than a year."""
    lines = text(values, "vacations", needed=False, most=600).splitlines()
    spans = [read_vacation(line, today) for line in lines if line.strip()]
    found = [span for span in spans if span is not None]
    if len(found) < len(spans):
        raise InvalidField(vacations="not_dates")
    if len(found) > MOST_VACATIONS:
        raise InvalidField(vacations="vacation_many")
    if any(span.last < today for span in found):
        raise InvalidField(vacations="vacation_over")
    if any(span.last - span.first > LONGEST for span in found):
        raise InvalidField(vacations="vacation_long")
    return tuple(sorted(found))


def prompt_answer(values: Values, prompt: Prompt) -> str:
    """The answer to a prompt; for a pick, the chosen option and below it the reason."""
    if not prompt.options:
        return text(values, "answer")
    numbered = {str(number): shown for number, shown in enumerate(prompt.options)}
    chosen = numbered.get(str(values.get("choice", "")))
    if chosen is None:
        raise InvalidField(choice="choose")
    reason = text(values, "answer", needed=False)
    return f"{chosen}\n{reason}".strip()


def rated(values: Values) -> frozenset[int]:
    """The rubric lines that were ticked."""
    return frozenset(int(key) for key in values.get("rated") or [] if str(key).isdecimal())


def check_in_form(values: Values) -> CheckInForm:
    """What the weekly form asks. Raises InvalidField."""
    names = [name for name in values if name.startswith(PROMISE)]
    return CheckInForm(
        outcomes={
            name.removeprefix(PROMISE): _choice(PromiseOutcome, values, name) for name in names
        },
        evidence=text(values, "evidence", needed=False, most=1_000),
        hours=_number(values, "hours", 0, 100, "spent_range"),
        obstacle=text(values, "obstacle", needed=False, most=1_000),
        confidence=round(_number(values, "confidence", 0, 100, "percent_range")),
    )


def reason(values: Values) -> Reason | None:
    """Why an answer did not help, None when nothing was chosen. Raises InvalidField."""
    return _choice(Reason, values, "reason") if values.get("reason") else None


def place(values: Values, channels: Sequence[str]) -> str:
    """The one of these channels whose number was chosen; of a single one, that one.

    Raises InvalidField.
    """
    chosen = str(values.get("place") or "1")
    numbered = {str(number): channel for number, channel in enumerate(channels, start=1)}
    if chosen not in numbered:
        raise InvalidField(place="choose")
    return numbered[chosen]


def group_form(values: Values, zone: str) -> GroupForm:
    """When a group meets. Raises InvalidField."""
    return GroupForm(Rhythm(_day(values, "day"), _time(values, "time")), _zone(zone, "time"))
