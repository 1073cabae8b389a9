"""An event is neither lost nor counted twice, at whatever step the coach is killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STEPS_OF_AN_ANSWER = 8
"""Before and after: is it new, which prompt is it, keep the answer, count the event as seen."""


@pytest.mark.kill
def test_an_answer_is_kept_once_at_whatever_step_the_coach_dies(tmp_path: Path) -> None:
    folders = [str(HERE.parent.parent), str(HERE)]
    ended = subprocess.run(
        [sys.executable, str(HERE / "dying_coach.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert len(kept) >= STEPS_OF_AN_ANSWER
    assert set(kept) == {1}
