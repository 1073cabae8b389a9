"""Votes on answers: counted once, without a name, and taken back when they can't be saved."""

import json
from dataclasses import replace

import pytest
from asking_desk import ANSWER, MAYA, RAVI, Bench, buttons, direct, lived, read

from bot.domain.errors import Busy, InvalidField
from bot.domain.feedback import Reason
from bot.slack import asking
from bot.slack.desk import Call

UP = "helpful answer faq:need-phd"
DOWN = "unhelpful choices term:data-drift"


async def form_of(bench: Bench, call: Call) -> str:
    """What the form of a vote that says no carries along."""
    view = (await bench.do(asking.vote, call)).view
    assert view is not None
    assert view["callback_id"] == "ask.vote_submit"
    return str(view["private_metadata"])


@lived(ANSWER)
async def test_pressed_twice_on_a_message_counts_once(bench: Bench) -> None:
    assert "counted without your name" in read(await bench.do(asking.vote, direct(UP)))
    for value in (UP, UP.replace("helpful", "unhelpful")):
        again = await bench.do(asking.vote, direct(value))
        assert "already told me" in read(again)
    assert await bench.votes() == [("helpful", "answer", "faq:need-phd", None, 1)]


@lived(ANSWER)
async def test_other_messages_and_other_people_count(bench: Bench) -> None:
    for call in (
        direct(UP),
        direct(UP, ts="1.2"),
        replace(direct(UP), channel="D9"),
        replace(direct(UP), person=RAVI),
    ):
        await bench.do(asking.vote, call)
    assert await bench.votes() == [("helpful", "answer", "faq:need-phd", None, 4)]


@lived(ANSWER)
async def test_not_helpful_counts_when_its_form_is_sent_and_not_before(bench: Bench) -> None:
    carried = await form_of(bench, direct(DOWN))
    assert await bench.votes() == []
    assert await form_of(bench, direct(DOWN)) == carried  # closed, and pressed again
    sent = Call(MAYA, metadata=carried, values={"reason": "outdated", "sentence": "It changed."})
    for _ in range(2):
        assert "Thank you" in read(await bench.do(asking.unhelpful, sent))
    assert await bench.votes() == [("unhelpful", "choices", "term:data-drift", "outdated", 1)]
    assert [text for text, _, _ in await bench.noted()] == ["It changed."]
    assert "already told me" in read(await bench.do(asking.vote, direct(DOWN)))


@lived(ANSWER)
async def test_reason_and_sentence_may_be_left_out(bench: Bench) -> None:
    carried = await form_of(bench, direct(DOWN))
    sent = Call(MAYA, metadata=carried, values={"reason": "", "sentence": " "})
    await bench.do(asking.unhelpful, sent)
    assert await bench.votes() == [("unhelpful", "choices", "term:data-drift", None, 1)]
    assert await bench.noted() == []


@lived(ANSWER)
async def test_every_reason_can_be_chosen_and_no_other(bench: Bench) -> None:
    view = (await bench.do(asking.vote, direct(DOWN))).view
    assert view is not None
    (field,) = [block for block in view["blocks"] if block.get("block_id") == "reason"]
    values = [option["value"] for option in field["element"]["options"]]
    assert values == [reason.value for reason in Reason]
    wrong = Call(MAYA, metadata=view["private_metadata"], values={"reason": "because"})
    with pytest.raises(InvalidField):
        await bench.do(asking.unhelpful, wrong)
    assert await bench.votes() == []


@lived(ANSWER)
async def test_a_vote_that_could_not_be_saved_may_be_given_again(bench: Bench) -> None:
    bench.store.busy = True
    with pytest.raises(Busy):
        await bench.do(asking.vote, direct(UP))
    bench.store.busy = False
    await bench.do(asking.vote, direct(UP))
    assert await bench.votes() == [("helpful", "answer", "faq:need-phd", None, 1)]


@lived(ANSWER)
async def test_on_a_page_the_answer_stays_with_the_thanks_beneath_it(bench: Bench) -> None:
    on_a_page = Call(MAYA, UP, modal="V1")
    reply = await bench.do(asking.vote, on_a_page)
    assert "No, a PhD is not needed" in read(reply)
    assert "counted without your name" in read(reply)
    assert "ask.vote.up" not in buttons(reply)


@lived(ANSWER)
async def test_nothing_that_is_kept_names_anybody(bench: Bench) -> None:
    await bench.do(asking.vote, direct(UP))
    sent = Call(MAYA, metadata=await form_of(bench, direct(DOWN)), values={"sentence": "No <@U1>"})
    await bench.do(asking.unhelpful, sent)
    kept = json.dumps([await bench.votes(), await bench.noted()])
    assert MAYA.user not in kept
    assert "D1" not in kept
