"""Starting, the daily prompt and its answer, as a learner lives through them."""

from datetime import UTC, datetime

from tests.world import World, shown


def test_nobody_who_did_not_start_is_written_to(world: World) -> None:
    world.home("ravi")
    world.advance(weeks=2)
    assert world.sent_to("ravi") == []


def test_start_gives_a_dated_plan_a_prompt_and_the_way_to_stop(world: World) -> None:
    answer = world.start("maya")
    assert answer["response_action"] == "update"
    welcome, prompt = world.sent_to("maya")
    assert "This week:" in shown(welcome)
    assert "/aipm pause" in shown(welcome)
    assert "Next prompt: Tue 3 Mar, 09:00" in shown(welcome)
    assert "Your zone: Europe/Berlin" in shown(welcome)
    assert "Answer" in shown(prompt)


def test_the_prompt_comes_at_nine_in_the_persons_own_zone(world: World) -> None:
    world.start("ravi")
    before = len(world.sent_to("ravi"))
    world.until(datetime(2026, 3, 3, 3, 29, tzinfo=UTC))
    assert len(world.sent_to("ravi")) == before
    world.until(datetime(2026, 3, 3, 3, 30, tzinfo=UTC))  # 09:00 in Kolkata
    assert len(world.sent_to("ravi")) == before + 1


def test_a_working_week_brings_five_prompts_and_one_check_in(world: World) -> None:
    world.start("maya")
    world.advance(weeks=1)
    sent = [message["text"] for message in world.sent_to("maya")]
    prompts = [text for text in sent if text.startswith("Today's prompt")]
    check_ins = [text for text in sent if "check-in" in text]
    assert len(prompts) == 6  # one at the start on Monday, five until the next Monday
    assert len(check_ins) == 1
    assert len(set(prompts)) == 6


def test_an_answer_is_kept_rated_and_compared(world: World) -> None:
    world.start("maya", days=["mon", "tue"])
    world.click("maya", "prompt.answer")
    fields = _fields(world, "maya")
    world.submit("maya", **{name: _fill(kind) for name, kind in fields.items()})
    assert world.view("maya")["callback_id"] == "prompt.rate"
    world.submit("maya", rated=["0"])
    points = shown(world.view("maya"))
    assert "your answer shows 1 of" in points
    assert "One edit to try" in points
    world.close("maya")
    assert "A true sentence of mine." in world.command("maya", "journal")
    assert "A true sentence of mine." in world.command("maya", "journal sentence")
    assert "No answer of yours" in world.command("maya", "journal zebra")


def test_an_answer_can_be_edited_and_counts_its_versions(world: World) -> None:
    world.start("maya")
    for text in ("First thoughts.", "Second thoughts."):
        world.click("maya", "prompt.answer")
        fields = _fields(world, "maya")
        world.submit("maya", **{name: _fill(kind, text) for name, kind in fields.items()})
        world.close("maya")
    page = world.command("maya", "journal")
    assert "version 2" in page
    assert "Second thoughts." in page
    assert "First thoughts." not in page


def test_an_answer_in_the_thread_of_the_prompt_is_kept(world: World) -> None:
    world.start("maya")
    prompt = world.sent_to("maya")[-1]
    world.say("maya", "I would ask the clinic first & <carefully>.", thread_ts=prompt["ts"])
    reply = world.sent_to("maya")[-1]
    assert reply["thread_ts"] == prompt["ts"]
    assert "Kept in your journal" in shown(reply)
    assert "I would ask the clinic first & <carefully>." in world.command("maya", "journal")
    world.click("maya", "prompt.compare")
    assert world.view("maya")["callback_id"] == "prompt.rate"


def test_a_prompt_is_swapped_once_a_day(world: World) -> None:
    world.start("maya")
    first = world.command("maya", "prompt")
    second = world.command("maya", "prompt another")
    assert second.splitlines()[0] != first.splitlines()[0]
    assert "once already" in world.command("maya", "prompt another")
    assert world.command("maya", "prompt").splitlines()[0] == second.splitlines()[0]


def test_a_skill_can_be_asked_for(world: World) -> None:
    world.start("maya")
    assert "Data strategy" in world.command("maya", "prompt data")


def test_pause_stops_everything_and_resume_brings_no_backlog(world: World) -> None:
    world.start("maya")
    assert "Paused" in world.command("maya", "pause")
    before = len(world.sent_to("maya"))
    world.advance(weeks=3)
    assert len(world.sent_to("maya")) == before
    assert "Daily prompt" in world.command("maya", "resume")
    assert len(world.sent_to("maya")) == before
    world.advance(days=1)
    assert len(world.sent_to("maya")) == before + 1


def test_settings_move_the_next_prompt(world: World) -> None:
    world.start("maya")
    world.command("maya", "settings")
    world.submit("maya", zone="America/New_York", time="07:30", days=["sat"])
    coming = world.command("maya", "next")
    assert "Sat 7 Mar, 07:30* (America/New_York)" in coming


def test_a_new_zone_in_the_profile_moves_the_remaining_sends(world: World) -> None:
    world.start("maya")
    world.post("person", user="maya", tz="Asia/Tokyo")
    assert "Asia/Tokyo" in world.command("maya", "next")


def test_start_again_edits_and_loses_nothing(world: World) -> None:
    world.start("maya")
    world.click("maya", "prompt.answer")
    fields = _fields(world, "maya")
    world.submit("maya", **{name: _fill(kind) for name, kind in fields.items()})
    world.close("maya")
    before = len(world.sent_to("maya"))
    world.start("maya", hours="3", background="engineer")
    assert len(world.sent_to("maya")) == before
    assert "At 3 hours a week" in world.command("maya", "plan")
    assert "A true sentence of mine." in world.command("maya", "journal")


def _fields(world: World, who: str) -> dict[str, str]:
    blocks = world.view(who)["blocks"]
    inputs = [block for block in blocks if block["type"] == "input"]
    return {block["block_id"]: block["element"]["type"] for block in inputs}


def _fill(kind: str, text: str = "A true sentence of mine.") -> str:
    return "0" if kind == "radio_buttons" else text
