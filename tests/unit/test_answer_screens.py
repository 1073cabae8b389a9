"""Answers of every kind: what stands on them, how they read as text, and what they offer."""

from typing import Any

import pytest
from screen_samples import ENTRIES, KINDS, LEARNER, WORDS

from bot.check import answering
from bot.domain.confidence import Outcome
from bot.domain.faq import FaqEntry
from bot.domain.learners import Background
from bot.domain.reference import Case, PayStatement, Term
from bot.services.results import Found
from bot.slack.blocks import answers, cards
from bot.slack.blocks.cards import Card
from bot.slack.words import escape, full_date
from tests.shipped import shipped

EVERYTHING = tuple(found for _, found in answering(shipped()))
FIGURES = "Figures as of"


def shown(card: Card) -> str:
    return str(answers.answer(WORDS, card, "a question").blocks)


def controls(card: Card) -> list[dict[str, Any]]:
    blocks = answers.answer(WORDS, card).blocks
    return [part for block in blocks if block["type"] == "actions" for part in block["elements"]]


def test_all_four_kinds_are_shown() -> None:
    assert [type(found.item) for found in KINDS] == [FaqEntry, Term, PayStatement, Case]


@pytest.mark.parametrize("found", [*ENTRIES[:5], *KINDS], ids=lambda found: found.key)
def test_an_answer_reads_whole_as_plain_text(found: Found) -> None:
    text = answers.plain_answer(WORDS, found)
    assert text.startswith(found.title)
    for told in _told(found):
        assert told in text
    assert "Sources: " in text or "our own advice" in text
    assert answers.answer(WORDS, Card(found)).text == escape(text)
    assert "\0" not in text


def _told(found: Found) -> list[str]:
    match found.item:
        case FaqEntry() as entry:
            return [entry.answer, *(side.says for side in entry.sides)]
        case Term() as term:
            return [term.meaning, term.matters, term.ask or ""]
        case PayStatement() as statement:
            return [statement.text, statement.computed or ""]
        case case:
            return [case.story, case.lesson]


def test_the_word_that_was_asked_for_is_explained_above_a_fuller_answer() -> None:
    for found in EVERYTHING:
        if isinstance(found.item, Term):
            message = answers.answer(WORDS, Card(ENTRIES[0], meaning=found.item))
            assert escape(found.item.meaning) in str(message.blocks[0]["elements"])
            assert message.text.index(escape(found.item.meaning)) < message.text.index(
                escape(ENTRIES[0].title)
            )
            assert len(message.text) <= len(escape(answers.plain_answer(WORDS, ENTRIES[0]))) + 500


def test_no_answer_is_longer_than_promised() -> None:
    lengths = {found.key: len(answers.plain_answer(WORDS, found)) for found in EVERYTHING}
    assert max(lengths.values()) <= answers.LONGEST


@pytest.mark.parametrize("found", KINDS, ids=lambda found: found.key)
def test_one_thing_to_do_next_then_sharing_then_the_votes(found: Found) -> None:
    card = Card(found, outcome=Outcome.CHOICES, share=True)
    names = [control["action_id"] for control in controls(card)]
    run = [] if isinstance(found.item, Term) else ["run"]
    assert names == [*run, "ask.share", "ask.vote.up", "ask.vote.down"]
    values = [control["value"] for control in controls(card)]
    assert values[-3:] == [found.key, *(f"{vote} choices {found.key}" for vote in _VOTES)]


_VOTES = ("helpful", "unhelpful")


def test_each_kind_leads_on_to_what_fits_it() -> None:
    entry, _, statement, case = KINDS
    assert isinstance(entry.item, FaqEntry)
    assert isinstance(case.item, Case)
    assert controls(Card(entry))[0]["value"] == entry.item.next.run
    assert controls(Card(statement))[0]["value"] == "salary"
    assert controls(Card(case))[0]["value"] == f"prompt {case.item.skills[0]}"


def test_every_case_leads_to_prompts_of_a_skill() -> None:
    skills = {prompt.skill for prompt in shipped().prompts.values()}
    cases = [found.item for found in EVERYTHING if isinstance(found.item, Case)]
    assert [case.id for case in cases if case.skills[0] not in skills] == []


def test_amounts_of_money_come_with_their_date_and_nothing_else_does() -> None:
    for found in EVERYTHING:
        text = answers.plain_answer(WORDS, found)
        if isinstance(found.item, FaqEntry):
            assert (FIGURES in text) is ("$" in text or _thousands(text)), text
    entry = shipped().faq["what-it-pays"]
    text = answers.plain_answer(WORDS, Found("faq:what-it-pays", entry))
    assert text.endswith(f"{FIGURES} {full_date(entry.reviewed)}")


def _thousands(text: str) -> bool:
    words = [word.rstrip(".,;:)") for word in text.split()]
    return any(word.endswith("K") and word[:-1].isdigit() for word in words)


def test_a_statement_on_pay_tells_its_date_with_or_without_amounts() -> None:
    statements = [found for found in EVERYTHING if isinstance(found.item, PayStatement)]
    texts = [answers.plain_answer(WORDS, found) for found in statements]
    assert all(" of " in text.splitlines()[-1] for text in texts)
    assert {text.splitlines()[-1].startswith(FIGURES) for text in texts} == {True, False}


def test_sides_tell_who_what_and_when_it_holds() -> None:
    found = next(
        found
        for found in ENTRIES
        if isinstance(found.item, FaqEntry) and any(side.holds for side in found.item.sides)
    )
    assert isinstance(found.item, FaqEntry)
    for side in found.item.sides:
        text = shown(Card(found))
        assert WORDS.source(side.source) in text
        assert f"Holds {side.holds}" in text or not side.holds
    assert "Holds" in answers.plain_answer(WORDS, found)


def test_a_side_fits_by_background_or_by_move() -> None:
    fitting = {LEARNER.goal.background, LEARNER.goal.move}
    assert Background.ENGINEER in fitting
    for found in ENTRIES:
        assert isinstance(found.item, FaqEntry)
        marks = sum(not fitting.isdisjoint(side.fits) for side in found.item.sides)
        assert shown(Card(found, learner=LEARNER)).count("This fits your path") == marks
        assert "This fits your path" not in shown(Card(found))
        assert cards.marks_a_path(found) or not marks


def test_what_is_offered_says_what_kind_it_is() -> None:
    entry, term, statement, case = (cards.label(WORDS, found) for found in KINDS)
    assert (entry, statement) == (KINDS[0].title, KINDS[2].title)
    assert term == f"The term: {KINDS[1].title}"
    assert case == f"A case: {KINDS[3].title}"
