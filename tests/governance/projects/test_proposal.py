"""What the architecture becomes by a project, a project read off two models, and one moved onto another version."""

from __future__ import annotations

import time
from typing import Any

import pytest

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import problems
from maidinh.governance.comparison.conflicts import Undecidable
from maidinh.governance.comparison.difference import difference
from maidinh.governance.projects.proposal import (
    ProposalRefused,
    changes_between,
    proposed,
    rebased,
    with_agency_codes,
)
from tests.governance.projects.written import AGENCIES, FLOW, SYSTEM, changing, project
from tests.governance.small import architecture, element

BASE = architecture()


def things(model: ArchitectureVersion) -> dict[str, Any]:
    return {each.id: each for each in (*model.elements, *model.relations)}


def refused(*changes: dict[str, Any], base: ArchitectureVersion = BASE) -> dict[str, str]:
    with pytest.raises(ProposalRefused) as error:
        proposed(base, changing(*changes), AGENCIES)
    assert all(each.at[0] == "changes" for each in error.value.faults)
    return {each.field: each.says % each.values for each in error.value.faults}


def change(item: str, section: str = "elements", **fields: Any) -> dict[str, Any]:
    return {"action": "change", "section": section, "item": item, "set": fields}


def add(value: dict[str, Any], section: str = "elements") -> dict[str, Any]:
    return {"action": "add", "section": section, "item": value["id"], "value": value}


def retire(item: str, section: str = "elements") -> dict[str, Any]:
    return {"action": "retire", "section": section, "item": item}


def with_zone(zone: str | None, **more: Any) -> ArchitectureVersion:
    """The base with the zone of `other` changed by somebody else, as the next version."""
    elements = [
        each.model_copy(update={"zone": zone, **more}) if each.id == "other" else each for each in BASE.elements
    ]
    return BASE.model_copy(update={"version": "9.1", "elements": elements})


def test_every_kind_of_change_is_made_and_fits() -> None:
    model = proposed(BASE, project(), AGENCIES)
    found = things(model)
    assert found["petitions"].owner == "H99.3"
    assert found["petitions--flow--persons"].contract.id == "petitions-persons"
    other = found["other"]
    assert (other.zone, other.masters, other.security_level, other.since) == ("dmz", ["petition"], 3, "2020")
    assert other.name.en is None
    assert other.name.vi == "Tên other"
    assert [(each.year, each.amount) for each in other.cost.run] == [(2027, 5_000_000)]
    assert "s1" not in found
    assert found["one-stop"].state == "retired"
    assert found["one-stop"].dates.retired.isoformat() == "2027-12-31"
    assert not problems(model, set(AGENCIES.values()))
    assert ArchitectureVersion.model_validate(model.model_dump(by_alias=True)) == model


def test_the_base_stays_as_it_was() -> None:
    before = BASE.model_dump_json()
    proposed(BASE, project(), AGENCIES)
    assert BASE.model_dump_json() == before


def test_short_ids_become_codes() -> None:
    coded = with_agency_codes(project(), AGENCIES)
    assert coded.owner == "H99.3"
    assert coded.training[0].agency == "H99.3"
    assert coded.changes[0].value is not None
    assert coded.changes[0].value["owner"] == "H99.3"
    assert with_agency_codes(changing(change("other", owner="tt")), AGENCIES).changes[0].set == {"owner": "H99.3"}


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        (change("nowhere", zone="dmz"), "changes.nowhere", "is not in the architecture."),
        (retire("nowhere"), "changes.nowhere", "is not in the architecture."),
        (add(SYSTEM | {"id": "other"}), "changes.other", "is in the architecture already."),
        (add(FLOW | {"id": "other"}, "relations"), "changes.other", "is in the architecture already."),
        (change("other", zoen="dmz"), "changes.other.set.zoen", "is no field of it."),
        (change("other", **{"zone.vi": "dmz"}), "changes.other.set.zone.vi", "is no field of it."),
        (change("other", **{"cost.run.soon": 1}), "changes.other.set.cost.run.soon", "is no field of it."),
        (change("other", zone=None), "changes.other.set.zone", "has nothing there that could be taken out."),
        (change("other", **{"cost.run.2027": None}), "changes.other.set.cost.run.2027", "has nothing there"),
        (change("other", id="another"), "changes.other.set.id", "never changes."),
        (change("other", security_level=9), "changes.other.set.security_level", "is 9, more than 5."),
        (change("other", state="gone"), "changes.other.set.state", "is gone; expected 'planned', 'live'"),
        (change("other", layer=None), "changes.other.set.layer", "is missing."),
        (change("other", **{"contract.valid_to": "2030-01-01"}), "changes.other.set.contract.valid_to", "is no field"),
        (
            change("f1", "relations", **{"contract.valid_to": "soon"}),
            "changes.f1.set.contract.valid_to",
            "is soon, which is no day.",
        ),
        (change("f1", "relations", to="nowhere"), "changes.f1.set.to", "leads to nowhere, which is not in"),
        (add(SYSTEM | {"kind": "wonder"}), "changes.petitions.value", "'wonder' is no kind of element"),
        (add({**SYSTEM, "zoen": "x"}), "changes.petitions.value.zoen", "is not known here."),
        (add({**SYSTEM, "layer": None}), "changes.petitions.value.layer", "is missing."),
        (add({**SYSTEM, "name": {"vi": ""}}), "changes.petitions.value.name.vi", "is missing."),
        (add(FLOW, "relations"), "changes.petitions--flow--persons.value.from", "leads to petitions, which is not in"),
        (
            add({**FLOW, "from": "other", "contract": {**FLOW["contract"], "methods": []}}, "relations"),
            "changes.petitions--flow--persons.value.contract.methods",
            "is an empty list.",
        ),
        (
            add(element("x", "interface", 6, interface={
                "system": "nowhere", "service": "x", "endpoint": "x", "methods": [{"method": "GET", "path": "/x"}],
            })),
            "changes.x.value.interface.system",
            "leads to nowhere, which is not in",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field(wrong: dict[str, Any], field: str, says: str) -> None:
    found = refused(wrong)
    assert list(found) == [field]
    assert found[field].startswith(says)


def test_a_thing_is_changed_once() -> None:
    assert refused(change("other", zone="a"), retire("other")) == {"changes.other": "is changed more than once."}


def test_what_is_retired_is_not_retired_again() -> None:
    gone = BASE.model_copy(
        update={"elements": [each.model_copy(update={"state": "retired"}) for each in BASE.elements]}
    )
    assert refused(retire("other"), base=gone) == {"changes.other": "is retired already."}


def test_all_faults_are_told_at_once() -> None:
    assert len(refused(change("nowhere", zone="x"), change("other", zoen="x", layer=0))) == 2


def test_a_relation_that_another_hangs_on_does_not_go_alone() -> None:
    hanging = {"id": "a1", "kind": "association", "from": "other", "to": "s1"}
    base = architecture(relations=[each.model_dump(by_alias=True) for each in BASE.relations] + [hanging])
    assert refused(retire("s1", "relations"), base=base) == {"changes.s1": "is needed by the relation a1."}
    both = proposed(base, changing(retire("s1", "relations"), retire("a1", "relations")))
    assert [each.id for each in both.relations] == ["f1"]


def test_views_and_folders_lose_what_goes() -> None:
    nodes = [{"id": "n1", "element": "one-stop"}, {"id": "n2", "element": "citizens"}]
    lines = [
        {"id": "c1", "relation": "s1", "source": "n1", "target": "n2"},
        {"id": "c2", "source": "n1", "target": "c1"},
        {"id": "c3", "source": "n1", "target": "n2"},
    ]
    base = architecture(
        views=[{"id": "v", "nodes": nodes, "connections": lines}],
        folders=[{"id": "all", "holds": [{"id": "in", "holds": ["s1", "f1"]}]}],
    )
    model = proposed(base, changing(retire("s1", "relations")))
    assert [each.id for each in model.views[0].connections] == ["c3"]
    inner = model.folders[0].holds[0]
    assert not isinstance(inner, str)
    assert inner.holds == ["f1"]
    assert not problems(model)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("interface.methods", [{"method": "GET", "path": "/persons/*"}, {"method": "GET", "path": "/families/*"}]),
        ("description", {"vi": "mô tả"}),
        ("description.vi", "mô tả"),
        ("name.other.fr", "nom"),
        ("properties.a.b", "true"),
        ("properties.a.b", ["true", "false"]),
        ("properties.a.b", [{"text": "x", "language": "vi"}]),
        ("classification.brm", ["x"]),
        ("carried.oef.attributes.x", "y"),
        ("dates.live", "2027-01-01"),
        ("personal_data", True),
    ],
)
def test_any_field_can_be_set_and_is_told_again_by_the_difference(path: str, value: Any) -> None:
    model = proposed(BASE, changing(change("persons", **{path: value})))
    again = changes_between(BASE, model)
    assert [(each.item, each.action) for each in again] == [("persons", "change")]
    assert proposed(BASE, changing(*(each.model_dump() for each in again))) == model


def test_an_edited_model_becomes_a_project() -> None:
    edited = proposed(BASE, project(), AGENCIES)
    changes = changes_between(BASE, edited)
    assert {(each.action, each.item) for each in changes} == {
        ("add", "petitions"), ("add", "petitions--flow--persons"), ("change", "other"), ("retire", "s1"),
        ("retire", "one-stop"),
    }  # fmt: skip
    again = proposed(BASE, project(changes=[each.model_dump() for each in changes]))
    assert not difference(edited, again)


def test_an_element_that_is_gone_is_retired() -> None:
    shorter = BASE.model_copy(update={"elements": [each for each in BASE.elements if each.id != "other"]})
    assert [each.model_dump(exclude_defaults=True) for each in changes_between(BASE, shorter)] == [retire("other")]


def test_a_project_is_moved_onto_the_next_version() -> None:
    found = rebased(changing(change("other", zone="dmz")), BASE, with_zone(None, subsystem="another"))
    assert found.conflicts == ()
    assert found.project.architecture == "9.1"
    assert [each.set for each in found.project.changes] == [{"zone": "dmz"}]


def test_what_both_changed_is_a_conflict_of_that_field_alone() -> None:
    mine, current = project(), with_zone("lan")
    found = rebased(with_agency_codes(mine, AGENCIES), BASE, current)
    assert [(each.key, each.ours, each.theirs) for each in found.conflicts] == [("elements/other/zone", "dmz", "lan")]
    undecided = proposed(current, found.project)
    assert things(undecided)["other"].zone == "lan"
    assert things(undecided)["other"].security_level == 3
    assert [each.item for each in found.project.changes] == [each.item for each in mine.changes]
    assert [each.why for each in found.project.changes] == [each.why for each in mine.changes]
    assert found.project.changes[-1].on == mine.changes[-1].on


@pytest.mark.parametrize(
    ("decision", "zone"), [("ours", "dmz"), ("theirs", "lan"), ("base", None), ({"value": "x"}, "x")]
)
def test_a_conflict_is_decided_as_a_merge_is(decision: Any, zone: str | None) -> None:
    current = with_zone("lan")
    mine = changing(change("other", zone="dmz"))
    found = rebased(mine, BASE, current, {"elements/other/zone": decision, "elements/other/layer": "ours"})
    assert found.conflicts == ()
    assert found.unused == ("elements/other/layer",)
    assert things(proposed(current, found.project))["other"].zone == zone


def test_a_decision_that_cannot_be_followed() -> None:
    with pytest.raises(Undecidable):
        rebased(changing(change("other", zone="dmz")), BASE, with_zone("lan"), {"elements/other/zone": "mine"})


def test_what_the_next_version_has_already_is_not_asked_for_again() -> None:
    assert rebased(changing(change("other", zone="lan")), BASE, with_zone("lan")).project.changes == []


def test_what_the_next_version_took_out_is_a_conflict() -> None:
    shorter = BASE.model_copy(
        update={"version": "9.1", "elements": [each for each in BASE.elements if each.id != "other"]}
    )
    found = rebased(changing(change("other", zone="dmz")), BASE, shorter)
    assert [(each.key, each.kind) for each in found.conflicts] == [("elements/other/", "removed")]
    assert found.project.changes == []


def test_a_large_architecture_takes_a_moment() -> None:
    many = [
        element(f"e{n}", "information-system", 5, owner="H99.1", zone="tslcd") | {"name": {"vi": f"Hệ {n}"}}
        for n in range(10_000)
    ]
    ties = [
        {"id": f"r{n}", "kind": "serving", "from": f"e{n}", "to": f"e{(n * 7 + 1) % 10_000}"} for n in range(10_000)
    ]
    base = architecture(elements=many, relations=ties)
    wanted = changing(
        *(change(f"e{n}", zone="dmz") for n in range(50)), *(retire(f"r{n}", "relations") for n in range(50))
    )
    began = time.process_time()
    model = proposed(base, wanted)
    assert time.process_time() - began < 0.5
    assert len(model.relations) == 9_950
