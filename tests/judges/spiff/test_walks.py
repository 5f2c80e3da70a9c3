"""SpiffWorkflow and the words of BPMN on the exported files: after each move both allow the steps that we allow.

A development dependency, so the judge needs nothing made. Under CI a fifth of the walks.
"""

from __future__ import annotations

import os

from tests.services.processes.comparison import Comparison, compare_in_parts

WALKS = 2_000 if os.environ.get("CI") else 10_000


def test_after_each_move_all_three_allow_the_same_steps() -> None:
    comparison = Comparison()
    for part in compare_in_parts(WALKS, workers=os.cpu_count() or 2):
        comparison += part
    assert comparison.differences == []
    assert comparison.walks == WALKS
    walked = comparison.walked
    processes = walked["whole"] + walked["tangled"]
    assert min(walked["whole"], walked["tangled"]) > processes // 4
    assert all(walked[trait] > processes // 10 for trait in ("with joins", "with circles", "with splits in branches"))
    assert walked["with joins in circles"] > processes // 20
