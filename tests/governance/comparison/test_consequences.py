"""A difference says what it means: for the exchange's contracts, for running systems, for projects under way."""

from __future__ import annotations

from datetime import date
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.comparison.consequences import Consequence, consequences
from maidinh.governance.comparison.difference import Change, difference
from tests.governance.small import (
    INSTANCE,
    PORTAL,
    READ,
    REGISTER,
    SERVICE,
    architecture,
    contract,
    element,
    with_contract,
)


def told(old: ArchitectureVersion, new: ArchitectureVersion, **more: Any) -> list[Consequence]:
    return consequences(old, new, difference(old, new), instance=INSTANCE, **more)


def kinds(found: list[Consequence], area: str) -> list[str]:
    return [each.kind for each in found if each.area == area]


def with_elements(**changes: dict[str, Any]) -> ArchitectureVersion:
    """The small architecture with fields of elements changed; None takes the element out."""
    whole = architecture().model_dump(by_alias=True)
    whole["elements"] = [
        each | changes.get(each["id"].replace("-", "_"), {})
        for each in whole["elements"]
        if changes.get(each["id"].replace("-", "_"), {}) is not None
    ]
    return ArchitectureVersion.model_validate(whole)


def test_nothing_means_nothing() -> None:
    assert told(architecture(), architecture()) == []


def test_a_contract_lost_and_gained() -> None:
    without = architecture(relations=[])
    (lost,) = told(with_contract(), without)
    assert (lost.kind, lost.weight, lost.consumer, lost.provider) == ("contract-lost", "stops", PORTAL, SERVICE)
    assert lost.concerns == ("one-stop", "persons")
    assert lost.changes == (Change("relation", "f1", None),)
    (gained,) = told(without, with_contract())
    assert (gained.kind, gained.weight) == ("contract-gained", "allows")


def test_a_contract_is_lost_with_the_system_at_its_end() -> None:
    found = told(architecture(), with_elements(register={"state": "retired"}))
    lost = next(each for each in found if each.kind == "contract-lost")
    assert lost.changes == (), "the interface runs on; its system does not, which is told beside it"
    assert "element-retired" in kinds(found, "systems")


def test_methods() -> None:
    all_methods = [READ, {"method": "GET", "path": "/persons"}]
    offered = with_elements(persons={"interface": {
        "system": "register", "service": "persons", "endpoint": "registers/population", "methods": all_methods,
    }})  # fmt: skip

    def of(methods: list[dict[str, str]]) -> ArchitectureVersion:
        flow = {"id": "f1", "kind": "flow", "from": "one-stop", "to": "persons", "contract": contract(methods=methods)}
        return ArchitectureVersion.model_validate(offered.model_dump(by_alias=True) | {"relations": [flow]})

    assert kinds(told(of([READ]), of(all_methods)), "exchange") == ["contract-widened"]
    (narrowed,) = told(of(all_methods), of([READ]))
    assert narrowed.changes == (Change("methods", ["GET /persons/*", "GET /persons"], ["GET /persons/*"]),)
    one = {"method": "GET", "path": "/persons/1"}
    assert kinds(told(of([READ]), of([one])), "exchange") == ["contract-narrowed"]
    assert kinds(told(of([one]), of([READ])), "exchange") == ["contract-widened"]
    swapped = kinds(told(of([one]), of(all_methods[1:])), "exchange")
    assert swapped == ["contract-narrowed", "contract-widened"]


def test_fields_of_which_none_is_all() -> None:
    def of(*fields: str) -> ArchitectureVersion:
        return with_contract(fields=list(fields))

    assert kinds(told(of("name"), of("name", "birth")), "exchange") == ["contract-widened"]
    assert kinds(told(of("name"), of()), "exchange") == ["contract-widened"]
    assert kinds(told(of(), of("name")), "exchange") == ["contract-narrowed"]
    assert kinds(told(of("name"), of("birth")), "exchange") == ["contract-narrowed", "contract-widened"]


def test_validity_grounds_and_expiry() -> None:
    shorter = with_contract(valid_to=date(2027, 6, 30))
    assert kinds(told(with_contract(), shorter), "exchange") == ["contract-narrowed"]
    assert kinds(told(shorter, with_contract()), "exchange") == ["contract-widened"]
    later = with_contract(valid_from=date(2026, 1, 1))
    assert kinds(told(with_contract(), later), "exchange") == ["contract-narrowed"]
    assert kinds(told(with_contract(), with_contract(purpose={"vi": "Khác"})), "exchange") == [
        "contract-grounds-changed"
    ]
    assert kinds(told(shorter, shorter, expiring_by=date(2027, 12, 31)), "exchange") == ["contract-expiring"]
    assert told(shorter, shorter, expiring_by=date(2027, 1, 1)) == []


def test_a_system_of_another_owner_has_another_address() -> None:
    found = told(architecture(), with_elements(register={"owner": "H99.9"}))
    moved = next(each for each in found if each.kind == "contract-readdressed")
    assert moved.changes == (Change("provider", SERVICE, SERVICE.replace("H99.2", "H99.9")),)
    owner = next(each for each in found if each.kind == "owner-changed")
    assert owner.changes == (Change("owner", "H99.2", "H99.9"),)
    assert owner.concerns == ("persons",), "its interface depends on it"
    assert found[0] is moved, "what stops something comes first"
    assert REGISTER.endswith("/register")


def test_watched_fields_of_running_systems() -> None:
    found = told(architecture(), with_elements(one_stop={"zone": "tslcd", "security_level": 4, "personal_data": True}))
    assert kinds(found, "systems") == ["zone-changed", "personal-data-changed", "security-level-changed"]
    assert {each.concerns for each in found} == {("persons", "citizens")}
    planned = with_elements(one_stop={"state": "planned"})
    moved = with_elements(one_stop={"state": "planned", "zone": "tslcd"})
    assert told(planned, moved) == []


def test_what_is_removed_and_what_hangs_on_it() -> None:
    found = told(architecture(), with_elements(register=None))  # type: ignore[arg-type]
    assert kinds(found, "systems") == ["element-removed", "interface-without-system"]
    found = told(architecture(), with_elements(one_stop=None))  # type: ignore[arg-type]
    assert kinds(found, "systems") == ["element-removed", "relation-dangles", "relation-dangles"]
    assert next(each for each in found if each.kind == "element-removed").concerns == ("persons", "citizens")


def test_projects_under_way() -> None:
    def of(**changes: Any) -> ArchitectureVersion:
        whole = architecture().model_dump(by_alias=True)
        whole["elements"][2] |= changes
        whole["elements"] += [
            element("project", "work-package", 7, state="planned"),
            element("delivery", "deliverable", 7),
            element("done", "work-package", 7, state="retired"),
        ]
        whole["relations"] += [
            {"id": "p1", "kind": "realization", "from": "project", "to": "delivery"},
            {"id": "p2", "kind": "realization", "from": "delivery", "to": "register"},
            {"id": "p3", "kind": "realization", "from": "done", "to": "register"},
        ]
        return ArchitectureVersion.model_validate(whole)

    (touched,) = [each for each in told(of(), of(state="retiring")) if each.area == "projects"]
    assert (touched.kind, touched.subject, touched.concerns) == ("project-touched", "project", ("register",))
    assert (touched.weight, touched.changes) == ("limits", (Change("state", "live", "retiring"),))
