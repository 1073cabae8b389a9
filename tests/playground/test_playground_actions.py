"""Clicks and entries in messages and on the Home tab."""

from __future__ import annotations

from typing import Any

import pytest
from playground_app import Body, button, option, section
from playground_trial import Trial, play


async def _posted(t: Trial, *blocks: Body) -> str:
    answer = await t.api("chat.postMessage", channel="U0MAYA0000", text="x", blocks=list(blocks))
    assert answer["ok"], answer
    ts: str = answer["ts"]
    return ts


def _actions(*elements: Body) -> Body:
    return {"type": "actions", "block_id": "row", "elements": list(elements)}


def test_button_in_a_message_carries_everything_the_app_needs() -> None:
    async def steps(t: Trial) -> None:
        ts = await _posted(t, _actions(button("go", "Go", "one"), button("stop", "Stop")))
        answer = await t.do("action", user="maya", channel="app", message_ts=ts, action_id="go")
        assert answer == {"acknowledged": True}
        body = t.app.of_type("block_actions")[0]
        action = body["actions"][0]
        assert (action["block_id"], action["value"], action["type"]) == ("row", "one", "button")
        assert body["user"]["id"] == "U0MAYA0000"
        assert body["team"] == {"id": "T0PLAYGRND", "domain": "lighthouse-learning"}
        assert body["container"]["message_ts"] == ts
        assert body["message"]["ts"] == ts
        assert body["channel"]["id"] == "D0MAYA0000"
        assert body["is_enterprise_install"] is False

    play(steps)


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        ({"type": "static_select", "options": [option("a"), option("b")]}, "b", option("b")),
        ({"type": "radio_buttons", "options": [option("a"), option("b")]}, "a", option("a")),
        ({"type": "overflow", "options": [option("a"), option("b")]}, "a", option("a")),
        ({"type": "checkboxes", "options": [option("a"), option("b")]}, ["b"], [option("b")]),
        ({"type": "datepicker"}, "2026-03-05", "2026-03-05"),
        ({"type": "timepicker"}, "09:30", "09:30"),
        ({"type": "users_select"}, "U0RAVI0000", "U0RAVI0000"),
        ({"type": "multi_users_select"}, ["U0RAVI0000"], ["U0RAVI0000"]),
        ({"type": "plain_text_input"}, "some words", "some words"),
    ],
)
def test_every_kind_of_entry_has_its_own_field(element: Body, value: Any, expected: Any) -> None:
    fields = {
        "static_select": "selected_option",
        "radio_buttons": "selected_option",
        "overflow": "selected_option",
        "checkboxes": "selected_options",
        "datepicker": "selected_date",
        "timepicker": "selected_time",
        "users_select": "selected_user",
        "multi_users_select": "selected_users",
        "plain_text_input": "value",
    }

    async def steps(t: Trial) -> None:
        ts = await _posted(t, _actions({**element, "action_id": "pick"}))
        await t.do(
            "action", user="maya", channel="app", message_ts=ts, action_id="pick", value=value
        )
        body = t.app.of_type("block_actions")[0]
        field = fields[element["type"]]
        assert body["actions"][0][field] == expected
        if element["type"] != "overflow":
            assert body["state"]["values"]["row"]["pick"][field] == expected

    play(steps)


def test_a_click_carries_what_was_entered_in_the_message_before() -> None:
    async def steps(t: Trial) -> None:
        select = {"type": "static_select", "action_id": "pick", "options": [option("a")]}
        ts = await _posted(t, _actions(select, button("go", "Go")))
        place = {"user": "maya", "channel": "app", "message_ts": ts}
        await t.do("action", **place, action_id="pick", value="a")
        await t.do("action", **place, action_id="go")
        values = t.app.of_type("block_actions")[1]["state"]["values"]
        assert values["row"]["pick"]["selected_option"] == option("a")

    play(steps)


def test_unknown_elements_and_options_are_refused_in_words() -> None:
    async def steps(t: Trial) -> None:
        select = {"type": "static_select", "action_id": "pick", "options": [option("a")]}
        twice = {**_actions(button("go", "Go")), "block_id": "other"}
        day = {"type": "datepicker", "action_id": "day"}
        ts = await _posted(t, _actions(select, day, button("go", "Go")), twice)
        place = {"user": "maya", "channel": "app", "message_ts": ts}
        for more, expected, words in (
            ({"action_id": "gone"}, 404, "gone"),
            ({"action_id": "pick", "value": "z"}, 400, "Send one of: a"),
            ({"action_id": "go"}, 400, "block_id"),
            ({"action_id": "day", "value": "3 March"}, 400, "2026-03-02"),
        ):
            status, answer = await t.call("action", **place, **more)
            assert status == expected
            assert words in answer["error"]
        status, _ = await t.call("action", **{**place, "user": "ravi"}, action_id="pick")
        assert status == 404
        assert t.app.of_type("block_actions") == []

    play(steps)


def test_the_clicked_message_can_be_replaced_and_deleted() -> None:
    async def steps(t: Trial) -> None:
        ts = await _posted(t, _actions(button("replace", "R"), button("delete", "D")))
        place = {"user": "maya", "channel": "app", "message_ts": ts}
        await t.do("action", **place, action_id="replace")
        shown = (await t.state("maya"))["messages"][0]
        assert (shown["text"], shown["edited"], shown["blocks"]) == ("replaced", True, [])

    play(steps)


def test_a_clicked_ephemeral_can_be_replaced_and_deleted() -> None:
    async def steps(t: Trial) -> None:
        row = _actions(button("replace", "R"), button("delete", "D"))
        t.app.answer = {"text": "x", "blocks": [row]}
        for action in ("replace", "delete"):
            ts = (await t.command("maya", "ack"))["response"]["ts"]
            place = {"user": "maya", "channel": "app", "message_ts": ts}
            await t.do("action", **place, action_id=action)
        body = t.app.of_type("block_actions")[0]
        assert body["container"]["is_ephemeral"] is True
        assert "message" not in body
        assert [e["text"] for e in (await t.state("maya"))["ephemerals"]] == ["replaced"]

    play(steps)


def test_home_is_published_when_opened_and_its_buttons_work() -> None:
    async def steps(t: Trial) -> None:
        first = await t.do("home", user="maya", tab="home")
        assert first["view"]["blocks"][0]["text"]["text"] == "Welcome"
        opened = t.app.of_type("app_home_opened")[0]["event"]
        assert (opened["user"], opened["tab"]) == ("U0MAYA0000", "home")
        assert "view" not in opened
        second = await t.do("home", user="maya", tab="home")
        assert second["view"]["id"] == first["view"]["id"]
        again = t.app.of_type("app_home_opened")[1]["event"]
        assert again["view"]["id"] == first["view"]["id"]
        await t.do("action", user="maya", view_id=first["view"]["id"], action_id="press")
        body = t.app.of_type("block_actions")[0]
        assert body["container"] == {"type": "view", "view_id": first["view"]["id"]}
        assert body["view"]["type"] == "home"
        state = await t.state("maya")
        assert state["homes"]["U0MAYA0000"]["id"] == first["view"]["id"]
        assert (await t.state("ravi"))["homes"] == {}

    play(steps)


def test_plain_section_answers_nothing_to_press() -> None:
    async def steps(t: Trial) -> None:
        ts = await _posted(t, section("only words"))
        status, answer = await t.call(
            "action", user="maya", channel="app", message_ts=ts, action_id="any"
        )
        assert status == 404
        assert "Nothing to press" in answer["error"]

    play(steps)
