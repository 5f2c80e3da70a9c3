"""The process of a procedure as the nodes and flows of a BPMN diagram, before it is placed and written. Pure.

Layer 4. A step is one activity; behind it stand what BPMN says with symbols of its own: the wait of a minimum time, the
choice of an outcome, the choice of a route, the split, the wait for a supplement. Their ids have a dot, steps' don't.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from maidinh.infrastructure.definitions.definition import Text
from maidinh.services.procedures.definition import ENDS, SUPPLEMENT, Outcome, Procedure, Route, Step
from maidinh.services.processes.bpmn.expressions import in_words, outcome_expression, route_expression
from maidinh.services.processes.bpmn.marking import Meaning, Way, meaning_of, places_of, ways_of

NodeKind = Literal["start", "task", "call", "exclusive", "parallel", "inclusive", "wait", "timer", "end"]
START = "start"


@dataclass(frozen=True)
class Node:
    """A symbol of the diagram. `step` is the step it belongs to, `place` the end it stands for."""

    id: str
    kind: NodeKind
    step: Step
    name: Text | None = None
    is_step: bool = False
    place: str = ""
    terminates: bool = False


@dataclass(frozen=True)
class Flow:
    """An arrow of the diagram: what it is called, when it is taken, and what of the definition it carries."""

    id: str
    source: str
    target: str
    name: Text | None = None
    expression: str = ""
    outcome: tuple[int, Outcome] | None = None
    route: tuple[int, Route] | None = None
    branch: int | None = None
    otherwise: bool = False
    listed: bool = False


@dataclass
class Graph:
    """A whole diagram, nodes in the order of the steps."""

    procedure: Procedure
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def leaving(self, node: str) -> list[Flow]:
        """The flows that begin at a node."""
        return [flow for flow in self.flows if flow.source == node]

    def coming(self, node: str) -> list[Flow]:
        """The flows that end at a node."""
        return [flow for flow in self.flows if flow.target == node]


def labels_of(procedure: Procedure, language: str) -> dict[str, str]:
    """What the facts that conditions look at are called."""
    asked = {field.id: field.label.in_language(language) for page in procedure.pages for field in page.fields}
    found = {fact.id: fact.label.in_language(language) for step in procedure.steps for fact in step.facts}
    return asked | found


def graph_of(procedure: Procedure) -> Graph:
    """The diagram of a procedure's process. Raises NotExpressible where BPMN would mean something else."""
    building = _Building(procedure, meaning_of(procedure))
    building.build()
    return building.graph


class _Building:
    def __init__(self, procedure: Procedure, meaning: Meaning) -> None:
        self.graph = Graph(procedure)
        self.meaning = meaning
        self.steps = {step.id: step for step in procedure.steps}
        self.merged: dict[tuple[str, Way], str] = {}
        self.labels = {language: labels_of(procedure, language) for language in ("vi", "en")}

    def build(self) -> None:
        steps = self.graph.procedure.steps
        self._node(Node(START, "start", steps[0], Text(vi="Nộp hồ sơ", en="Dossier submitted")))
        for step in steps:
            self._step(step)
        self._flow(START, f"step.{steps[0].id}")
        for step in steps:
            self._ways(step)

    def _node(self, node: Node) -> str:
        self.graph.nodes.setdefault(node.id, node)
        return node.id

    def _flow(self, source: str, target: str, **carried: object) -> None:
        number = len(self.graph.flows) + 1
        self.graph.flows.append(Flow(f"flow.{number}", source, target, **carried))  # type: ignore[arg-type]

    def _step(self, step: Step) -> None:
        name = f"step.{step.id}"
        if step.kind != "join":
            self._node(Node(name, "call" if step.kind == "call" else "task", step, step.name, is_step=True))
            return
        groups = self.meaning.branches(step.id)
        if groups is None:
            self._node(Node(name, "inclusive", step, step.name, is_step=True))
            return
        for number, group in enumerate(groups, 1):
            if len(group) > 1:
                merge = self._node(Node(f"merge.{step.id}.{number}", "exclusive", step))
                self.merged |= {(step.id, way): merge for way in group}
        self._node(Node(name, "parallel", step, step.name, is_step=True))
        for merge in dict.fromkeys(merge for (join, _), merge in self.merged.items() if join == step.id):
            self._flow(merge, name)

    def _ways(self, step: Step) -> None:
        source = f"step.{step.id}"
        if step.minimum is not None:
            least = Text(
                vi=f"Đủ thời gian tối thiểu: {step.name.vi}", en=f"Minimum time over: {step.name.in_language('en')}"
            )
            timer = self._node(Node(f"least.{step.id}", "timer", step, least))
            self._flow(source, timer)
            source = timer
        choosing = len(step.outcomes) > 1
        if choosing:
            ways = self._node(Node(f"ways.{step.id}", "exclusive", step))
            self._flow(source, ways)
            source = ways
        for number, outcome in enumerate(step.outcomes):
            carried: dict[str, object] = {"name": outcome.name, "outcome": (number, outcome)}
            if choosing:
                carried["expression"] = outcome_expression(outcome.id)
            self._outcome(step, number, outcome, source, carried)

    def _outcome(self, step: Step, number: int, outcome: Outcome, source: str, carried: dict[str, object]) -> None:
        if not outcome.routes:
            self._target(step, number, -1, outcome.to, source, carried)
            return
        routes = self._node(Node(f"routes.{step.id}.{outcome.id}", "exclusive", step))
        self._flow(source, routes, **carried)
        for index, to in ways_of(outcome):
            if index < 0:
                self._target(
                    step, number, index, to, routes, {"otherwise": True, "name": Text(vi="Còn lại", en="Otherwise")}
                )
                continue
            route = outcome.routes[index]
            name = Text(vi=in_words(route.when, self.labels["vi"]), en=in_words(route.when, self.labels["en"]))
            before = [each.when for each in outcome.routes[:index]]
            expression = route_expression(route.when, list(before))
            self._target(
                step, number, index, to, routes, {"route": (index, route), "name": name, "expression": expression}
            )

    def _target(
        self, step: Step, number: int, route: int, to: str | list[str], source: str, carried: dict[str, object]
    ) -> None:
        way, places = (step.id, number, route), places_of(to)
        carried["listed"] = isinstance(to, list)
        if len(places) == 1:
            self._flow(source, self._place(step, places[0], way), **carried)
            return
        split = self._node(Node(f"split.{step.id}.{step.outcomes[number].id}.{route + 1}", "parallel", step))
        self._flow(source, split, **carried)
        for branch, place in enumerate(places):
            self._flow(split, self._place(step, place, way), branch=branch)

    def _place(self, step: Step, place: str, way: Way) -> str:
        if place == SUPPLEMENT:
            name = f"more.{step.id}"
            if name not in self.graph.nodes:
                self._node(Node(name, "wait", step, Text(vi="Chờ bổ sung hồ sơ", en="Waiting for the supplement")))
                self._flow(name, f"step.{step.id}")
            return name
        if place in ENDS:
            ends = place in self.meaning.terminating
            return self._node(Node(f"end.{place}", "end", step, END_NAMES[place], place=place, terminates=ends))
        return self.merged.get((place, way), f"step.{place}")


END_NAMES = {
    "refused": Text(vi="Từ chối tiếp nhận", en="Refused"),
    "stopped": Text(vi="Dừng giải quyết", en="Stopped"),
    "returned": Text(vi="Đã trả kết quả", en="Result returned"),
}
