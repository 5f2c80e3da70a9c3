"""A component told in full: its facts, costs, properties, and who stands in a zone or is connected to a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.utils.translation import override

from maidinh.channels.web import component
from maidinh.governance.architecture.actions import draft_version, publish_version
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import declared_version
from maidinh.governance.modelling.catalogues import Item, Shelf
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.definition import Text
from tests.governance.small import architecture

FULL = {
    "zone": "Z-1", "security_level": 3, "security_basis": {"text": "Nghị định 85/2016/NĐ-CP, điều 9", "checked": False},
    "dates": {"live": "2024-01-01", "retired": "2030-12-31"}, "technology": ["postgresql-18"],
    "classification": {"drm": ["DRM.01"], "trm": ["TRM.2", "TRM.3"]}, "codes": {"local": "L-1", "national": "N-1"},
    "cost": {"build": [{"year": 2025, "amount": 1000000}], "run": [{"year": 2026, "amount": 2000}]},
    "properties": [{"key": "p1", "value": "một"}, {"key": "p2", "values": [{"text": "x", "language": "fr"}]}],
    "documentation": {"vi": "Dòng một\nDòng hai"}, "note": "Ghi chú nội bộ", "sample": True,
}  # fmt: skip
ZONES = [
    {"id": "own-zone", "kind": "network-zone", "name": {"vi": "Vùng DMZ", "en": "DMZ"}, "codes": {"local": "Z-1"}},
    {"id": "own-network", "kind": "network", "layer": 7, "name": {"vi": "Mạng TSLCD", "en": "TSLCD"}},
]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def model() -> ArchitectureVersion:
    content = architecture().model_dump(mode="json", by_alias=True, exclude_none=True)
    content["elements"] = [
        each | (FULL if each["id"] == "register" else {}) for each in content["elements"]
    ] + ZONES  # fmt: skip
    content["relations"].append({"id": "c1", "kind": "association", "from": "other", "to": "own-network"})
    content["property_definitions"] = [{"id": "p1", "name": {"vi": "Hãng", "en": "Vendor"}}]
    return ArchitectureVersion.model_validate(content)


def element(model: ArchitectureVersion, name: str) -> Any:
    return next(each for each in model.elements if each.id == name)


def facts(model: ArchitectureVersion, *, official: bool = False, shelf: Shelf | None = None) -> dict[str, str]:
    rows = component.fact_rows(
        element(model, "register"), model, agencies={"H99.2": "Police"}, language="en", official=official, shelf=shelf
    )
    return {row["key"]: row["value"] for row in rows}


def test_classes_are_told_by_name_where_a_catalogue_has_them(model: ArchitectureVersion) -> None:
    own = Item(id="TRM.2", name=Text(vi="Máy chủ", en="Servers"))
    coded = Item(code="TRM.3", name=Text(vi="Mạng", en="Network"))
    told = facts(model, shelf=Shelf({"trm": {"TRM.2": own, "TRM.3": coded}}))
    assert told["Classification: technology (TRM)"] == "Servers, Network (TRM.3)"


def test_every_fact_of_a_component_is_told(model: ArchitectureVersion) -> None:
    told = facts(model)
    assert told["Network zone"] == "DMZ"
    assert told["Security level"] == "3 (Nghị định 85/2016/NĐ-CP, điều 9)"
    assert told["In use from"] == "01/01/2024"
    assert told["Retired from"] == "31/12/2030"
    assert told["Technology"] == "postgresql-18"
    assert told["Classification: technology (TRM)"] == "TRM.2, TRM.3"
    assert (told["Local code"], told["National code"]) == ("L-1", "N-1")
    assert told["Owner"] == "Police"
    assert "Note" not in told


def test_officials_are_told_what_is_not_checked(model: ArchitectureVersion) -> None:
    told = facts(model, official=True)
    assert told["Security level"].endswith("điều 9, not checked)")
    assert told["Note"] == "Ghi chú nội bộ"


def test_costs_and_properties_are_told_row_by_row(model: ArchitectureVersion) -> None:
    register = element(model, "register")
    assert component.cost_rows(register) == [
        {"year": "2025", "build": 1000000, "run": None},
        {"year": "2026", "build": None, "run": 2000},
    ]
    assert component.property_rows(register, model, "en") == [
        {"key": "Vendor", "value": "một"},
        {"key": "p2", "value": "x (fr)"},
    ]
    assert component.cost_rows(element(model, "other")) == []


def test_a_zone_tells_who_stands_in_it_and_a_network_who_is_connected(model: ArchitectureVersion) -> None:
    def members(name: str) -> list[tuple[str, str]]:
        found = component.standing_in(element(model, name), model, agencies={}, language="en")
        return [(each["id"], each["how"]) for each in found]

    assert members("own-zone") == [("register", "stands in it")]
    assert members("own-network") == [("other", "by a relation: is associated with")]
    assert not component.is_network(element(model, "register"))


def test_the_page_tells_it_all(
    client: Any, db: None, official: Callable[..., Actor], at: datetime, signer: Any
) -> None:
    architect, approver = official("architecture.draft"), official("architecture.publish")
    declared, organisations = declared_version("1.0")
    more = {key: value for key, value in FULL.items() if key not in ("sample", "note")} | {"sample": True}
    content = declared.model_dump(mode="json", by_alias=True, exclude_none=True)
    content["elements"] = [
        each | (more if each["id"] == "tourism" else {}) for each in content["elements"]
    ] + ZONES  # fmt: skip
    content |= {"version": "1.1", "effective_from": at.date().isoformat()}
    changed = ArchitectureVersion.model_validate(content)
    with acting(agencies=architect.agencies):
        row = draft_version(actor=architect, version=changed, organisations=organisations, at=at)
        publish_version(actor=approver, version_id=row.pk, at=at + timedelta(minutes=1), signer=signer)
    client.cookies["django_language"] = "en"
    html = unescape(client.get("/architecture/elements/tourism").content.decode())
    for text in ("1.000.000", "made up for the sample", "Dòng hai", "điều 9"):
        assert text in html
    zone = unescape(client.get("/architecture/elements/own-zone").content.decode())
    assert "Who stands in it or is connected" in zone
    assert 'href="/architecture/elements/tourism"' in zone
    assert "postgresql-18" not in html  # what a running system of its level is built on
