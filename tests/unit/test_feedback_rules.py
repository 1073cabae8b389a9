"""What is kept of a question, which questions ask the same, and how votes add up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.confidence import Outcome
from bot.domain.feedback import (
    LONGEST_TEXT,
    Gap,
    Helpfulness,
    Reason,
    Vote,
    Votes,
    clusters,
    scrubbed,
    tally_of,
    wilson_lowest,
)

DAY = date(2026, 3, 2)


def gap(text: str, count: int = 1, nearest: str = "", told: int = 0) -> Gap:
    return Gap("T1", text, Outcome.NONE, nearest, count, told, DAY, DAY)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<@U12|maya k> asks: do I need <!here> a PhD?", "asks: do I need a PhD?"),
        ("what was said in <#C1|ai-pm> on Monday?", "what was said in on Monday?"),
        ("is <https://acme.example/jobs?id=1|this job> real?", "is real?"),
        ("write to <mailto:m@acme.example|m@acme.example>, <tel:+4917012|call>", "write to ,"),
        ("@maya, is it so in #ai-pm-group?", ", is it so in ?"),
        ("see https://acme.example/a and www.acme.example now", "see and now"),
        ("see jobs.acme.example/ai?x=1 now", "see now"),
        ("my mail is maya.k+jobs@acme-corp.co.uk.", "my mail is ."),
        ("call +49 (0)170 123-4567 or 555 1234 or 0170/1234567", "call or or"),
        ("order 20261121 and IBAN DE89 3704 0044 0532 0130 00", "order and IBAN DE"),
        ("use sk-9f8e7d6c5b4a39281706f5e4d3c2b1a0 here", "use here"),
        ("  two\n\nlines\tand\u00a0blanks ", "two lines and blanks"),
        ("R&amp;D &lt;3 metrics", "R&D <3 metrics"),
        ("\x1b[2Jred \u202etxet \x00", "[2Jred txet"),
        ("<@U1>, <@U2>?!", ""),
        ("   ", ""),
        ("👋", ""),
    ],
)
def test_what_points_to_somebody_is_not_kept(text: str, kept: str) -> None:
    assert scrubbed(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "what is precision@5 or recall@k?",
        "C# or F#: what is the #1 skill?",
        "is 120,000-150,000 usual for L5 in 2026?",
        "node.js and/or Python 3.11, v1.2/v1.3?",
        "is a state-of-the-art-human-in-the-loop-process needed?",
        "日本で AI PM になるには？",
    ],
)
def test_what_belongs_to_the_question_is_kept(text: str) -> None:
    assert scrubbed(text) == text


def test_of_a_long_story_the_beginning_and_the_end_are_kept() -> None:
    kept = scrubbed("I begin here " + "and go on " * 500 + "so where do I end?")
    assert kept.startswith("I begin here and")
    assert kept.endswith("on so where do I end?")
    assert " … " in kept
    assert 200 < len(kept) <= LONGEST_TEXT
    assert len(scrubbed("長" * 1_000)) == LONGEST_TEXT


hostile = st.text(st.sampled_from("<>@#!|:.-_/+() \n\x00&;a1é\ud800htps"), max_size=400)


@given(st.text(max_size=400) | hostile)
def test_what_is_kept_is_short_printable_and_has_no_address(text: str) -> None:
    kept = scrubbed(text)
    assert len(kept) <= LONGEST_TEXT
    assert kept.isprintable()
    assert kept == " ".join(kept.split())
    assert "://a" not in kept


def test_the_worst_texts_take_no_time() -> None:
    """Each of them would take minutes if the time grew with the square of the length."""
    for piece in ("a", "a-", "<@", "1 ", "a.b", "@a", "<http:", "a@", "a.aa/", "1"):
        scrubbed(piece * 100_000)


def test_questions_that_ask_the_same_come_together_by_frequency() -> None:
    found = clusters(
        [
            gap("how do I get a work visa for Germany", 2, "faq:find-local-pay"),
            gap("which laptop should I buy?", 4),
            gap("How do I get a work visa for Germany?", 3, "faq:how-to-apply", told=1),
            gap("get a work visa for germany", 1, "faq:find-local-pay"),
        ]
    )
    visa, laptop = found
    assert visa.texts == (
        "How do I get a work visa for Germany?",
        "how do I get a work visa for Germany",
        "get a work visa for germany",
    )
    assert (visa.count, visa.told) == (6, 1)
    assert visa.nearest in ("faq:how-to-apply", "faq:find-local-pay")
    assert laptop.texts == ("which laptop should I buy?",)
    assert (laptop.count, laptop.told, laptop.nearest) == (4, 0, "")


def test_the_nearest_of_a_cluster_is_what_most_askings_came_near_to() -> None:
    (found,) = clusters(
        [
            gap("work visa for Germany", 2, "faq:a"),
            gap("work visa for Germany?", 2, "faq:b"),
            gap("work visa, for Germany", 1, "faq:b"),
        ]
    )
    assert found.nearest == "faq:b"


def test_questions_without_a_latin_letter_are_not_taken_for_the_same() -> None:
    assert len(clusters([gap("ビザはどう取りますか"), gap("給料はいくらですか")])) == 2
    assert clusters([]) == []


@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.integers(1, 9)), max_size=12))
def test_no_question_is_lost_or_doubled_in_clusters(pairs: list[tuple[str, int]]) -> None:
    gaps = [gap(text, count) for text, count in dict(pairs).items()]
    found = clusters(gaps)
    assert sorted(text for each in found for text in each.texts) == sorted(g.text for g in gaps)
    assert sum(each.count for each in found) == sum(each.count for each in gaps)
    assert [each.count for each in found] == sorted((each.count for each in found), reverse=True)


def test_votes_add_up_by_outcome_and_by_key_with_the_worst_first() -> None:
    good, bad = Vote.HELPFUL, Vote.UNHELPFUL
    tally = tally_of(
        [
            Votes("T1", "faq:a", Outcome.ANSWER, good, DAY, count=8),
            Votes("T1", "faq:a", Outcome.ANSWER, bad, DAY, Reason.WRONG),
            Votes("T1", "faq:a", Outcome.CHOICES, bad, DAY, Reason.UNCLEAR),
            Votes("T1", "faq:b", Outcome.CHOICES, bad, DAY, None, 3),
            Votes("T1", "faq:c", Outcome.ANSWER, good, DAY),
        ]
    )
    assert tally.by_outcome == {
        Outcome.ANSWER: Helpfulness(9, 1),
        Outcome.CHOICES: Helpfulness(0, 4),
    }
    assert list(tally.by_key.items()) == [
        ("faq:b", Helpfulness(0, 3)),
        ("faq:a", Helpfulness(8, 2)),
        ("faq:c", Helpfulness(1, 0)),
    ]
    assert tally_of([]).by_key == {}


@pytest.mark.parametrize(
    ("hits", "total", "lowest"),
    [(0, 0, 0.0), (0, 5, 0.0), (1, 1, 0.2065), (8, 10, 0.4902), (90, 100, 0.8256)],
)
def test_the_lower_bound_is_wilsons(hits: int, total: int, lowest: float) -> None:
    assert wilson_lowest(hits, total) == pytest.approx(lowest, abs=1e-4)
    assert Helpfulness(hits, total - hits).lowest == wilson_lowest(hits, total)
