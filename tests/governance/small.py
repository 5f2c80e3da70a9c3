"""A small architecture for the tests: a portal, a register behind an interface, and a system without a contract."""

from __future__ import annotations

from datetime import date
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion, Principle
from maidinh.governance.architecture.frameworks import read_frameworks
from maidinh.infrastructure.definitions.locating import definitions_root

FRAMEWORKS = read_frameworks(definitions_root() / "national")
INSTANCE = "VN-H99"
PORTAL, REGISTER, OTHER = "VN-H99/GOV/H99.1/one-stop", "VN-H99/GOV/H99.2/register", "VN-H99/GOV/H99.3/other"
SERVICE = f"{REGISTER}/persons"
READ = {"method": "GET", "path": "/persons/*"}


def element(element_id: str, kind: str, layer: int, **more: Any) -> dict[str, Any]:
    return {
        "id": element_id,
        "kind": kind,
        "layer": layer,
        "name": {"vi": f"Tên {element_id}", "en": element_id},
    } | more


def principle(identifier: str, **more: Any) -> Principle:
    statement = {"vi": f"Nguyên tắc {identifier}"} | more
    return Principle.model_validate({"id": identifier, "kind": "principle", "statement": statement})


def contract(**changes: Any) -> dict[str, Any]:
    return {
        "id": "C1", "methods": [READ], "fields": ["full_name"], "purpose": {"vi": "Giải quyết hồ sơ"},
        "legal_basis": [{"text": "NĐ 47/2020"}], "valid_from": date(2020, 1, 1), "valid_to": date(2030, 12, 31),
    } | changes  # fmt: skip


def architecture(**changes: Any) -> ArchitectureVersion:
    flow = {"id": "f1", "kind": "flow", "from": "one-stop", "to": "persons", "contract": contract()}
    serves = {"id": "s1", "kind": "serving", "from": "one-stop", "to": "citizens"}
    return ArchitectureVersion.model_validate(
        {
            "province": "lao-cai", "version": "9.0", "title": {"vi": "Thử", "en": "A trial"}, "framework": "2.0",
            "effective_from": date(2026, 1, 1), "sample": True,
            "elements": [
                element("citizens", "user-group", 1),
                element("one-stop", "information-system", 4, owner="H99.1", subsystem="one-stop"),
                element("register", "information-system", 5, owner="H99.2", subsystem="register"),
                element("other", "information-system", 5, owner="H99.3", subsystem="other"),
                element("persons", "interface", 6, interface={
                    "system": "register", "service": "persons", "endpoint": "registers/population", "methods": [READ],
                }),
            ],
            "relations": [flow, serves],
        } | changes
    )  # fmt: skip


def with_contract(**changes: Any) -> ArchitectureVersion:
    return architecture(
        relations=[{"id": "f1", "kind": "flow", "from": "one-stop", "to": "persons", "contract": contract(**changes)}]
    )
