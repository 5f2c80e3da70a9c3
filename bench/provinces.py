"""A made-up architecture of a large province, with what the rules of conformity look for: mostly in order, not all of it.

The same for the same seed. 10,000 elements and 20,000 relations: some twenty times what a province has written down.
"""

from __future__ import annotations

import random
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion

Plain = dict[str, Any]

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
OWNED = ("information-system", "platform", "shared-platform", "shared-service", "database", "interface")
ZONES = ("internet", "dmz", "tslcd", "data-centre", "management", "office")
METHODS = [{"method": "GET", "path": "/v1/*"}]


def province(seed: int = 1, *, scale: int = 1) -> ArchitectureVersion:
    """The architecture; `scale` divides every count, for a quick one."""
    chance = random.Random(seed)  # noqa: S311
    ids = {
        kind: [f"{kind}-{number:04}" for number in range(max(2, count // scale))]
        for kind, count in COUNTS.items()
    }  # fmt: skip
    ids["network-zone"] = list(ZONES)
    elements = [_element(chance, kind, each, ids) for kind, held in ids.items() for each in held]
    content = {
        "province": "bench", "version": "1", "title": {"vi": "Kiến trúc thử", "en": "Bench"}, "framework": "2026-1425",
        "effective_from": "2026-08-01", "sample": True, "elements": elements,
        "relations": _relations(chance, ids, RELATIONS // scale),
    }  # fmt: skip
    return ArchitectureVersion.model_validate(content)


def _element(chance: random.Random, kind: str, identifier: str, ids: dict[str, list[str]]) -> Plain:
    number = identifier.rpartition("-")[2]
    element: Plain = {
        "id": identifier, "kind": kind, "name": {"vi": f"Thành phần {kind} số {number}", "en": f"{kind} {number}"},
        "source": "made up", "layer": LAYERS.get(kind),
    }  # fmt: skip
    seldom = chance.random() < 0.03
    if kind in OWNED and not seldom:
        element["owner"] = f"H62.{chance.randrange(1, 90)}"
    if kind in OWNED:
        element |= {
            "zone": chance.choice(("tslcd", "data-centre", "management")), "state": _state(chance),
            "personal_data": chance.random() < 0.3, "technology": ["no-such" if chance.random() < 0.02 else "technology-product-0001"],
            "description": {"vi": "Phục vụ giải quyết thủ tục hành chính của tỉnh và xã."},
        }  # fmt: skip
    if kind in ("information-system", "platform", "shared-platform"):
        element |= {
            "subsystem": identifier, "masters": [chance.choice(ids["data-entity"])] if chance.random() < 0.2 else [],
            "classification": {"arm": [chance.choice(("AP-HR", "AP-DOC", "AP-REPORT"))]},
            "reference": ["P-2-11" if kind == "shared-platform" else chance.choice(("P-3-01", "P-3-02", "P-3-05"))],
            "cost": {"build": [{"year": 2025, "amount": 10**9}], "run": [{"year": 2026, "amount": 10**8}]},
        }  # fmt: skip
        if chance.random() > 0.04:
            element |= {"security_level": chance.randrange(1, 5), "security_basis": {"text": "Nghị định 85/2016"}}
        if not element.get("owner"):
            del element["subsystem"]
    if kind == "interface":
        element["interface"] = {
            "system": chance.choice(ids["information-system"]), "service": identifier, "endpoint": "e",
            "methods": METHODS,
        }  # fmt: skip
    if kind == "agency":
        element["codes"] = {"local": f"H62.{int(number)}"}
    if kind == "work-package" and chance.random() > 0.1:
        element |= {"owner": "H62.1", "cost": {"build": [{"year": 2027, "amount": 10**9}]}}
    return element


def _state(chance: random.Random) -> str:
    return chance.choices(("live", "planned", "retiring", "retired"), (88, 6, 3, 3))[0]


def _relations(chance: random.Random, ids: dict[str, list[str]], count: int) -> list[Plain]:
    patterns = (
        ("serving", "information-system", "procedure", 12), ("realization", "information-system", "public-service", 8),
        ("access", "information-system", "database", 12), ("flow", "information-system", "interface", 14),
        ("assignment", "data-centre", "information-system", 8), ("realization", "database", "data-entity", 8),
        ("access", "shared-service", "database", 5), ("serving", "shared-platform", "information-system", 8),
        ("serving", "infrastructure-service", "information-system", 6), ("serving", "public-service", "channel", 4),
        ("serving", "channel", "user-group", 1), ("realization", "information-system", "requirement", 4),
        ("association", "gap", "work-package", 2), ("aggregation", "plateau", "information-system", 2),
        ("association", "gap", "plateau", 1), ("realization", "work-package", "information-system", 2),
        ("composition", "information-system", "platform", 1), ("flow", "information-system", "information-system", 1),
        ("assignment", "agency", "procedure", 3), ("association", "document", "requirement", 1),
        ("realization", "target", "goal", 1), ("serving", "network", "data-centre", 1),
    )  # fmt: skip
    weights = [each[3] for each in patterns]
    found: dict[tuple[str, str, str], Plain] = {}
    while len(found) < count:
        kind, sources, targets, _ = chance.choices(patterns, weights)[0]
        source, target = chance.choice(ids[sources]), chance.choice(ids[targets])
        if source == target or (kind == "composition" and source > target):
            continue
        relation: Plain = {"id": f"r{len(found):05}", "kind": kind, "from": source, "to": target}
        if kind == "access":
            relation["access"] = chance.choice(("read", "write", "read-write"))
        if targets == "interface" and chance.random() > 0.03:
            relation["contract"] = _contract(chance, len(found))
        found.setdefault((kind, source, target), relation)
    return list(found.values())


def _contract(chance: random.Random, number: int) -> Plain:
    basis = [{"text": "Nghị định 47/2020/NĐ-CP"}] if chance.random() > 0.05 else []
    ends = f"{chance.choices((2025, 2028, 2030), (3, 50, 47))[0]}-12-31"
    return {
        "id": f"c{number}", "methods": METHODS, "fields": ["name"] if chance.random() > 0.1 else [],
        "purpose": {"vi": "Giải quyết thủ tục"}, "legal_basis": basis, "valid_from": "2024-01-01", "valid_to": ends,
    }  # fmt: skip
