"""What was acknowledged survives `kill -9` of the process that acknowledged it."""

import subprocess
import sys
from pathlib import Path

import pytest
from store_samples import Person, using

CHILD = """
import asyncio, sys
from store_samples import Person, answer
from bot.store.sql import SqlStore

async def write(store, writer):
    number = 0
    while True:
        row = answer(f"{writer}-{number}", Person("T1", "U1"))
        await store.write(lambda records: records.save_answer(row))
        print(row.id, flush=True)
        number += 1

async def main():
    store = SqlStore.open(sys.argv[1])
    await asyncio.gather(*[write(store, writer) for writer in range(5)])

asyncio.run(main())
"""


@pytest.mark.kill
@pytest.mark.parametrize("lines", [1, 200])
def test_acknowledged_writes_survive_a_kill(lasting_url: str, lines: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, lasting_url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
    ) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(lines)]
        child.kill()
        # What still lies in the pipe was acknowledged too; a line cut short was not.
        rest = child.stdout.read()
    acknowledged += rest[: rest.rfind("\n") + 1].split()
    assert all(acknowledged)

    kept = using(lasting_url, lambda store: store.read(lambda r: r.answers(Person("T1", "U1"))))
    assert set(acknowledged) <= {each.id for each in kept}
    assert len(kept) <= len(acknowledged) + 5  # at most what was under way, one for each writer
