"""The Web API: errors by name, both kinds of bodies, lists in pages, limits of blocks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playground_app import Body, button, option, section
from playground_trial import Trial, play

from bot.playground.blocks import named, problems_of
from bot.playground.entry import missing, state_values

MAYA = "D0MAYA0000"


def test_errors_have_the_platforms_names() -> None:
    async def steps(t: Trial) -> None:
        mine = (await t.say("maya", "hello"))["ts"]
        wrong: list[tuple[str, Body, str]] = [
            ("no.such", {}, "unknown_method"),
            ("users.info", {"user": "U1"}, "user_not_found"),
            ("conversations.info", {"channel": "C1"}, "channel_not_found"),
            ("chat.postMessage", {"channel": "C1", "text": "x"}, "channel_not_found"),
            ("chat.postMessage", {"channel": "C0GENERAL0", "text": "x"}, "not_in_channel"),
            ("chat.postMessage", {"channel": MAYA}, "no_text"),
            ("chat.postMessage", {"channel": MAYA, "blocks": [{"type": "x"}]}, "invalid_blocks"),
            (
                "chat.postMessage",
                {"channel": MAYA, "text": "x", "markdown_text": "y"},
                "markdown_text_conflict",
            ),
            (
                "chat.postMessage",
                {"channel": MAYA, "text": "x", "metadata": {"event_type": "a"}},
                "invalid_metadata_format",
            ),
            (
                "chat.postMessage",
                {"channel": MAYA, "text": "x", "thread_ts": "1.0"},
                "cannot_reply_to_message",
            ),
            (
                "chat.postEphemeral",
                {"channel": MAYA, "user": "U0RAVI0000", "text": "x"},
                "user_not_in_channel",
            ),
            ("chat.update", {"channel": MAYA, "ts": "1.0", "text": "x"}, "message_not_found"),
            ("chat.update", {"channel": MAYA, "ts": mine, "text": "x"}, "cant_update_message"),
            ("chat.update", {"channel": MAYA, "ts": mine}, "cant_update_message"),
            ("chat.delete", {"channel": MAYA, "ts": mine}, "cant_delete_message"),
            ("conversations.history", {"channel": "C0GENERAL0"}, "not_in_channel"),
            ("conversations.replies", {"channel": MAYA, "ts": "1.0"}, "thread_not_found"),
            ("conversations.history", {"channel": MAYA, "cursor": "x"}, "invalid_cursor"),
            ("conversations.history", {"channel": MAYA, "limit": "x"}, "invalid_arguments"),
            ("views.publish", {"user_id": "U1"}, "invalid_arguments"),
            (
                "reactions.add",
                {"channel": MAYA, "timestamp": "1.0", "name": "ok"},
                "message_not_found",
            ),
        ]
        for method, body, error in wrong:
            answer = await t.api(method, **body)
            assert answer.get("error") == error, (method, answer)

    play(steps)


def test_only_this_runs_tokens_are_valid() -> None:
    async def steps(t: Trial) -> None:
        ours = t.server.connection
        assert (await t.api("auth.test"))["user_id"] == "U0COACH000"
        assert (await t.api("auth.test", token="xoxb-other"))["error"] == "invalid_auth"
        assert (await t.api("auth.test", token=" "))["error"] == "not_authed"
        wrong_kind = await t.api("auth.test", token=ours.app_token)
        assert wrong_kind["error"] == "not_allowed_token_type"
        refused = await t.api("apps.connections.open", token="xapp-other")
        assert refused["error"] == "invalid_auth"
        async with t.http.post(f"{ours.api_url}auth.test", data={"token": ours.bot_token}) as r:
            assert (await r.json())["ok"] is True
            assert "chat:write" in r.headers["x-oauth-scopes"]
        async with t.http.get(f"{t.server.url}/socket?ticket=made-up") as r:
            assert r.status == 403

    play(steps)


def test_a_socket_address_works_once() -> None:
    async def steps(t: Trial) -> None:
        token = t.server.connection.app_token
        url = (await t.api("apps.connections.open", token=token))["url"]
        async with t.http.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert hello["num_connections"] == 2
            assert hello["debug_info"]["approximate_connection_time"] > 0
        async with t.http.get(url.replace("ws:", "http:")) as again:
            assert again.status == 403

    play(steps)


def test_forms_and_json_are_both_understood() -> None:
    async def steps(t: Trial) -> None:
        headers = {"Authorization": f"Bearer {t.server.connection.bot_token}"}
        form = {
            "channel": "U0MAYA0000",
            "text": "x" * 40_001,
            "blocks": json.dumps([section("one")]),
        }
        url = f"{t.server.connection.api_url}chat.postMessage"
        async with t.http.post(url, data=form, headers=headers) as response:
            answer = await response.json()
        assert answer["channel"] == MAYA
        assert len(answer["message"]["text"]) == 40_000
        assert answer["message"]["blocks"][0]["block_id"]
        async with t.http.post(url, data={**form, "blocks": "["}, headers=headers) as response:
            assert (await response.json())["error"] == "invalid_blocks_format"

    play(steps)


def test_history_comes_newest_first_in_pages_with_metadata_on_request() -> None:
    async def steps(t: Trial) -> None:
        metadata = {"event_type": "delivery", "event_payload": {"id": 7}}
        for n in range(5):
            await t.api("chat.postMessage", channel=MAYA, text=f"{n}", metadata=metadata)
        first = await t.api("conversations.history", channel=MAYA, limit=3)
        assert [m["text"] for m in first["messages"]] == ["4", "3", "2"]
        assert "metadata" not in first["messages"][0]
        rest = await t.api(
            "conversations.history",
            channel=MAYA,
            limit=3,
            cursor=first["response_metadata"]["next_cursor"],
            include_all_metadata=True,
        )
        assert [m["text"] for m in rest["messages"]] == ["1", "0"]
        assert rest["has_more"] is False
        assert rest["messages"][0]["metadata"] == metadata
        after = await t.api(
            "conversations.history", channel=MAYA, oldest=first["messages"][1]["ts"]
        )
        assert [m["text"] for m in after["messages"]] == ["4"]

    play(steps)


def test_an_update_changes_what_it_names() -> None:
    async def steps(t: Trial) -> None:
        blocks = [section("one", block_id="keep")]
        posted = await t.api("chat.postMessage", channel=MAYA, text="one", blocks=blocks)
        place = {"channel": MAYA, "ts": posted["ts"]}
        await t.api("chat.update", **place, text="two")
        shown = (await t.state("maya"))["messages"][0]
        assert (shown["text"], shown["blocks"]) == ("two", blocks)
        await t.api("chat.update", **place, text="three", blocks=[])
        shown = (await t.state("maya"))["messages"][0]
        assert (shown["text"], shown["blocks"], shown["edited"]) == ("three", [], True)
        too_long = await t.api("chat.update", **place, text="x" * 4001)
        assert too_long["error"] == "msg_too_long"

    play(steps)


def test_replies_are_kept_apart_from_the_channel() -> None:
    async def steps(t: Trial) -> None:
        root = (await t.api("chat.postMessage", channel=MAYA, text="root"))["ts"]
        await t.api("chat.postMessage", channel=MAYA, text="reply", thread_ts=root)
        wide = {"thread_ts": root, "reply_broadcast": True}
        await t.api("chat.postMessage", channel=MAYA, text="for all", **wide)
        history = (await t.api("conversations.history", channel=MAYA))["messages"]
        assert [m["text"] for m in history] == ["for all", "root"]
        assert history[1]["reply_count"] == 2
        replies = (await t.api("conversations.replies", channel=MAYA, ts=root))["messages"]
        assert [m["text"] for m in replies] == ["root", "reply", "for all"]

    play(steps)


def test_people_channels_and_members_are_listed_in_pages() -> None:
    async def steps(t: Trial) -> None:
        first = await t.api("users.list", limit=3)
        assert [m["name"] for m in first["members"]] == ["maya", "ravi", "sofia"]
        rest = await t.api("users.list", cursor=first["response_metadata"]["next_cursor"], limit=3)
        assert [m["is_bot"] for m in rest["members"]] == [True]
        channels = (await t.api("conversations.list"))["channels"]
        assert [(c["name"], c["is_member"]) for c in channels] == [
            ("ai-pm-study", True),
            ("general", False),
        ]
        members = await t.api("conversations.members", channel="C0STUDY000", limit=2)
        assert members["members"] == ["U0MAYA0000", "U0RAVI0000"]
        maya = (await t.api("users.info", user="U0MAYA0000", include_locale=True))["user"]
        assert (maya["tz"], maya["tz_offset"], maya["locale"]) == ("Europe/Berlin", 3600, "en-US")
        opened = await t.api("conversations.open", users="U0MAYA0000")
        assert opened["channel"]["id"] == MAYA

    play(steps)


def test_reactions_are_added_and_taken_away() -> None:
    async def steps(t: Trial) -> None:
        place = {"channel": MAYA, "timestamp": (await t.say("maya", "x"))["ts"], "name": "tada"}
        assert (await t.api("reactions.add", **place))["ok"] is True
        assert (await t.api("reactions.add", **place))["error"] == "already_reacted"
        shown = (await t.state("maya"))["messages"][0]["reactions"]
        assert shown == [{"name": "tada", "users": ["U0COACH000"], "count": 1}]
        assert (await t.api("reactions.remove", **place))["ok"] is True
        assert (await t.state("maya"))["messages"][0]["reactions"] == []

    play(steps)


def test_calls_are_counted() -> None:
    async def steps(t: Trial) -> None:
        before = (await t.state())["calls"].get("users.info", 0)
        await t.api("users.info", user="U0MAYA0000")
        assert (await t.state())["calls"]["users.info"] == before + 1

    play(steps)


def _plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


_PICK = {"type": "static_select", "action_id": "a", "options": [option("x")]}
_INPUT = {"type": "input", "label": _plain("L"), "element": {"type": "plain_text_input"}}


@pytest.mark.parametrize(
    "block",
    [
        section("x" * 3000, accessory=button("a", "A")),
        {"type": "section", "fields": [_plain("x" * 2000)] * 10},
        {"type": "header", "text": _plain("x" * 150), "level": 2},
        {"type": "context", "elements": [_plain("x")] * 10},
        {"type": "actions", "elements": [button(str(n), "A") for n in range(25)]},
        {"type": "actions", "elements": [_PICK]},
        {"type": "image", "image_url": "https://a.example/b.png", "alt_text": "a"},
        {"type": "markdown", "text": "x" * 12_000},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]},
        {"type": "container", "title": _plain("T"), "child_blocks": [section("x")]},
        _INPUT,
    ],
)
def test_blocks_at_their_limits_are_taken(block: Body) -> None:
    assert problems_of([block], "message") == []


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"type": "unheard"}, "/blocks/0/type"),
        (section("x" * 3001), "/blocks/0/text/text"),
        (section(""), "/blocks/0/text/text"),
        ({"type": "section"}, "/blocks/0"),
        ({"type": "section", "fields": [_plain("x")] * 11}, "/blocks/0/fields"),
        ({"type": "section", "fields": [_plain("x" * 2001)]}, "/blocks/0/fields/0/text"),
        ({"type": "header", "text": _plain("x" * 151)}, "/blocks/0/text/text"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/blocks/0/text"),
        ({"type": "context", "elements": []}, "/blocks/0/elements"),
        ({"type": "actions", "elements": [button("a", "A")] * 2}, "/blocks/0"),
        ({"type": "actions", "elements": [button("a", "x" * 76)]}, "/blocks/0/elements/0/text"),
        (
            {"type": "actions", "elements": [button("a", "A", "x" * 2001)]},
            "/blocks/0/elements/0/value",
        ),
        (
            {"type": "actions", "elements": [{**_PICK, "options": [option("x")] * 101}]},
            "/blocks/0/elements/0/options",
        ),
        ({"type": "image", "image_url": "https://a.example/b.png"}, "/blocks/0"),
        ({"type": "alert", "text": _plain("x")}, "/blocks/0/type"),
        ({**section("x"), "block_id": "x" * 256}, "/blocks/0/block_id"),
        ({**_INPUT, "label": _plain("x" * 2001)}, "/blocks/0/label/text"),
        ("words", "/blocks/0"),
    ],
)
def test_blocks_beyond_their_limits_are_refused_with_the_place(block: Any, place: str) -> None:
    problems = problems_of([block], "message")
    assert len(problems) == 1
    assert f"[json-pointer:{place}" in problems[0]


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x")] * 51,
        [section("x", block_id="a"), section("y", block_id="a")],
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        [{"type": "table", "rows": [[{}]]}] * 2,
        "words",
    ],
)
def test_blocks_that_do_not_go_together_are_refused(blocks: object) -> None:
    assert problems_of(blocks, "message")


_SURFACES = st.sampled_from(["message", "modal", "home"])
_KINDS = (
    "section actions input context table data_table markdown plan container card carousel "
    "header image rich_text context_actions button static_select checkboxes overflow "
    "plain_text_input number_input feedback_buttons plain_text mrkdwn"
).split()
_KEYS = (
    "text elements element accessory fields options option_groups rows tasks child_blocks "
    "actions action_id block_id value label title confirm placeholder caption level"
).split()


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Body]:
    more = st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4)
    return st.tuples(st.sampled_from(_KINDS), more).map(lambda pair: {"type": pair[0], **pair[1]})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(_KINDS) | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | _objects(inner),
    max_leaves=12,
)


@given(blocks=st.lists(_objects(_JSON), max_size=3), surface=_SURFACES)
@settings(max_examples=300, deadline=None)
def test_any_blocks_are_either_refused_or_can_be_shown(blocks: list[Body], surface: str) -> None:
    if not problems_of(blocks, surface):
        shown = named(blocks)
        values = state_values(shown, {})
        assert missing(shown, values).keys() <= values.keys()
