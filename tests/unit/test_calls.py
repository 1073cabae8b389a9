"""Reading Slack's payloads: what people typed comes out as they typed it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import steady

from bot.domain.groups import Place
from bot.domain.learners import Person
from bot.slack.calls import Reader, key_of, readable
from bot.slack.words import escape

READER = Reader("T1", "U0BOT")


def action_body(action: dict[str, Any], **more: Any) -> dict[str, Any]:
    user = {"id": "U1", "team_id": "T1"}
    return {"user": user, "team": {"id": "T9"}, "actions": [action], "trigger_id": "t", **more}


def test_a_command() -> None:
    call = READER.command(
        {
            "team_id": "T1",
            "user_id": "U1",
            "text": "ask is a &lt; b &amp;&amp; c &gt; d?",
            "channel_id": "C1",
            "trigger_id": "t",
            "response_url": "https://example.org/r",
        }
    )
    assert call.person == Person("T1", "U1")
    assert call.text == "ask is a < b && c > d?"
    assert call.in_channel
    assert call.place == Place("T1", "C1")
    assert (call.trigger, call.response_url) == ("t", "https://example.org/r")


def test_a_bare_command() -> None:
    call = READER.command({"team_id": "T1", "user_id": "U1"})
    assert (call.text, call.channel, call.in_channel) == ("", "", False)
    assert READER.command({"team_id": "T1", "user_id": "U1", "text": None}).text == ""


@pytest.mark.parametrize(("channel", "shared"), [("C1", True), ("G1", True), ("D1", False)])
def test_where_others_read_along(channel: str, shared: bool) -> None:
    body = {"team_id": "T1", "user_id": "U1", "channel_id": channel}
    assert READER.command(body).in_channel is shared


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ({"action_id": "run", "value": "plan"}, "plan"),
        ({"action_id": "run", "selected_option": {"value": "two"}}, "two"),
        ({"action_id": "run", "selected_option": None}, ""),
        ({"action_id": "run"}, ""),
    ],
)
def test_a_click(action: dict[str, Any], text: str) -> None:
    message = {"ts": "1.2", "thread_ts": "1.1"}
    name, call = READER.action(action_body(action, channel={"id": "C1"}, message=message))
    assert (name, call.text, call.person) == ("run", text, Person("T1", "U1"))
    assert (call.channel, call.ts, call.thread_ts, call.modal) == ("C1", "1.2", "1.1", "")


@pytest.mark.parametrize(("kind", "modal"), [("modal", "V1"), ("home", "")])
def test_a_click_in_a_view(kind: str, modal: str) -> None:
    view = {"id": "V1", "type": kind, "private_metadata": "kept"}
    _, call = READER.action(action_body({"action_id": "x"}, view=view))
    assert (call.modal, call.metadata, call.channel) == (modal, "kept", "")


def test_everything_belongs_to_the_workspace_of_the_installation() -> None:
    body = action_body({"action_id": "x"}, channel={"id": "C1"})
    body["user"] = {"id": "U1", "team_id": "T_ELSEWHERE"}
    call = READER.action(body)[1]
    assert (call.person, call.place) == (Person("T1", "U1"), Place("T1", "C1"))
    assert READER.action({**body, "team": None})[1].person == Person("T1", "U1")


def test_a_form() -> None:
    view = {
        "id": "V1",
        "callback_id": "start.submit",
        "private_metadata": "kept",
        "state": {"values": {"hours": {"value": {"value": "5"}}}},
    }
    name, call = READER.view({"user": {"id": "U1", "team_id": "T1"}, "view": view})
    assert (name, call.modal, call.metadata) == ("start.submit", "V1", "kept")
    assert call.values == {"hours": "5"}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("<@U0BOT> what is an eval", "what is an eval"),
        ("<@U0BOT|coach> what", "what"),
        ("  hello <@U2> there ", "hello @U2 there"),
        ("ask <@U2|ravi> in <#C1|general> or <#C2>", "ask @ravi in #general or #C2"),
        ("see <https://example.com/a|example.com/a>", "see example.com/a"),
        ("see <https://example.com/a>", "see https://example.com/a"),
        ("a &amp;lt; b", "a &lt; b"),
        (None, ""),
    ],
)
def test_a_message(typed: str | None, text: str) -> None:
    event = {"user": "U1", "channel": "D1", "ts": "1.2", "text": typed}
    call = READER.event({"team_id": "T1", "event": event})
    assert (call.text, call.person, call.ts) == (text, Person("T1", "U1"), "1.2")


def test_the_key_of_an_envelope() -> None:
    assert key_of({"event_id": "Ev1", "trigger_id": "t"}) == "Ev1"
    assert key_of({"trigger_id": "t"}) == "t"
    assert key_of({}) == ""


@steady
@given(st.text())
def test_what_slack_escaped_is_taken_back(text: str) -> None:
    assert readable(escape(text), "U0BOT") == text.strip()
