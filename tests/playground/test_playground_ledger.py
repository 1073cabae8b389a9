"""The ledger of what the app posted, and a server for many people."""

from __future__ import annotations

import asyncio

from playground_trial import Body, Trial, play, trial

MAYA = "D0MAYA0000"


async def post(t: Trial, text: str = "hello", **more: object) -> Body:
    return await t.api("chat.postMessage", channel=MAYA, text=text, **more)


def test_the_ledger_holds_every_post_with_its_ids_also_a_deleted_one() -> None:
    async def steps(t: Trial) -> None:
        block = {"type": "section", "block_id": "d1", "text": {"type": "mrkdwn", "text": "x"}}
        metadata = {"event_type": "delivery", "event_payload": {"id": "d1"}}
        first = await post(t, blocks=[block], metadata=metadata)
        await t.say("maya", "not the app's")
        await post(t, "second")
        await t.api("chat.delete", channel=MAYA, ts=first["ts"])
        read = await (await t.http.get(f"{t.server.url}/playground/posts")).json()
        ids = [(p["block_id"], p["metadata"], p["deleted"]) for p in read["posts"]]
        assert ids[0] == ("d1", {"id": "d1"}, True)
        second = next(post for post in read["posts"] if post["text"] == "second")
        assert (second["metadata"], second["deleted"]) == (None, False)
        rest = await t.http.get(f"{t.server.url}/playground/posts?from={read['next']}")
        assert (await rest.json())["posts"] == []

    play(steps)


def test_a_server_for_many_people_takes_posts_without_telling_anybody() -> None:
    async def steps() -> None:
        async with trial(more_people=50, events=False) as t:
            for number in (0, 49):
                answer = await t.api("chat.postMessage", channel=f"U0P{number:05d}", text="hello")
                assert answer["channel"] == f"D0P{number:05d}"
            await t.server.settle()
            assert t.app.of_type("message") == []
            assert len((await t.state("person49"))["messages"]) == 1

    asyncio.run(steps())
