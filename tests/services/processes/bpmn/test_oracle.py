"""Our engine and SpiffWorkflow, on the exported BPMN, allow the same steps: a bounded part of `make judges`."""

from __future__ import annotations

import random

import pytest
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser

from maidinh.services.procedures.definition import Procedure
from tests.services.processes.bpmn.test_writing import process
from tests.services.processes.generated import committed, facts_from, process_from
from tests.services.processes.spiff import Definition, Run
from tests.services.processes.traces import walk

SEEDS, TRACES = 100, 3


@pytest.mark.slow
def test_random_processes_go_the_same_way() -> None:
    moves = 0
    for seed in range(SEEDS):
        procedure, chance = process_from(seed), random.Random(seed)
        definition = Definition(procedure)
        moves += sum(walk(procedure, definition, facts_from(chance), chance) for _ in range(TRACES))
    assert moves > SEEDS * TRACES


@pytest.mark.parametrize("procedure", committed(), ids=lambda each: f"{each.responsible}-{each.code}")
def test_committed_procedures_go_the_same_way(procedure: Procedure) -> None:
    definition, chance = Definition(procedure), random.Random(procedure.code)
    for _ in range(3):
        walk(procedure, definition, facts_from(chance), chance)


def circle() -> Procedure:
    return process(
        ("a", "intake", [["b", "c"]]), ("b", "appraisal", ["j"]), ("c", "appraisal", ["j"]), ("j", "join", ["d"]),
        ("d", "signature", ["e", "a"]), ("e", "handover", ["returned"]),
    )  # fmt: skip


@pytest.mark.parametrize(("parser", "open_after"), [(None, ["c"]), (BpmnParser, ["c", "d"])])
def test_a_join_in_its_second_round_is_where_spiff_needs_a_mend(
    parser: type[BpmnParser] | None, open_after: list[str]
) -> None:
    run = Run(Definition(circle(), parser) if parser else Definition(circle()), {})
    for step, outcome in (("a", "o0"), ("c", "o0"), ("b", "o0"), ("d", "o1"), ("a", "o0"), ("b", "o0")):
        run.close(step, outcome)
    assert run.open() == open_after
