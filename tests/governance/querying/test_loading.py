"""A model as tables: what stands in them, and that an edit leaves them as a fresh load would."""

from __future__ import annotations

import random
from datetime import date

import pytest

from maidinh.governance.querying.loading import ALL, Image, load
from maidinh.governance.querying.schema import TABLES
from tests.governance.querying.building import model, random_edit, random_model

DAY = date(2026, 10, 1)


def rows(image: Image, sql: str) -> list[tuple[object, ...]]:
    return image.connection.execute(sql).fetchall()


def everything(image: Image) -> dict[str, list[tuple[object, ...]]]:
    return {table: rows(image, f"SELECT * FROM {table}") for table in TABLES}


def test_an_element_stands_in_the_tables_of_its_kind() -> None:
    image = load(model([{"id": "lgsp", "kind": "shared-platform", "name": {"vi": "Nền tảng Đất đai"}}]), as_of=DAY)
    for table in ("element", "system", "platform", "shared_platform"):
        assert rows(image, f"SELECT id, type, folded FROM {table}") == [
            ("lgsp", "ApplicationComponent", "nen tang dat dai")
        ]
    assert rows(image, "SELECT * FROM database") == []


def test_the_state_is_that_of_the_day() -> None:
    elements = [
        {"id": "a", "dates": {"live": "2020-01-01", "retired": "2026-10-01"}},
        {"id": "b", "dates": {"live": "2027-01-01"}},
        {"id": "c", "state": "retiring"},
    ]
    image = load(model(elements), as_of=DAY)
    assert rows(image, "SELECT id, state, declared_state FROM element") == [
        ("a", "retired", "live"),
        ("b", "planned", "live"),
        ("c", "retiring", "retiring"),
    ]


def test_what_needs_what() -> None:
    zone = {"id": "z", "kind": "network-zone", "codes": {"local": "tslcd"}}
    offered = {"system": "s", "service": "x", "endpoint": "e", "methods": [{"method": "GET", "path": "/"}]}
    elements = [
        zone, {"id": "s", "zone": "tslcd", "technology": ["pg"], "masters": ["entity"]},
        {"id": "entity", "kind": "data-entity"}, {"id": "i", "kind": "interface", "interface": offered},
        {"id": "client"}, {"id": "db", "kind": "database"}, {"id": "p", "kind": "procedure"},
        {"id": "pg", "kind": "technology-product"}, {"id": "sender"},
    ]  # fmt: skip
    relations = [
        ("flow", "client", "i"), ("access", "s", "db"), ("serving", "s", "p"), ("flow", "sender", "s"),
        ("aggregation", "z", "db"),
    ]  # fmt: skip
    image = load(model(elements, relations), as_of=DAY)
    assert rows(image, "SELECT element, needs, via FROM depends ORDER BY 1, 2") == [
        ("client", "i", "client-flow-i"), ("db", "z", "z-aggregation-db"), ("entity", "s", "masters"),
        ("i", "s", "interface"), ("p", "s", "s-serving-p"), ("s", "db", "s-access-db"), ("s", "pg", "technology"),
        ("s", "sender", "sender-flow-s"), ("s", "z", "zone"),
    ]  # fmt: skip
    assert rows(image, "SELECT direct FROM access") == [(1,)]
    assert rows(image, "SELECT known FROM technology") == [(1,)]


def test_a_database_reached_through_a_service_is_not_reached_directly() -> None:
    elements = [{"id": "v", "kind": "shared-service"}, {"id": "db", "kind": "database"}]
    image = load(model(elements, [("access", "v", "db")]), as_of=DAY)
    assert rows(image, "SELECT direct FROM access") == [(0,)]


def test_islands_are_the_parts_that_hang_together() -> None:
    image = load(model([{"id": each} for each in "abcde"], [("flow", "a", "b"), ("flow", "b", "c")]), as_of=DAY)
    found = dict(rows(image, "SELECT id, island FROM element"))
    assert {each for each in "abcde" if found[each] == 0} == {"a", "b", "c"}
    assert found["d"] != found["e"]


def test_the_order_in_the_file_makes_no_difference() -> None:
    given = random_model(random.Random(3), 60, 90)
    turned = given.model_copy(update={"elements": given.elements[::-1], "relations": given.relations[::-1]})
    assert everything(load(given, as_of=DAY)) == everything(load(turned, as_of=DAY))


def test_an_edit_says_which_columns_it_changed() -> None:
    image = load(model([{"id": "a"}, {"id": "b"}], [("flow", "a", "b")]), as_of=DAY)
    change = image.changed(model([{"id": "a", "owner": "H62"}, {"id": "b"}], [("flow", "a", "b")]))
    assert change.ids == {"a"}
    assert change.columns == {"element": frozenset({"owner"}), "system": frozenset({"owner"})}
    change = image.changed(model([{"id": "a", "owner": "H62"}, {"id": "b"}]))
    assert change.columns["flow"] == {ALL}
    assert not image.changed(model([{"id": "a", "owner": "H62"}, {"id": "b"}]))


@pytest.mark.parametrize("seed", range(3))
def test_after_any_edits_the_tables_are_those_of_a_fresh_load(seed: int) -> None:
    chance = random.Random(seed)
    given = random_model(chance, 40, 60)
    image = load(given, as_of=DAY)
    for number in range(40):
        given = random_edit(chance, given, number)
        image.changed(given)
        assert everything(image) == everything(load(given, as_of=DAY)), f"seed {seed}, edit {number}"
