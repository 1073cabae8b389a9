"""Study groups in a channel, as their members live through them."""

from tests.shipped import shipped
from tests.world import World, shown

STUDY = "ai-pm-study"
WEEKS = len(shipped().syllabus)


def _start_group(world: World) -> None:
    world.command("maya", "group start", channel=STUDY)
    world.submit("maya", day="wed", time="17:00")


def test_a_group_is_announced_and_meets_on_its_day(world: World) -> None:
    _start_group(world)
    (announcement,) = world.channel("ravi", STUDY)
    assert "Wed 4 Mar, 17:00" in shown(announcement)
    world.advance(weeks=1)
    _, session = world.channel("ravi", STUDY)
    assert "Week 1:" in shown(session)
    world.advance(weeks=1)
    assert "Week 2:" in shown(world.channel("ravi", STUDY)[-1])


def test_members_join_and_leave(world: World) -> None:
    _start_group(world)
    world.click("ravi", "group.join")
    assert "2 members" in world.command("ravi", "group", channel=STUDY)
    world.command("ravi", "group leave", channel=STUDY)
    assert "1 members" in world.command("ravi", "group", channel=STUDY)


def test_an_answer_goes_into_the_thread_under_its_authors_name(world: World) -> None:
    _start_group(world)
    world.advance(weeks=1)
    world.click("ravi", "group.answer")
    world.submit("ravi", answer="I would refuse idea three & say why.")
    session = next(found for found in world.channel("maya", STUDY) if "Week 1" in found["text"])
    thread = [
        found for found in world.channel("maya", STUDY) if found["thread_ts"] == session["ts"]
    ]
    assert "I would refuse idea three & say why." in shown(thread[-1])


def test_the_sessions_end_with_the_syllabus(world: World) -> None:
    _start_group(world)
    world.advance(weeks=WEEKS + 2)
    sessions = [found for found in world.channel("maya", STUDY) if found["text"].startswith("Week")]
    assert len(sessions) == WEEKS
    assert f"All {WEEKS} sessions were held" in world.command("maya", "group", channel=STUDY)


def test_pause_resume_and_end(world: World) -> None:
    _start_group(world)
    world.command("maya", "group pause", channel=STUDY)
    world.advance(weeks=2)
    assert len(world.channel("maya", STUDY)) == 1
    assert f"Next: week 1 of {WEEKS}" in world.command("maya", "group resume", channel=STUDY)
    assert "To end the group" in world.command("maya", "group end", channel=STUDY)
    assert "has ended" in world.command("maya", "group end yes", channel=STUDY)
    world.advance(weeks=2)
    assert len(world.channel("maya", STUDY)) == 1


def test_a_group_needs_a_channel_and_is_alone_in_it(world: World) -> None:
    assert "lives in a channel" in world.command("maya", "group start")
    _start_group(world)
    assert "already has a study group" in world.command("ravi", "group start", channel=STUDY)
    assert "no study group yet" in world.command("maya", "group", channel="general")


def test_a_channel_without_the_bot_is_told_how_to_invite_it(world: World) -> None:
    world.command("maya", "group start", channel="general")
    world.submit("maya", day="wed", time="17:00")
    assert "/invite" in shown(world.sent_to("maya")[-1])
