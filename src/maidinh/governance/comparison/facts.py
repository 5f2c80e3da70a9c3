"""A whole model as facts, `{(section, id): {path: value}}`, and the model that facts describe.

Layer 4, governance. Pure. Nothing is left out: `model_of(facts_of(model)) == model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.comparison.fields import ORDER, Facts
from maidinh.governance.comparison.parts import HEADER, Key, Parts, own_facts, part_from, put_together, take_apart
from maidinh.governance.modelling.definition import Model

INNER_ORDERS: dict[str, tuple[str, ...]] = {
    "header": ("elements", "relations", "principles", "views", "property_definitions", "folders"),
    "views": ("nodes", "connections"),
    "nodes": ("nodes",),
    "folders": ("holds",),
}


def facts_of(model: Model) -> dict[Key, Facts]:
    """Every fact of a model. Raises Incomparable where ids stand more than once."""
    parts = take_apart(model)
    found = {key: own_facts(key, part) for key, part in parts.things.items()}
    for (section, name, word), tokens in parts.order.items():
        if tokens:
            found[(section, name)][word + ORDER] = [
                list(token) if isinstance(token, tuple) else token for token in tokens
            ]
    return found


def model_of(facts: Mapping[Key, Mapping[str, Any]]) -> Model:
    """The model that these facts describe. Raises ValidationError where they describe none."""
    version = facts[HEADER].get("form") == "version"
    parts = Parts(ArchitectureVersion if version else Model)
    for key, given in facts.items():
        own = dict(given)
        for word in INNER_ORDERS.get(key[0], ()):
            tokens = own.pop(word + ORDER, None)
            if tokens is not None:
                parts.order[(*key, word)] = tuple(tuple(each) if isinstance(each, list) else each for each in tokens)
        parts.things[key] = part_from(key, own)
    return put_together(parts)
