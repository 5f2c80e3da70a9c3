"""Rules asked of some subjects only: whom an edit concerns, and that the answer is that of asking everything."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from maidinh.governance.modelling.definition import Model
from maidinh.governance.querying.loading import Image, load
from maidinh.governance.querying.narrowing import Probes, narrowing
from maidinh.governance.querying.sandbox import ask
from tests.governance.querying.building import model, random_edit, random_model

DAY = date(2026, 10, 1)
UNTIED = "SELECT e.id AS subject FROM system e WHERE e.zone IN (SELECT z.id FROM zone z WHERE z.state = 'live')"
NARROWED = (
    "SELECT id AS subject, owner FROM element WHERE owner IS NULL AND state <> 'retired'",
    "SELECT e.id AS subject FROM element e WHERE NOT EXISTS (SELECT 1 FROM relation r WHERE (r.source = e.id"
    " OR r.target = e.id)) AND EXISTS (SELECT 1 FROM element WHERE owner IS NOT NULL)",
    "SELECT a.source AS subject, d.id AS other FROM access a JOIN element s ON s.id = a.source JOIN element d"
    " ON d.id = a.target WHERE s.state <> 'retired' AND s.owner <> d.owner",
    "SELECT e.id AS subject FROM element e LEFT JOIN interface i ON i.id = e.id LEFT JOIN element p"
    " ON p.id = i.system WHERE p.state = 'live' OR e.state = 'planned'",
    "SELECT DISTINCT d.element AS subject, d.needs AS other FROM element b CROSS JOIN depends d ON d.needs = b.id"
    " JOIN element a ON a.id = d.element WHERE a.state = 'live' AND b.state = 'retired'",
    "SELECT e.id AS subject FROM system e WHERE NOT EXISTS (SELECT 1 FROM relation r JOIN element x"
    " ON x.id IN (r.source, r.target) AND x.id <> e.id WHERE (r.source = e.id OR r.target = e.id)"
    " AND x.kind IN ('database', 'procedure') AND NOT EXISTS (SELECT 1 FROM technology t WHERE t.element = x.id))",
    "SELECT m.element AS subject, m.entity AS other FROM master m JOIN element e ON e.id = m.entity, model"
    " WHERE e.live_on < model.as_of",
    "SELECT '' AS subject FROM model WHERE EXISTS (SELECT 1 FROM zone WHERE state = 'live') AND NOT EXISTS"
    " (SELECT 1 FROM element WHERE folded LIKE '%e17%' OR folded LIKE '%new3%')",
    "SELECT e.id AS subject FROM element e WHERE e.state = 'live' AND NOT EXISTS (SELECT 1 FROM flow f"
    " JOIN database d ON d.id = f.target WHERE d.state = 'retired')",
    "SELECT s.id AS subject FROM system s WHERE s.state = 'live' OR NOT EXISTS (SELECT 1 FROM property"
    " WHERE item = s.id) AND s.owner = 'H62' -- a remark",
    UNTIED,
)  # fmt: skip


def answered(image: Image, sql: str) -> set[Any]:
    return set(ask(image.connection, sql).rows)


def concerned(sql: str, before: Model, after: Model) -> set[str] | None:
    narrow, image = narrowing(sql), load(before, as_of=DAY)
    assert narrow is not None
    footprint = ask(image.connection, sql).footprint
    change = image.changed(after)
    return narrow.concerned(image.connection, change, footprint)


@pytest.mark.parametrize("sql", [
    "WITH a AS (SELECT id FROM element) SELECT id AS subject FROM a",
    "SELECT min(id) AS subject FROM element",
    "SELECT id AS subject FROM element GROUP BY id",
    "SELECT id AS subject FROM element ORDER BY id LIMIT 1",
    "SELECT id AS subject FROM system UNION SELECT id FROM database",
    "SELECT id AS subject FROM (SELECT id FROM element)",
    "SELECT id || '' AS subject FROM element",
    "SELECT e.layer AS subject FROM element e",
    "SELECT e.id AS subject FROM element e LEFT JOIN zone z ON z.id = e.zone AND (SELECT count(*) FROM flow) > 1",
    "SELECT z.id AS subject FROM element e LEFT JOIN zone z ON z.id = e.zone",
    "SELECT e.id AS subject, e.name AS wanted FROM element e WHERE EXISTS (SELECT 1 FROM flow WHERE name = wanted)",
    "SELECT [id] AS subject FROM element",
])  # fmt: skip
def test_a_form_that_does_not_show_its_subjects_is_asked_in_full(sql: str) -> None:
    assert narrowing(sql) is None


def test_whom_an_edit_concerns() -> None:
    a, b, db = {"id": "a"}, {"id": "b"}, {"id": "db", "kind": "database"}
    before = model([a, b, db], [("access", "a", "db")])
    left, reads = NARROWED[1], NARROWED[2]
    assert concerned(left, before, model([a | {"state": "retired"}, b, db], [("access", "a", "db")])) == set()
    assert concerned(left, before, model([a, b, db])) == {"a", "db"}
    assert concerned(reads, before, model([a, b, db | {"owner": "H62"}], [("access", "a", "db")])) == {"a", "db"}
    assert concerned(reads, before, model([a, b, db], [("access", "b", "db")])) == {"a", "b"}
    zone = {"id": "z", "kind": "network-zone"}
    assert concerned(UNTIED, before, model([a, b, db, zone], [("access", "a", "db")])) is None


def test_a_row_is_found_by_what_it_was_tied_to_before() -> None:
    system, offered = {"id": "s"}, {"system": "s", "service": "x", "endpoint": "e", "methods": [
        {"method": "GET", "path": "/"}]}  # fmt: skip
    interface = {"id": "i", "kind": "interface", "interface": offered}
    moved = {**interface, "interface": {**offered, "system": "other"}}
    sql = "SELECT s.id AS subject FROM system s WHERE NOT EXISTS (SELECT 1 FROM interface i WHERE i.system = s.id)"
    assert concerned(sql, model([system, interface]), model([system, moved])) == {"s", "other"}


@pytest.mark.parametrize("seed", range(2))
def test_after_any_edits_the_narrowed_answer_is_that_of_asking_everything(seed: int) -> None:
    chance = random.Random(seed)
    given = random_model(chance, 30, 30)
    image = load(given, as_of=DAY)
    rules = {sql: narrow for sql in NARROWED if (narrow := narrowing(sql)) is not None}
    assert list(rules) == list(NARROWED)
    first = {sql: ask(image.connection, sql) for sql in rules}
    told = {sql: set(answer.rows) for sql, answer in first.items()}
    probes = Probes(
        (each for narrow in rules.values() for each in narrow.probes), lambda sql: ask(image.connection, sql).rows
    )
    spared = 0
    for number in range(60):
        given = random_edit(chance, given, number)
        change = image.changed(given)
        turned = probes.turned(change)
        for sql, narrow in rules.items():
            subjects = narrow.concerned(image.connection, change, first[sql].footprint)
            if subjects is None or not turned.isdisjoint(narrow.probes):
                told[sql] = answered(image, sql)
                continue
            spared += 1
            if subjects:
                left = {row for row in told[sql] if row[0] not in subjects}
                told[sql] = left | answered(image, narrow.sql(subjects))
            assert told[sql] == answered(image, sql), f"edit {number}: {sql}"
    assert spared > 60 * 8
