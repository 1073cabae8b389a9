"""Every code that Slack documents has a decided remedy, the same in the table and in the manual."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.domain.remedies import Remedy
from bot.slack.errors import (
    BY_KIND,
    HTTP_ERROR,
    METHODS,
    NO_ANSWER,
    NO_CONNECTION,
    REMEDIES,
    SECONDS,
    TIMED_OUT,
    CallKind,
    code_of_status,
    for_address,
    is_unclear,
    remedy_of,
    seconds_of,
)
from bot.slack.standing import CHANNEL_EVENTS

HERE = Path(__file__).parent
DOCUMENTED: dict[str, list[str]] = yaml.safe_load(
    (HERE / "documented_codes.yaml").read_text(encoding="utf-8")
)
MANUAL = (HERE.parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
OURS = {NO_ANSWER, TIMED_OUT, HTTP_ERROR, NO_CONNECTION}
KNOWN = {code for codes in REMEDIES.values() for code in codes}
CHANGES = (CallKind.POST, CallKind.WHISPER, CallKind.UPDATE, CallKind.DELETE, CallKind.FILE)
"""What must never be done twice without looking."""


@pytest.mark.parametrize("method", DOCUMENTED)
def test_every_documented_code_has_a_decided_remedy(method: str) -> None:
    assert set(DOCUMENTED[method]) <= KNOWN


def test_every_documented_method_has_a_kind() -> None:
    assert set(DOCUMENTED) - {"any method", "elsewhere"} <= set(METHODS)


def test_the_table_knows_only_codes_that_are_documented_or_our_own() -> None:
    documented = {code for codes in DOCUMENTED.values() for code in codes}
    assert documented | OURS == KNOWN
    assert len(documented) == 165


def test_a_code_stands_under_one_remedy() -> None:
    times = Counter(code for codes in REMEDIES.values() for code in codes)
    assert [code for code, count in times.items() if count > 1] == []


def test_exceptions_and_waits_name_codes_of_the_table() -> None:
    assert {code for codes in BY_KIND.values() for code in codes} <= KNOWN
    assert set(SECONDS) <= KNOWN
    for kind, codes in BY_KIND.items():
        same = [code for code, remedy in codes.items() if code in REMEDIES.get(remedy, ())]
        assert same == [], f"{kind}: no exception at all"


@pytest.mark.parametrize("kind", CallKind)
def test_an_unknown_code_is_given_up_and_seen(kind: CallKind) -> None:
    assert remedy_of("a_code_of_next_year", kind) is Remedy.QUARANTINE
    assert remedy_of("", kind) is Remedy.QUARANTINE


@pytest.mark.parametrize("kind", CallKind)
def test_what_is_unclear_is_looked_up_before_anything_is_done_twice(kind: CallKind) -> None:
    for code in filter(is_unclear, KNOWN):
        expected = Remedy.RECONCILE if kind in CHANGES else Remedy.BACK_OFF
        if kind is CallKind.RESPONSE:
            expected = Remedy.REOPEN
        assert remedy_of(code, kind) is expected, code


def test_statuses_without_a_code_have_one_of_ours() -> None:
    assert code_of_status(429) == "ratelimited"
    assert {code_of_status(status) for status in range(500, 600)} == {HTTP_ERROR}
    assert {code_of_status(status) for status in (200, 301, 403, 404, 413)} == {NO_ANSWER}


def test_a_wait_is_known_for_all_that_waits() -> None:
    for remedy in (Remedy.WAIT, Remedy.HOLD):
        assert all(seconds_of(code, remedy) > 0 for code in REMEDIES[remedy])


@pytest.mark.parametrize("remedy", Remedy)
def test_people_do_not_rest_and_channels_do_not_go_away(remedy: Remedy) -> None:
    assert for_address(remedy, "U1") is not Remedy.REST
    assert for_address(remedy, "W1") is not Remedy.REST
    assert for_address(remedy, "C1") not in (Remedy.AWAY, Remedy.REOPEN)


# -- the manual ------------------------------------------------------------------------------------


def _rows(heading: str) -> list[list[str]]:
    section = MANUAL.split(heading, 1)[1].split("\n#", 1)[0]
    return [line.strip("| ").split(" | ") for line in section.splitlines() if line[:3] == "| `"]


def _named(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", cell))


def test_the_manual_lists_every_code_under_its_remedy() -> None:
    rows = _rows("## What Slack may answer, and what is done")
    listed = {Remedy(name.strip("`")): _named(codes) for name, _, codes in rows}
    assert listed == {**REMEDIES, Remedy.QUARANTINE: set()}


def test_the_manual_lists_what_differs_by_call() -> None:
    rows = _rows("### Where it depends on the call")
    listed = {
        (CallKind(kind.strip("`")), code): Remedy(remedy.strip("`"))
        for kind, remedy, codes in rows
        for code in _named(codes)
    }
    assert listed == {
        (kind, code): remedy for kind, codes in BY_KIND.items() for code, remedy in codes.items()
    }


def test_the_manual_lists_every_event_about_channels() -> None:
    section = MANUAL.split("### Events about channels", 1)[1].split("\n#", 1)[0]
    assert _named(section.split("understands", 1)[1]) == set(CHANNEL_EVENTS)
