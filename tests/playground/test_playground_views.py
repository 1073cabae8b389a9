"""Modals: opening, filling in, errors, changes and closing."""

from __future__ import annotations

import asyncio

from playground_app import Body, button, modal, option, section, text_input
from playground_trial import Trial, play


def test_a_form_is_opened_filled_in_and_closed_by_sending_it() -> None:
    async def steps(t: Trial) -> None:
        days = {
            "type": "input",
            "block_id": "days",
            "label": {"type": "plain_text", "text": "Days"},
            "element": {
                "type": "checkboxes",
                "action_id": "pick",
                "options": [option("mon"), option("tue")],
                "initial_options": [option("mon")],
            },
        }
        shown = await t.modal("maya", modal("Start", text_input("goal"), days))
        assert (shown["depth"], shown["user"]) == (1, "U0MAYA0000")
        assert shown["view"]["root_view_id"] == shown["id"]
        t.app.answer = {}
        answer = await t.do(
            "submit", user="maya", view_id=shown["id"], values={"goal": {"text": "be <kind>"}}
        )
        assert answer == {"acknowledged": True, "response_action": None, "errors": {}}
        view = t.app.submissions[0]["view"]
        assert view["state"]["values"]["goal"]["text"]["value"] == "be <kind>"
        assert view["state"]["values"]["days"]["pick"]["selected_options"] == [option("mon")]
        assert view["hash"] == shown["view"]["hash"]
        assert (await t.state("maya"))["views"] == []

    play(steps)


def test_a_form_that_lacks_something_does_not_reach_the_app() -> None:
    async def steps(t: Trial) -> None:
        number = {
            "type": "input",
            "block_id": "hours",
            "label": {"type": "plain_text", "text": "Hours"},
            "element": {
                "type": "number_input",
                "action_id": "n",
                "is_decimal_allowed": False,
                "min_value": "1",
                "max_value": "40",
            },
        }
        spare = {**text_input("spare"), "optional": True}
        short = text_input("story", min_length=5, max_length=10)
        shown = await t.modal("maya", modal("Start", text_input("goal"), short, number, spare))
        values = {"goal": {"text": "  "}, "story": {"text": "abc"}, "hours": {"n": "41"}}
        answer = await t.do("submit", user="maya", view_id=shown["id"], values=values)
        assert answer["acknowledged"] is False
        assert answer["response_action"] == "errors"
        assert answer["errors"] == {
            "goal": "Please complete this required field.",
            "story": "Please write at least 5 characters.",
            "hours": "Please enter 40 or less.",
        }
        assert t.app.submissions == []
        assert (await t.state("maya"))["views"][0]["errors"] == answer["errors"]
        status, refused = await t.call(
            "submit", user="maya", view_id=shown["id"], values={"gaol": {"text": "x"}}
        )
        assert status == 404
        assert "gaol" in refused["error"]

    play(steps)


async def _submitted(t: Trial, view: Body, answer: Body) -> Body:
    t.app.answer = answer
    return await t.do("submit", user="maya", view_id=view["id"], values={"goal": {"text": "typed"}})


def test_errors_of_the_app_stay_with_the_form_and_what_was_typed() -> None:
    async def steps(t: Trial) -> None:
        shown = await t.modal("maya", modal("Start", text_input("goal")))
        refusal = {"response_action": "errors", "errors": {"goal": "Too vague."}}
        answer = await _submitted(t, shown, refusal)
        assert answer["response_action"] == "errors"
        assert answer["errors"] == {"goal": "Too vague."}
        kept = (await t.state("maya"))["views"][0]
        assert kept["errors"] == {"goal": "Too vague."}
        assert kept["view"]["state"]["values"]["goal"]["text"]["value"] == "typed"
        answer = await _submitted(t, shown, {"response_action": "errors", "errors": {"no": "x"}})
        assert "no input block is named no" in (await t.state("maya"))["notices"][0]["text"]

    play(steps)


def test_a_sent_form_can_be_updated_pushed_upon_and_cleared() -> None:
    async def steps(t: Trial) -> None:
        first = await t.modal("maya", modal("One", text_input("goal")))
        two = modal("Two", text_input("goal"), text_input("more", initial_value="m"))
        await _submitted(t, first, {"response_action": "update", "view": two})
        (updated,) = (await t.state("maya"))["views"]
        assert updated["id"] == first["id"]
        assert updated["view"]["hash"] != first["view"]["hash"]
        assert updated["view"]["title"]["text"] == "Two"
        push = {"response_action": "push", "view": modal("Three", text_input("goal"))}
        await _submitted(t, first, push)
        second = (await t.state("maya"))["views"][1]
        assert second["view"]["previous_view_id"] == first["id"]
        await _submitted(t, second, push)
        third = (await t.state("maya"))["views"][2]
        await _submitted(t, third, push)
        assert len((await t.state("maya"))["views"]) == 3
        assert "push_limit_reached" in (await t.state("maya"))["notices"][0]["text"]
        await _submitted(t, third, {"response_action": "clear"})
        assert (await t.state("maya"))["views"] == []

    play(steps)


def test_buttons_in_a_form_push_and_update_it() -> None:
    async def steps(t: Trial) -> None:
        row = {"type": "actions", "elements": [button("push", "P"), button("update", "U")]}
        shown = await t.modal("maya", modal("One", row, text_input("goal")))
        t.app.answer = modal("Above", section("words"))
        await t.do("action", user="maya", view_id=shown["id"], action_id="push")
        assert [v["depth"] for v in (await t.state("maya"))["views"]] == [1, 2]
        t.app.answer = modal("Changed", section("words"))
        await t.do("action", user="maya", view_id=shown["id"], action_id="update")
        titles = [v["view"]["title"]["text"] for v in (await t.state("maya"))["views"]]
        assert titles == ["Changed", "Above"]

    play(steps)


def test_closing_tells_the_app_only_when_it_asked() -> None:
    async def steps(t: Trial) -> None:
        quiet = await t.modal("maya", modal("Quiet", section("x")))
        await t.do("close", user="maya", view_id=quiet["id"])
        assert t.app.of_type("view_closed") == []
        told = await t.modal("maya", modal("Told", section("x"), notify_on_close=True))
        assert await t.do("close", user="maya", view_id=told["id"]) == {"acknowledged": True}
        closed = t.app.of_type("view_closed")[0]
        assert (closed["view"]["id"], closed["is_cleared"]) == (told["id"], False)
        assert (await t.state("maya"))["views"] == []

    play(steps)


def test_trigger_ids_work_once_and_for_three_seconds() -> None:
    async def steps(t: Trial) -> None:
        view = modal("One", section("x"))
        await t.command("maya", "ack")
        trigger = t.app.seen[0]["trigger_id"]
        assert (await t.api("views.open", trigger_id=trigger, view=view))["ok"] is True
        again = await t.api("views.open", trigger_id=trigger, view=view)
        assert again["error"] == "exchanged_trigger_id"
        made_up = await t.api("views.open", trigger_id="1.2.3", view=view)
        assert made_up["error"] == "invalid_trigger_id"
        await t.command("maya", "ack")
        await asyncio.sleep(3.1)
        late = await t.api("views.open", trigger_id=t.app.seen[1]["trigger_id"], view=view)
        assert late["error"] == "expired_trigger_id"

    play(steps)


def test_stale_hashes_and_unknown_views_are_refused() -> None:
    async def steps(t: Trial) -> None:
        shown = await t.modal("maya", modal("One", section("x")))
        view = modal("Two", section("y"))
        stale = await t.api("views.update", view_id=shown["id"], hash="1.a", view=view)
        assert stale["error"] == "hash_conflict"
        fresh = await t.api(
            "views.update", view_id=shown["id"], hash=shown["view"]["hash"], view=view
        )
        assert fresh["view"]["title"]["text"] == "Two"
        lost = await t.api("views.update", view_id="VNONE", view=view)
        assert lost["error"] == "not_found"
        home = {"type": "home", "blocks": []}
        first = await t.api("views.publish", user_id="U0MAYA0000", view=home)
        assert first["ok"] is True
        conflict = await t.api("views.publish", user_id="U0MAYA0000", view=home, hash="1.a")
        assert conflict["error"] == "hash_conflict"

    play(steps)


def test_views_that_the_platform_would_refuse_are_refused() -> None:
    async def steps(t: Trial) -> None:
        await t.command("maya", "ack")
        trigger = t.app.seen[0]["trigger_id"]
        no_submit = {**modal("One", text_input("goal")), "submit": None}
        large = modal("One", *(section("é" * 2900) for _ in range(60)))
        for view, error in (
            (modal("T" * 25, section("x")), "invalid_arguments"),
            (modal("One", {"type": "markdown", "text": "x"}), "invalid_arguments"),
            (no_submit, "invalid_arguments"),
            (large, "view_too_large"),
        ):
            answer = await t.api("views.open", trigger_id=trigger, view=view)
            assert answer["error"] == error
        assert (await t.state())["views"] == []

    play(steps)
