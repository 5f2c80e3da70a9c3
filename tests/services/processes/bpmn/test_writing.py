"""Processes as BPMN: valid by the standard's schema, whole when read back, drawn without overlaps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator

from maidinh.services.procedures.definition import Procedure, Step
from maidinh.services.processes.bpmn.graph import graph_of
from maidinh.services.processes.bpmn.layout import Box, lay_out
from maidinh.services.processes.bpmn.marking import NotExpressible
from maidinh.services.processes.bpmn.names import bpmn
from maidinh.services.processes.bpmn.reading import read_bpmn
from maidinh.services.processes.bpmn.writing import write_bpmn
from tests.services.processes.generated import committed, process_from

GENERATED = [process_from(seed) for seed in range(25)]
ALL = [*committed(), *GENERATED]


def process(*steps: tuple[str, str, object]) -> Procedure:
    made = [
        Step.model_validate({
            "id": name, "name": {"vi": name}, "kind": kind, "role": "leader", "agency": "responsible",
            "outcomes": [{"id": f"o{n}", "name": {"vi": "x"}, "to": to} for n, to in enumerate(ways)],  # type: ignore[arg-type,var-annotated]
        })
        for name, kind, ways in steps
    ]  # fmt: skip
    return committed()[0].model_copy(update={"steps": made})


@pytest.mark.parametrize("procedure", ALL, ids=lambda each: each.code)
def test_it_is_valid_and_read_back_whole(procedure: Procedure) -> None:
    content = write_bpmn(procedure)
    BpmnValidator().validate(etree.fromstring(content))
    found = read_bpmn(content)
    assert found.steps == procedure.steps
    assert (found.code, found.version) == (procedure.code, procedure.version)


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("procedure", ALL, ids=lambda each: each.code)
def test_no_symbols_overlap_and_arrows_keep_to_right_angles(procedure: Procedure) -> None:
    graph = graph_of(procedure)
    layout = lay_out(graph)
    boxes = list(layout.boxes.items())
    for number, (name, box) in enumerate(boxes):
        assert not [other for other, each in boxes[number + 1 :] if overlap(box, each)], name
        lane = layout.lanes[layout.lane_of[name]]
        assert lane.x < box.x and box.right < lane.right and lane.y < box.y and box.bottom < lane.bottom, name
    for flow in graph.flows:
        points = layout.lines[flow.id]
        source, target = layout.boxes[flow.source], layout.boxes[flow.target]
        assert points[0] == (source.right, source.middle)
        assert points[-1] == (target.x, target.middle)
        for (x, y), (to_x, to_y) in pairwise(points):
            assert x == to_x or y == to_y, flow
            thin = Box(min(x, to_x) + 0.1, min(y, to_y) - 0.1, max(abs(x - to_x) - 0.2, 0), abs(y - to_y) + 0.2)
            crossed = [name for name, box in boxes if overlap(thin, box) and name not in (flow.source, flow.target)]
            assert not crossed, (flow, crossed)
    assert all(box.right <= layout.width and box.bottom <= layout.height for _, box in boxes)


def joined(procedure: Procedure) -> set[str]:
    root = etree.fromstring(write_bpmn(procedure))
    return {etree.QName(each).localname for each in root.iter(bpmn("parallelGateway"), bpmn("inclusiveGateway"))
            if (each.get("id") or "").startswith("step.")}  # fmt: skip


def test_branches_that_always_come_meet_in_a_parallel_join() -> None:
    assert joined(process(
        ("a", "intake", [["b", "c"]]), ("b", "appraisal", ["j"]), ("c", "appraisal", ["j", "d"]),
        ("d", "appraisal", ["j"]), ("j", "join", ["e"]), ("e", "handover", ["returned"]),
    )) == {"parallelGateway"}  # fmt: skip


def test_branches_that_may_not_come_meet_in_an_inclusive_join() -> None:
    assert joined(process(
        ("a", "intake", [["b", "c"], "b"]), ("b", "appraisal", ["j"]), ("c", "appraisal", ["j"]),
        ("j", "join", ["e"]), ("e", "handover", ["returned"]),
    )) == {"inclusiveGateway"}  # fmt: skip


def test_an_end_beside_open_branches_terminates_and_others_do_not() -> None:
    root = etree.fromstring(write_bpmn(process(
        ("a", "intake", [["b", "c"], "refused"]), ("b", "appraisal", ["j", "stopped"]), ("c", "appraisal", ["j"]),
        ("j", "join", ["e"]), ("e", "handover", ["returned"]),
    )))  # fmt: skip
    ends = {
        each.get("id"): each.find(bpmn("terminateEventDefinition")) is not None for each in root.iter(bpmn("endEvent"))
    }
    assert ends == {"end.refused": False, "end.stopped": True, "end.returned": False}


def test_branches_that_meet_in_a_step_are_refused_with_its_name() -> None:
    with pytest.raises(NotExpressible, match="step d: branches that run beside each other both come to it"):
        write_bpmn(process(
            ("a", "intake", [["b", "c"]]), ("b", "appraisal", ["d"]), ("c", "appraisal", ["d"]),
            ("d", "handover", ["returned"]),
        ))  # fmt: skip


def test_a_branch_that_comes_to_its_join_twice_is_refused() -> None:
    with pytest.raises(NotExpressible, match="step j: branches come to it that no join brings together"):
        write_bpmn(process(
            ("a", "intake", [["b", "c"]]), ("b", "appraisal", ["j"]), ("c", "appraisal", ["b", "j"]),
            ("j", "join", ["e"]), ("e", "handover", ["returned"]),
        ))  # fmt: skip
