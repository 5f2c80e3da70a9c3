"""What needs what: by relations and fields, and by which of them nothing depends."""

from __future__ import annotations

import pytest

from maidinh.governance.exploring.dependencies import Dependency, dependencies
from maidinh.governance.modelling.definition import Model
from tests.governance.small import architecture


def model(*relations: tuple[str, str, str], **kinds: str) -> Model:
    return Model.model_validate({
        "elements": [{"id": name, "kind": kind.replace("_", "-")} for name, kind in kinds.items()],
        "relations": [{"id": f"r{n}", "kind": kind, "from": a, "to": b} for n, (kind, a, b) in enumerate(relations)],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "source", "target", "expected"),
    [
        ("serving", "information_system", "portal_service", ("b", "a", "uses")),
        ("serving", "technology_product", "information_system", ("b", "a", "built-on")),
        ("flow", "information_system", "information_system", ("b", "a", "receives")),
        ("flow", "information_system", "shared_platform", ("a", "b", "calls")),
        ("access", "information_system", "database", ("a", "b", "accesses")),
        ("realization", "information_system", "public_service", ("b", "a", "realised-by")),
        ("realization", "work_package", "information_system", None),
        ("assignment", "data_centre", "information_system", ("b", "a", "runs-on")),
        ("assignment", "agency", "procedure", None),
        ("composition", "shared_platform", "interface", ("b", "a", "part-of")),
        ("composition", "shared_platform", "information_system", ("a", "b", "consists-of")),
        ("aggregation", "network_zone", "network", ("b", "a", "stands-in")),
        ("aggregation", "plateau", "information_system", None),
        ("triggering", "procedure", "procedure", ("b", "a", "starts-after")),
        ("association", "gap", "information_system", None),
    ],
)
def test_a_relation(kind: str, source: str, target: str, expected: tuple[str, str, str] | None) -> None:
    found = list(dependencies(model((kind, "a", "b"), a=source, b=target)))
    assert [(each.element, each.needs, each.reason) for each in found] == ([expected] if expected else [])


def test_fields_say_it_too() -> None:
    made = Model.model_validate({"elements": [
        {"id": "z", "kind": "network-zone", "codes": {"local": "wan"}},
        {"id": "p", "kind": "technology-product", "technology": ["p"]},
        {"id": "s", "kind": "information-system", "zone": "wan", "technology": ["p", "elsewhere"]},
    ]})  # fmt: skip
    assert list(dependencies(made)) == [
        Dependency("s", "p", "technology", "built-on"), Dependency("s", "z", "zone", "stands-in"),
    ]  # fmt: skip


def test_a_contract_is_a_call_and_an_interface_needs_its_system() -> None:
    found = {(each.element, each.needs): each for each in dependencies(architecture())}
    assert found["one-stop", "persons"].reason == "calls"
    assert found["persons", "register"] == Dependency("persons", "register", "interface", "offered-by")
    assert found["citizens", "one-stop"].via == "s1"


def test_nothing_depends_on_itself_or_on_what_is_not_there() -> None:
    made = model(("serving", "a", "a"), ("serving", "a", "nowhere"), a="information_system")
    assert list(dependencies(made)) == []
