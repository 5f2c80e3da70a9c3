"""Small models and random ones, for what reads them as tables."""

from __future__ import annotations

import random
from typing import Any

from maidinh.governance.modelling.definition import Element, Model, Relation

KINDS = (
    "information-system", "shared-platform", "database", "data-entity", "interface", "procedure", "public-service",
    "agency", "network-zone", "technology-product", "infrastructure-service", "requirement", "shared-service",
)  # fmt: skip
RELATIONS = (
    "flow", "access", "serving", "realization", "assignment", "composition", "aggregation", "association", "triggering",
)  # fmt: skip


def model(elements: list[dict[str, Any]], relations: list[tuple[str, str, str]] = (), **more: Any) -> Model:  # type: ignore[assignment]
    """A model of these elements, and of relations given as kind, source, target."""
    return Model.model_validate(
        {
            "elements": [{"kind": "information-system", "name": {"vi": each["id"]}} | each for each in elements],
            "relations": [
                {"id": f"{source}-{kind}-{target}", "kind": kind, "from": source, "to": target}
                for kind, source, target in relations
            ],
        }
        | more
    )


def random_element(chance: random.Random, identifier: str, others: list[str]) -> Element:
    """An element of any kind, with a bit of everything that rules look at."""
    kind = chance.choice(KINDS)
    content: dict[str, Any] = {
        "id": identifier, "kind": kind, "name": {"vi": chance.choice(["Hệ thống", "Cơ sở dữ liệu", ""]) + identifier},
        "state": chance.choice(["planned", "live", "retiring", "retired"]), "masters": chance.sample(others, 1),
        "technology": chance.sample([*others[:5], "postgresql"], 1), "personal_data": chance.random() < 0.3,
        "classification": {"brm": [chance.choice(["a", "b"])]} if chance.random() < 0.5 else {},
    }  # fmt: skip
    if chance.random() < 0.7:
        content["owner"] = chance.choice(["H62", "H62.1"])
    if chance.random() < 0.5:
        content["zone"] = chance.choice(["tslcd", *others[:3]])
    if chance.random() < 0.2:
        content["codes"] = {"local": chance.choice(["tslcd", "internet"])}
    if chance.random() < 0.3:
        content["dates"] = {"live": "2024-01-01", "retired": chance.choice(["2025-01-01", "2030-01-01"])}
    if kind == "interface":
        content["interface"] = {
            "system": chance.choice(others), "service": "s", "endpoint": "e",
            "methods": [{"method": "GET", "path": "/a"}],
        }  # fmt: skip
    if chance.random() < 0.2:
        content["properties"] = [{"key": "k", "value": str(chance.random())}]
    return Element.model_validate(content)


def random_relation(chance: random.Random, identifier: str, ends: list[str]) -> Relation:
    """A relation between any two of these."""
    source, target = chance.sample(ends, 2)
    kind = chance.choice(RELATIONS)
    content: dict[str, Any] = {"id": identifier, "kind": kind, "from": source, "to": target}
    if kind == "flow" and chance.random() < 0.5:
        content["contract"] = {
            "id": f"c-{identifier}", "methods": [{"method": "GET", "path": "/a"}], "purpose": {"vi": "Mục đích"},
            "valid_from": "2020-01-01", "valid_to": chance.choice(["2021-01-01", "2030-01-01"]),
        }  # fmt: skip
    return Relation.model_validate(content)


def random_model(chance: random.Random, elements: int, relations: int) -> Model:
    """A model of that size."""
    ids = [f"e{number}" for number in range(elements)]
    return Model(
        elements=[random_element(chance, each, ids) for each in ids],
        relations=[random_relation(chance, f"r{number}", ids) for number in range(relations)],
    )


def random_edit(chance: random.Random, given: Model, number: int) -> Model:
    """The model with one thing added, removed or changed."""
    elements, relations = list(given.elements), list(given.relations)
    ids = [each.id for each in elements]
    deed = chance.randrange(6)
    place = chance.randrange(len(elements))
    line = chance.randrange(len(relations))
    if deed == 0:
        elements.insert(place, random_element(chance, f"new{number}", ids))
    elif deed == 1:
        gone = elements.pop(place).id
        relations = [each for each in relations if gone not in (each.from_, each.to)]
    elif deed == 2:
        elements[place] = random_element(chance, ids[place], ids)
    elif deed == 3:
        relations.append(random_relation(chance, f"new{number}", ids))
    elif deed == 4:
        relations.pop(line)
    else:
        relations[line] = random_relation(chance, relations[line].id, ids)
    chance.shuffle(relations)
    return given.model_copy(update={"elements": elements, "relations": relations})
