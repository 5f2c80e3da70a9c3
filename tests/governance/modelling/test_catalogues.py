"""Catalogues: what elements may refer to, and the life-cycle of technologies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from maidinh.governance.modelling.catalogues import (
    Catalogue,
    Product,
    Shelf,
    double_masters,
    unknown_references,
)
from maidinh.governance.modelling.definition import Element


def reference_model(model: str, *entries: dict[str, Any]) -> Catalogue:
    name = {"vi": "Thử"}
    return Catalogue.model_validate({"id": model, "model": model, "name": name, "entries": list(entries)})


def technologies(*products: dict[str, Any]) -> Catalogue:
    given = [{"name": {"vi": each["id"]}, **each} for each in products]
    return Catalogue.model_validate({"id": "t", "model": "technology", "name": {"vi": "Thử"}, "products": given})


def element(id_: str, **fields: Any) -> Element:
    return Element.model_validate({"id": id_, "kind": "application-component", **fields})


SHELF = Shelf(zones=frozenset({"lan"})).extended(
    [
        reference_model("drm", {"code": "DRM001", "children": [{"code": "DRM001.001", "id": "economy"}]}),
        technologies({"id": "postgresql", "stage": "keep"}),
    ]
)


def test_an_entry_is_known_by_its_code_and_by_our_id_at_any_depth() -> None:
    assert SHELF.knows("drm", "DRM001")
    assert SHELF.knows("drm", "DRM001.001")
    assert SHELF.knows("drm", "economy")
    assert not SHELF.knows("brm", "DRM001")
    assert not SHELF.knows("drm", "DRM009")


@pytest.mark.parametrize("entry", [{}, {"id": "DRM001.999"}, {"id": "TRM1"}, {"id": "a b"}])
def test_an_entry_has_a_name_of_its_own_that_no_one_takes_for_official(entry: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        reference_model("drm", entry)


def test_a_catalogue_holds_what_its_model_has_and_nothing_twice() -> None:
    with pytest.raises(ValidationError, match="stand more than once: x"):
        reference_model("arm", {"id": "x"}, {"id": "y", "children": [{"id": "x"}]})
    with pytest.raises(ValidationError, match="products, no entries"):
        reference_model("technology", {"id": "x"})
    with pytest.raises(ValidationError, match="entries, no products"):
        Catalogue.model_validate(technologies({"id": "x", "stage": "keep"}).model_dump() | {"model": "trm"})


def test_a_province_adds_to_the_nations_catalogues_and_replaces_a_statement() -> None:
    more = SHELF.extended(
        [
            reference_model("drm", {"id": "cinnamon"}),
            technologies({"id": "postgresql", "stage": "retire"}, {"id": "own", "stage": "adopt"}),
        ]
    )
    assert more.knows("drm", "cinnamon")
    assert more.knows("drm", "DRM001")
    assert more.products["postgresql"].stage == "retire"
    assert {"own", "postgresql"} == set(more.products)
    assert SHELF.products["postgresql"].stage == "keep"
    assert not SHELF.knows("drm", "cinnamon")


def test_what_an_element_refers_to_must_exist() -> None:
    zone = element("zone-a", kind="network-zone", codes={"local": "a"})
    product = element("product-x", kind="technology-product")
    right = element(
        "right", classification={"drm": ["DRM001.001"]}, technology=["postgresql", "product-x"], zone="zone-a"
    )
    assert unknown_references([zone, product, right, element("c", zone="a"), element("l", zone="lan")], SHELF) == []
    wrong = element("wrong", classification={"drm": ["DRM1"], "arm": ["x"]}, technology=["right"], zone="moon")
    found = [(each.field, each.value) for each in unknown_references([zone, product, right, wrong], SHELF)]
    assert found == [("classification", "DRM1"), ("classification", "x"), ("technology", "right"), ("zone", "moon")]


def test_what_is_inherited_counts_as_there() -> None:
    zone = element("zone-a", kind="network-zone")
    own = [element("x", zone="zone-a")]
    assert unknown_references(own, SHELF, [zone, *own]) == []
    assert unknown_references(own, SHELF) != []


def test_a_product_moves_through_its_stages_by_day() -> None:
    product = Product.model_validate(
        {"id": "x", "name": {"vi": "X"}, "stage": "adopt", "dates": {"keep": "2020-01-01", "retire": "2024-06-01"}}
    )
    stages = [product.stage_at(day) for day in (date(2019, 12, 31), date(2020, 1, 1), date(2024, 5, 31))]
    assert stages == ["adopt", "keep", "keep"]
    assert product.stage_at(date(2024, 6, 1)) == "retire"


def test_stages_begin_in_order() -> None:
    with pytest.raises(ValidationError, match="adopt, keep, retire"):
        technologies({"id": "x", "stage": "keep", "dates": {"adopt": "2022-01-01", "keep": "2020-01-01"}})


def test_two_masters_of_one_entity_are_found_unless_one_is_retired() -> None:
    both = [element("b", masters=["person"]), element("a", masters=["person", "price"])]
    assert double_masters(both) == {"person": ["a", "b"]}
    assert double_masters([both[0], element("a", masters=["person"], state="retired")]) == {}
