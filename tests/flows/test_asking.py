"""Questions: by command, by message, by mention, and from App Home."""

from tests.world import World, shown


def test_a_question_is_answered_with_sources_for_the_asker_alone(world: World) -> None:
    answer = world.command("maya", "do i need a phd", channel="ai-pm-study")
    assert "No, a PhD is not needed" in answer
    assert "Sources: A Hiring-committee career guide (undated)" in answer
    assert world.channel("ravi", "ai-pm-study") == []
    assert world.whispers("ravi") == []


def test_an_answer_can_be_shared_to_the_channel(world: World) -> None:
    world.command("maya", "do i need a phd", channel="ai-pm-study")
    world.click("maya", "ask.share")
    (shared,) = world.channel("ravi", "ai-pm-study")
    assert "shared an answer" in shown(shared)
    assert "No, a PhD is not needed" in shown(shared)


def test_both_sides_are_shown_where_sources_disagree(world: World) -> None:
    answer = world.command("maya", "are courses worth it?")
    assert "What each source says" in answer
    assert "A Hiring-committee career guide" in answer


def test_what_is_not_its_subject_gets_no_answer(world: World) -> None:
    answer = world.command("maya", "what is the weather in Lisbon tomorrow")
    assert "Sources:" not in answer
    assert "Helpful" not in answer


def test_a_direct_message_is_a_question(world: World) -> None:
    world.say("maya", "how long does it take to become an AI PM?")
    assert "Sources:" in shown(world.sent_to("maya")[-1])


def test_a_mention_is_answered_privately(world: World) -> None:
    world.say("ravi", "@aipm how long does it take to become an AI PM?", channel="ai-pm-study")
    assert any("Sources:" in shown(found) for found in world.whispers("ravi"))
    assert [found for found in world.channel("maya", "ai-pm-study") if found["bot"]] == []


def test_home_has_a_form_for_a_question(world: World) -> None:
    world.home("sofia")
    world.click("sofia", "ask.open")
    world.submit("sofia", question="do i need to code?")
    assert "Sources:" in shown(world.view("sofia"))


def test_a_misspelt_command_is_offered_and_a_question_stays_a_question(world: World) -> None:
    assert "Did you mean *settings*" in world.command("maya", "setings")
    world.click("maya", "ask.question")
    assert "I do not know that one" in shown(world.sent_to("maya")[-1])
    assert "Did you mean" not in world.command("maya", "plans for engineers who want to switch?")


def test_help_lists_what_there_is(world: World) -> None:
    overview = world.command("maya", "help")
    assert "/aipm prompt [skill]" in overview
    assert "Start" in overview
    assert world.command("maya", "") == overview
    assert "your own answers" in world.command("maya", "help journal")


def test_hostile_text_never_breaks_anything(world: World) -> None:
    for text in (
        "x" * 40_000,
        "\u200b\u202e\u0000'; DROP TABLE learners; --",
        "<!channel> & <b>*bold*</b> {command} %s",
        "?" * 500,
        ":tada: :rocket:",
    ):
        assert world.command("maya", text)
        world.say("maya", text.replace("\u0000", ""))
    assert world.state("maya")["notices"] == []
    assert not any("wrong on my side" in shown(found) for found in world.sent_to("maya"))
