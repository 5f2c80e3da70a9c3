"""Our engine, SpiffWorkflow and the words of BPMN, on the exported file, allow the same steps; see `make judges`."""

from __future__ import annotations

import random

import pytest
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser

from maidinh.services.procedures.definition import Procedure
from maidinh.services.processes.tokens import Network, network_of
from tests.services.processes.bpmn.test_writing import process
from tests.services.processes.comparison import compare
from tests.services.processes.generated import committed, facts_from, process_from
from tests.services.processes.spiff import Definition, Run
from tests.services.processes.traces import walk

WALKS = 300


@pytest.mark.slow
def test_random_processes_go_the_same_way() -> None:
    comparison = compare(WALKS, seed=0)
    assert comparison.differences == []
    assert comparison.moves > WALKS
    assert all(comparison.walked[trait] for trait in ("whole", "tangled", "with joins in circles"))


def test_a_join_that_does_not_wait_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(procedure: Procedure) -> Network:
        network = network_of(procedure)
        return Network(network.steps, dict.fromkeys(network.upstream, frozenset()))

    monkeypatch.setattr("tests.services.processes.traces.network_of", hasty)
    assert compare(40, seed=0).differences


def test_a_branch_that_is_empty_counts_only_with_the_others() -> None:
    # Spiff goes through a split flow by flow: an inclusive join behind it mustn't take the first token for the last.
    procedure, chance = process_from(20_262_190), random.Random(20_262_190)
    definition = Definition(procedure)
    for _ in range(5):
        walk(procedure, definition, facts_from(chance), chance)


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
