"""Socket Mode that goes quiet without closing: the coach notices, says so, and comes back."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.slack.test_http_transport import Site, visit

pytestmark = pytest.mark.kill

BACK_WITHIN = 25.0
"""Seconds in which events come in again after the peer fell silent; about 5 were measured."""


def test_a_silent_socket_is_told_and_replaced(tmp_path: Path) -> None:
    async def use(at: Site) -> None:
        await at.do("faults", kind="silent_socket")
        assert not (await at.command("help"))["acknowledged"]
        told = {}
        async with asyncio.timeout(BACK_WITHIN):
            while not await speaks(at):
                status, body = await at.get("/health/ready")
                if status == 503:
                    told = json.loads(body)
                await asyncio.sleep(0.1)
        assert told["socket"] is False
        assert any("Not connected to Slack" in words for words in told["words"])
        assert (await at.command("help"))["acknowledged"]
        assert (await at.get("/health/ready"))[0] == 200

    async def speaks(at: Site) -> bool:
        state = await at.state()
        return bool(state["app"]["connected"]) and state["silent_sockets"] is None

    visit(tmp_path, "socket", use)
