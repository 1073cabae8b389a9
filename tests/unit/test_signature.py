"""The front check: requests of Slack pass once, everything else is refused and nothing raises."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_samples import steady

from bot.web import SignatureCheck

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_772_440_200
BODY = b"token=x&team_id=T1&command=%2Faipm&text=help"


def signed(body: bytes = BODY, timestamp: str = str(NOW), secret: str = SECRET) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def check(now: float = NOW) -> SignatureCheck:
    return SignatureCheck(SECRET, lambda: now)


def test_a_request_of_slack_passes() -> None:
    assert check().refusal(str(NOW), signed(), BODY) is None


def test_the_example_of_slacks_own_pages() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F"
        b"commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    taken = SignatureCheck(secret, lambda: 1_531_420_618.0)
    assert taken.refusal("1531420618", signature, body) is None


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "v0=",
        "v0=" + "0" * 64,
        signed(secret="another"),
        signed(body=BODY + b" "),
        signed(timestamp=str(NOW + 1)),
        signed().removeprefix("v0="),
        signed().upper(),
        signed() + "0",
        " " + signed(),
        "v0=é",
        "v0=\U0001f600",
        "v0=\u0661",
        "v0=\udcff\udce9",
    ],
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    assert check().refusal(str(NOW), signature, BODY) == "signature"


@pytest.mark.parametrize(
    "timestamp",
    ["", "now", "-1", "+1", "1.5", f" {NOW}", f"{NOW}\n", "0x10", "\u00b2", "\u0661\u0662", "１２"],
)
def test_a_timestamp_must_be_digits(timestamp: str) -> None:
    assert check().refusal(timestamp, signed(timestamp=timestamp), BODY) == "timestamp"


@pytest.mark.parametrize("off", [-301, 301, -86_400, 10**9])
def test_an_old_or_future_request_is_refused(off: int) -> None:
    timestamp = str(NOW + off)
    assert check().refusal(timestamp, signed(timestamp=timestamp), BODY) == "too_old"


@pytest.mark.parametrize("off", [-300, 300])
def test_five_minutes_are_allowed(off: int) -> None:
    timestamp = str(NOW + off)
    assert check().refusal(timestamp, signed(timestamp=timestamp), BODY) is None


def test_a_timestamp_of_thousands_of_digits_is_refused() -> None:
    timestamp = "9" * 5_000
    refusal = check().refusal(timestamp, signed(timestamp=timestamp), BODY)
    assert refusal in ("timestamp", "too_old")


def test_a_replay_is_refused_and_another_request_is_not() -> None:
    taken = check()
    assert taken.refusal(str(NOW), signed(), BODY) is None
    assert taken.refusal(str(NOW), signed(), BODY) == "replay"
    assert taken.refusal(str(NOW), signed(), BODY) == "replay"
    assert taken.refusal(str(NOW), signed(b"other"), b"other") is None


def test_a_replay_is_refused_as_long_as_its_timestamp_would_pass() -> None:
    now = [NOW - 300.0]
    taken = SignatureCheck(SECRET, lambda: now[0])
    assert taken.refusal(str(NOW), signed(), BODY) is None
    for later in (0.0, 299.0, 300.0):
        now[0] = NOW + later
        assert taken.refusal(str(NOW), signed(), BODY) == "replay"
    now[0] = NOW + 301.0
    assert taken.refusal(str(NOW), signed(), BODY) == "too_old"


def test_a_forged_request_does_not_use_up_the_true_one() -> None:
    taken = check()
    assert taken.refusal(str(NOW), signed(), b"forged") == "signature"
    assert taken.refusal(str(NOW), signed(), BODY) is None


def test_an_empty_body_and_raw_bytes_are_signed_as_they_are() -> None:
    for body in (b"", b"\x00\xff\xfe", b"%s %d {}"):
        assert check().refusal(str(NOW), signed(body), body) is None


@steady
@given(st.text(), st.text(), st.binary())
def test_nothing_raises(timestamp: str, signature: str, body: bytes) -> None:
    assert check().refusal(timestamp, signature, body) in ("timestamp", "too_old", "signature")


@steady
@given(st.text(st.characters(categories=["Cs", "Ll"])), st.binary())
def test_no_signature_raises(signature: str, body: bytes) -> None:
    assert check().refusal(str(NOW), signature, body) == "signature"
