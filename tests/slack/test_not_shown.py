"""What a person sees when Slack does not take a form, a page or an answer."""

from typing import Any

import pytest
from raw_slack import HANG_UP, Reaction, error, says
from standing_desk import MAYA, Office, told

from bot.slack.blocks import kit

CHANNEL_ID = "C7"
TRIGGER_GONE = says(
    {
        "ok": False,
        "error": "invalid_arguments",
        "response_metadata": {"messages": ["[ERROR] the `trigger_id` has expired"]},
    }
)


def posts(office: Office) -> list[dict[str, Any]]:
    """What was posted since the office opened."""
    return [body for path, _, body in office.slack.requests if path.endswith("chat.postMessage")]


async def form_refused(office: Office, answer: Reaction) -> list[str]:
    """Maya asks for a form that Slack does not open; what she is told in her direct messages."""
    office.says("views.open", answer)
    office.says("views.publish", says({"ok": True}))
    assert await office.command("settings") == 200
    assert {body["channel"] for body in posts(office)} <= {MAYA.user}
    return [body["text"] for body in posts(office)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error("expired_trigger_id"), "press or write the same once more"),
        (TRIGGER_GONE, "press or write the same once more"),
        (error("view_too_large"), "view_too_large"),
        (error("internal_error", 500), "internal_error"),
        (HANG_UP, "no_answer"),
    ],
)
def test_a_form_that_did_not_open_is_told_with_a_way_out(answer: Reaction, words: str) -> None:
    async def story(office: Office) -> None:
        (text,) = await form_refused(office, answer)
        assert words in text

    told(story)()


@pytest.mark.parametrize("code", ["exchanged_trigger_id", "invalid_trigger_id", "not_found"])
def test_a_second_click_on_the_same_is_no_trouble(code: str) -> None:
    async def story(office: Office) -> None:
        assert await form_refused(office, error(code)) == []

    told(story)()


# -- answers ---------------------------------------------------------------------------------------


async def mention(office: Office) -> None:
    """Maya asks in a channel."""
    fields = {"user": MAYA.user, "text": "<@U0BOT> do i need a phd", "ts": "7.0"}
    assert await office.event("app_mention", channel=CHANNEL_ID, **fields) == 200


@pytest.mark.parametrize("code", ["not_in_channel", "is_archived", "invalid_blocks"])
def test_who_can_not_be_whispered_to_is_answered_in_their_dm(code: str) -> None:
    async def story(office: Office) -> None:
        office.says("chat.postEphemeral", error(code))
        await mention(office)
        (answer,) = posts(office)
        assert answer["channel"] == MAYA.user
        assert "PhD" in answer["text"]

    told(story)()


@pytest.mark.parametrize("code", ["ratelimited", "internal_error"])
def test_other_trouble_with_a_whisper_is_told(code: str) -> None:
    async def story(office: Office) -> None:
        office.says("chat.postEphemeral", error(code))
        await mention(office)
        (told_them,) = posts(office)
        assert code in told_them["text"]

    told(story)()


async def answer_in_dm(office: Office, *reactions: Reaction) -> list[dict[str, Any]]:
    """Maya asks in her direct messages; what is posted, as Slack reacts."""
    del office.slack.by_method["chat.postMessage"]
    office.slack.answers[:] = reactions
    fields = {"user": MAYA.user, "text": "do i need a phd", "ts": "7.0"}
    assert await office.event("message", channel="D1", channel_type="im", **fields) == 200
    return posts(office)


@told
async def test_an_answer_whose_blocks_do_not_please_comes_as_text(office: Office) -> None:
    fine = says({"ok": True, "channel": "D1", "ts": "8.0"})
    first, second = await answer_in_dm(office, error("invalid_blocks"), fine)
    assert first["blocks"]
    assert not second["blocks"]
    assert first["text"] == second["text"]


@told
async def test_an_answer_kept_out_of_its_thread_stands_beside_it(office: Office) -> None:
    del office.slack.by_method["chat.postMessage"]
    fine = says({"ok": True, "channel": "C7", "ts": "8.0"})
    office.slack.answers[:] = [error("restricted_action_thread_locked"), fine]
    message = office.desk.words("help.about")
    assert await office.edge.out.post("C7", kit.message(message), "4.0") == ""
    first, second = posts(office)
    assert first["thread_ts"] == "4.0"
    assert "thread_ts" not in second


@told
async def test_an_answer_that_may_be_lost_comes_again_for_somebody_waits(office: Office) -> None:
    fine = says({"ok": True, "channel": "D1", "ts": "8.0"})
    first, second = await answer_in_dm(office, HANG_UP, fine)
    assert first["text"] == second["text"]
    assert (first["channel"], second["channel"]) == ("D1", MAYA.user)
