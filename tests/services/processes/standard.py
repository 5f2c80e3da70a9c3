"""BPMN 2.0.2 (formal/2013-12-09, chapter 13) word for word, for what an exported process holds: a third judge.

It reads the file alone and moves tokens from flow to flow; it shares nothing with our engine, nor with Spiff. A token
in an activity or an event that waits stands on the flow that brought it. What the standard leaves open is drawn by
lot, but for one thing: inclusive gateways go on last, so that an end in the same move comes first.
"""

from __future__ import annotations

import random
from collections import Counter
from functools import cached_property
from typing import Any

from lxml import etree

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ACTIVITIES = ("userTask", "callActivity")


class Diagram:
    """The nodes and the sequence flows of a BPMN file."""

    def __init__(self, file: bytes) -> None:
        process = etree.fromstring(file).find(f"{MODEL}process")
        self.kind = {node.get("id"): etree.QName(node).localname for node in process if node.get("id")}
        flows = process.findall(f"{MODEL}sequenceFlow")
        self.source = {flow.get("id"): flow.get("sourceRef") for flow in flows}
        self.target = {flow.get("id"): flow.get("targetRef") for flow in flows}
        self.condition = {flow.get("id"): flow.findtext(f"{MODEL}conditionExpression") for flow in flows}
        self.default: dict[str, str] = {node.get("id"): node.get("default") for node in process if node.get("default")}
        self.terminates = {
            node.get("id") for node in process if node.find(f"{MODEL}terminateEventDefinition") is not None
        }
        self.messages = {node.get("id") for node in process if node.find(f"{MODEL}messageEventDefinition") is not None}
        self.coming: dict[str, list[str]] = {node: [] for node in self.kind}
        self.leaving: dict[str, list[str]] = {node: [] for node in self.kind}
        for flow in self.source:
            self.leaving[self.source[flow]].append(flow)
            self.coming[self.target[flow]].append(flow)

    @cached_property
    def ends_of_paths(self) -> dict[tuple[str, str], frozenset[str]]:
        """The flows into an inclusive gateway with which a path from a flow can end that does not visit the gateway."""
        gateways = [node for node, kind in self.kind.items() if kind == "inclusiveGateway"]
        return {(flow, gateway): self._ends(flow, gateway) for gateway in gateways for flow in self.source}

    def _ends(self, start: str, gateway: str) -> frozenset[str]:
        found: set[str] = set()
        todo = [start]
        while todo:
            flow = todo.pop()
            if flow not in found:
                found.add(flow)
                if self.target[flow] != gateway:
                    todo.extend(self.leaving[self.target[flow]])
        return frozenset(found & set(self.coming[gateway]))


class Marking:
    """One run: how many tokens each flow has."""

    def __init__(self, diagram: Diagram, facts: dict[str, Any], chance: random.Random | None = None) -> None:
        self.diagram, self.facts, self.chance = diagram, facts, chance or random.Random(0)
        self.tokens: Counter[str] = Counter()
        self.end = ""
        for node, kind in diagram.kind.items():
            if kind == "startEvent":
                self._put(node)
        self._settle("")

    def standing(self) -> list[str]:
        """The activities and message events that have a token; twice where they have two."""
        diagram = self.diagram
        stops = [diagram.target[flow] for flow in self.tokens.elements()]
        return sorted(node for node in stops if diagram.kind[node] in ACTIVITIES or node in diagram.messages)

    def finish(self, node: str, outcome: str = "") -> None:
        """The activity is done, or the message has come."""
        self._take(next(flow for flow in self.diagram.coming[node] if self.tokens[flow]))
        self._put(node)
        self._settle(outcome)

    def _take(self, flow: str) -> None:
        self.tokens[flow] -= 1
        self.tokens += Counter()  # flows without a token are left out

    def _put(self, node: str) -> None:
        self.tokens.update(self.diagram.leaving[node])

    def _settle(self, outcome: str) -> None:
        """Until nothing moves by itself any more; a minimum time is over at once."""
        while True:
            active = [
                node for node in {self.diagram.target[flow]: None for flow in self.tokens} if self._is_active(node)
            ]
            others = [node for node in active if self.diagram.kind[node] != "inclusiveGateway"]
            if not active:
                return
            self._go(self.chance.choice(others or active), outcome)

    def _is_active(self, node: str) -> bool:
        kind, coming = self.diagram.kind[node], self.diagram.coming[node]
        if kind == "parallelGateway":  # 13.4.1: at least one token on each incoming sequence flow
            return all(self.tokens[flow] for flow in coming)
        if kind == "inclusiveGateway":
            return self._inclusive_is_active(node)
        return kind not in ACTIVITIES and node not in self.diagram.messages

    def _inclusive_is_active(self, gateway: str) -> bool:
        """13.4.3: for every path from a flow with a token to an empty flow there is one from it to a flow with one."""
        for flow in self.tokens:
            ends = self.diagram.ends_of_paths[flow, gateway]
            if any(not self.tokens[end] for end in ends) and not any(self.tokens[end] for end in ends):
                return False
        return True

    def _go(self, node: str, outcome: str) -> None:
        kind = self.diagram.kind[node]
        filled = [flow for flow in self.diagram.coming[node] if self.tokens[flow]]
        for flow in filled if kind in ("parallelGateway", "inclusiveGateway") else [self.chance.choice(filled)]:
            self._take(flow)
        if kind == "endEvent":
            self.end = self.end or node
            if node in self.diagram.terminates:
                self.tokens.clear()
        elif kind == "exclusiveGateway":
            self.tokens[self._chosen(node, outcome)] += 1
        elif kind == "inclusiveGateway":
            flows = self.diagram.leaving[node]
            assert len(flows) == 1, f"{node} also splits"
            self._put(node)
        else:
            self._put(node)

    def _chosen(self, node: str, outcome: str) -> str:
        flows, default = self.diagram.leaving[node], self.diagram.default.get(node)
        for flow in flows:
            condition = self.diagram.condition[flow]
            if flow != default and (condition is None or eval(condition, {"facts": self.facts, "outcome": outcome})):
                return flow
        assert default is not None, f"no way leads on from {node}"
        return default
