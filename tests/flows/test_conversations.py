"""Talking to the coach without the slash command, and across places."""

from tests.world import World, shown


def test_a_word_that_needs_a_form_becomes_a_button(world: World) -> None:
    world.say("maya", "start")
    assert "press a button" in shown(world.sent_to("maya")[-1])
    world.click("maya", "run")
    assert world.view("maya")["callback_id"] == "start.submit"


def test_words_that_need_no_form_are_answered_at_once(world: World) -> None:
    world.start("maya")
    world.close("maya")
    world.say("maya", "plan")
    assert "milestones open" in shown(world.sent_to("maya")[-1])


def test_only_a_card_with_a_thread_offers_the_thread(world: World) -> None:
    world.start("maya")
    world.close("maya")
    assert "replying in this thread" in shown(world.sent_to("maya")[-1])
    assert "replying in this thread" not in world.command("maya", "prompt")


def test_an_answer_to_a_session_is_in_the_journal_too(world: World) -> None:
    world.command("maya", "group start", channel="ai-pm-study")
    world.submit("maya", day="wed", time="17:00")
    world.advance(weeks=1)
    world.click("ravi", "group.answer")
    world.submit("ravi", answer="I would refuse idea three.")
    page = world.command("ravi", "journal")
    assert "I would refuse idea three." in page
    assert "Role, fit and sources" in page


def test_sharing_where_the_coach_is_not_says_how_to_invite_it(world: World) -> None:
    world.command("maya", "do i need a phd", channel="general")
    world.click("maya", "ask.share")
    told = shown(world.whispers("maya")[-1])
    assert "/invite" in told
    assert "group" not in told


def test_a_link_in_an_answer_is_kept_as_it_reads(world: World) -> None:
    world.start("maya")
    prompt = world.sent_to("maya")[-1]
    text = "See <https://example.com/memo|example.com/memo> & <https://example.com/x>."
    world.say("maya", text, thread_ts=prompt["ts"])
    assert "example.com/memo" in world.command("maya", "journal")


def test_a_free_answer_to_a_pick_stands_in_the_form_when_it_is_edited(world: World) -> None:
    world.start("maya")
    for _ in range(20):
        prompt = world.sent_to("maya")[-1]
        if "pick one" in shown(prompt):
            break
        world.advance(days=1)
    assert "pick one" in shown(prompt)
    world.say("maya", "None of them.\nI would wait.", thread_ts=prompt["ts"])
    world.close("maya")
    world.click("maya", "prompt.answer")
    fields = {
        b["block_id"]: b["element"] for b in world.view("maya")["blocks"] if b["type"] == "input"
    }
    assert fields["answer"]["initial_value"] == "None of them.\nI would wait."
