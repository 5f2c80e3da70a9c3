"""Writing a procedure's process as BPMN 2.0 XML with its drawing, so that reading it back gives the same steps.

Layer 4. What BPMN can say is said in BPMN; the rest of a step stands in extension elements: see
docs/reference/procedure-bpmn.md.
"""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from maidinh.services.procedures.definition import Procedure, Step
from maidinh.services.processes.bpmn.expressions import LANGUAGE, shortest
from maidinh.services.processes.bpmn.graph import Flow, Graph, Node, graph_of
from maidinh.services.processes.bpmn.layout import Box, Lane, Layout, lay_out
from maidinh.services.processes.bpmn.names import BPMNDI, DC, DI, NAMESPACES, XSI, bpmn, own

TAGS = {
    "start": "startEvent", "task": "userTask", "call": "callActivity", "exclusive": "exclusiveGateway",
    "parallel": "parallelGateway", "inclusive": "inclusiveGateway", "wait": "intermediateCatchEvent",
    "timer": "intermediateCatchEvent", "end": "endEvent",
}  # fmt: skip
IN_ATTRIBUTES = {"id", "name", "kind", "role", "agency", "outcomes"}


def process_id(procedure: str, case: str = "") -> str:
    """What the process of a procedure is called, and what a step that calls it names."""
    return f"procedure.{procedure}.{case}" if case else f"procedure.{procedure}"


def write_bpmn(procedure: Procedure) -> bytes:
    """The process as a BPMN file. Raises NotExpressible where BPMN would mean something else."""
    graph = graph_of(procedure)
    layout = lay_out(graph)
    definitions = etree.Element(
        bpmn("definitions"), id=f"definitions.{procedure.code}", targetNamespace=NAMESPACES["md"],
        expressionLanguage=LANGUAGE, exporter="Mái Đình", nsmap=NAMESPACES,
    )  # fmt: skip
    for node in graph.nodes.values():
        if node.kind == "wait":
            name = f"{procedure.code} {node.step.id}"
            etree.SubElement(definitions, bpmn("message"), id=f"message.{node.step.id}", name=name)
    _process(definitions, graph, layout)
    _diagram(definitions, graph, layout)
    etree.indent(definitions)
    return bytes(etree.tostring(definitions, encoding="UTF-8", xml_declaration=True))


def _process(parent: etree._Element, graph: Graph, layout: Layout) -> None:
    procedure = graph.procedure
    process = etree.SubElement(
        parent, bpmn("process"), id=process_id(procedure.code), name=procedure.name.vi, isExecutable="true"
    )
    extension = etree.SubElement(process, bpmn("extensionElements"))
    etree.SubElement(extension, own("procedure"), code=procedure.code, version=procedure.version)
    lanes = etree.SubElement(process, bpmn("laneSet"), id="lanes")
    for number, lane in enumerate(layout.lanes, 1):
        element = etree.SubElement(lanes, bpmn("lane"), id=f"lane.{number}", name=lane_name(lane))
        for name in graph.nodes:
            if layout.lane_of[name] == lane:
                etree.SubElement(element, bpmn("flowNodeRef")).text = name
    order = {step.id: number for number, step in enumerate(procedure.steps)}
    for node in graph.nodes.values():
        _node(process, graph, node, order)
    for flow in graph.flows:
        _flow(process, flow)


def lane_name(lane: Lane) -> str:
    """Who acts in a lane, as codes: a file is read where the province's names may not be known."""
    return f"{lane.agency} – {lane.role}"


def _node(process: etree._Element, graph: Graph, node: Node, order: dict[str, int]) -> None:
    element = etree.SubElement(process, bpmn(TAGS[node.kind]), id=node.id)
    if node.name is not None:
        element.set("name", node.name.vi)
    coming, leaving = graph.coming(node.id), graph.leaving(node.id)
    if node.kind in ("exclusive", "parallel", "inclusive"):
        merging, choosing = len(coming) > 1, len(leaving) > 1
        direction = "Mixed" if merging and choosing else "Converging" if merging else "Diverging" if choosing else ""
        element.set("gatewayDirection", direction or "Unspecified")
    extension = etree.SubElement(element, bpmn("extensionElements"))
    if node.is_step:
        _step(extension, node.step, order[node.step.id])
    elif node.kind == "end":
        etree.SubElement(extension, own("end"), place=node.place)
    else:
        etree.SubElement(extension, own("part"), step=node.step.id, of=_part(node))
    for flow in coming:
        etree.SubElement(element, bpmn("incoming")).text = flow.id
    for flow in leaving:
        etree.SubElement(element, bpmn("outgoing")).text = flow.id
        if flow.otherwise:
            element.set("default", flow.id)
    _event(element, node)
    if node.step.call is not None and node.is_step:
        element.set("calledElement", process_id(node.step.call.procedure, node.step.call.case))
    if node.is_step and node.step.kind != "join" and node.step.role:
        owner = etree.SubElement(element, bpmn("potentialOwner"), id=f"owner.{node.step.id}")
        assignment = etree.SubElement(owner, bpmn("resourceAssignmentExpression"))
        expression = etree.SubElement(assignment, bpmn("formalExpression"))
        expression.text = json.dumps({"role": node.step.role, "agency": node.step.agency})


def _part(node: Node) -> str:
    """What a symbol is that stands for part of a step: the first part of its id says it."""
    return node.id.partition(".")[0]


def _event(element: etree._Element, node: Node) -> None:
    if node.kind == "wait":
        etree.SubElement(
            element, bpmn("messageEventDefinition"), id=f"event.{node.id}", messageRef=f"message.{node.step.id}"
        )
    elif node.kind == "timer" and node.step.minimum is not None:
        event = etree.SubElement(element, bpmn("timerEventDefinition"), id=f"event.{node.id}")
        duration = etree.SubElement(event, bpmn("timeDuration"), {f"{{{XSI}}}type": "tFormalExpression"})
        duration.text = f'"{shortest(node.step.minimum)}"'
    elif node.terminates:
        etree.SubElement(element, bpmn("terminateEventDefinition"), id=f"event.{node.id}")


def _step(extension: etree._Element, step: Step, order: int) -> None:
    given = {name: value for name, value in (("role", step.role), ("agency", step.agency)) if value}
    element = etree.SubElement(extension, own("step"), id=step.id, kind=step.kind, order=str(order), **given)
    if step.name.en is not None:
        element.set("en", step.name.en)
    rest: dict[str, Any] = step.model_dump(mode="json", exclude=IN_ATTRIBUTES, exclude_unset=True)
    for name, value in rest.items():
        etree.SubElement(element, own("value"), of=name).text = json.dumps(value, ensure_ascii=False)


def _flow(process: etree._Element, flow: Flow) -> None:
    element = etree.SubElement(process, bpmn("sequenceFlow"), id=flow.id, sourceRef=flow.source, targetRef=flow.target)
    if flow.name is not None:
        element.set("name", flow.name.vi)
    _carried(element, flow)
    if flow.expression:
        condition = etree.SubElement(
            element, bpmn("conditionExpression"), {f"{{{XSI}}}type": "tFormalExpression", "language": LANGUAGE}
        )
        condition.text = flow.expression


def _carried(element: etree._Element, flow: Flow) -> None:
    """What of the definition a flow holds, in the order in which it is read back."""
    if flow.outcome is None and flow.route is None and flow.branch is None and not flow.listed:
        return
    extension = etree.SubElement(element, bpmn("extensionElements"))
    if flow.outcome is not None:
        order, outcome = flow.outcome
        mark = etree.SubElement(extension, own("outcome"), id=outcome.id, order=str(order))
        if outcome.name.en is not None:
            mark.set("en", outcome.name.en)
        if outcome.reason:
            mark.set("reason", "true")
    if flow.route is not None:
        number, route = flow.route
        mark = etree.SubElement(extension, own("route"), order=str(number))
        mark.text = json.dumps(route.when, ensure_ascii=False)
    if flow.branch is not None:
        etree.SubElement(extension, own("branch"), order=str(flow.branch))
    if flow.listed:
        etree.SubElement(extension, own("several"))


def _diagram(parent: etree._Element, graph: Graph, layout: Layout) -> None:
    diagram = etree.SubElement(parent, f"{{{BPMNDI}}}BPMNDiagram", id="diagram")
    process = process_id(graph.procedure.code)
    plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", id="plane", bpmnElement=process)
    for number, box in enumerate(layout.lanes.values(), 1):
        _shape(plane, f"lane.{number}", box, isHorizontal="true")
    for name, box in layout.boxes.items():
        marker = {"isMarkerVisible": "true"} if graph.nodes[name].kind == "exclusive" else {}
        _shape(plane, name, box, **marker)
    for name, points in layout.lines.items():
        edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"edge.{name}", bpmnElement=name)
        for x, y in points:
            etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{x:g}", y=f"{y:g}")


def _shape(plane: etree._Element, name: str, box: Box, **marks: str) -> None:
    shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=f"shape.{name}", bpmnElement=name, **marks)
    bounds = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(shape, f"{{{DC}}}Bounds", {key: f"{value:g}" for key, value in bounds.items()})
