"""One person works on the heaviest draft over HTTP, with two web processes; others do not notice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nobody_waits_for_one_person_with_a_heavy_draft() -> None:
    # Three times the second that is promised: other tests keep this machine busy meanwhile.
    command = [sys.executable, "-m", "bench.soak", "--seconds", "6", "--slowest", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
    assert "WRONG" not in done.stdout
