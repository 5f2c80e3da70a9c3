"""Reading the steps of a process back from BPMN 2.0 XML; what the profile doesn't hold is named by its id.

Layer 4. Names, arrows and owners are taken from BPMN itself, so that a diagram redrawn in another program counts; what
only our elements say is taken from them. Safe for files of strangers: no document type, no entities, limits on size.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pydantic import ValidationError

from maidinh.exchange.gateway.soap.xml import XmlRefusedError, parse
from maidinh.services.procedures.definition import ENDS, SUPPLEMENT, Step
from maidinh.services.processes.bpmn.expressions import outcome_expression, route_expression
from maidinh.services.processes.bpmn.names import BPMN, bpmn, own

FILE_SIZE_LIMIT = 4 * 1024 * 1024  # bytes; a process of thirty steps has a fortieth of it
ACTIVITIES = ("userTask", "callActivity")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")
NODES = ("startEvent", *ACTIVITIES, *GATEWAYS, "intermediateCatchEvent", "endEvent")
BESIDE = ("extensionElements", "documentation", "laneSet", "sequenceFlow", "textAnnotation", "association", "group")


WITHIN = (
    "extensionElements", "documentation", "incoming", "outgoing", "potentialOwner", "messageEventDefinition",
    "timerEventDefinition", "terminateEventDefinition",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One thing that isn't of the profile: the element's id (or its tag), its line, and what was expected."""

    element: str
    line: int
    expected: str

    def __str__(self) -> str:
        return f"{self.line}: {self.element}: {self.expected}"


class NotOfTheProfile(ValueError):
    """The file is no process of the profile; `faults` says all that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Process:
    """What a file holds: whose process it is, and its steps in their order."""

    code: str
    version: str
    steps: list[Step]


def read_bpmn(content: bytes) -> Process:
    """The process that the file holds. Raises NotOfTheProfile."""
    if len(content) > FILE_SIZE_LIMIT:
        raise NotOfTheProfile([Fault("definitions", 0, f"at most {FILE_SIZE_LIMIT} bytes are read")])
    try:
        root = parse(content)
    except XmlRefusedError as error:
        raise NotOfTheProfile([Fault("definitions", 0, str(error))]) from None
    found = root.findall(bpmn("process"))
    if root.tag != bpmn("definitions") or len(found) != 1:
        raise NotOfTheProfile([Fault(_name(root), 1, "a BPMN 2.0 file (definitions) with exactly one process")])
    return _Reading(found[0]).process()


def _name(element: etree._Element) -> str:
    return str(element.get("id") or etree.QName(element).localname)


def _local(element: etree._Element) -> str:
    tag = etree.QName(element)
    return tag.localname if tag.namespace == BPMN else f"{tag.namespace}:{tag.localname}"


class _Refused(Exception):
    def __init__(self, element: etree._Element, expected: str) -> None:
        self.fault = Fault(_name(element), element.sourceline or 0, expected)
        super().__init__(expected)


class _Reading:
    def __init__(self, process: etree._Element) -> None:
        self.element = process
        self.faults: list[Fault] = []
        self.nodes: dict[str, etree._Element] = {}
        self.leaving: dict[str, list[etree._Element]] = defaultdict(list)
        self.coming: dict[str, list[etree._Element]] = defaultdict(list)
        self.used: set[str] = set()

    def process(self) -> Process:
        self._collect()
        self._stop_at_faults()
        orders: list[tuple[int, Step]] = []
        for name, node in self.nodes.items():
            if (mark := self._mark(node, "step")) is not None:
                self._try(lambda node=node, mark=mark, name=name: orders.append(self._step(name, node, mark)))
            elif _local(node) in ACTIVITIES:
                self._fault(
                    node, "md:step in its extension elements: which step this is, its kind and what belongs to it"
                )
        self._stop_at_faults()
        steps = [step for _, step in sorted(orders, key=lambda pair: pair[0])]
        self._begins(steps)
        self._all_used()
        self._stop_at_faults()
        mark = self._mark(self.element, "procedure")
        given = dict(mark.attrib) if mark is not None else {}
        return Process(str(given.get("code", "")), str(given.get("version", "")), steps)

    def _fault(self, element: etree._Element, expected: str) -> None:
        self.faults.append(Fault(_name(element), element.sourceline or 0, expected))

    def _try(self, reading: Any) -> None:
        try:
            reading()
        except _Refused as error:
            self.faults.append(error.fault)

    def _stop_at_faults(self) -> None:
        if self.faults:
            raise NotOfTheProfile(self.faults)

    def _collect(self) -> None:
        """Every node and flow of the process; everything else in it is refused."""
        for element in self.element.iterchildren(tag=etree.Element):
            kind = _local(element)
            name = element.get("id") or ""
            if kind in BESIDE:
                continue
            if kind not in NODES:
                self._fault(element, f"one of {', '.join(NODES)}, not {kind}")
            elif strange := [
                _local(part) for part in element.iterchildren(tag=etree.Element) if _local(part) not in WITHIN
            ]:
                self._fault(element, f"nothing of these in it: {', '.join(strange)}")
            elif not name or name in self.nodes:
                self._fault(element, "an id that no other element has")
            else:
                self.nodes[name] = element
        for flow in self.element.findall(bpmn("sequenceFlow")):
            source, target = flow.get("sourceRef") or "", flow.get("targetRef") or ""
            if source not in self.nodes or target not in self.nodes:
                self._fault(flow, "sourceRef and targetRef that name nodes of this process")
                continue
            self.leaving[source].append(flow)
            self.coming[target].append(flow)

    def _mark(self, element: etree._Element, name: str) -> etree._Element | None:
        return element.find(f"{bpmn('extensionElements')}/{own(name)}")

    def _step(self, name: str, node: etree._Element, mark: etree._Element) -> tuple[int, Step]:
        content: dict[str, Any] = {key: mark.get(key) for key in ("id", "kind") if mark.get(key)}
        content["name"] = self._text(node, mark)
        content |= self._owner(node, mark)
        for value in mark.findall(own("value")):
            content[str(value.get("of"))] = self._json(node, value)
        kind = _local(node)
        expected = {"join": ("parallelGateway", "inclusiveGateway"), "call": ("callActivity",)}
        if kind not in expected.get(str(content.get("kind")), ("userTask",)):
            raise _Refused(node, f"a step of kind {content.get('kind')} is no {kind}")
        self._called(node, content)
        self.used.add(name)
        content["outcomes"] = self._outcomes(name, node)
        try:
            return self._order(mark), Step.model_validate(content)
        except ValidationError as error:
            places = "; ".join(
                f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}" for detail in error.errors()
            )
            raise _Refused(node, places) from None

    def _text(self, element: etree._Element, mark: etree._Element) -> dict[str, str]:
        if not element.get("name"):
            raise _Refused(element, "a name")
        return {"vi": str(element.get("name"))} | ({"en": str(mark.get("en"))} if mark.get("en") else {})

    def _owner(self, node: etree._Element, mark: etree._Element) -> dict[str, str]:
        """Who does it: our element says it, and potentialOwner must not say otherwise."""
        given = {key: str(mark.get(key)) for key in ("role", "agency") if mark.get(key)}
        owner = node.find(f"{bpmn('potentialOwner')}/{bpmn('resourceAssignmentExpression')}/{bpmn('formalExpression')}")
        if owner is None:
            return given
        said = self._json(node, owner)
        if not isinstance(said, dict) or any(said.get(key, "") != given.get(key, "") for key in ("role", "agency")):
            raise _Refused(node, "potentialOwner and md:step must name the same role and agency")
        return given

    def _called(self, node: etree._Element, content: dict[str, Any]) -> None:
        call = content.get("call")
        if (
            isinstance(call, dict)
            and node.get("calledElement") != f"procedure.{call.get('procedure')}.{call.get('case')}"
        ):
            raise _Refused(node, "calledElement and the call of md:step must name the same procedure and case")

    def _json(self, node: etree._Element, element: etree._Element) -> Any:
        try:
            return json.loads(element.text or "")
        except (ValueError, RecursionError):
            raise _Refused(node, f"JSON in {etree.QName(element).localname}") from None

    def _order(self, mark: etree._Element) -> int:
        try:
            return int(mark.get("order") or 0)
        except ValueError:
            raise _Refused(mark, "a number as order") from None

    def _outcomes(self, name: str, node: etree._Element) -> list[dict[str, Any]]:
        """The outcomes of a step: the flows behind its timer and its choice, each with what it is called."""
        flows = self.leaving[name]
        for part in ("least", "ways"):
            if len(flows) == 1 and self._part(flows[0].get("targetRef")) == part:
                target = str(flows[0].get("targetRef"))
                self.used.add(target)
                flows = self.leaving[target]
        if not flows:
            raise _Refused(node, "a flow that leads on")
        found = []
        for flow in flows:
            mark = self._mark(flow, "outcome")
            if mark is None:
                raise _Refused(
                    flow, "md:outcome in its extension elements: the flow behind a step is one of its outcomes"
                )
            self._says(flow, outcome_expression(str(mark.get("id"))))
            outcome: dict[str, Any] = {"id": mark.get("id"), "name": self._text(flow, mark)}
            if mark.get("reason") == "true":
                outcome["reason"] = True
            found.append((self._order(mark), outcome | self._led(name, flow)))
        return [outcome for _, outcome in sorted(found, key=lambda pair: pair[0])]

    def _led(self, step: str, flow: etree._Element) -> dict[str, Any]:
        """Where an outcome leads, by its routes if it has any."""
        target = str(flow.get("targetRef"))
        if self._part(target) != "routes":
            return {"to": self._target(step, flow)}
        self.used.add(target)
        routes, otherwise = [], []
        for each in self.leaving[target]:
            mark = self._mark(each, "route")
            if mark is None:
                otherwise.append(each)
                continue
            routes.append((self._order(mark), {"when": self._json(each, mark), "to": self._target(step, each)}))
        if len(otherwise) != 1 or self.nodes[target].get("default") != otherwise[0].get("id"):
            raise _Refused(self.nodes[target], "exactly one flow without md:route, named as its default")
        ordered = [route for _, route in sorted(routes, key=lambda pair: pair[0])]
        for each in self.leaving[target]:
            if (mark := self._mark(each, "route")) is not None:
                number = [order for order, _ in sorted(routes, key=lambda pair: pair[0])].index(self._order(mark))
                self._says(each, self._route_condition(each, ordered, number))
        return {"to": self._target(step, otherwise[0]), "routes": ordered}

    def _route_condition(self, flow: etree._Element, routes: list[dict[str, Any]], number: int) -> str:
        try:
            return route_expression(routes[number]["when"], [route["when"] for route in routes[:number]])
        except (ValueError, TypeError, AttributeError) as error:
            raise _Refused(flow, f"md:route with a condition, fact by fact: {error}") from None

    def _says(self, flow: etree._Element, expected: str) -> None:
        """A condition that was rewritten in BPMN alone must not be lost without a word."""
        condition = flow.find(bpmn("conditionExpression"))
        if condition is not None and (condition.text or "").strip() != expected:
            raise _Refused(
                flow, f"the condition {expected}, as our elements say it: change both, or the elements alone"
            )

    def _target(self, step: str, flow: etree._Element) -> str | list[str]:
        target = str(flow.get("targetRef"))
        if self._part(target) == "split":
            self.used.add(target)
            branches = [(self._branch(each), self._place(step, each)) for each in self.leaving[target]]
            return [place for _, place in sorted(branches, key=lambda pair: pair[0])]
        place = self._place(step, flow)
        return [place] if self._mark(flow, "several") is not None else place

    def _branch(self, flow: etree._Element) -> int:
        mark = self._mark(flow, "branch")
        return self._order(mark) if mark is not None else len(self.nodes)

    def _place(self, step: str, flow: etree._Element) -> str:
        """The step, end or supplement that a flow comes to, through gateways that only bring flows together."""
        target = str(flow.get("targetRef"))
        self.used.add(target)
        node = self.nodes[target]
        if (mark := self._mark(node, "step")) is not None:
            return str(mark.get("id"))
        if (mark := self._mark(node, "end")) is not None and mark.get("place") in ENDS and _local(node) == "endEvent":
            return str(mark.get("place"))
        part, onward = self._part(target), self.leaving[target]
        if part == "more" and [each.get("targetRef") for each in onward] == [step]:
            return SUPPLEMENT
        if (
            part == "merge"
            and len(onward) == 1
            and self._mark(self.nodes[str(onward[0].get("targetRef"))], "step") is not None
        ):
            return self._place(step, onward[0])
        raise _Refused(
            node, f"what the flow {flow.get('id')} comes to must be a step (md:step), an end (md:end) or the wait for "
            "the step's own supplement"
        )  # fmt: skip

    def _part(self, name: str | None) -> str:
        """What a symbol is that stands for part of a step; empty for others. Its BPMN kind must fit."""
        node = self.nodes.get(name or "")
        mark = self._mark(node, "part") if node is not None else None
        if node is None or mark is None:
            return ""
        part = str(mark.get("of"))
        fitting = {"least": "intermediateCatchEvent", "more": "intermediateCatchEvent", "split": "parallelGateway"}
        if _local(node) != fitting.get(part, "startEvent" if part == "start" else "exclusiveGateway"):
            raise _Refused(node, f"{part} is no {_local(node)}")
        return part

    def _begins(self, steps: list[Step]) -> None:
        starts = [node for node in self.nodes.values() if _local(node) == "startEvent"]
        flows = [flow for node in starts for flow in self.leaving[str(node.get("id"))]]
        if len(starts) != 1 or len(flows) != 1:
            self._fault(self.element, "exactly one startEvent with one flow, to the first step")
            return
        self.used.add(str(starts[0].get("id")))
        mark = self._mark(self.nodes[str(flows[0].get("targetRef"))], "step")
        if mark is None or not steps or mark.get("id") != steps[0].id:
            self._fault(flows[0], "the start must lead to the step with the lowest order")

    def _all_used(self) -> None:
        for name, node in self._unused():
            self._fault(node, f"{name} belongs to no step: let a flow of a step lead to it, or remove it")

    def _unused(self) -> Iterator[tuple[str, etree._Element]]:
        return ((name, node) for name, node in self.nodes.items() if name not in self.used)
