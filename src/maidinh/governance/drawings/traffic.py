"""The seven layers with what was seen on the exchange: connections with their verdicts over the plan of the layers.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from maidinh.governance.drawings.plan import Group, Item, Plan, Strip, Tie, joined
from maidinh.governance.modelling.definition import Element

OUTSIDE = "outside"  # the box of callers and services that the architecture doesn't know
SHARING = "6"  # in which layer it stands


class Traffic(Protocol):
    """A connection with its verdict, as conformity finds it."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def verdict(self) -> str: ...


def with_traffic(
    plan: Plan,
    connections: Sequence[Traffic],
    *,
    outside: str,
    label: Callable[[Traffic], str],
    marks: Callable[[Element], str] = lambda _: "",
    relations: bool = True,
) -> Plan:
    """The plan with the connections in place of the relations they come from; `outside` names the unknown."""
    seen = {(each.source, each.target) for each in connections}
    ties = [
        Tie(f"{each.source}>{each.target}", "flow", each.source, each.target, None, each.verdict, label(each))
        for each in connections
    ]
    if relations:
        ties += [each for each in plan.ties if (each.source, each.target) not in seen]
    strips = [_marked(strip, marks) for strip in plan.strips]
    if any(OUTSIDE in ends for ends in seen):
        box = Element.model_validate(
            {"id": OUTSIDE, "kind": "interface", "layer": int(SHARING), "state": "planned"}
            | {"name": {"vi": outside, "en": outside}}
        )
        strips = [
            replace(strip, groups=(*strip.groups, Group("", (Item(box),)))) if strip.id == SHARING else strip
            for strip in strips
        ]
    return replace(plan, strips=tuple(strips), ties=tuple(ties))


def _marked(strip: Strip, marks: Callable[[Element], str]) -> Strip:
    groups = tuple(
        replace(group, items=tuple(replace(each, mark=joined(each.mark, marks(each.element))) for each in group.items))
        for group in strip.groups
    )
    return replace(strip, groups=groups)
