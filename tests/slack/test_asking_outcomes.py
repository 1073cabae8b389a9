"""Questions as the listeners answer them: each outcome, its ways on, and what is remembered."""

import pytest
from asking_desk import (
    ANSWER,
    CHANNEL,
    CHOICES,
    MAYA,
    NONE,
    RAVI,
    Bench,
    buttons,
    direct,
    lived,
    read,
)

from bot.domain.errors import Gone, InvalidField
from bot.domain.groups import Place
from bot.domain.learners import Background
from bot.domain.outside import OutsideKind
from bot.slack import asking
from bot.slack.desk import Call
from tests.shipped import shipped

PHD = "Do I need a PhD?"
LEANING = "and why is that so?"
PARTED = next(
    entry
    for entry in shipped().faq.values()
    if any(Background.ENGINEER in side.fits for side in entry.sides)
)
"""An answer of which one side fits engineers."""
PATH = "This fits your path"


# -- an answer --------------------------------------------------------------------------------


@lived(ANSWER)
async def test_an_answer_has_one_thing_to_do_next_and_asks_whether_it_helped(bench: Bench) -> None:
    reply = await bench.do(asking.ask, direct(PHD))
    assert reply.message is not None
    assert "No, a PhD is not needed" in reply.message.text
    controls = buttons(reply)
    assert controls["ask.vote.up"] == "helpful answer faq:need-phd"
    assert controls["ask.vote.down"] == "unhelpful answer faq:need-phd"
    assert "run" in controls
    assert "ask.share" not in controls
    assert await bench.noted() == []


@lived(ANSWER)
async def test_in_a_channel_an_answer_can_be_shared(bench: Bench) -> None:
    reply = await bench.do(asking.ask, Call(MAYA, PHD, channel="C1"))
    key = buttons(reply)["ask.share"]
    assert key == "faq:need-phd"
    await bench.do(asking.share_answer, Call(MAYA, key, channel="C1"))
    ((channel, message, _),) = bench.out.posted
    assert channel == "C1"
    assert "<@U1> shared an answer" in message.text
    assert buttons(message) == {}


@lived(ANSWER)
async def test_the_side_that_fits_is_marked_for_its_reader_alone(bench: Bench) -> None:
    key = f"faq:{PARTED.id}"
    assert PATH not in read(await bench.do(asking.show_answer, direct(key)))
    await bench.start(Background.ENGINEER)
    assert PATH in read(await bench.do(asking.show_answer, direct(key)))
    await bench.do(asking.share_answer, Call(MAYA, key, channel="C1"))
    assert PATH not in str(bench.out.posted)


@pytest.mark.parametrize("mood", ["slow", "busy"])
def test_a_store_in_a_mood_costs_the_mark_and_never_the_answer(mood: str) -> None:
    @lived(ANSWER)
    async def story(bench: Bench) -> None:
        await bench.start(Background.ENGINEER)
        bench.impatient()
        setattr(bench.store, mood, True)
        text = read(await bench.do(asking.show_answer, direct(f"faq:{PARTED.id}")))
        assert PARTED.question in text
        assert PATH not in text

    story()


@lived(ANSWER)
async def test_what_the_content_lost_is_told(bench: Bench) -> None:
    for handler, value in (
        (asking.show_answer, "faq:no-such"),
        (asking.show_answer, "faq:need-phd nonsense"),
        (asking.share_answer, "no key"),
        (asking.vote, "helpful answer faq:no-such"),
        (asking.vote, "splendid answer faq:need-phd"),
        (asking.vote, ""),
    ):
        with pytest.raises(Gone):
            await bench.do(handler, direct(value))


# -- near matches -----------------------------------------------------------------------------


@lived(CHOICES)
async def test_near_matches_are_three_at_most_and_none_of_these(bench: Bench) -> None:
    controls = buttons(await bench.do(asking.ask, direct(PHD)))
    assert list(controls) == ["ask.show.0", "ask.show.1", "ask.show.2", "ask.none"]
    assert controls["ask.show.0"] == "faq:need-phd choices"
    assert controls["ask.none"] == PHD
    chosen = await bench.do(asking.show_answer, direct(controls["ask.show.0"]))
    assert buttons(chosen)["ask.vote.up"] == "helpful choices faq:need-phd"
    assert await bench.noted() == []


@lived(CHOICES)
async def test_none_of_these_is_an_honest_no_without_them_and_counts_once(bench: Bench) -> None:
    for _ in range(2):
        reply = await bench.do(asking.none_of_these, direct(PHD))
        assert "I do not know that one" in read(reply)
        assert "ask.show.0" not in buttons(reply)
        assert buttons(reply)["ask.owner"] == PHD
    assert await bench.noted() == [(PHD, 1, 0)]


# -- an honest no -----------------------------------------------------------------------------


@lived(NONE)
async def test_no_answer_offers_what_is_nearest_and_whom_to_tell(bench: Bench) -> None:
    reply = await asking.ask(bench.desk, direct(PHD))
    assert await bench.noted() == []  # nothing before the person has their answer
    assert reply.after is not None
    await reply.after(bench.out)
    assert await bench.noted() == [(PHD, 1, 0)]
    controls = buttons(reply)
    assert list(controls) == ["ask.show.0", "ask.show.1", "ask.show.2", "ask.owner"]
    assert controls["ask.show.0"] == "faq:need-phd none"
    assert reply.message is not None
    near = shipped().faq["need-phd"].question
    assert near in reply.message.text  # a screen reader hears what the buttons offer


@lived(NONE)
async def test_the_content_owner_is_told_once_a_message(bench: Bench) -> None:
    await bench.do(asking.ask, direct(PHD))
    for _ in range(2):
        assert "without your name" in read(await bench.do(asking.tell_owner, direct(PHD)))
    assert await bench.noted() == [(PHD, 1, 1)]
    await bench.do(asking.tell_owner, direct(PHD, ts="1.2"))
    assert await bench.noted() == [(PHD, 1, 2)]


@lived(NONE)
async def test_without_a_question_it_asks_for_one_and_notes_nothing(bench: Bench) -> None:
    reply = await bench.do(asking.ask, direct("  "))
    assert "What would you like to know?" in read(reply)
    assert await bench.noted() == []


@lived(NONE)
async def test_what_is_not_for_the_coach_gets_its_reply_and_leaves_no_trace(bench: Bench) -> None:
    kinds = [
        kind for kind in shipped().of_kind("outside").values() if isinstance(kind, OutsideKind)
    ]
    assert {kind.first for kind in kinds} == {True, False}
    for kind in kinds:
        sign = kind.signs[0]
        reply = await bench.do(asking.ask, direct(sign))
        text = read(reply)
        assert bench.desk.words.reply(kind).splitlines()[0][:40] in text
        assert "You asked" not in text
        if kind.first:
            assert buttons(reply) == {}
        assert reply.after is None
    assert await bench.noted() == []
    bench.sure(ANSWER)
    assert bench.desk.recall.topic(MAYA, "D1", "", bench.now) == ""


# -- the study group --------------------------------------------------------------------------


@lived(NONE)
async def test_only_a_member_can_ask_the_study_group(bench: Bench) -> None:
    assert "ask.group" not in buttons(await bench.do(asking.ask, direct(PHD)))
    await bench.group()
    assert buttons(await bench.do(asking.ask, direct(PHD)))["ask.group"] == PHD
    ravi = Call(RAVI, PHD, channel="D2", ts="1.1")
    assert "ask.group" not in buttons(await bench.do(asking.ask, ravi))
    with pytest.raises(Gone):
        await bench.do(asking.ask_group, ravi)


@lived(NONE)
async def test_a_question_to_the_group_is_shown_first_and_posted_on_submit(bench: Bench) -> None:
    await bench.group()
    view = (await bench.do(asking.ask_group, direct(PHD))).view
    assert view is not None
    assert "<#C1>" in str(view)
    assert PHD in str(view)
    assert bench.out.posted == []
    sent = Call(MAYA, values={"question": f"{PHD} Really?"}, metadata=view["private_metadata"])
    await bench.do(asking.group_asked, sent)
    ((channel, message, _),) = bench.out.posted
    assert channel == "C1"
    assert message.text == f"<@U1> asks: {PHD} Really?"


@lived(NONE)
async def test_of_several_groups_one_is_chosen_the_one_here_first(bench: Bench) -> None:
    await bench.group()
    await bench.group(Place("T1", "C0"))
    view = (await bench.do(asking.ask_group, Call(MAYA, PHD, channel="C1"))).view
    assert view is not None
    assert str(view).index("<#C1>") < str(view).index("<#C0>")
    carried = view["private_metadata"]
    second = Call(MAYA, values={"question": PHD, "place": "2"}, metadata=carried)
    await bench.do(asking.group_asked, second)
    assert bench.out.posted[0][0] == "C0"
    third = Call(MAYA, values={"question": PHD, "place": "3"}, metadata=carried)
    with pytest.raises(InvalidField):
        await bench.do(asking.group_asked, third)


@lived(NONE)
async def test_who_left_the_group_meanwhile_posts_nothing(bench: Bench) -> None:
    await bench.group()
    view = (await bench.do(asking.ask_group, direct(PHD))).view
    assert view is not None
    await bench.desk.groups.leave(CHANNEL, MAYA)
    sent = Call(MAYA, values={"question": PHD}, metadata=view["private_metadata"])
    with pytest.raises(Gone):
        await bench.do(asking.group_asked, sent)
    assert bench.out.posted == []


@lived(NONE)
async def test_a_question_that_could_not_be_posted_comes_back_whole(bench: Bench) -> None:
    await bench.group()
    view = (await bench.do(asking.ask_group, direct(PHD))).view
    assert view is not None
    bench.out.refuses = "not_in_channel"
    await bench.do(
        asking.group_asked,
        Call(MAYA, values={"question": PHD}, metadata=view["private_metadata"]),
    )
    address, back, _ = bench.out.posted[-1]
    assert address == MAYA.user
    assert "It is not lost" in back.text
    assert PHD in str(back.blocks)


# -- questions that lean on what was answered -------------------------------------------------


@lived(ANSWER)
async def test_what_was_answered_is_remembered_for_half_an_hour_by_place(bench: Bench) -> None:
    await bench.do(asking.ask, direct(PHD))
    recall = bench.desk.recall
    assert recall.topic(MAYA, "D1", "", bench.now) == "faq:need-phd"
    assert recall.topic(MAYA, "D1", "1.1", bench.now) == "faq:need-phd"  # the question's thread
    assert recall.topic(MAYA, "C1", "", bench.now) == ""
    assert recall.topic(RAVI, "D1", "", bench.now) == ""
    bench.wait(minutes=31)
    assert recall.topic(MAYA, "D1", "", bench.now) == ""


@lived(ANSWER)
async def test_a_question_that_leans_is_read_with_what_was_answered(bench: Bench) -> None:
    await bench.do(asking.show_answer, direct("faq:how-long-it-takes"))
    bench.sure(NONE)
    alone = buttons(await asking.ask(bench.desk, Call(RAVI, LEANING, channel="D2")))
    leaning = buttons(await asking.ask(bench.desk, direct(LEANING, ts="1.2")))
    assert leaning["ask.show.0"] == "faq:how-long-it-takes none"
    assert alone.get("ask.show.0") != leaning["ask.show.0"]
    bench.wait(hours=1)
    assert buttons(await asking.ask(bench.desk, direct(LEANING, ts="1.3"))) == alone


@lived(ANSWER)
async def test_in_the_thread_of_an_answer_every_question_leans_on_it(bench: Bench) -> None:
    await bench.do(asking.show_answer, direct("faq:how-long-it-takes"))
    await bench.do(asking.show_answer, direct("faq:need-phd", ts="1.2"))
    bench.sure(NONE)
    text = "tell me more"
    there = buttons(await asking.ask(bench.desk, direct(text, ts="1.3", thread_ts="1.1")))
    alone = buttons(await asking.ask(bench.desk, direct(text, ts="1.4")))
    assert there["ask.show.0"] == "faq:how-long-it-takes none"
    assert alone != there
