"""Messages, mentions, commands and what the app answers to them."""

from __future__ import annotations

from playground_app import section
from playground_trial import Trial, play


def test_dm_reaches_the_app_and_its_answer_stands_in_the_thread() -> None:
    async def steps(t: Trial) -> None:
        sent = await t.say("maya", "hello & <you> @ravi in #general")
        event = t.app.of_type("message")[0]
        assert event["event"]["channel_type"] == "im"
        text = "hello &amp; &lt;you&gt; <@U0RAVI0000> in <#C0GENERAL0|general>"
        assert event["event"]["text"] == text
        assert event["authorizations"][0]["user_id"] == "U0COACH000"
        mine, answer = (await t.state("maya"))["messages"]
        assert mine["ts"] == sent["ts"]
        assert mine["reply_count"] == 1
        assert answer["thread_ts"] == sent["ts"]
        assert answer["bot"] is True
        assert answer["text"] == f"You said: {text}"

    play(steps)


def test_command_answered_in_the_ack_is_shown_to_that_person_only() -> None:
    async def steps(t: Trial) -> None:
        t.app.answer = {"text": "Usage", "blocks": [section("*Usage*")]}
        answer = await t.command("maya", "ack now", "ai-pm-study")
        assert answer["acknowledged"] is True
        assert answer["response"]["text"] == "Usage"
        assert answer["response"]["response_type"] == "ephemeral"
        assert answer["response"]["blocks"][0]["block_id"]
        shown = (await t.state("maya"))["ephemerals"][0]
        assert shown["command"] == "/aipm ack now"
        assert (await t.state("ravi"))["ephemerals"] == []
        assert (await t.state())["messages"] == []

    play(steps)


def test_command_answered_later_at_its_response_url() -> None:
    async def steps(t: Trial) -> None:
        t.app.answer = {"response_type": "in_channel", "text": "For all"}
        answer = await t.command("ravi", "later", "general")
        assert answer["response"]["text"] == "For all"
        state = await t.state("sofia")
        assert [m["text"] for m in state["messages"]] == ["/aipm later", "For all"]
        assert [m["bot"] for m in state["messages"]] == [False, True]

    play(steps)


def test_command_body_is_as_the_platform_sends_it() -> None:
    async def steps(t: Trial) -> None:
        await t.command("maya", "ack a & b")
        body = t.app.seen[0]
        assert body["command"] == "/aipm"
        assert body["text"] == "ack a &amp; b"
        assert body["user_id"] == "U0MAYA0000"
        assert body["channel_id"] == "D0MAYA0000"
        assert body["channel_name"] == "directmessage"
        assert body["is_enterprise_install"] == "false"

    play(steps)


def test_response_url_ends_after_five_uses_and_after_thirty_minutes() -> None:
    async def steps(t: Trial) -> None:
        await t.command("maya", "ack")
        url = t.app.seen[0]["response_url"]
        answers = [await _post(t, url, text=f"{n}") for n in range(6)]
        assert answers == [200, 200, 200, 200, 200, 404]
        assert len((await t.state("maya"))["ephemerals"]) == 5
        await t.command("maya", "ack")
        late = t.app.seen[1]["response_url"]
        await t.do("clock", advance="31m")
        assert await _post(t, late, text="late") == 404

    play(steps)


async def _post(t: Trial, url: str, **body: object) -> int:
    async with t.http.post(url, json=body) as response:
        return response.status


def test_silent_app_leaves_a_notice_and_loses_nothing() -> None:
    async def steps(t: Trial) -> None:
        answer = await t.command("maya", "silent")
        assert answer == {"acknowledged": False, "response": None}
        notice = (await t.state("maya"))["notices"][0]
        assert notice["text"] == (
            "/aipm did not answer in time. Nothing was lost in the playground; try again."
        )
        assert (await t.state("ravi"))["notices"] == []

    play(steps)


def test_answer_that_cannot_be_shown_is_reported_to_the_person() -> None:
    async def steps(t: Trial) -> None:
        t.app.answer = {"blocks": [section("x" * 3001)]}
        answer = await t.command("maya", "ack")
        assert answer == {"acknowledged": True, "response": None}
        text = (await t.state("maya"))["notices"][0]["text"]
        assert "invalid_blocks" in text
        assert "/blocks/0/text/text" in text

    play(steps)


def test_mention_comes_as_message_and_as_mention_where_the_app_is_a_member() -> None:
    async def steps(t: Trial) -> None:
        await t.say("ravi", "@aipm what is a baseline?", "ai-pm-study")
        assert t.app.of_type("message")[0]["event"]["channel_type"] == "channel"
        mention = t.app.of_type("app_mention")[0]["event"]
        assert mention["text"] == "<@U0COACH000> what is a baseline?"
        assert mention["user"] == "U0RAVI0000"
        before = len(t.app.seen)
        await t.say("ravi", "@aipm are you here?", "general")
        assert len(t.app.seen) == before

    play(steps)


def test_the_app_is_told_of_its_own_posts_and_edits() -> None:
    async def steps(t: Trial) -> None:
        posted = await t.api("chat.postMessage", channel="C0STUDY000", text="one")
        await t.api("chat.update", channel="C0STUDY000", ts=posted["ts"], text="two")
        await t.api("chat.delete", channel="C0STUDY000", ts=posted["ts"])
        await t.server.settle()
        events = [body["event"] for body in t.app.of_type("message")]
        assert [event.get("subtype") for event in events] == [
            None,
            "message_changed",
            "message_deleted",
        ]
        assert events[0]["bot_id"] == "B0COACH000"
        assert events[1]["message"]["text"] == "two"
        assert events[1]["previous_message"]["text"] == "one"
        assert (await t.state())["messages"] == []

    play(steps)


def test_deleting_the_head_of_a_thread_leaves_its_replies() -> None:
    async def steps(t: Trial) -> None:
        posted = await t.api("chat.postMessage", channel="C0STUDY000", text="head")
        await t.do(
            "message", user="maya", channel="ai-pm-study", text="reply", thread_ts=posted["ts"]
        )
        await t.api("chat.delete", channel="C0STUDY000", ts=posted["ts"])
        head, reply = (await t.state())["messages"][:2]
        assert head["subtype"] == "tombstone"
        assert head["ts"] == posted["ts"]
        assert reply["text"] == "reply"

    play(steps)


def test_joining_and_leaving_a_channel_is_told() -> None:
    async def steps(t: Trial) -> None:
        await t.do("member", user="bot", channel="general", action="join")
        joined = t.app.of_type("member_joined_channel")[0]["event"]
        assert joined["user"] == "U0COACH000"
        await t.do("member", user="ravi", channel="general", action="leave")
        assert t.app.of_type("member_left_channel")[0]["event"]["user"] == "U0RAVI0000"
        await t.do("member", user="bot", channel="general", action="leave")
        assert t.app.of_type("channel_left")[0]["event"]["channel"] == "C0GENERAL0"
        status, answer = await t.call("message", user="ravi", channel="general", text="hi")
        assert status == 409
        assert "Join first" in answer["error"]

    play(steps)


def test_a_new_time_zone_is_told_and_shown() -> None:
    async def steps(t: Trial) -> None:
        await t.do("person", user="maya", tz="Asia/Tokyo")
        user = t.app.of_type("user_change")[0]["event"]["user"]
        assert (user["tz"], user["tz_offset"]) == ("Asia/Tokyo", 9 * 3600)
        maya = (await t.state())["people"][0]
        assert maya["local_time"] == "2026-03-02T17:00:00+09:00"
        status, answer = await t.call("person", user="maya", tz="Mars/Base")
        assert status == 400
        assert "Europe/Berlin" in answer["error"]

    play(steps)


def test_requests_that_make_no_sense_are_answered_in_words() -> None:
    async def steps(t: Trial) -> None:
        wrong = [
            ("message", {"user": "nobody", "channel": "app", "text": "x"}, 404, "maya, ravi"),
            ("message", {"user": "maya", "channel": "lost", "text": "x"}, 404, "ai-pm-study"),
            ("message", {"user": "maya", "channel": "app", "text": " "}, 400, "empty"),
            ("message", {"user": "maya", "channel": "app"}, 400, '"text"'),
            ("message", {"user": "maya", "channel": "D0RAVI0000", "text": "x"}, 403, "another"),
            ("command", {"user": "maya", "channel": "app", "command": "/no"}, 400, "/aipm"),
            ("home", {"user": "maya", "tab": "about"}, 400, "messages"),
            ("action", {"user": "maya", "channel": "app", "message_ts": "1.0"}, 404, "no message"),
            ("submit", {"user": "maya", "view_id": "V1"}, 404, "no open form"),
        ]
        for route, body, expected, words in wrong:
            status, answer = await t.call(route, **body)
            assert status == expected, (route, answer)
            assert words in answer["error"]

    play(steps)
