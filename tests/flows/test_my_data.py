"""Export and deletion, and what survives a restart."""

from pathlib import Path

from tests.world import World, running, shown

SECRET = "zanzibar-memo-4711"


def _with_an_answer(world: World) -> None:
    world.start("maya")
    prompt = world.sent_to("maya")[-1]
    world.say("maya", f"My {SECRET} answer.", thread_ts=prompt["ts"])


def test_export_holds_everything_that_was_written(world: World) -> None:
    _with_an_answer(world)
    assert "answers: 1" in world.command("maya", "mydata")
    world.command("maya", "mydata export")
    pages = [
        shown(found) for found in world.sent_to("maya") if "Everything I keep" in found["text"]
    ]
    whole = "\n".join(pages)
    assert SECRET in whole
    assert '"zone": "Europe/Berlin"' in whole
    assert '"template_id": "existing-pm"' in whole


def test_delete_asks_first_and_then_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        _with_an_answer(world)
        assert "deletes" in world.command("maya", "mydata delete")
        assert "answers: 1" in world.command("maya", "mydata")
        assert "Deleted" in world.command("maya", "mydata delete yes")
        assert world.command("maya", "mydata") == "I keep nothing about you."
        before = len(world.sent_to("maya"))
        world.advance(weeks=2)
        assert len(world.sent_to("maya")) == before
        for file in (tmp_path / "app").iterdir():
            assert SECRET.encode() not in file.read_bytes(), file.name


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        _with_an_answer(world)
    with running(tmp_path) as world:
        assert SECRET in world.command("maya", "journal")
        assert len(world.sent_to("maya")) == 3


def test_one_person_never_sees_or_changes_what_is_anothers(world: World) -> None:
    _with_an_answer(world)
    assert SECRET not in world.command("ravi", "journal")
    assert "not started" in world.command("ravi", "plan")
    world.start("ravi")
    assert SECRET not in world.command("ravi", "journal")
