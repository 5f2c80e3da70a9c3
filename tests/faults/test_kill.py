"""A few rounds of `python -m tests.faults.kill`; `make faults ROUNDS=50` does many."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_no_dossier_dies_with_a_process() -> None:
    settings = ("MAIDINH_", "DATABASE_", "DJANGO_")  # of this test run, which is another installation
    ours = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    command = [sys.executable, "-m", "tests.faults.kill", "--rounds", "3", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, env=ours, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills 3 " in done.stdout
    assert "violations 0" in done.stdout
