"""Answers as people get them in Slack: votes, near matches, an honest no, and following up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.domain.confidence import Outcome
from bot.hosted import HostedCoach, coach_factory
from bot.playground.hosting import Connection
from bot.playground.server import PlaygroundServer
from bot.settings import load_settings
from tests.ready import ready_database
from tests.shipped import library
from tests.sure_search import search
from tests.world import MONDAY, World, in_a_thread, patient, shown

PHD = "Do I need a PhD?"


@contextmanager
def finding(outcome: Outcome) -> Iterator[World]:
    """A world in which every question is found with one outcome."""
    settings = patient(load_settings({}))
    factory = coach_factory(settings, replace(library(), answers=search(outcome)))

    def hosted(connection: Connection) -> HostedCoach:
        ready_database(connection.data / "coach.db")
        return factory(connection)

    server = PlaygroundServer(None, 0, start_at=MONDAY)
    with in_a_thread() as run:
        run(server.start())
        try:
            run(server.host(hosted))
            yield World(server.url)
        finally:
            run(server.stop())


@pytest.fixture
def sure() -> Iterator[World]:
    """A world in which everything is answered."""
    with finding(Outcome.ANSWER) as world:
        yield world


@pytest.fixture
def unsure() -> Iterator[World]:
    """A world in which everything is a choice."""
    with finding(Outcome.CHOICES) as world:
        yield world


@pytest.fixture
def lost() -> Iterator[World]:
    """A world in which nothing is answered."""
    with finding(Outcome.NONE) as world:
        yield world


def said(world: World, who: str = "maya") -> str:
    """What the coach said last in somebody's direct messages."""
    return shown(world.sent_to(who)[-1])


# -- votes ------------------------------------------------------------------------------------


def test_helpful_is_thanked_once_and_pressing_again_is_no_second_vote(sure: World) -> None:
    sure.say("maya", PHD)
    answer = sure.sent_to("maya")[-1]
    sure.click("maya", "ask.vote.up")
    assert "counted without your name" in said(sure)
    sure.post(
        "action",
        user="maya",
        action_id="ask.vote.up",
        channel=answer["channel"],
        message_ts=answer["ts"],
    )
    assert "already told me" in said(sure)


def test_a_vote_on_what_only_i_see_counts_once_too(sure: World) -> None:
    sure.command("maya", PHD, channel="ai-pm-study")
    answer = sure.whispers("maya")[-1]
    for words in ("counted without your name", "already told me"):
        sure.post(
            "action",
            user="maya",
            action_id="ask.vote.up",
            channel=answer["channel"],
            message_ts=answer["ts"],
        )
        assert words in shown(sure.whispers("maya")[-1])
    assert sure.channel("ravi", "ai-pm-study") == []


def test_not_helpful_asks_what_was_wrong(sure: World) -> None:
    sure.say("maya", PHD)
    sure.click("maya", "ask.vote.down")
    assert "Nothing is counted before you send this" in shown(sure.view("maya"))
    sure.submit("maya", reason="unclear", sentence="I lost the thread.")
    assert "counted without your name" in shown(sure.view("maya"))


def test_from_home_the_answer_stays_when_it_was_helpful(sure: World) -> None:
    sure.home("sofia")
    sure.click("sofia", "ask.open")
    sure.submit("sofia", question=PHD)
    sure.click("sofia", "ask.vote.up")
    page = shown(sure.view("sofia"))
    assert "No, a PhD is not needed" in page
    assert "counted without your name" in page


# -- near matches and an honest no ------------------------------------------------------------


def test_a_near_match_is_one_press_away_and_so_is_none_of_them(unsure: World) -> None:
    assert "None of these" in unsure.command("maya", PHD)
    unsure.say("maya", PHD)
    unsure.click("maya", "ask.show.0")
    assert "No, a PhD is not needed" in said(unsure)
    unsure.say("maya", PHD)
    unsure.click("maya", "ask.none")
    assert "I do not know that one" in said(unsure)
    unsure.click("maya", "ask.owner")
    assert "without your name" in said(unsure)


def test_a_member_asks_the_study_group_and_sees_first_what_it_will_read(lost: World) -> None:
    assert "Ask my study group" not in lost.command("maya", PHD)
    lost.command("maya", "group start", channel="ai-pm-study")
    lost.submit("maya", day="wed", time="17:00")
    lost.say("maya", PHD)
    before = len(lost.channel("ravi", "ai-pm-study"))
    lost.click("maya", "ask.group")
    assert "under your name" in shown(lost.view("maya"))
    assert len(lost.channel("ravi", "ai-pm-study")) == before
    lost.submit("maya", question="Who of you has a PhD?")
    posted = lost.channel("ravi", "ai-pm-study")[before:]
    assert [shown(found) for found in posted] == ["<@U0MAYA0000> asks:\nWho of you has a PhD?"]


# -- following up -----------------------------------------------------------------------------


def test_a_question_in_the_thread_of_an_answer_is_about_that_answer(lost: World) -> None:
    lost.say("maya", "how long does the move take?")
    chosen = _first_offer(lost)
    lost.click("maya", "ask.show.0")
    first = lost.sent_to("maya")[-1]
    lost.say("maya", PHD)
    lost.click("maya", "ask.show.0")
    lost.say("maya", "tell me more", thread_ts=first["ts"])
    assert lost.sent_to("maya")[-1]["thread_ts"] == first["ts"]
    assert _first_offer(lost) == chosen


def _first_offer(world: World) -> str:
    """The key behind the newest first button."""
    for found in reversed(world.sent_to("maya")):
        for block in found["blocks"]:
            for element in block.get("elements", ()):
                if element.get("action_id") == "ask.show.0":
                    return str(element["value"])
    raise AssertionError("nothing is offered")
