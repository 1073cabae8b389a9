"""Words of the screens: facts can't bring markup along, and dates read as people say them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import steady

from bot.domain.cadence import zone_of
from bot.slack import words as said
from bot.slack.words import Words, escape
from tests.shipped import shipped

WORDS = Words(shipped(), "/coach")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1> & <#C1>", "&lt;@U1&gt; &amp; &lt;#C1&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("plain", "plain"),
    ],
)
def test_escape(text: str, safe: str) -> None:
    assert escape(text) == safe


@steady
@given(st.text())
def test_facts_are_escaped_in_markup_and_kept_in_plain_text(text: str) -> None:
    marked = WORDS("help.unknown", word=text, near="plan")
    shown = marked.removeprefix("I have no command *").removesuffix("*. Did you mean *plan*?")
    assert shown == escape(text)
    assert "<" not in marked
    assert WORDS.plain("help.yes_near", near=text) == f"Yes, {text}"


def test_braces_in_facts_are_only_characters() -> None:
    assert WORDS.plain("help.yes_near", near="{command} {0} {") == "Yes, {command} {0} {"


def test_the_name_of_the_command_is_filled_in() -> None:
    assert "`/coach plan`" in WORDS("refused.gone")


def test_an_unknown_text_or_a_missing_fact_is_an_error() -> None:
    with pytest.raises(KeyError):
        WORDS("no.such_text")
    with pytest.raises(KeyError):
        WORDS("help.yes_near")


def test_sources_by_letter_name_and_date() -> None:
    source = shipped().sources["A"]
    assert WORDS.source("A") == f"A {source.name}"
    assert WORDS.sources(["A", "no such"]) == f"A {source.name} ({source.dated})"
    assert WORDS.sources([]) == ""
    assert WORDS.sources(["A", "B"]).count("; ") >= 1


def test_dates() -> None:
    leap = date(2028, 2, 29)
    assert said.day(leap) == "Tue 29 Feb"
    assert said.day_year(date(2026, 3, 6)) == "Fri 6 Mar 2026"
    assert said.month(leap) == "February 2028"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "Thu 31 Dec, 23:30"),
        ("Pacific/Kiritimati", "Fri 1 Jan, 13:30"),
        ("Asia/Kathmandu", "Fri 1 Jan, 05:15"),
        ("America/St_Johns", "Thu 31 Dec, 20:00"),
    ],
)
def test_moments_are_local(zone: str, shown: str) -> None:
    instant = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert said.moment(instant, zone_of(zone)) == shown


@pytest.mark.parametrize(("value", "shown"), [(5.0, "5"), (4.5, "4.5"), (0.0, "0"), (40, "40")])
def test_hours(value: float, shown: str) -> None:
    assert said.hours(value) == shown
