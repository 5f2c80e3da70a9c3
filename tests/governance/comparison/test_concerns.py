"""A difference concerns the agencies that own what differs, and those whose components are tied to it."""

from __future__ import annotations

from typing import Any

from maidinh.governance.comparison.concerns import concerns, differing
from maidinh.governance.comparison.difference import difference
from maidinh.governance.modelling.definition import Model


def model(**changes: Any) -> Model:
    elements = {
        "portal": {"id": "portal", "kind": "platform", "owner": "A"},
        "register": {"id": "register", "kind": "database", "owner": "B", "operator": "C"},
        "service": {"id": "service", "kind": "interface", "owner": "B", "interface": {
            "system": "register", "service": "persons", "endpoint": "x", "methods": [{"method": "GET", "path": "/x"}]}},
        "zone": {"id": "zone", "kind": "network-zone", "owner": "D"},
        "apart": {"id": "apart", "kind": "database", "owner": "E", "zone": "zone"},
    }  # fmt: skip
    for name, more in changes.items():
        elements[name] = {**elements[name], **more} if more is not None else {}
    relations = [{"id": "reads", "kind": "flow", "from": "portal", "to": "service"}]
    return Model.model_validate({"elements": [each for each in elements.values() if each], "relations": relations})


def test_owner_operator_and_neighbours_are_concerned() -> None:
    old, new = model(), model(register={"state": "retiring"})
    found = concerns(difference(old, new), old, new)
    assert found == {"B": {("elements", "register"): "owns"}, "C": {("elements", "register"): "owns"}}
    old, new = model(), model(service={"state": "retiring"})
    found = concerns(difference(old, new), old, new)
    assert found["A"] == {("elements", "service"): "uses"}
    assert found["B"] == {("elements", "service"): "owns"}
    assert found["C"] == {("elements", "service"): "uses"}
    assert "E" not in found


def test_who_owned_it_before_is_concerned_too() -> None:
    old, new = model(), model(register={"owner": "F"})
    found = concerns(difference(old, new), old, new)
    assert found["B"] == found["F"] == {("elements", "register"): "owns"}


def test_a_zone_concerns_who_stands_in_it() -> None:
    old, new = model(), model(zone={"security_level": 3})
    assert concerns(difference(old, new), old, new) == {
        "D": {("elements", "zone"): "owns"}, "E": {("elements", "zone"): "uses"},
    }  # fmt: skip


def test_a_relation_concerns_the_owners_of_its_ends() -> None:
    old, new = model(), model()
    new = new.model_copy(update={"relations": []})
    found = difference(old, new)
    assert list(differing(found)) == [("relations", "reads")]
    assert concerns(found, old, new) == {"A": {("relations", "reads"): "uses"}, "B": {("relations", "reads"): "uses"}}
