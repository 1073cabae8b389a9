"""A process that has imported everything and forks workers, so that one is there in milliseconds.

The controller talks to it over two pipes, a JSON object a line. `{"start": job}` forks a worker and
is answered by `{"started": pid}`; a worker says `{"ready": pid}` by itself when it is at work;
`{"wait": pid}` is answered by `{"ended": pid, "status": exit code or minus the signal}`. At the end
of its input it kills the workers that are left. Workers are killed by whoever started them.
"""

import contextlib
import gc
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
Says = Mapping[str, Any]
PATIENCE = 60.0


class Forks:
    """The controller's side of a fork server."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._to, self._from = process.stdin.fileno(), process.stdout.fileno()
        self._rest = b""
        self._heard: list[Says] = []

    def start(self, job: Says) -> int:
        """Fork a worker; its process id."""
        self._say(start=job)
        return int(self._hear(lambda said: "started" in said)["started"])

    def until_ready(self, pid: int) -> None:
        """Return when a worker is at work. Raises TimeoutError when it never is."""
        self._hear(lambda said: said.get("ready") == pid)

    def wait(self, pid: int) -> int:
        """How a worker ended: its exit code, or minus the signal that killed it."""
        self._say(wait=pid)
        status = int(self._hear(lambda said: said.get("ended") == pid)["status"])
        self._heard = [said for said in self._heard if said.get("ready") != pid]
        return status

    def kill(self, pid: int) -> None:
        """Kill a worker and see it dead. Raises AssertionError when it had died by itself."""
        os.kill(pid, signal.SIGKILL)
        status = self.wait(pid)
        assert status == -signal.SIGKILL, f"a worker ended by itself, with {status}"

    def _say(self, **said: object) -> None:
        os.write(self._to, json.dumps(said).encode() + b"\n")

    def _hear(self, wanted: Callable[[Says], bool]) -> Says:
        end = time.monotonic() + PATIENCE
        while True:
            for place, said in enumerate(self._heard):
                if wanted(said):
                    return self._heard.pop(place)
            self._read(end - time.monotonic())

    def _read(self, seconds: float) -> None:
        readable, _, _ = select.select([self._from], [], [], max(0.0, seconds))
        got = os.read(self._from, 65_536) if readable else b""
        if not got:
            raise TimeoutError("the fork server, or a worker of it, does not answer")
        *lines, self._rest = (self._rest + got).split(b"\n")
        self._heard += [json.loads(line) for line in lines]


@contextmanager
def fork_server(errors: Path, *manners: str) -> Iterator[Forks]:
    """A running fork server, prepared for workers of these manners; what they complain of stands
    in the file `errors`."""
    with (
        errors.open("ab") as file,
        subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forking", *manners],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            bufsize=0,
        ) as process,
    ):
        yield Forks(process)


# -- the server's side ----------------------------------------------------------------------------


def serve(work: Callable[[Says, Callable[[], None]], None]) -> None:
    """Answer until the input ends. `work` does a job, and calls when it is ready."""
    living: set[int] = set()
    gc.collect()
    gc.freeze()  # what is shared with the workers stays where it is
    while line := sys.stdin.buffer.readline():
        said = json.loads(line)
        if "start" in said:
            pid = os.fork()
            if pid == 0:
                _live(said["start"], work)
            living.add(pid)
            _tell(1, started=pid)
        else:
            _, status = os.waitpid(said["wait"], 0)
            living.discard(said["wait"])
            _tell(1, ended=said["wait"], status=os.waitstatus_to_exitcode(status))
    for pid in living:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _tell(pipe: int, **said: object) -> None:
    os.write(pipe, json.dumps(said).encode() + b"\n")


def _live(job: Says, work: Callable[[Says, Callable[[], None]], None]) -> None:
    """What a forked worker does, from beginning to end; it never returns."""
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever prints must not disturb the answers
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 1
    try:
        work(job, lambda: _tell(answers, ready=os.getpid()))
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    from tests.reliability.workers import do, prepare

    prepare(sys.argv[1:])
    serve(do)
