"""The bench of appraisal on a small province: it tells seeded faults, and both ways say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.appraisal import TIMES, child

pytestmark = pytest.mark.slow


def test_seeded_faults_are_told_and_both_ways_say_the_same(tmp_path: Path) -> None:
    model = tmp_path / "model.nt"
    found = child(20, model)
    assert (found["missed"], found["differ"], len(found["warm"])) == (0, 0, TIMES)
    assert "new-system-1" in model.read_text("utf-8"), "the peer gets the changed model"
