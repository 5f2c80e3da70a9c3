"""A made-up architecture of a large province, with what the rules of conformity look for; here and there not in order.

The same for the same seed. 10,000 elements and 20,000 relations: some twenty times what a province has written down.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion

Plain = dict[str, Any]
Ids = dict[str, list[str]]

COUNTS = {
    "agency": 120, "network-zone": 6, "data-centre": 12, "network": 40, "infrastructure-service": 300,
    "technology-product": 100, "information-system": 2400, "platform": 80, "shared-platform": 30,
    "shared-service": 200, "database": 1500, "data-entity": 900, "interface": 900, "procedure": 1700,
    "public-service": 700, "portal-service": 20, "channel": 20, "user-group": 12, "requirement": 300, "gap": 150,
    "plateau": 5, "work-package": 200, "goal": 15, "target": 40, "document": 150, "assessment": 100,
}  # fmt: skip
LAYERS = {
    "user-group": 1, "channel": 2, "portal-service": 3, "public-service": 4, "information-system": 5, "platform": 5,
    "shared-platform": 6, "shared-service": 6, "database": 5, "interface": 6, "network": 7, "data-centre": 7,
    "infrastructure-service": 7,
}  # fmt: skip
RELATIONS = 20_000
SELDOM = 0.015  # of the elements and relations that something is wrong with
RUNNING = ("information-system", "platform", "shared-platform", "shared-service", "database", "interface")
SYSTEMS = ("information-system", "platform", "shared-platform")
ZONES = ("internet", "dmz", "tslcd", "data-centre", "management", "office")
AGENCIES = 89
METHODS = [{"method": "GET", "path": "/v1/*"}]


def province(seed: int = 1, *, scale: int = 1) -> ArchitectureVersion:
    """The architecture; `scale` divides every count, for a quick one."""
    chance = random.Random(seed)  # noqa: S311
    ids = {kind: [f"{kind}-{number:04}" for number in range(max(2, count // scale))] for kind, count in COUNTS.items()}
    ids["network-zone"] = list(ZONES)
    content = {
        "province": "bench", "version": "1", "title": {"vi": "Kiến trúc thử", "en": "Bench"}, "framework": "2026-1425",
        "effective_from": "2026-08-01", "sample": True,
        "elements": [_element(chance, kind, each, ids) for kind, held in ids.items() for each in held],
        "relations": _relations(chance, ids, RELATIONS // scale),
    }  # fmt: skip
    return ArchitectureVersion.model_validate(content)


def _number(identifier: str) -> int:
    return int(identifier.rpartition("-")[2])


def _element(chance: random.Random, kind: str, identifier: str, ids: Ids) -> Plain:
    if kind == "network-zone":
        return {"id": identifier, "kind": kind, "name": {"vi": f"Vùng {identifier}"}, "owner": "H62.1"}
    number = _number(identifier)
    element: Plain = {
        "id": identifier, "kind": kind, "name": {"vi": f"Thành phần {kind} số {number}", "en": f"{kind} {number}"},
        "source": "made up", "layer": LAYERS.get(kind),
    }  # fmt: skip
    if chance.random() > SELDOM:
        element["owner"] = f"H62.{number % AGENCIES + 1}"
    if kind in RUNNING:
        element |= {
            "zone": "data-centre", "state": _state(chance), "personal_data": kind == "information-system",
            "technology": ["no-such" if chance.random() < SELDOM else "technology-product-0001"],
            "description": {"vi": "Phục vụ giải quyết thủ tục hành chính của tỉnh và xã."},
        }  # fmt: skip
    if kind in SYSTEMS:
        element |= {
            "reference": ["P-2-11" if kind == "shared-platform" else chance.choice(("P-3-01", "P-3-02", "P-3-05"))],
            "classification": {"arm": ["AP-SECTOR"]},
            "cost": {"build": [{"year": 2025, "amount": 10**9}], "run": [{"year": 2026, "amount": 10**8}]},
        }  # fmt: skip
        if chance.random() > SELDOM:
            level = 1 if chance.random() < SELDOM else 3
            element |= {"security_level": level, "security_basis": {"text": "Nghị định 85/2016"}}
        if "owner" in element:
            element["subsystem"] = identifier
        if kind == "information-system" and number < len(ids["data-entity"]):
            again = chance.random() < SELDOM
            element["masters"] = [ids["data-entity"][0 if again else number]]
    if kind == "interface":
        system = ids["information-system"][number % len(ids["information-system"])]
        element["interface"] = {"system": system, "service": identifier, "endpoint": "e", "methods": METHODS}
        element["technology"].append("restful-web-service")
    if kind == "agency":
        element["codes"] = {"local": f"H62.{number}"}
    if kind == "work-package":
        element["cost"] = {"build": [{"year": 2027, "amount": 10**9}]}
    return element


def _state(chance: random.Random) -> str:
    return chance.choices(("live", "planned", "retiring", "retired"), (97, 1, 1, 1))[0]


def _relations(chance: random.Random, ids: Ids, count: int) -> list[Plain]:
    found: dict[tuple[str, str, str], Plain] = {}
    for kind, source, target in (*_needed(chance, ids), *_more(chance, ids, count)):
        if len(found) == count:
            break
        if source == target or (kind, source, target) in found:
            continue
        relation: Plain = {"id": f"r{len(found):05}", "kind": kind, "from": source, "to": target}
        if kind == "access":
            relation["access"] = chance.choice(("read", "write", "read-write"))
        if kind == "flow":
            relation |= {} if chance.random() < SELDOM else {"contract": _contract(chance, len(found))}
        found[kind, source, target] = relation
    return list(found.values())


def _needed(chance: random.Random, ids: Ids) -> Iterator[tuple[str, str, str]]:
    """What every element has that is in order; a few lack it."""
    pairs = (
        ("assignment", "data-centre", "information-system"), ("serving", "infrastructure-service", "platform"),
        ("serving", "information-system", "procedure"), ("realization", "information-system", "public-service"),
        ("serving", "channel", "public-service"), ("access", "information-system", "database"),
        ("composition", "shared-platform", "interface"), ("association", "gap", "work-package"),
        ("association", "plateau", "gap"), ("realization", "work-package", "requirement"),
        ("realization", "target", "goal"), ("association", "document", "requirement"),
        ("association", "assessment", "requirement"), ("serving", "network", "data-centre"),
        ("serving", "channel", "user-group"), ("realization", "database", "data-entity"),
    )  # fmt: skip
    for kind, sources, targets in pairs:
        for number in range(max(len(ids[targets]), 0 if sources == "information-system" else len(ids[sources]))):
            if chance.random() > SELDOM:
                yield kind, ids[sources][number % len(ids[sources])], ids[targets][number % len(ids[targets])]


def _more(chance: random.Random, ids: Ids, count: int) -> Iterator[tuple[str, str, str]]:
    patterns = (
        ("flow", "information-system", "interface", 30), ("serving", "shared-platform", "information-system", 20),
        ("serving", "infrastructure-service", "information-system", 10), ("access", "shared-service", "database", 10),
        ("serving", "information-system", "procedure", 15), ("realization", "information-system", "requirement", 10),
        ("aggregation", "plateau", "information-system", 5), ("assignment", "agency", "procedure", 5),
        ("access", "information-system", "database", 1),
    )  # fmt: skip
    weights = [each[3] for each in patterns]
    for _ in range(count * 3):
        kind, sources, targets, _ = chance.choices(patterns, weights)[0]
        yield kind, chance.choice(ids[sources]), chance.choice(ids[targets])


def _contract(chance: random.Random, number: int) -> Plain:
    basis = [] if chance.random() < SELDOM else [{"text": "Nghị định 47/2020/NĐ-CP"}]
    ends = f"{2025 if chance.random() < SELDOM else 2030}-12-31"
    return {
        "id": f"c{number}", "methods": METHODS, "fields": ["name"], "purpose": {"vi": "Giải quyết thủ tục"},
        "legal_basis": basis, "valid_from": "2024-01-01", "valid_to": ends,
    }  # fmt: skip
