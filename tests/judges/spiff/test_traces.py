"""SpiffWorkflow on the exported BPMN, over 10,000 random walks: after each move both allow the same steps.

A development dependency, so the judge needs nothing made. `SEED` is published: the same processes and walks each time.
"""

from __future__ import annotations

import random

import pytest

from tests.services.processes.generated import facts_from, process_from
from tests.services.processes.spiff import Definition
from tests.services.processes.traces import walk

SEED, PARTS, PROCESSES, TRACES = 20_261_127, 10, 200, 5


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_walks(part: int) -> None:
    for number in range(PROCESSES):
        seed = SEED + part * PROCESSES + number
        procedure, chance = process_from(seed), random.Random(seed)
        definition = Definition(procedure)
        for _ in range(TRACES):
            walk(procedure, definition, facts_from(chance), chance)
