"""How a command that goes on until somebody ends it waits for that."""

import asyncio
import signal


async def until_ended() -> None:
    """Return at Ctrl+C or when the system asks the process to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    await ended.wait()
