"""What is read out of a refusal: a code, a wait, and nothing that somebody wrote."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.domain.remedies import Remedy
from bot.ports import SendRefused, SendUncertain
from bot.slack.errors import CallKind
from bot.slack.refusals import code_of, details_of, failure, seconds_to_wait


def refused(code: str, **more: Any) -> SlackApiError:
    """The client's exception for an answer of Slack's."""
    return SlackApiError("refused", {"ok": False, "error": code, **more})


def test_the_log_gets_places_and_scopes_and_nobodys_words() -> None:
    line = "[ERROR] must be less than 3001 characters: my secret plan [json-pointer:/blocks/0/text]"
    found = details_of(refused("invalid_blocks", response_metadata={"messages": [line, "other"]}))
    assert found == {"places": ["/blocks/0/text"]}
    assert details_of(refused("missing_scope", needed="im:write")) == {"needed": "im:write"}
    assert details_of(TimeoutError()) == {}


@pytest.mark.parametrize(
    "further", [None, "text", {}, {"messages": None}, {"messages": "trigger_id"}, {"messages": [7]}]
)
def test_an_odd_explanation_is_no_explanation(further: object) -> None:
    error = refused("invalid_arguments", response_metadata=further)
    assert code_of(error) == "invalid_arguments"
    assert details_of(error) == {}


def test_a_trigger_that_is_over_is_known_by_its_explanation_too() -> None:
    messages = ["[ERROR] `trigger_id` expired"]
    error = refused("invalid_arguments", response_metadata={"messages": messages})
    assert code_of(error) == "expired_trigger_id"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "timed_out"),
        (aiohttp.SocketTimeoutError(), "timed_out"),
        (aiohttp.ConnectionTimeoutError(), "no_connection"),
        (aiohttp.ServerDisconnectedError(), "no_answer"),
        (ConnectionResetError(), "no_answer"),
        (KeyError("ts"), "no_answer"),
        (SlackApiError("odd", "no answer of Slack's"), "no_answer"),
        (refused(""), "no_answer"),
    ],
)
def test_what_is_no_answer_of_slacks_has_a_code_of_our_own(error: Exception, code: str) -> None:
    assert code_of(error) == code
    assert seconds_to_wait(error) == 0.0


def test_an_unclear_outcome_is_never_a_refusal_whatever_the_call() -> None:
    for kind in CallKind:
        assert isinstance(failure(TimeoutError(), kind), SendUncertain)


def test_the_same_code_is_another_remedy_for_another_call() -> None:
    remedies = {}
    for kind in (CallKind.POST, CallKind.UPDATE, CallKind.READ, CallKind.OPEN):
        found = failure(refused("channel_not_found"), kind)
        assert isinstance(found, SendRefused)
        remedies[kind] = found.remedy
    assert list(remedies.values()) == [Remedy.REOPEN, Remedy.DROP, Remedy.REST, Remedy.AWAY]
