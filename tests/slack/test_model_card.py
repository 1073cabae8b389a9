"""The model card: its figures add up, another threshold can be tried out, and nothing is kept."""

import re
from typing import Any

from asking_desk import ANSWER, Bench, direct, lived, read

from bot.services.measuring import Confusion
from bot.slack import asking, model_card

TABLE = re.compile(
    r"answered +(\d+) +(\d+)\s+near matches +(\d+) +(\d+)\s+silent +(\d+)\s+"
    r"not for me: answered +(\d+)\s+near matches +(\d+)\s+silent +(\d+)"
)


async def choice(bench: Bench, tried: str) -> dict[str, Any]:
    """The menu of thresholds on the card."""
    view = (await bench.do(model_card.show, direct(tried))).view
    assert view is not None
    menus = [block["accessory"] for block in view["blocks"] if "accessory" in block]
    assert [menu["action_id"] for menu in menus] == ["modelcard.try"]
    return dict(menus[0])


async def table(bench: Bench, tried: str) -> Confusion:
    """The confusion table that the card shows."""
    found = TABLE.search(read(await bench.do(model_card.show, direct(tried))))
    assert found is not None
    return Confusion(*map(int, found.groups()))


@lived(ANSWER)
async def test_the_table_counts_every_question_once(bench: Bench) -> None:
    ends = await table(bench, "")
    assert ends == bench.desk.cards.card().everyday.ends
    text = read(await bench.do(model_card.show, direct("")))
    assert f"{ends.inside + ends.outside} questions" in text


@lived(ANSWER)
async def test_a_higher_threshold_answers_less_and_errs_less(bench: Bench) -> None:
    menu = await choice(bench, "")
    ends = [await table(bench, option["value"]) for option in menu["options"]]
    answered = [end.right + end.wrong + end.out_answered for end in ends]
    wrong = [end.wrong for end in ends]
    assert answered == sorted(answered, reverse=True)
    assert wrong == sorted(wrong, reverse=True)
    assert answered[0] > answered[-1]
    assert {end.inside for end in ends} == {ends[0].inside}


@lived(ANSWER)
async def test_the_menu_keeps_what_was_chosen(bench: Bench) -> None:
    for option in (await choice(bench, ""))["options"]:
        assert (await choice(bench, option["value"]))["initial_option"] == option
    assert "initial_option" in await choice(bench, "")


@lived(ANSWER)
async def test_trying_changes_nothing_for_anybody(bench: Bench) -> None:
    tried = read(await bench.do(model_card.show, direct("0.30")))
    again = read(await bench.do(model_card.show, direct("")))
    chosen = bench.desk.cards.card().chosen.answer
    note = bench.desk.words("modelcard.only_here")
    assert note in tried
    assert note not in again
    assert f"from {chosen:.0%} sureness on" in tried


@lived(ANSWER)
async def test_what_is_no_threshold_shows_the_one_in_use(bench: Bench) -> None:
    shown = read(await bench.do(model_card.show, direct("")))
    for text in ("please", "nan of that", "0,5", "\u0665x"):
        assert read(await bench.do(model_card.show, direct(text))) == shown


@lived(ANSWER)
async def test_thumbs_are_counted_with_what_they_leave_open(bench: Bench) -> None:
    before = read(await bench.do(model_card.show, direct("")))
    assert bench.desk.words("modelcard.no_thumbs") in before
    await bench.do(asking.vote, direct("helpful answer faq:need-phd"))
    await bench.do(asking.vote, direct("helpful answer faq:need-phd", ts="1.2"))
    after = read(await bench.do(model_card.show, direct("")))
    assert "2 of 2" in after
    assert bench.desk.words("modelcard.no_thumbs") not in after


@lived(ANSWER)
async def test_without_a_store_the_card_still_shows(bench: Bench) -> None:
    bench.store.busy = True
    shown = read(await bench.do(model_card.show, direct("")))
    assert bench.desk.words("modelcard.unread_thumbs") in shown
    assert bench.desk.words("modelcard.what") in shown
