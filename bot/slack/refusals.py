"""Reads what a call to Slack ended in: a code of the table, and how long to wait."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.domain.remedies import Remedy
from bot.ports import SendRefused, SendUncertain
from bot.slack.errors import (
    NO_ANSWER,
    NO_CONNECTION,
    TIMED_OUT,
    CallKind,
    code_of_status,
    is_unclear,
    remedy_of,
    seconds_of,
)

SHORTEST_WAIT, LONGEST_WAIT = 1.0, 86_400.0
"""A wait that Slack names is taken at its word between a second and a day."""

WAITING = (Remedy.WAIT, Remedy.HOLD, Remedy.BACK_OFF)

UNREADABLE = (ValueError, AttributeError, TypeError, KeyError)
"""What the SDK raises on an answer that is not Slack's: the call may have been carried out."""
LOST = (aiohttp.ClientError, TimeoutError, OSError)
"""A call whose answer did not come back."""
FAILED = (SlackApiError, *LOST, *UNREADABLE)
"""Everything in which a call can end that was not carried out, or not surely."""

_POINTER = re.compile(r"\[json-pointer:([^\]]*)\]")


def failure(error: Exception, kind: CallKind) -> SendRefused | SendUncertain:
    """What an exception of the client means: surely not carried out, or unclear."""
    code = code_of(error)
    if is_unclear(code):
        return SendUncertain(code)
    remedy = remedy_of(code, kind)
    asked = seconds_to_wait(error) if remedy in WAITING else 0.0
    return SendRefused(code, remedy, asked or seconds_of(code, remedy))


def code_of(error: Exception) -> str:
    """Slack's error code, or one of our own for what is not Slack's answer."""
    if isinstance(error, SlackApiError):
        return _code_in(error.response)
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return NO_CONNECTION
    return TIMED_OUT if isinstance(error, TimeoutError) else NO_ANSWER


def _code_in(response: Any) -> str:
    data = _data(response)
    code = str(data.get("error") or "")
    status = _status(response)
    if not code or status == 429 or (status >= 500 and not is_unclear(code)):
        return code_of_status(status)
    if code == "invalid_arguments" and any("trigger_id" in line for line in _lines(data)):
        return "expired_trigger_id"
    return code


def _data(response: Any) -> Mapping[str, Any]:
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    return data if isinstance(data, dict) else {}


def _status(response: Any) -> int:
    # On an unreadable body the SDK hands over aiohttp's own response, which names it `status`.
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 200))


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    further = data.get("response_metadata")
    messages = further.get("messages") if isinstance(further, dict) else None
    yield from (str(line) for line in messages or () if isinstance(messages, list))


def seconds_to_wait(error: Exception) -> float:
    """How long Slack asks to wait; 0 when it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    given = str(headers.get("Retry-After") or "").strip()
    if not given.isdecimal():
        return 0.0
    return min(max(float(given[:9]), SHORTEST_WAIT), LONGEST_WAIT)


def details_of(error: Exception) -> dict[str, Any]:
    """What helps to mend it and holds nobody's words: places in the payload, missing scopes."""
    data = _data(getattr(error, "response", None))
    places = [place for line in _lines(data) for place in _POINTER.findall(line)]
    needed = data.get("needed")
    return {**({"places": places} if places else {}), **({"needed": needed} if needed else {})}
