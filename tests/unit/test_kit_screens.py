"""Every screen that shows what people wrote: it fits Slack's limits, and no markup gets through."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import GOAL, MAYA, NOW, TODAY, learner, plan, prompt, shipped, steady

from bot.domain.cadence import Rhythm
from bot.domain.deliveries import Kind
from bot.domain.faq import LONGEST_QUERY, Found, Outcome
from bot.domain.groups import Place, StudyGroup
from bot.domain.learners import Defaults
from bot.domain.plans import (
    CheckIn,
    OfferKind,
    PromiseOutcome,
    accept,
    offers,
    renewed_promises,
    schedule,
)
from bot.domain.prompts import LONGEST_ANSWER, Answer
from bot.ports import Message
from bot.services.results import (
    Asked,
    CheckInInvite,
    CheckInResult,
    DataSummary,
    GroupView,
    JournalPage,
    NextSend,
    Overview,
    PlanView,
    PromptCard,
    Reflection,
    SessionCard,
    Welcome,
)
from bot.slack import limits
from bot.slack.blocks import answers, check_in, groups, help, home, kit, planning, prompts, start
from bot.slack.blocks.kit import View
from bot.slack.words import Words, escape

CONTENT = shipped()
WORDS = Words(CONTENT, "/aipm")
ENTRIES = tuple(CONTENT.faq.values())
LEARNER = learner()
WAY = CONTENT.plans["engineer"]
SHORT = prompt("short")
PICK = prompt("pick", options=("Yes, a model", "No, a form"))
GROUP = StudyGroup(Place("T1", "C1"), MAYA, "Europe/Berlin", Rhythm(frozenset({2}), time(17, 0)), NOW)
SENDS = tuple(NextSend(kind, NOW, "Europe/Berlin") for kind in Kind if kind is not Kind.WELCOME)

PIECES = {
    "letters": "x",
    "ampersands": "&",
    "channel": "<!channel> ",
    "everyone": "<!everyone|hi> <@U1> <#C1> ",
    "entities": "&lt;!here&gt; ",
    "emoji": "\U0001f926\U0001f3fd\u200d\u2640\ufe0f",
    "right to left": "\u202e<!here>\u202c \u05e9\u05dc\u05d5\u05dd ",
    "markup": "*_~`>```\n{command} {0} ",
    "lines": "a\n",
}
Screen = Message | View


def filled(piece: str, length: int) -> str:
    """The piece, repeated up to a length in characters."""
    return (piece * length)[:length]


def plan_view(pace: float = 5.0, target: date = GOAL.target) -> PlanView:
    running = renewed_promises(plan(pace, target), WAY, TODAY)
    dated = schedule(running, WAY, TODAY)
    return PlanView(running, WAY, dated, offers(running, WAY, TODAY), TODAY)


VIEW = plan_view()


def asked(text: str, outcome: Outcome = Outcome.ANSWER) -> Message:
    question = text.strip()[:LONGEST_QUERY]
    result = Asked(question, Found(outcome, ENTRIES[:3]))
    return answers.asked(WORDS, result, ENTRIES[3:5], share=True)


def answered(text: str, to: str = "short", rated: frozenset[int] | None = None) -> Answer:
    return Answer("a1", MAYA, to, text.strip() or "-", NOW, version=2, rated=rated)


def looked_back(text: str) -> CheckIn:
    outcomes = dict.fromkeys(VIEW.plan.promised, PromiseOutcome.DONE)
    short = text[:1_000]
    return CheckIn(MAYA, TODAY, outcomes, short, 3.5, short, 60, 5.0, NOW)


def journal_page(text: str) -> JournalPage:
    entries = [(answered(text), SHORT)] * 4 + [(answered(text, "gone"), None)]
    return JournalPage(entries, "", 40)


def overview(text: str) -> Overview:
    group = GroupView(GROUP, CONTENT.syllabus[0], SENDS[2], 4, is_member=True)
    card = PromptCard(SHORT, "Framing", answered(text))
    return Overview(LEARNER, NOW, VIEW, card, False, SENDS, journal_page(text), (group,))


WRITTEN: Mapping[str, Callable[[str], Screen]] = {
    "answer to a question": asked,
    "near matches": lambda text: asked(text, Outcome.CHOICES),
    "nothing found": lambda text: asked(text, Outcome.NONE),
    "did you mean": lambda text: help.unknown(WORDS, f"plam {text}", "plam", "plan"),
    "prompt card": lambda text: prompts.card(WORDS, PromptCard(SHORT, "Framing", answered(text))),
    "answer form": lambda text: prompts.answer_form(
        WORDS, PromptCard(SHORT, "Framing", answered(text))
    ),
    "answer form of a pick": lambda text: prompts.answer_form(
        WORDS, PromptCard(PICK, "Framing", answered(f"{PICK.options[0]}\n{text}"[:2_900], "pick"))
    ),
    "rubric": lambda text: prompts.reflection_form(
        WORDS, Reflection(SHORT, answered(text), "Framing")
    ),
    "key points": lambda text: prompts.key_points(
        WORDS, Reflection(SHORT, answered(text, rated=frozenset({0})), "Framing")
    ),
    "reply in a thread": lambda text: prompts.kept_reply(
        WORDS, Reflection(SHORT, answered(text), "Framing")
    ),
    "journal": lambda text: prompts.journal(WORDS, journal_page(text)),
    "nothing in the journal": lambda text: prompts.journal(WORDS, JournalPage((), text, 0)),
    "check-in form": lambda text: check_in.check_in_form(
        WORDS, CheckInInvite(LEARNER, TODAY, VIEW.promised, 5.0, looked_back(text))
    ),
    "check-in result": lambda text: check_in.check_in_result(
        WORDS, CheckInResult(looked_back(text), VIEW, TODAY, VIEW.promised)
    ),
    "answer in a group": lambda text: groups.thread_answer(WORDS, "U1", text),
    "answer that could not be posted": lambda text: kit.message(
        WORDS("group.post_failed", text=text)
    ),
    "home": lambda text: home.home(WORDS, overview(text)),
    "page of an export": lambda text: help.export_page(WORDS, text[:2_800], 1, 2),
}

UNWRITTEN: Mapping[str, Callable[[], Screen]] = {
    "help": lambda: help.overview(WORDS, [("/aipm ask <question>", "an answer")], started=False),
    "help later": lambda: help.overview(WORDS, [("/aipm plan", "your plan")], started=True),
    "one command": lambda: help.one(WORDS, ("/aipm ask <question>", "an answer")),
    "my data": lambda: help.my_data(WORDS, DataSummary({"answers": 3, "check_ins": 1, "plan": 0})),
    "no data": lambda: help.my_data(WORDS, DataSummary({"answers": 0})),
    "refused": lambda: help.refused(WORDS, "not_started"),
    "question form": lambda: answers.question_form(WORDS),
    "shared answer": lambda: answers.shared(WORDS, ENTRIES[0], "U1"),
    "start form": lambda: start.start_form(WORDS, None, Defaults(), "UTC", "workspace", TODAY),
    "start form again": lambda: start.start_form(
        WORDS, LEARNER, Defaults(), "Europe/Berlin", "own", date(2027, 12, 31)
    ),
    "started": lambda: start.started(WORDS, Welcome(LEARNER, VIEW, SENDS, edited=False)),
    "welcome": lambda: start.welcome(WORDS, Welcome(LEARNER, VIEW, SENDS, edited=False)),
    "settings form": lambda: start.settings_form(WORDS, learner("America/Argentina/Ushuaia")),
    "next": lambda: kit.message(start.next_lines(WORDS, SENDS)),
    "nothing next": lambda: kit.message(start.next_lines(WORDS, ())),
    "plan": lambda: planning.plan(WORDS, VIEW, "Changed."),
    "plan that slips": lambda: planning.plan(WORDS, plan_view(0.5, TODAY)),
    "milestone form": lambda: planning.done_form(WORDS, VIEW, VIEW.dated[0].milestone),
    "milestone closed": lambda: planning.closed(WORDS, VIEW, "baseline"),
    "check-in invite": lambda: check_in.check_in_invite(
        WORDS, CheckInInvite(LEARNER, TODAY, VIEW.promised, 5.0, None)
    ),
    "group form": lambda: groups.group_form(WORDS, None, 6, "C1", "UTC"),
    "group form again": lambda: groups.group_form(WORDS, GROUP, 6, "C1", "UTC"),
    "group announced": lambda: groups.announcement(
        WORDS, GroupView(GROUP, CONTENT.syllabus[0], SENDS[2], 6, is_member=True)
    ),
    "group status": lambda: groups.status(
        WORDS, GroupView(GROUP, CONTENT.syllabus[0], None, 6, is_member=False), "Saved."
    ),
    "group at its end": lambda: groups.status(
        WORDS, GroupView(GROUP, None, None, 6, is_member=True)
    ),
    "session": lambda: groups.session_card(WORDS, SessionCard(GROUP, CONTENT.syllabus[0], 6)),
    "answer to a session": lambda: groups.answer_form(WORDS, CONTENT.syllabus[0], "C1", "1.1"),
    "home of a newcomer": lambda: home.home(WORDS, Overview(None, NOW)),
    "home of a beginner": lambda: home.home(WORDS, Overview(LEARNER, NOW, VIEW)),
}


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


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", WRITTEN)
def test_what_people_wrote_fits_on_every_screen(name: str, piece: str) -> None:
    assert problems(WRITTEN[name](filled(PIECES[piece], LONGEST_ANSWER))) == []


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", WRITTEN)
def test_what_people_wrote_calls_nobody(name: str, piece: str) -> None:
    for text in marked_up(WRITTEN[name](filled(PIECES[piece], 300))):
        bare = text.replace("<@U1> ", "").replace("<#C1>", "", 1)
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


@pytest.mark.parametrize("entry", ENTRIES[:8], ids=lambda entry: entry.id)
def test_an_answer_reads_whole_as_plain_text(entry: Any) -> None:
    text = answers.plain_answer(WORDS, entry)
    assert text.startswith(escape(entry.question))
    assert escape(entry.answer) in text
    assert all(escape(side.says) in text for side in entry.sides)
    assert "Source" in text or "our own advice" in text


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
    form = start.start_form(
        WORDS, replace(LEARNER, goal=goal), Defaults(), "UTC", "own", TODAY
    )
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
        field = fields_of(start.settings_form(WORDS, learner(zone)))["zone"]
        values = [option["value"] for option in field["options"]]
        assert values[0] == zone
        assert len(values) == len(set(values))
        assert field["initial_option"]["value"] == zone
