"""What an agency owns, runs, provides, uses and owes; which products must go; what no code covers."""

from __future__ import annotations

from datetime import date
from typing import Any

from maidinh.governance.exploring.coverage import coverage
from maidinh.governance.exploring.exploration import Exploration
from maidinh.governance.exploring.impact import impact
from maidinh.governance.exploring.reference import Notice, Source
from maidinh.governance.exploring.responsibilities import Duties
from maidinh.governance.exploring.wording import Wording
from maidinh.governance.modelling.catalogues import Catalogue, Product
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.definition import Text
from tests.governance.small import contract, element

DAY = date(2026, 6, 1)
NOTICE = Notice(id="n", name=Text(vi="n"), contract_ends_days=30, technology_retires_days=100)
PRODUCTS = {
    name: Product.model_validate({"id": name, "name": {"vi": name}, "stage": "keep", **more})
    for name, more in {
        "old": {"dates": {"retire": "2026-06-01"}, "replaced_by": ["new"]},
        "ageing": {"dates": {"retire": "2026-09-01"}},
        "new": {},
    }.items()
}


def exploration(**ends: Any) -> Exploration:
    read = {"method": "GET", "path": "/persons/*"}
    offered = {"system": "register", "service": "persons", "endpoint": "x", "methods": [read]}
    return Exploration(Model.model_validate({
        "elements": [
            element("office", "agency", 1, owner="H1"),
            element("desk", "information-system", 4, owner="H1", operator="H3", technology=["old", "ageing"]),
            element("register", "information-system", 5, owner="H2"),
            element("persons", "interface", 6, interface=offered),
            element("late", "information-system", 5, owner="H1", state="planned", dates={"live": "2026-05-01"}),
            element("gone", "information-system", 5, owner="H1", dates={"retired": "2026-05-01"}),
            element("leaving", "information-system", 5, owner="H2", state="retiring", technology=["new"]),
            element("hole", "gap", 1), element("closed", "gap", 1, state="retired", owner="H1"),
            element("met", "requirement", 1, owner="H2"), element("unmet", "requirement", 1, owner="H2"),
        ],
        "relations": [
            {"id": "f", "kind": "flow", "from": "desk", "to": "persons", "contract": contract(**ends)},
            {"id": "g", "kind": "association", "from": "hole", "to": "register"},
            {"id": "m", "kind": "realization", "from": "register", "to": "met"},
            {"id": "s", "kind": "serving", "from": "leaving", "to": "office"},
            {"id": "d", "kind": "serving", "from": "desk", "to": "office"},
        ],
    }))  # fmt: skip


def duties(made: Exploration) -> dict[str, Duties]:
    return {each.code: each for each in made.duties(PRODUCTS, DAY, NOTICE)}


def owed(found: Duties) -> list[tuple[str, str]]:
    return [(each.debt, each.element) for each in found.owes]


def test_each_agency_has_its_five_lists() -> None:
    found = duties(exploration())
    assert (found["H1"].owns, found["H1"].runs, found["H1"].element) == (["desk", "late", "gone"], ["late"], "office")
    assert (found["H2"].runs, found["H3"].runs) == (["register", "leaving"], ["desk"])
    assert found["H2"].interfaces == ["persons"]
    assert [each.contract.id for each in found["H2"].provides] == ["C1"]
    assert [each.contract.id for each in found["H1"].consumes] == ["C1"]
    assert [(each.element, each.by) for each in found["H1"].uses] == [("leaving", ("office",))]
    assert found["H1"].counts() == {"owns": 3, "runs": 1, "provides": 0, "uses": 2, "owes": 4}


def test_what_is_owed_stands_worst_first() -> None:
    found = duties(exploration())
    assert owed(found["H1"]) == [
        ("technology-past", "desk"), ("overdue", "late"), ("past-retirement", "gone"), ("technology-soon", "desk"),
    ]  # fmt: skip
    assert owed(found["H2"]) == [("retiring", "leaving"), ("gap", "hole"), ("requirement", "unmet")]


def test_both_sides_owe_an_agreement_that_ends() -> None:
    for ends, debt in (("2026-05-31", "contract-expired"), ("2026-06-30", "contract-ending")):
        found = duties(exploration(valid_to=ends))
        assert (debt, "persons") in owed(found["H1"]) and (debt, "persons") in owed(found["H2"])
    later = duties(exploration(valid_to="2026-07-02"))
    assert not [each for each, _ in owed(later["H1"]) if each.startswith("contract")]


def test_products_past_their_day_come_first_with_what_stands_on_them() -> None:
    watched = exploration().technology(PRODUCTS, DAY, NOTICE)
    assert [(each.id, each.urgency, each.direct, set(each.indirect)) for each in watched] == [
        ("old", "past", ("desk",), {"office"}), ("ageing", "soon", ("desk",), {"office"}),
        ("new", "keep", ("leaving",), {"office"}),
    ]  # fmt: skip
    assert watched[0].replaced_by == ("new",) and set(watched[0].ways().reached) == watched[0].indirect


def test_coverage_tells_codes_without_elements_and_elements_without_codes() -> None:
    entries = [{"code": "DRM001", "children": [{"code": "DRM001.001"}]}, {"id": "own"}, {"code": "DRM002"}]
    catalogue = Catalogue.model_validate({"id": "d", "model": "drm", "name": {"vi": "D"}, "entries": entries})
    other = Catalogue.model_validate({"id": "o", "model": "drm", "name": {"vi": "O"}, "entries": [{"id": "o"}]})
    model = Model.model_validate({"elements": [
        element("a", "database", 5, classification={"drm": ["DRM001.001", "own", "unheard"]}),
        element("b", "database", 5), element("c", "database", 5, state="retired"),
    ]})  # fmt: skip
    sources = [Source(catalogue, "2.0"), Source(other, "1.0")]
    found = {each.model: each for each in coverage(model.elements, sources, "2.0")}["drm"]
    assert (found.codes, found.used, found.classified, found.unclassified) == (4, 3, ("a",), ("b",))
    assert found.unknown == {"unheard": ("a",)} and [each.framework for each in found.trees] == ["2.0"]
    assert [branch.item.key for branch in found.trees[0].all() if not branch.below] == ["DRM002"]


def test_a_way_is_told_in_words() -> None:
    made = exploration()
    words = Wording(str.upper, "en")
    reached = impact(made.graph, "register", "dependents")
    assert words.way(made, reached, "office") == ("office – USES – desk – CALLS – persons – IS OFFERED BY – register")
