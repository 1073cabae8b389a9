"""A command that is asked to end: before, in the middle of, and after its start."""

import asyncio

import pytest

from bot.cli.ending import done_before


def test_work_that_is_done_first_goes_through() -> None:
    async def steps() -> None:
        done: list[int] = []

        async def work() -> None:
            await asyncio.sleep(0)
            done.append(1)

        assert await done_before(asyncio.Event(), work())
        assert done == [1]

    asyncio.run(steps())


def test_work_is_cut_off_and_ends_in_order() -> None:
    async def steps() -> None:
        ended, order = asyncio.Event(), []

        async def work() -> None:
            try:
                order.append("begun")
                ended.set()
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0)
                order.append("put away")

        assert not await done_before(ended, work())
        assert order == ["begun", "put away"]

    asyncio.run(steps())


@pytest.mark.parametrize("asked", [False, True])
def test_what_goes_wrong_is_told(asked: bool) -> None:
    async def steps() -> None:
        ended = asyncio.Event()

        async def work() -> None:
            if asked:
                ended.set()
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    raise RuntimeError("broken") from None
            raise RuntimeError("broken")

        with pytest.raises(RuntimeError, match="broken"):
            await done_before(ended, work())

    asyncio.run(steps())
