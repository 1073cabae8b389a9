"""Every screen that shows what people wrote: it fits Slack's limits, and no markup gets through."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen_samples import (
    LEARNER,
    PICK,
    PIECES,
    SHORT,
    UNWRITTEN,
    WORDS,
    WRITTEN,
    Screen,
    answered,
    filled,
    plan_view,
)
from unit_samples import GOAL, TODAY, learner, steady

from bot.domain.learners import Defaults, ZoneSource
from bot.domain.prompts import LONGEST_ANSWER
from bot.domain.replanning import OfferKind, accept
from bot.ports import Message
from bot.services.results import (
    PromptCard,
)
from bot.slack import limits
from bot.slack.blocks import kit, prompts, rhythm, start
from bot.slack.blocks.kit import View


def problems(screen: Screen) -> list[str]:
    if isinstance(screen, Message):
        return limits.check_message(screen.text, screen.blocks)
    return limits.check_view(screen)


def objects(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every dict within a part of a screen."""
    if isinstance(part, Mapping):
        yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for entry in part:
            yield from objects(entry)


def marked_up(screen: Screen) -> list[str]:
    """Every text of a screen in which Slack would act on markup."""
    blocks = screen.blocks if isinstance(screen, Message) else screen["blocks"]
    texts = [found["text"] for found in objects(list(blocks)) if found.get("type") == "mrkdwn"]
    return [*texts, screen.text] if isinstance(screen, Message) else texts


@pytest.mark.parametrize("name", WRITTEN)
def test_what_people_wrote_fits_on_every_screen(name: str) -> None:
    found = {
        kind: problems(WRITTEN[name](filled(piece, LONGEST_ANSWER)))
        for kind, piece in PIECES.items()
    }
    assert {kind: over for kind, over in found.items() if over} == {}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_people_wrote_calls_nobody(name: str) -> None:
    for piece in PIECES.values():
        for text in marked_up(WRITTEN[name](filled(piece, 300))):
            bare = text.replace("<@U1> ", "").replace("<#C1>", "", 1).replace("<#C2>", "", 1)
            assert "<" not in bare, text


@steady
@given(st.sampled_from(sorted(WRITTEN)), st.text(min_size=1, max_size=120))
def test_no_text_breaks_a_screen(name: str, text: str) -> None:
    screen = WRITTEN[name](text)
    assert problems(screen) == []
    assert not [shown for shown in marked_up(screen) if "<!" in shown]


@pytest.mark.parametrize("name", UNWRITTEN)
def test_every_other_screen_fits_and_fills_all_its_blanks(name: str) -> None:
    screen = UNWRITTEN[name]()
    assert problems(screen) == []
    for text in marked_up(screen):
        assert "{" not in text
        assert "<!" not in text


# -- the building blocks ----------------------------------------------------------------------


def test_quoted_words_stay_exactly_as_they_were() -> None:
    text = "<!channel> *b* & {x}"
    (found,) = [part for part in objects(kit.quoted(text)) if part.get("type") == "text"]
    assert found["text"] == text


@pytest.mark.parametrize("shown", ["short", "x" * 75, "word " * 27 + "end.", "x" * 150])
def test_a_long_option_goes_on_in_its_description(shown: str) -> None:
    made = kit.option((shown, "1"))
    parts = [made["text"]["text"], made.get("description", {}).get("text", "")]
    assert "".join(parts).replace(" ", "") == shown.replace(" ", "")
    assert all(len(part) <= 75 for part in parts)


def test_a_choice_shows_what_was_chosen_and_ignores_what_is_no_option() -> None:
    choices = [("One", "1"), ("Two", "2")]
    assert kit.choice_input("radio_buttons", choices, "2")["initial_option"]["value"] == "2"
    assert "initial_option" not in kit.choice_input("radio_buttons", choices, "3")
    assert "initial_options" not in kit.checkboxes(choices, ["3"])
    assert [o["value"] for o in kit.checkboxes(choices, ["1", "3"])["initial_options"]] == ["1"]


def test_numbers_and_times_are_written_as_slack_wants_them() -> None:
    field = kit.number_input(2.5, 0, 100, whole=False)
    assert (field["initial_value"], field["min_value"], field["max_value"]) == ("2.5", "0", "100")
    assert "initial_value" not in kit.number_input(None, 0, 100, whole=True)
    assert kit.time_input(time(7, 5))["initial_time"] == "07:05"


def test_a_message_without_blocks_shows_its_text() -> None:
    assert kit.message("words").blocks == (kit.section("words"),)


# -- forms show what was chosen before --------------------------------------------------------


def fields_of(view: View) -> dict[str, Mapping[str, Any]]:
    return {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}


def test_an_earlier_answer_stands_in_the_form() -> None:
    card = PromptCard(SHORT, "Framing", answered("my words"))
    assert fields_of(prompts.answer_form(WORDS, card))["answer"]["initial_value"] == "my words"


def test_an_earlier_pick_stands_in_the_form() -> None:
    card = PromptCard(PICK, "Framing", answered(f"{PICK.options[1]}\nbecause", "pick"))
    fields = fields_of(prompts.answer_form(WORDS, card))
    assert fields["choice"]["initial_option"]["value"] == "1"
    assert fields["answer"]["initial_value"] == "because"


def test_an_answer_in_words_to_a_pick_stands_in_the_form_whole() -> None:
    """Somebody may answer a pick by replying in its thread."""
    written = "I would take the form.\nA model needs data."
    card = PromptCard(PICK, "Framing", answered(written, "pick"))
    fields = fields_of(prompts.answer_form(WORDS, card))
    assert fields["answer"]["initial_value"] == written


def test_an_initial_text_is_never_longer_than_its_field() -> None:
    written = f"A first line.\n{'x' * 2_980}"
    for asked_for in (SHORT, PICK):
        card = PromptCard(asked_for, "Framing", answered(written, asked_for.id))
        field = fields_of(prompts.answer_form(WORDS, card))["answer"]
        assert len(field["initial_value"]) <= field["max_length"]


def test_the_start_form_opens_with_what_an_accepted_offer_chose() -> None:
    slipping = plan_view(1, date(2026, 3, 31))
    (offer,) = [found for found in slipping.offers if found.kind is OfferKind.KEEP_DATE]
    goal = accept(slipping.plan, offer).goal
    form = start.start_form(WORDS, replace(LEARNER, goal=goal), Defaults(), "UTC", "own", TODAY)
    field = fields_of(form)["hours"]
    assert float(field["initial_value"]) <= float(field["max_value"])


def test_a_target_that_is_over_stays_to_choose() -> None:
    past = replace(LEARNER, goal=replace(GOAL, target=date(2025, 12, 31)))
    form = start.start_form(WORDS, past, Defaults(), "UTC", "own", TODAY)
    target = fields_of(form)["target"]
    assert target["initial_option"]["value"] == "2025-12"
    values = [option["value"] for option in target["options"]]
    assert values[:11] == [f"2026-{month:02}" for month in range(3, 13)] + ["2027-01"]
    assert len(values) == len(set(values)) == start.MONTHS + 1


def test_the_zone_of_a_person_is_always_in_the_list() -> None:
    for zone in ("America/Argentina/Ushuaia", "Europe/Berlin"):
        field = fields_of(rhythm.settings_form(WORDS, learner(zone), Defaults()))["zone"]
        values = [option["value"] for option in field["options"]]
        assert values[:2] == ["slack", zone]
        assert len(values) == len(set(values)) <= 100
        assert field["initial_option"]["value"] == "slack"
        own = replace(learner(zone), zone_source=ZoneSource.OWN)
        field = fields_of(rhythm.settings_form(WORDS, own, Defaults()))["zone"]
        assert field["initial_option"]["value"] == zone
