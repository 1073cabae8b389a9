"""The answer search on the shipped content: right entries first, and calm with any text."""

import json
import os
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import ROOT, shipped, steady

from bot.domain.faq import FaqEntry, FaqIndex, Found, Outcome, Thresholds
from bot.domain.vocabulary import LONGEST_QUERY, Vocabulary

ENTRIES = tuple(shipped().faq.values())
VOCABULARY = Vocabulary(tuple(shipped().of_kind("synonyms").values()))
INDEX = FaqIndex(ENTRIES, Thresholds(), VOCABULARY)
words_of = VOCABULARY.words_of
ZERO_WIDTH = "\u200b"


def first(question: str) -> str:
    found = INDEX.search(question)
    return found.entries[0].id if found.entries else ""


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_question_finds_its_own_entry_first_and_surely(entry: FaqEntry) -> None:
    found = INDEX.search(entry.question)
    assert found.outcome is Outcome.ANSWER
    assert found.entries[0].id == entry.id


def test_other_wordings_find_their_entry_first() -> None:
    astray = [
        (wording, first(wording), entry.id)
        for entry in ENTRIES
        for wording in entry.phrasings[2::5]
        if first(wording) != entry.id
    ]
    assert astray == []


def without_a_letter(text: str) -> str:
    """The text with the middle letter of its longest word left out."""
    longest = max(text.split(), key=len)
    middle = len(longest) // 2
    return text.replace(longest, longest[:middle] + longest[middle + 1 :], 1)


def test_a_slip_in_the_longest_word_seldom_leads_astray() -> None:
    near = [
        entry.id in [found.id for found in INDEX.search(without_a_letter(entry.question)).entries]
        for entry in ENTRIES
    ]
    assert sum(near) / len(near) >= 0.95


@pytest.mark.parametrize(
    "dressed",
    [
        "{}",
        "  {}  ???",
        "<@U0123ABC> {}",
        "<!channel> {} <#C012345|general>",
        ":wave: {} :thinking_face:",
        "*{}*",
        "_{}_\n",
        "\U0001f914 {} \U0001f680\U0001f680",
        "\u202e{}\u202c",
        "\ufeff{}\x00\x07",
    ],
)
def test_dress_does_not_matter(dressed: str) -> None:
    for entry in ENTRIES[::12]:
        for question in (entry.question, entry.question.upper()):
            plain = INDEX.search(question)
            assert INDEX.search(dressed.format(question)) == plain


def test_accents_and_quotes_do_not_matter() -> None:
    assert words_of("Résumé of a naïve café") == words_of("Resume of a naive cafe")
    assert words_of("don\u2019t") == words_of("don't") == words_of("dont")


def test_link_texts_are_read_and_addresses_are_not() -> None:
    assert words_of("<https://example.org/salary|portfolio>") == words_of("portfolio")
    assert words_of("<mailto:salary@example.org|portfolio>") == words_of("portfolio")


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        " \n\t ",
        "???",
        "the of and to",
        ZERO_WIDTH * 20,
        "\U0001f600" * 30,
        "<@U0123ABC>",
        ":wave:",
        "<!channel>",
        "\x00\x01\x02",
        "\u0645\u0631\u062d\u0628\u0627",
        "\u4f60\u597d",
    ],
)
def test_without_a_word_there_is_nothing_to_find(nothing: str) -> None:
    assert INDEX.search(nothing) == Found(Outcome.NONE, ())


@pytest.mark.parametrize(
    "foreign",
    ["best pizza in Naples tonight", "xqzzt vvrrp", "football results yesterday", "zebra giraffe"],
)
def test_what_the_content_does_not_know_is_not_answered(foreign: str) -> None:
    assert INDEX.search(foreign).outcome is not Outcome.ANSWER


@pytest.mark.parametrize(
    "endless",
    [
        "a" * 40_000,
        "salary " * 6_000,
        "<" * 40_000,
        ":a" * 20_000,
        "<@" * 20_000,
        "\u0301" * 40_000,
    ],
    ids=["letters", "words", "brackets", "colons", "mentions", "accents"],
)
def test_forty_thousand_characters_are_no_trouble(endless: str) -> None:
    found = INDEX.search(endless)
    assert len(found.entries) <= 3
    assert INDEX.search(endless[:LONGEST_QUERY]) == found


@steady
@given(st.text(max_size=150))
def test_no_text_raises(text: str) -> None:
    found = INDEX.search(text)
    assert len(found.entries) <= 3
    assert len({entry.id for entry in found.entries}) == len(found.entries)
    assert (found.outcome is Outcome.NONE) or found.entries
    assert INDEX.search(text) == found


@steady
@given(
    st.lists(st.sampled_from("salary portfolio \u200f \u202e :x: <@U1> phd & < > * ` ~".split()))
)
def test_markup_between_words_changes_nothing(pieces: list[str]) -> None:
    plain = [piece for piece in pieces if piece in ("salary", "portfolio", "phd")]
    assert words_of(" ".join(pieces)) == words_of(" ".join(plain))


def test_thresholds_decide_how_sure_it_is() -> None:
    question = ENTRIES[0].question
    for thresholds, outcome in (
        (Thresholds(0.0, 0.0), Outcome.ANSWER),
        (Thresholds(1.1, 0.0), Outcome.CHOICES),
        (Thresholds(1.1, 1.1), Outcome.NONE),
    ):
        found = FaqIndex(ENTRIES, thresholds, VOCABULARY).search(question)
        assert found.outcome is outcome
        assert len(found.entries) == 3


def test_the_order_of_the_files_does_not_matter() -> None:
    backwards = FaqIndex(ENTRIES[::-1], Thresholds(), VOCABULARY)
    for entry in ENTRIES[::12]:
        for question in (entry.question, without_a_letter(entry.question)):
            assert backwards.search(question) == INDEX.search(question)


PROGRAM = """
import json, sys
from pathlib import Path
from bot.content import load_content
from bot.domain.faq import FaqIndex, Thresholds
from bot.domain.vocabulary import Vocabulary
content = load_content(Path(sys.argv[1]))
entries = tuple(content.faq.values())
vocabulary = Vocabulary(tuple(content.of_kind("synonyms").values()))
index = FaqIndex(entries, Thresholds(), vocabulary)
found = [index.search(text) for entry in entries for text in entry.phrasings[:1]]
print(json.dumps([[one.outcome, *(entry.id for entry in one.entries)] for one in found]))
"""


def test_another_process_finds_the_same() -> None:
    mine = [
        [found.outcome.value, *(entry.id for entry in found.entries)]
        for found in (INDEX.search(text) for entry in ENTRIES for text in entry.phrasings[:1])
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT / "content")],
        capture_output=True,
        env=environment,
        check=True,
        text=True,
    )
    assert json.loads(answer.stdout) == mine


def test_forms_of_the_same_letter_are_the_same() -> None:
    text = "Pokédex naïveté"
    assert words_of(unicodedata.normalize("NFD", text)) == words_of(
        unicodedata.normalize("NFC", text)
    )
