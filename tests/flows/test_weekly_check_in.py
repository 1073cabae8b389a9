"""The plan and the weekly check-in, as a learner lives through them."""

from typing import Any

from tests.world import World, shown


def _check_in(world: World, who: str, hours: str, outcome: str, **more: Any) -> str:
    blocks = world.view(who)["blocks"]
    promises = [block["block_id"] for block in blocks if block["type"] == "input"]
    filled = {name.replace(":", "__"): outcome for name in promises if name.startswith("promise:")}
    world.submit(who, hours=hours, confidence="70", **{**filled, **more})
    return shown(world.view(who))


def test_a_check_in_closes_promises_and_moves_the_plan(world: World) -> None:
    world.start("maya")
    world.advance(weeks=1)
    world.click("maya", "check_in.open")
    result = _check_in(world, "maya", "2", "done", evidence="https://example.com/memo")
    assert "2 hours this week" in result
    assert "Closed:" in result
    assert "Your plan now ends on" in result
    assert "At 4 hours a week" in result  # half of the way from 6 planned to 2 spent


def test_a_late_plan_has_three_ways_out_with_dates(world: World) -> None:
    world.start("maya", target="2026-05", hours="8")
    world.command("maya", "checkin")
    result = _check_in(world, "maya", "1", "moved")
    assert "Three ways out" in result
    assert "Keep May 2026:" in result
    world.close("maya")
    world.command("maya", "plan")
    world.click("maya", "plan.offer.keep_hours")
    assert "Three ways out" not in world.command("maya", "plan")


def test_sending_a_check_in_again_counts_once(world: World) -> None:
    world.start("maya")
    for _ in range(2):
        world.command("maya", "checkin")
        _check_in(world, "maya", "2", "moved")
        world.close("maya")
    assert "At 4 hours a week" in world.command("maya", "plan")


def test_a_milestone_is_closed_with_evidence(world: World) -> None:
    world.start("maya")
    before = world.command("maya", "plan")
    world.click("maya", "plan.done")
    assert world.submit("maya", evidence="")["errors"]
    world.submit("maya", evidence="Signed off by Lena")
    assert "Closed:" in shown(world.view("maya"))
    world.close("maya")
    assert world.command("maya", "plan") != before


def test_nothing_is_asked_when_the_week_was_looked_back_on(world: World) -> None:
    world.start("maya")
    world.advance(days=3)
    world.command("maya", "checkin")
    _check_in(world, "maya", "5", "done")
    world.advance(days=4)
    assert not any("check-in is ready" in found["text"] for found in world.sent_to("maya"))


def test_wrong_input_is_told_at_its_field_and_loses_nothing(world: World) -> None:
    world.start("maya")
    world.command("maya", "checkin")
    answer = world.submit("maya", hours="200", confidence="70", obstacle="A long week")
    assert "hours" in answer["errors"]
    assert world.view("maya")["callback_id"] == "check_in.submit"


def test_home_shows_the_one_next_thing(world: World) -> None:
    assert "nothing comes unasked before you start" in world.home("maya")
    world.start("maya")
    world.close("maya")
    assert "Today's prompt is waiting" in world.home("maya")
    world.advance(days=4)
    assert "Your weekly check-in is open" in world.home("maya")
