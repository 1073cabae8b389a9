"""New rules for a zone: are stored next times put right when they are computed again?

`python -m tests.reliability.zone_data` lets a process with other rules compute the next times of
many subscriptions, as if they had been stored before an update. Then it counts how many of them
are wrong by the pinned rules, and how many still are when computed again: none may be. The other
rules are an older state, planted, and the system's own files where there are any.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path

import tzdata  # type: ignore[import-untyped]

from bot.domain.cadence import MIN_GAP, Occurrence, Rhythm, next_occurrence, zone_names, zone_of
from tests.reliability.oracle import Walk, instant_of, minute_of, walk

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = Path("/usr/share/zoneinfo")
FIRST = date(2026, 1, 1)
LAST = date(2029, 12, 31)
OLDER = {"America/Vancouver": "America/Los_Angeles", "Africa/Casablanca": "Europe/London"}
"""Zones, and whose rules they get: Vancouver as it was until 2026, and one that it never had."""
SETTLED = datetime(2026, 1, 4, tzinfo=UTC)
"""The first moment at which a next time is computed: inside what is walked."""
EACH = 50
"""How many subscriptions are looked at for each name."""


def plant(folder: Path, changed: dict[str, str]) -> Path:
    """Write zone files under names that they do not belong to; the folder."""
    for name, like in changed.items():
        file = folder.joinpath(*name.split("/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(resources.files("tzdata.zoneinfo").joinpath(*like.split("/")).read_bytes())
    return folder


def child(arguments: Sequence[str], zones: Path) -> str:
    """What a new Python prints that is told, by its environment, to take zones from a folder."""
    environment = {**os.environ, "PYTHONTZPATH": str(zones)}
    command = [sys.executable, *arguments]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=60
    )
    return ended.stdout.decode()


@dataclass(frozen=True, slots=True)
class Wish:
    """A subscription at the moment when its next time is computed."""

    name: str
    rhythm: Rhythm
    now: datetime
    last: Occurrence | None

    def following(self) -> Occurrence | None:
        """The next time by the rules that this process has."""
        return next_occurrence(self.rhythm, zone_of(self.name), self.now, self.last)

    def judged(self, walked: Walk) -> Occurrence:
        """The next time by a walk over the pinned rules."""
        label = self.now.date() - timedelta(days=2)
        while True:
            due = instant_of(walked.due(minute_of(label, self.rhythm.at)))
            early = self.last and (label <= self.last.label or due - self.last.due < MIN_GAP)
            if label.weekday() in self.rhythm.days and due > self.now and not early:
                return Occurrence(label, due)
            label += timedelta(days=1)


def wishes(names: Sequence[str], seed: int) -> Iterator[Wish]:
    """The same ones in every process."""
    minutes = (LAST - FIRST).days * 1440 - 30 * 1440
    for name in names:
        rng = random.Random(f"{seed} {name}")
        for _ in range(EACH):
            now = SETTLED + timedelta(minutes=rng.randrange(minutes))
            days = frozenset(rng.sample(range(7), rng.randint(1, 7)))
            rhythm = Rhythm(days, time(rng.randrange(24), rng.randrange(60)))
            ago = timedelta(minutes=rng.randrange(3 * 1440))
            last = Occurrence((now - ago).date(), now - ago) if rng.random() < 0.8 else None
            yield Wish(name, rhythm, now, last)


@lru_cache(maxsize=1024)
def _walked(name: str) -> Walk:
    return walk(zone_of(name), FIRST, LAST, 60)


@dataclass(frozen=True, slots=True)
class Found:
    """How many next times there were, and what was wrong before and after computing them again."""

    looked_at: int
    stale: int
    names: tuple[str, ...]
    wrong: int

    def __str__(self) -> str:
        """One line for people."""
        stale = f"{self.stale:,} stale in {len(self.names)} zones"
        return f"{self.looked_at:,} next times: {stale}; computed again: {self.wrong} wrong"


def _store(zones: Path, names: Sequence[str], seed: int) -> None:
    zoneinfo.reset_tzpath(to=[zones])  # as if these were the rules that the program carries
    found = [wish.following() for wish in wishes(names, seed)]
    print(json.dumps([(str(one.label), one.due.isoformat()) for one in found if one]))


def recomputed(zones: Path, names: Sequence[str], seed: int) -> Found:
    """Store next times with the rules of a folder, then compute them again with the pinned ones."""
    module = ["-m", "tests.reliability.zone_data", "--seed", str(seed)]
    printed = child([*module, "--store", str(zones), *names], zones)
    stored = [
        Occurrence(date.fromisoformat(label), datetime.fromisoformat(due))
        for label, due in json.loads(printed)
    ]
    rows = list(zip(wishes(names, seed), stored, strict=True))
    right = [wish.judged(_walked(wish.name)) for wish, _ in rows]
    stale = [wish.name for (wish, kept), due in zip(rows, right, strict=True) if kept != due]
    wrong = sum(wish.following() != due for (wish, _), due in zip(rows, right, strict=True))
    return Found(len(rows), len(stale), tuple(sorted(set(stale))), wrong)


def _system_version() -> str:
    first = (SYSTEM / "tzdata.zi").open(encoding="utf-8").readline()
    return first.removeprefix("# version ").strip()


def main() -> int:
    """Compare, print, and answer with the exit code."""
    parser = argparse.ArgumentParser(description="Next times after new rules for zones")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--store", type=Path, help="only compute with the zones of this folder")
    parser.add_argument("names", nargs="*", default=sorted(zone_names()))
    arguments = parser.parse_args()
    if arguments.store:
        _store(arguments.store, arguments.names, arguments.seed)
        return 0
    print(f"zone data: pinned tzdata {tzdata.IANA_VERSION}, seed {arguments.seed}")
    with tempfile.TemporaryDirectory() as folder:
        planted = recomputed(plant(Path(folder), OLDER), arguments.names, arguments.seed)
    print(f"  planted  {planted}")
    failed = planted.wrong > 0 or planted.names != tuple(sorted(OLDER))
    if (SYSTEM / "tzdata.zi").exists():
        system = recomputed(SYSTEM, arguments.names, arguments.seed)
        print(f"  system {_system_version()}  {system}")
        print(f"    {' '.join(system.names)}")
        failed |= system.wrong > 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
