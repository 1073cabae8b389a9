"""How a command that goes on until somebody ends it waits for that."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


def end_asked_for() -> asyncio.Event:
    """Set at Ctrl+C, or when the system asks the process to end, from this call on."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    return ended


async def until_ended() -> None:
    """Return at Ctrl+C or when the system asks the process to end."""
    await end_asked_for().wait()


async def done_before(ended: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether work came to its end; it is cut off when the end is asked for first."""
    working, ending = asyncio.create_task(work), asyncio.create_task(ended.wait())
    await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if working.done():
        await working
        return True
    working.cancel()
    (outcome,) = await asyncio.gather(working, return_exceptions=True)
    if not isinstance(outcome, asyncio.CancelledError):
        await working
    return False
