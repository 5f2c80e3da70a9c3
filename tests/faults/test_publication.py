"""A few rounds of `python -m tests.faults.publication`; more by hand, with other seeds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_publication_is_whole_or_not_at_all() -> None:
    settings = ("MAIDINH_", "DATABASE_", "DJANGO_")  # of this test run, which is another installation
    ours = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    command = [sys.executable, "-m", "tests.faults.publication", "--rounds", "4", "--seed", "5"]
    done = subprocess.run(command, cwd=ROOT, env=ours, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills 4 " in done.stdout
    assert "violations 0" in done.stdout
