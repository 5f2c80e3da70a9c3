"""A few rounds of `python -m tests.faults.exchanges`; `make faults ROUNDS=200` does many."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_no_answer_is_without_its_record() -> None:
    settings = ("MAIDINH_", "DATABASE_", "DJANGO_")  # of this test run, which is another installation
    ours = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    command = [sys.executable, "-m", "tests.faults.exchanges", "--rounds", "6", "--seed", "11"]
    done = subprocess.run(command, cwd=ROOT, env=ours, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills 6 " in done.stdout
    assert "violations 0" in done.stdout
