"""Each message is posted by one request; what Slack surely refused is mended once at most."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from raw_slack import RawSlack, Reaction, error, says, with_slack

from bot.domain.deliveries import Target
from bot.domain.remedies import Remedy
from bot.ports import Arrived, Message, SendRefused, SendUncertain
from bot.slack.messenger import SlackMessenger

MAYA = Target("T1", "U1")
CHANNEL = Target("T1", "C1")
SINCE = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Good morning"}}
MESSAGE = Message("Good morning", (SECTION, {"type": "divider"}))
ARRIVED = {"ok": True, "channel": "D1", "ts": "1772440200.000100"}
OPENED = says({"ok": True, "channel": {"id": "D7"}})
FINE = says(ARRIVED)


class Sent:
    """What became of sending one message."""

    def __init__(
        self, answers: list[Reaction], message: Message = MESSAGE, target: Target = MAYA
    ) -> None:
        self.arrived: Arrived | None = None
        self.failure: Exception | None = None
        self._message, self._target = message, target
        self.slack: RawSlack = with_slack(answers, self._send)

    async def _send(self, messenger: SlackMessenger, _: RawSlack) -> None:
        try:
            self.arrived = await messenger.send(self._target, self._message, "d-1")
        except (SendRefused, SendUncertain) as failure:
            self.failure = failure

    @property
    def refused(self) -> tuple[str, Remedy, float]:
        """How it was refused."""
        assert isinstance(self.failure, SendRefused), self.failure
        return self.failure.code, self.failure.remedy, self.failure.wait


# -- what is posted --------------------------------------------------------------------------------


def test_a_message_is_one_request_that_carries_its_delivery_twice() -> None:
    sent = Sent([FINE])
    assert sent.arrived == Arrived("D1", "1772440200.000100")
    ((path, headers, body),) = sent.slack.requests
    assert path == "/api/chat.postMessage"
    assert headers["authorization"] == "Bearer xoxb-test"
    assert body["channel"] == "U1"
    assert body["text"] == "Good morning"
    assert body["blocks"][0] == {**SECTION, "block_id": "d-1"}
    assert "block_id" not in body["blocks"][1]
    assert body["metadata"]["event_payload"] == {"id": "d-1"}
    assert body["metadata"]["event_type"]
    assert body["unfurl_links"] is body["unfurl_media"] is False


def test_the_message_itself_stays_as_it_was() -> None:
    Sent([FINE])
    assert "block_id" not in SECTION


def test_a_message_of_text_alone_carries_its_delivery_in_the_metadata() -> None:
    (body,) = Sent([FINE], Message("Good morning")).slack.bodies
    assert body["blocks"] == []
    assert body["metadata"]["event_payload"] == {"id": "d-1"}


def test_a_message_over_the_limits_goes_out_as_its_text() -> None:
    sent = Sent([FINE], Message("Short", (SECTION,) * 51))
    (body,) = sent.slack.bodies
    assert (body["text"], body["blocks"]) == ("Short", [])
    assert sent.arrived


# -- how long to wait ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code", "wait"),
    [
        (error("ratelimited", 429, "Retry-After: 17"), "ratelimited", 17.0),
        (error("ratelimited", 429), "ratelimited", 30.0),
        (error("ratelimited", 200), "ratelimited", 30.0),
        (error("rate_limited", 200, "Retry-After: 5"), "rate_limited", 5.0),
        (error("ratelimited", 429, "Retry-After: 0"), "ratelimited", 1.0),
        (error("ratelimited", 429, f"Retry-After: {'9' * 40}"), "ratelimited", 86_400.0),
        (error("ratelimited", 429, "Retry-After: soon"), "ratelimited", 30.0),
        (error("ratelimited", 429, "Retry-After: -5"), "ratelimited", 30.0),
        (error("ratelimited", 429, "Retry-After:"), "ratelimited", 30.0),
    ],
)
def test_too_fast_is_a_wait_as_long_as_slack_asks(answer: Reaction, code: str, wait: float) -> None:
    sent = Sent([answer])
    assert sent.refused == (code, Remedy.WAIT, wait)
    assert len(sent.slack.requests) == 1


def test_a_workspace_that_is_closed_for_now_is_held_for_an_hour() -> None:
    for code in ("message_limit_exceeded", "invalid_auth", "org_login_required"):
        assert Sent([error(code)]).refused == (code, Remedy.HOLD, 3_600.0)


def test_a_code_of_next_year_is_given_up_and_seen() -> None:
    assert Sent([error("sun_too_hot")]).refused == ("sun_too_hot", Remedy.QUARANTINE, 0.0)


@pytest.mark.parametrize(
    ("target", "code", "remedy"),
    [
        (CHANNEL, "is_archived", Remedy.REST),
        (CHANNEL, "channel_not_found", Remedy.REST),
        (CHANNEL, "user_not_found", Remedy.REST),
        (MAYA, "user_disabled", Remedy.AWAY),
        (MAYA, "is_archived", Remedy.AWAY),
        (CHANNEL, "restricted_action_thread_locked", Remedy.REST),
        (CHANNEL, "account_inactive", Remedy.END),
        (CHANNEL, "missing_scope", Remedy.SCOPE),
        (CHANNEL, "token_expired", Remedy.REFRESH),
        (CHANNEL, "unknown_method", Remedy.DEFECT),
    ],
)
def test_who_is_addressed_decides_too(target: Target, code: str, remedy: Remedy) -> None:
    sent = Sent([error(code)], target=target)
    assert sent.refused == (code, remedy, 0.0)
    assert sent.slack.methods == ["chat.postMessage"]


# -- what is mended --------------------------------------------------------------------------------


def test_blocks_that_do_not_please_go_out_as_plain_text_that_is_found_again() -> None:
    sent = Sent([error("invalid_blocks"), FINE])
    assert sent.arrived
    first, second = sent.slack.bodies
    assert len(first["blocks"]) == 2
    assert "metadata" not in second
    assert second["text"] == "Good morning"
    (block,) = second["blocks"]
    assert (block["type"], block["block_id"]) == ("section", "d-1")
    assert block["text"]["text"] == "Good morning"


def test_a_long_text_is_cut_between_two_letters() -> None:
    text = "a" * 2_997 + "&amp;" + "b" * 900
    _, body = Sent([error("msg_too_long"), FINE], Message(text)).slack.bodies
    assert body["text"] == body["blocks"][0]["text"]["text"] == "a" * 2_997 + "…"


def test_metadata_that_does_not_please_is_left_out() -> None:
    sent = Sent([error("metadata_too_large"), FINE])
    assert sent.arrived
    first, second = sent.slack.bodies
    assert second == {name: value for name, value in first.items() if name != "metadata"}


def test_a_conversation_that_is_not_there_is_opened_anew() -> None:
    sent = Sent([error("channel_not_found"), OPENED, FINE])
    assert sent.arrived
    assert sent.slack.methods == ["chat.postMessage", "conversations.open", "chat.postMessage"]
    assert sent.slack.bodies[1]["users"] == "U1"
    assert sent.slack.bodies[2] == {**sent.slack.bodies[0], "channel": "D7"}


@pytest.mark.parametrize(
    ("answers", "refused", "calls"),
    [
        ([error("invalid_blocks")] * 2, ("invalid_blocks", Remedy.QUARANTINE, 0.0), 2),
        ([error("metadata_too_large")] * 2, ("metadata_too_large", Remedy.QUARANTINE, 0.0), 2),
        (
            [error("metadata_too_large"), error("invalid_blocks")],
            ("invalid_blocks", Remedy.QUARANTINE, 0.0),
            2,
        ),
        (
            [error("invalid_blocks"), error("ratelimited", 429, "Retry-After: 3")],
            ("ratelimited", Remedy.WAIT, 3.0),
            2,
        ),
        (
            [error("channel_not_found"), OPENED, error("channel_not_found")],
            ("channel_not_found", Remedy.AWAY, 0.0),
            3,
        ),
        (
            [error("channel_not_found"), error("user_disabled")],
            ("user_disabled", Remedy.AWAY, 0.0),
            2,
        ),
        (
            [error("channel_not_found"), error("internal_error", 500)],
            ("internal_error", Remedy.BACK_OFF, 0.0),
            2,
        ),
    ],
)
def test_it_is_mended_once_and_then_told(
    answers: list[Reaction], refused: tuple[str, Remedy, float], calls: int
) -> None:
    sent = Sent(answers)
    assert sent.refused == refused
    assert len(sent.slack.requests) == calls


def test_what_is_unclear_after_mending_is_not_sent_a_third_time() -> None:
    sent = Sent([error("invalid_blocks"), error("fatal_error")])
    assert isinstance(sent.failure, SendUncertain)
    assert sent.slack.methods == ["chat.postMessage"] * 2


# -- what stands there -----------------------------------------------------------------------------


def history(*messages: dict[str, Any], **more: object) -> Reaction:
    """A page of a conversation, newest first."""
    return says({"ok": True, "messages": list(messages), **more})


def carried(ts: str, delivery_id: str, *, by: str) -> dict[str, Any]:
    """A message that carries a delivery in one of the two ways."""
    found: dict[str, Any] = {"type": "message", "ts": ts, "text": "Good morning"}
    if by == "metadata":
        found["metadata"] = {"event_type": "any", "event_payload": {"id": delivery_id}}
    else:
        found["blocks"] = [{**SECTION, "block_id": delivery_id}]
    return found


def find(answers: list[Reaction], target: Target = CHANNEL) -> tuple[RawSlack, list[Arrived]]:
    """Look for a delivery; Slack answers so."""
    results: list[Arrived] = []

    async def use(messenger: SlackMessenger, _: RawSlack) -> None:
        results.extend(await messenger.find(target, "d-1", SINCE))

    slack = with_slack(answers, use)
    return slack, results


@pytest.mark.parametrize("by", ["metadata", "block_id"])
def test_a_delivery_is_found_by_either_carrier(by: str) -> None:
    page = history(
        {"type": "message", "ts": "4.0", "text": "from a person"},
        carried("3.0", "d-2", by=by),
        carried("2.0", "d-1", by=by),
    )
    slack, results = find([page])
    assert results == [Arrived("C1", "2.0")]
    (body,) = slack.bodies
    assert body["channel"] == "C1"
    assert body["include_all_metadata"] is True
    assert float(body["oldest"]) <= SINCE.timestamp() - 5, "clocks differ"


def test_every_message_that_carries_it_is_found_oldest_first() -> None:
    page = history(
        carried("1772440261.000900", "d-1", by="block_id"),
        carried("1772440230.000000", "d-2", by="block_id"),
        carried("1772440261.000100", "d-1", by="metadata"),
        carried("999.0", "d-1", by="block_id"),
    )
    _, results = find([page])
    assert [found.ts for found in results] == ["999.0", "1772440261.000100", "1772440261.000900"]


@pytest.mark.parametrize(
    "other",
    [
        {"type": "message", "ts": "4.0"},
        {"type": "message", "ts": "4.0", "blocks": []},
        {"type": "message", "ts": "4.0", "blocks": None},
        {"type": "message", "ts": "4.0", "metadata": {}},
        {"type": "message", "ts": "4.0", "metadata": None},
        {"type": "message", "ts": "4.0", "metadata": {"event_payload": {"other": 1}}},
    ],
)
def test_other_messages_of_any_shape_are_passed_over(other: dict[str, Any]) -> None:
    _, results = find([history(other, carried("2.0", "d-1", by="metadata"))])
    assert results == [Arrived("C1", "2.0")]


def test_metadata_of_another_kind_does_not_hide_the_block() -> None:
    found = carried("2.0", "d-1", by="block_id")
    found["metadata"] = {"event_type": "other", "event_payload": {}}
    _, results = find([history(found)])
    assert results == [Arrived("C1", "2.0")]


@pytest.mark.parametrize("page", [history(carried("2.0", "d-2", by="metadata")), history()])
def test_what_is_not_there_never_arrived(page: Reaction) -> None:
    assert find([page])[1] == []


def test_in_a_dm_the_conversation_is_opened_first() -> None:
    slack, results = find([OPENED, history(carried("2.0", "d-1", by="metadata"))], MAYA)
    assert slack.methods == ["conversations.open", "conversations.history"]
    assert slack.bodies[0]["users"] == "U1"
    assert slack.bodies[1]["channel"] == "D7"
    assert results == [Arrived("D7", "2.0")]


def test_the_search_goes_on_to_older_pages() -> None:
    newer = [{"type": "message", "ts": f"{number}.0"} for number in range(200, 100, -1)]
    pages = [
        history(
            carried("300.0", "d-1", by="metadata"),
            *newer,
            response_metadata={"next_cursor": "older"},
        ),
        history(carried("2.0", "d-1", by="metadata"), response_metadata={"next_cursor": ""}),
    ]
    slack, results = find(pages)
    assert [found.ts for found in results] == ["2.0", "300.0"]
    assert slack.bodies[1]["cursor"] == "older"


def test_a_history_without_end_is_given_up() -> None:
    endless = history(response_metadata={"next_cursor": "more"})
    with pytest.raises(SendRefused) as refusal:
        find([endless] * 51)
    assert refusal.value.remedy is Remedy.QUARANTINE


@pytest.mark.parametrize(
    ("answers", "remedy"),
    [
        ([error("missing_scope")], Remedy.SCOPE),
        ([error("not_in_channel")], Remedy.REST),
        ([error("channel_not_found")], Remedy.REST),
        ([error("ratelimited", 429, "Retry-After: 3")], Remedy.WAIT),
        ([error("invalid_cursor")], Remedy.DEFECT),
    ],
)
def test_a_history_that_is_closed_says_why(answers: list[Reaction], remedy: Remedy) -> None:
    with pytest.raises(SendRefused) as refusal:
        find(answers)
    assert refusal.value.remedy is remedy


@pytest.mark.parametrize(
    "answer", [says({"ok": True}), says({"ok": True, "messages": [{"metadata": {}}, 7]})]
)
def test_a_history_of_an_unknown_shape_is_uncertain(answer: Reaction) -> None:
    with pytest.raises(SendUncertain):
        find([answer])


# -- taken away, and asked -------------------------------------------------------------------------


def call(answer: Reaction, use: Callable[[SlackMessenger], Any]) -> RawSlack:
    """Make one call that Slack answers so."""

    async def used(messenger: SlackMessenger, _: RawSlack) -> None:
        await use(messenger)

    return with_slack([answer], used)


def remove(answer: Reaction) -> RawSlack:
    """Take a double away."""
    return call(answer, lambda messenger: messenger.remove(CHANNEL, Arrived("C1", "2.0")))


@pytest.mark.parametrize(
    "answer", [says({"ok": True}), error("message_not_found"), error("is_archived")]
)
def test_a_double_that_is_gone_or_can_not_go_is_done(answer: Reaction) -> None:
    slack = remove(answer)
    assert slack.methods == ["chat.delete"]
    assert slack.bodies == [{"channel": "C1", "ts": "2.0"}]


def test_a_double_that_stays_is_told() -> None:
    with pytest.raises(SendRefused) as refusal:
        remove(error("ratelimited", 429, "Retry-After: 3"))
    assert (refusal.value.remedy, refusal.value.wait) == (Remedy.WAIT, 3.0)
    with pytest.raises(SendUncertain):
        remove(error("internal_error", 500))


def test_a_workspace_is_asked_whether_it_works() -> None:
    ask = call(says({"ok": True}), lambda messenger: messenger.probe("T1"))
    assert ask.methods == ["auth.test"]
    for code, remedy in (("invalid_auth", Remedy.HOLD), ("account_inactive", Remedy.END)):
        with pytest.raises(SendRefused) as refusal:
            call(error(code), lambda messenger: messenger.probe("T1"))
        assert refusal.value.remedy is remedy
    with pytest.raises(SendUncertain):
        call(error("internal_error", 500), lambda messenger: messenger.probe("T1"))
