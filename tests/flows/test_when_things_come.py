"""Snoozing, what comes next, days off and the rest after silence, as a learner lives them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.world import World, running, shown

TUESDAY_NINE = datetime(2026, 3, 3, 8, tzinfo=UTC)
"""Nine in the morning in Berlin, where Maya is."""


@pytest.fixture
def started(world: World) -> World:
    """Maya has started."""
    world.start("maya")
    return world


def prompts(world: World, who: str = "maya") -> list[str]:
    return [
        str(found["text"]).splitlines()[0]
        for found in world.sent_to(who)
        if found["text"].startswith("Today's prompt")
    ]


# -- next --------------------------------------------------------------------------------------


def test_next_lists_five_sends_with_date_time_and_zone(started: World) -> None:
    lines = started.command("maya", "next").splitlines()
    assert lines[1] == "• Daily prompt: *Tue 3 Mar, 09:00* (Europe/Berlin)"
    assert lines[5] == "• Weekly check-in: *Fri 6 Mar, 16:00* (Europe/Berlin)"
    assert len(lines) == 6


def test_next_in_a_pause_says_so_and_how_to_go_on(started: World) -> None:
    started.command("maya", "pause")
    said = started.command("maya", "next")
    assert "Nothing comes unasked" in said
    assert "/aipm resume" in said
    assert "You paused" in started.home("maya")


def test_a_study_group_is_among_what_comes_next(started: World) -> None:
    started.command("maya", "group start", channel="ai-pm-study")
    started.submit("maya", day="tue", time="17:00")
    assert "Group session: *Tue 3 Mar, 17:00*" in started.command("maya", "next")


# -- snooze ------------------------------------------------------------------------------------


def test_a_prompt_put_off_until_later_comes_again_the_same_day(started: World) -> None:
    started.until(TUESDAY_NINE)
    before = prompts(started)
    started.click("maya", "snooze.daily_prompt", _option(started, "later"))
    assert "The same prompt again: *Tue 3 Mar, 12:00*" in shown(started.sent_to("maya")[-1])
    started.advance(hours=3)
    assert prompts(started) == [*before, before[-1]]
    started.advance(hours=12)
    assert len(prompts(started)) == len(before) + 1


def test_a_prompt_put_off_until_tomorrow_is_tomorrows_prompt(started: World) -> None:
    started.until(TUESDAY_NINE)
    before = prompts(started)
    started.click("maya", "snooze.daily_prompt", _option(started, "tomorrow"))
    assert "*Wed 4 Mar, 09:00*" in shown(started.sent_to("maya")[-1])
    started.advance(days=1)
    assert prompts(started) == [*before, before[-1]]


def test_no_more_prompts_is_one_choice_away_and_can_be_taken_back(started: World) -> None:
    started.until(TUESDAY_NINE)
    count = len(prompts(started))
    started.click("maya", "snooze.daily_prompt", _option(started, "never"))
    started.advance(days=3)
    assert len(prompts(started)) == count
    assert "Daily prompts are off" in started.command("maya", "next")
    started.command("maya", "settings")
    started.submit("maya", every="week")
    started.advance(days=3)
    assert len(prompts(started)) == count + 1


def test_snooze_by_words_until_a_day_for_one_kind(started: World) -> None:
    said = started.command("maya", "snooze prompt monday")
    assert "*Mon 9 Mar, 09:00* (Europe/Berlin)" in said
    coming = started.command("maya", "next")
    assert "come again from *Mon 9 Mar 2026* on" in coming
    assert "Weekly check-in: *Fri 6 Mar" in coming


def test_snooze_without_words_offers_menus_and_acts_on_them(started: World) -> None:
    assert "Choose until when" in started.command("maya", "snooze")
    started.click("maya", "snooze.all", "all later")
    assert "The same prompt again: *Mon 2 Mar, 12:30*" in shown(started.sent_to("maya")[-1])
    started.advance(days=1)
    started.click("maya", "snooze.prompt", "prompt workday")
    assert "Daily prompt: *Wed 4 Mar, 09:00*" in shown(started.sent_to("maya")[-1])


def test_snoozing_from_app_home_answers_there(started: World) -> None:
    started.home("maya")
    started.click("maya", "snooze.open")
    started.click("maya", "snooze.checkin", "checkin tomorrow")
    assert "Weekly check-in: *Fri 6 Mar, 16:00*" in shown(started.view("maya"))


def test_words_that_mean_no_day_are_answered_with_those_that_do(started: World) -> None:
    assert "until when “banana” is" in started.command("maya", "snooze banana")
    assert "from tomorrow up to a year" in started.command("maya", "snooze 2026-03-01")


def test_a_snooze_is_written_in_the_conversation_too(started: World) -> None:
    started.say("maya", "snooze prompt friday")
    assert "*Fri 6 Mar, 09:00*" in shown(started.sent_to("maya")[-1])


def test_the_check_in_can_be_put_off(started: World) -> None:
    started.until(datetime(2026, 3, 6, 15, tzinfo=UTC))
    started.click("maya", "snooze.weekly_checkin", "later -")
    assert "check-in again: *Fri 6 Mar, 19:00*" in shown(started.sent_to("maya")[-1])
    before = len(started.sent_to("maya"))
    started.advance(hours=3)
    assert "Weekly check-in" in shown(started.sent_to("maya")[before])


# -- days off and settings ---------------------------------------------------------------------


def test_holidays_and_vacations_are_days_off_and_said_to_be(started: World) -> None:
    started.command("maya", "settings")
    started.submit("maya", country="Germany", vacations="2026-03-09 to 2026-03-13")
    coming = started.command("maya", "next")
    assert "Away from *Mon 9 Mar 2026* to *Fri 13 Mar 2026*" in coming
    before = len(prompts(started))
    started.until(datetime(2026, 3, 15, 12, tzinfo=UTC))
    assert len(prompts(started)) == before + 4
    started.command("maya", "snooze prompt 2026-04-02")
    assert "*Fri 3 Apr 2026*: Good Friday, a public holiday" in started.command("maya", "next")


def test_settings_are_kept_as_they_were_chosen(started: World) -> None:
    started.command("maya", "settings")
    chosen = {"every": "fortnight", "check_in_every": "month", "unasked": "1", "country": "FR"}
    started.submit("maya", **chosen)
    started.command("maya", "settings")
    fields = {
        block["block_id"]: block["element"]
        for block in started.view("maya")["blocks"]
        if block["type"] == "input"
    }
    for name in ("every", "check_in_every", "unasked"):
        assert fields[name]["initial_option"]["value"] == chosen[name]
    assert fields["country"]["initial_value"] == "France"


def test_a_country_without_known_holidays_is_an_error_at_its_field(started: World) -> None:
    started.command("maya", "settings")
    answer = started.submit("maya", country="Atlantis")
    assert "English name" in answer["errors"]["country"]


def test_a_time_at_night_is_an_error_at_its_field(started: World) -> None:
    started.command("maya", "settings")
    assert "nobody is woken" in started.submit("maya", time="23:30")["errors"]["time"]


def test_a_zone_of_ones_own_is_given_back_to_slack(started: World) -> None:
    started.command("maya", "settings")
    started.submit("maya", zone="Asia/Tokyo")
    started.post("person", user="maya", tz="Europe/Lisbon")
    assert "Asia/Tokyo" in started.command("maya", "next")
    started.command("maya", "settings")
    started.submit("maya", zone="slack")
    assert "Europe/Lisbon" in started.command("maya", "next")
    assert "I follow your Slack profile" in shown(started.sent_to("maya")[-1])


# -- silence -----------------------------------------------------------------------------------


def test_after_five_prompts_in_silence_the_coach_rests_until_one_tap(started: World) -> None:
    started.advance(weeks=3)
    sent = started.sent_to("maya")
    assert len(prompts(started)) == 1 + 5
    assert "I rest now" in shown(sent[-1])
    assert [("I rest now" in shown(found)) for found in sent].count(True) == 1
    started.click("maya", "rhythm.resume")
    assert "Welcome back" in shown(started.sent_to("maya")[-1])
    started.advance(days=2)
    assert len(prompts(started)) == 1 + 5 + 2


@pytest.mark.parametrize("sign", ["command", "message", "click", "home", "answer"])
def test_any_sign_of_life_keeps_the_prompts_coming(started: World, sign: str) -> None:
    started.until(datetime(2026, 3, 9, 7, tzinfo=UTC))  # four prompts came, the fifth is close
    if sign == "command":
        started.command("maya", "plan")
    elif sign == "message":
        started.say("maya", "do i need a phd")
    elif sign == "click":
        started.click("maya", "prompt.answer")
    elif sign == "home":
        started.home("maya")
    else:
        thread = [found for found in started.sent_to("maya") if "Today's" in found["text"]][-1]
        started.say("maya", "I would ask first.", thread_ts=thread["ts"])
    before = len(prompts(started))
    started.advance(days=4)
    assert len(prompts(started)) == before + 4
    assert "I rest now" not in shown(started.sent_to("maya")[-1])


def test_what_was_counted_survives_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("silence")
    thursday = datetime(2026, 3, 5, 12, tzinfo=UTC)
    with running(data) as world:
        world.start("maya")
        world.until(thursday)
    with running(data, start_at=thursday) as world:
        world.until(datetime(2026, 3, 20, 12, tzinfo=UTC))
        assert len(prompts(world)) == 1 + 5


def _option(world: World, until: str) -> str:
    """The value of the choice in the newest menu under a prompt."""
    return next(
        option["value"]
        for message in reversed(world.sent_to("maya"))
        for element in _elements(message["blocks"])
        if element.get("action_id") == "snooze.daily_prompt"
        for option in element["options"]
        if option["value"].startswith(until)
    )


def _elements(blocks: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    for block in blocks:
        yield from block.get("elements") or []  # type: ignore[misc]
