"""What the public does not see: by rule, everywhere, and without leaving a loose end."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.exploring.publication import (
    PublicationRules,
    public_edition,
    publication,
    read_publication_rules,
)
from maidinh.governance.modelling.integrity import defects
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance.small import architecture, element


@pytest.fixture(scope="module")
def rules() -> PublicationRules:
    return read_publication_rules(definitions_root() / "national")


def guarded(**more: Any) -> ArchitectureVersion:
    """An architecture with something of every kind that is withheld."""
    place = {"x": 1, "y": 1, "width": 10, "height": 10}
    return architecture(
        elements=[
            element("secret", "information-system", 5, owner="H99.9", security_level=5),
            element(
                "guarded", "information-system", 5, security_level=4, zone="wan", technology=["oracle"],
                description={"vi": "Máy chủ 10.1.2.3:8080, hỏi an.nguyen@tinh.vn", "en": "Server 10.1.2.3"},
            ),
            element("usual", "information-system", 5, security_level=3, zone="wan", technology=["oracle"]),
            element("planned", "information-system", 5, security_level=3, state="planned", technology=["oracle"]),
            element("low", "information-system", 5, security_level=2, technology=["oracle"], zone="secret"),
            element("weak", "gap", 5, classification={"srm": ["SX-SOC"]}),
            element("other-gap", "gap", 5, note="ask again", carried={"archi": {"attributes": {"x": "kept-inside"}}},
                    properties=[{"key": "p1", "value": "root"}, {"key": "p2", "value": "3 tầng"}]),
            element("api", "interface", 6, interface={
                "system": "secret", "service": "api", "endpoint": "hidden/place", "methods": [
                    {"method": "GET", "path": "/x"}]}),
            element("api2", "interface", 6, interface={
                "system": "low", "service": "api2", "endpoint": "hidden/place2", "methods": [
                    {"method": "GET", "path": "/x"}]}),
        ],
        relations=[
            {"id": "r1", "kind": "serving", "from": "secret", "to": "low"},
            {"id": "r2", "kind": "association", "from": "r1", "to": "low"},
            {"id": "r3", "kind": "serving", "from": "low", "to": "usual"},
        ],
        views=[{
            "id": "v", "name": {"vi": "Sơ đồ"}, "nodes": [
                {"id": "n1", "element": "secret", "box": place, "nodes": [
                    {"id": "n2", "element": "low", "box": place}]},
                {"id": "n3", "element": "usual", "box": place},
            ], "connections": [
                {"id": "c1", "relation": "r1", "source": "n1", "target": "n2"},
                {"id": "c2", "relation": None, "source": "c1", "target": "n3"},
                {"id": "c3", "relation": "r3", "source": "n2", "target": "n3"},
            ],
        }],
        folders=[{"holds": ["secret", "low", "r1", {"holds": ["r2", "weak"]}]}],
        property_definitions=[{"id": "p1", "name": {"vi": "Tài khoản quản trị"}}, {"id": "p2", "name": {"vi": "Tầng"}}],
        **more,
    )  # fmt: skip


def test_nothing_withheld_is_left_anywhere(rules: PublicationRules) -> None:
    written = public_edition(guarded(), rules).model_dump_json(by_alias=True)
    for gone in ("secret", "H99.9", "hidden/place", "10.1.2.3", "an.nguyen@", "ask again", "kept-inside", '"root"'):
        assert gone not in written
    assert "[đã lược bỏ]" in written and "[left out]" in written


def test_what_is_left_holds_together(rules: PublicationRules) -> None:
    edition = public_edition(guarded(), rules)
    assert defects(edition) == []
    assert ArchitectureVersion.model_validate(edition.model_dump(by_alias=True)) == edition
    assert [each.id for each in edition.relations] == ["r3"]
    assert [each.id for each in edition.views[0].all_nodes()] == ["n2", "n3"]
    assert [each.id for each in edition.views[0].connections] == ["c3"]


def test_details_go_by_level_and_state(rules: PublicationRules) -> None:
    found = {each.id: each for each in public_edition(guarded(), rules).elements}
    assert (found["guarded"].zone, found["guarded"].technology, found["guarded"].security_level) == (None, [], None)
    assert (found["usual"].zone, found["usual"].technology, found["usual"].security_level) == ("wan", [], 3)
    assert found["planned"].technology == ["oracle"]
    assert (found["low"].technology, found["low"].zone) == (["oracle"], None)
    assert [each.key for each in found["other-gap"].properties] == ["p2"]
    assert found["api"].interface is None
    assert found["api2"].interface is not None and found["api2"].interface.endpoint == ""
    assert "weak" not in found


def test_it_says_what_kind_of_things_were_left_out(rules: PublicationRules) -> None:
    edition, left_out = publication(guarded(), rules)
    counts = {each.rule.id: each.count for each in left_out}
    assert counts == {
        "critical-systems": 1, "protected-systems": 1, "technology-in-operation": 1, "security-weaknesses": 1,
        "addresses": 2, "configuration": 1, "traces-in-texts": 3, "working-notes": 1, "foreign-leftovers": 1,
    }  # fmt: skip
    again, nothing = publication(edition, rules)
    assert nothing == () and again == edition


def test_the_provinces_keep_their_components(rules: PublicationRules) -> None:
    for folder in sorted((definitions_root() / "provinces").iterdir()):
        versions = read_versions(folder)
        for number in versions:
            model = resolve(versions, number)
            edition = public_edition(model, rules)
            assert defects(edition) == []
            assert {each.id for each in edition.elements} == {
                each.id for each in model.elements if (each.security_level or 0) < 5
            } - {
                each.id
                for each in model.elements
                if each.kind in ("gap", "assessment") and "srm" in each.classification
            }
            assert all(not each.interface.endpoint for each in edition.elements if each.interface)
            assert all(each.note is None for each in edition.elements)
            assert edition.title == model.title and edition.note == model.note


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({}, "at least one of"),
        ({"whole": True}, "withhold every element"),
        ({"fields": ["note"], "selects": {"security_level_from": 3}}, "leave selects out"),
        ({"patterns": ["("]}, "no regular expression"),
        ({"fields": ["zone"], "selects": {"kinds": ["castle"]}}, "no kinds of element: castle"),
        ({"fields": ["shoe-size"]}, "Input should be"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any], told: str) -> None:
    text = {"vi": "x"}
    with pytest.raises(ValidationError, match=told):
        PublicationRules.model_validate(
            {"id": "p", "name": text, "mask": text, "withheld": [{"id": "r", "title": text, "reason": text, **rule}]}
        )
