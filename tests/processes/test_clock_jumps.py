"""The heart in a process whose clock is set, or which sleeps: it beats on within two seconds."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes.test_processes import coach, eventually, free_port, is_ready, playground

ROOT = Path(__file__).parent.parent.parent
LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
INTERVAL = 0.5
AGAIN_WITHIN = 2.0
pytestmark = pytest.mark.kill

CHILD = f"""
import asyncio, time
from bot.scheduler import Heartbeat

async def tick():
    print("beat", heart.pulse().rescued, round(time.time()), flush=True)

async def main():
    global heart
    heart = Heartbeat(tick, {INTERVAL})
    heart.start()
    await asyncio.sleep(30)

asyncio.run(main())
"""


class Child:
    """A process with a beating heart; it prints a line for every beat."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.beats: queue.Queue[tuple[int, int]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("beat "):
                _, rescued, wall = line.split()
                self.beats.put((int(rescued), int(wall)))

    def beat(self, seconds: float) -> tuple[int, int]:
        """The next beat: how many were rescued before it, and what its wall clock said."""
        try:
            return self.beats.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"no beat within {seconds} s") from None

    def beats_for(self, seconds: float) -> list[tuple[int, int]]:
        """All beats of a while; none may be later than it must be."""
        end = time.monotonic() + seconds
        seen = []
        while time.monotonic() < end:
            seen.append(self.beat(INTERVAL + AGAIN_WITHIN))
        return seen


@contextmanager
def child(**environment: str) -> Iterator[Child]:
    with subprocess.Popen(
        [sys.executable, "-u", "-c", CHILD],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    ) as process:
        try:
            yield Child(process)
        finally:
            process.kill()


@pytest.fixture
def library() -> str:
    """The library that shows a process another time."""
    if not LIBRARY.exists():
        if os.environ.get("TESTS_NEED_FAKETIME"):
            pytest.fail("libfaketime is not installed, and these tests were asked for.")
        pytest.skip("CLOCK TESTS DID NOT RUN: install libfaketime to run them.")
    return str(LIBRARY)


def faked(library: str, clock: Path) -> dict[str, str]:
    """The environment of a process whose wall clock is off by what a file says."""
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@pytest.mark.parametrize(
    ("offset", "rescued"),
    [("-3600", True), ("-1", False), ("+1", False), ("+3600", False), ("+315360000", False)],
)
def test_a_clock_that_is_set_does_not_stop_the_heart(
    tmp_path: Path, library: str, offset: str, rescued: bool
) -> None:
    # Without the watchdog, the scheduler alone stays silent for an hour after the first of these.
    clock = tmp_path / "clock"
    clock.write_text("+0")
    with child(**faked(library, clock)) as process:
        process.beat(20)
        _, before = process.beat(5)
        clock.write_text(offset)
        beats = process.beats_for(3)
    assert abs(beats[-1][1] - before - int(offset)) < 10
    assert len(beats) >= 2
    if rescued:
        assert beats[-1][0] >= 1


def pulse(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
        return dict(json.load(answer)["facts"]["dispatcher"])


def test_the_whole_program_goes_on_when_its_clock_is_set_back(tmp_path: Path, library: str) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    port = free_port()
    with playground() as (world, environment):
        environment |= {
            **faked(library, clock),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'coach.db'}",
            "PORT": str(port),
        }
        with coach("run", environment):
            eventually(lambda: is_ready(port), "the process is ready")
            clock.write_text("-3600")
            eventually(lambda: pulse(port)["rescued"] >= 1, "the watchdog begins a beat", 5)
            before = pulse(port)["beats"]
            eventually(lambda: pulse(port)["beats"] >= before + 3, "the heart beats on", 10)
            assert is_ready(port)
            world.command("maya", "help")


def test_a_process_that_was_stopped_over_its_beats_beats_once_and_goes_on() -> None:
    with child() as process:
        process.beat(20)
        process.process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        while not process.beats.empty():  # those of before; only what follows is counted
            process.beat(1)
        process.process.send_signal(signal.SIGCONT)
        began = time.monotonic()
        process.beat(AGAIN_WITHIN)
        late = len(process.beats_for(2))
        assert time.monotonic() - began < AGAIN_WITHIN + 4
        assert late <= 2 / INTERVAL + 3  # no burst for the six beats that were missed
