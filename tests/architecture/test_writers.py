"""Who may add and change rows of dossiers: declared in tables.yaml, tried by SQL as the web role.

A tracking code shows a dossier and writes nothing. An applicant writes what the engine has an applicant write.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.db.utils import IntegrityError

from maidinh.infrastructure.database.scope import acting
from tests.architecture.inhabitants import World
from tests.architecture.test_tables import INSIDERS, OF_DOSSIERS, OUTSIDERS, declared, rows, scope_of

WRITERS = {
    "its parties": set(INSIDERS),
    "its agencies": set(INSIDERS) - {"citizen"},
    "its applicant": {"citizen"},
    "nobody": set(),
}
AS_SUBMITTED = {
    "status": 1,
    "supplements": 0,
    "code": "another",
    "facts": {},
    "waiting": [],
} | dict.fromkeys(("limit", "accepted_at", "due_at", "finished_at", "returned_at"))
IN_ITS_NAME = ("dossiers_dossierevent", "results_result")  # written by an agency in its own name
NEXT = {"dossiers_task": "claimed_by = claimed_by", "fees_charge": "paid_at = paid_at",
        "forms_draft": "answers = answers", "dossiers_dossier": "status = status"}  # fmt: skip
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("writers")]


def scopes(world: World, state: str) -> dict[str, Any]:
    """What the database is told of everybody, whoever only has the dossier's tracking code included."""
    told = {who: scope_of(world, who) for who in (*OUTSIDERS, *INSIDERS)}
    return told | {"tracker": {"tracking": world.dossiers[state].tracking_digest}}


def changed(told: Any, statement: str, *values: Any, first: str | None = None) -> int | None:
    """How many rows a statement changes (after another), which is then undone; None where it is not permitted."""
    try:
        with transaction.atomic():
            with acting(**told), connection.cursor() as cursor:
                if first is not None:
                    cursor.execute(first, values)
                cursor.execute(statement, values)
                count = int(cursor.rowcount)
            transaction.set_rollback(True)
            return count
    except IntegrityError:  # permitted; that such a row is there already is another matter
        return 1
    except Error as refusal:
        if getattr(refusal.__cause__, "sqlstate", "") != "42501":  # insufficient_privilege
            raise
        return None


def added(told: Any, table: str, row: dict[str, Any]) -> int | None:
    """How many rows it adds to a table to put this one there."""
    statement = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)"
    return changed(told, statement, json.dumps(row))


def sample(world: World, table: str, state: str) -> dict[str, Any]:
    """The newest row of the dossier in a state, under a number of its own."""
    where = {"dossiers_dossier": "id = %s", "forms_draft": "%s IS NOT NULL"}.get(table, "dossier_id = %s")
    with acting(**scope_of(world, "citizen")):
        found = rows(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {where} ORDER BY id DESC LIMIT 1",
                     world.dossiers[state].pk)  # fmt: skip
    new = "00000000-0000-4000-8000-000000000000" if table == "forms_draft" else 10**9
    return json.loads(found[0][0]) | {"id": new}


def state_for(table: str) -> str:
    """A state in which a dossier has rows of this table and every party takes part."""
    return "issued" if table == "results_result" else "checking"


@pytest.mark.parametrize("table", OF_DOSSIERS)
def test_rows_are_added_by_whom_it_is_declared(world: World, table: str) -> None:
    state = state_for(table)
    row = sample(world, table, state)
    if table == "dossiers_dossier":
        row |= AS_SUBMITTED
    who_may = set()
    for who, told in scopes(world, state).items():
        own = {"agency": told["agencies"][0] if "agencies" in told else ""} if table in IN_ITS_NAME else {}
        who_may |= {who} if added(told, table, row | own) else set()
    assert who_may == WRITERS[declared()[table]["added"]]


@pytest.mark.parametrize("table", OF_DOSSIERS)
def test_rows_are_changed_by_whom_it_is_declared(world: World, table: str) -> None:
    state = state_for(table)
    of = {"dossiers_dossier": "id = %s", "forms_draft": "%s IS NOT NULL"}.get(table, "dossier_id = %s")
    statement = f"UPDATE {table} SET {NEXT.get(table, 'dossier_id = dossier_id')} WHERE {of}"
    if table == "dossiers_task":  # another agency's step is refused, not passed over
        statement += " AND agency = ANY (string_to_array(current_setting('maidinh.agencies', true), ','))"
    key = world.dossiers[state].pk
    found = {who for who, told in scopes(world, state).items() if changed(told, statement, key)}
    assert found == WRITERS[declared()[table]["changed"]]


@pytest.mark.parametrize("who", ["tracker", "citizen"])
def test_a_fee_is_not_marked_paid_from_outside_the_agencies(world: World, who: str) -> None:
    paid = "UPDATE fees_charge SET paid_at = now(), recorded_by = 'x', receipt_number = 'x' WHERE dossier_id = %s"
    assert not changed(scopes(world, "payment")[who], paid, world.dossiers["payment"].pk)
    assert changed(scope_of(world, "one-stop"), paid, world.dossiers["payment"].pk) == 1


CLOSED = """INSERT INTO dossiers_clockentry (dossier_id, serial, kind, at, step, agency, by, reason, unit)
    SELECT dossier_id, max(serial) + 1, 'supplement_received', max(at), '', '', 'x', '', '' FROM dossiers_clockentry
    WHERE dossier_id = %s GROUP BY dossier_id"""


@pytest.mark.parametrize(("state", "closed", "change", "holds"), [
    ("intake", False, "status = 7", True), ("checking", False, "status = 7", True),
    ("supplement", False, "status = 7", True), ("supplement", True, "status = 7", True),
    ("supplement", True, "status = 4, due_at = due_at + interval '1 day'", True),
    ("supplement", True, "status = 9", False), ("supplement", False, "status = 4", False),
    ("supplement", True, "status = 1", False), ("supplement", False, "due_at = due_at + interval '1 day'", False),
    ("supplement", True, "due_at = due_at + interval '1 day'", False),
    ("supplement", True, "status = 4, agencies = agencies || '{H38.102}'", False),
    ("supplement", True, "status = 4, supplements = 0", False),
    ("checking", False, "status = 9, finished_at = now()", False), ("checking", False, "status = 4", False),
    ("checking", False, "status = 7, due_at = now()", False), ("checking", False, "status = 7, agencies = '{}'", False),
    ("checking", False, "due_at = due_at - interval '1 day'", False), ("checking", False, "answers = '{}'", False),
    ("intake", False, "status = 2, accepted_at = submitted_at, due_at = submitted_at", False),
    ("issued", False, "status = 7", False), ("issued", False, "status = 10, returned_at = now()", False),
])  # fmt: skip
def test_an_applicant_supplements_and_asks_back_and_nothing_else(
    world: World, state: str, closed: bool, change: str, holds: bool
) -> None:
    statement, key = f"UPDATE dossiers_dossier SET {change} WHERE id = %s", world.dossiers[state].pk
    found = changed(scope_of(world, "citizen"), statement, key, first=CLOSED if closed else None)
    assert found == (1 if holds else None)


@pytest.mark.parametrize(("state", "kind", "holds"), [
    ("supplement", "supplement_received", True), ("supplement", "resumed", False), ("supplement", "extended", False),
    ("supplement", "supplement_asked", False), ("supplement", "suspended", False), ("checking", "suspended", False),
    ("checking", "supplement_received", False), ("checking", "supplement_asked", False),
])  # fmt: skip
def test_an_applicant_writes_in_the_clock_that_the_supplement_came_and_nothing_else(
    world: World, state: str, kind: str, holds: bool
) -> None:
    """What the web role may not write is refused, whether by the policy, by the order of lines or by the trigger."""
    line = """INSERT INTO dossiers_clockentry (dossier_id, serial, kind, at, step, agency, by, reason, unit)
        SELECT d.id, coalesce((SELECT max(serial) FROM dossiers_clockentry WHERE dossier_id = d.id), 0) + 1, %s,
            coalesce((SELECT max(at) FROM dossiers_clockentry WHERE dossier_id = d.id), d.accepted_at),
            '', '', 'x', '', '' FROM dossiers_dossier d WHERE d.id = %s"""
    with acting(**scope_of(world, "citizen")), connection.cursor() as cursor:
        fits = True
        try:
            with transaction.atomic():
                cursor.execute(line, [kind, world.dossiers[state].pk])
                transaction.set_rollback(True)
        except Error:
            fits = False
    assert fits is holds


@pytest.mark.parametrize("other", [{"status": 9, "accepted_at": "2026-11-18T03:00:00Z"}, {"supplements": 1}, {
    "due_at": "2026-11-18T03:00:00Z"}, {"facts": {"area": 1}}])  # fmt: skip
def test_a_dossier_begins_as_submitted(world: World, other: dict[str, Any]) -> None:
    row = sample(world, "dossiers_dossier", "checking") | AS_SUBMITTED
    assert added(scope_of(world, "citizen"), "dossiers_dossier", row) == 1
    assert added(scope_of(world, "citizen"), "dossiers_dossier", row | other) is None


def test_an_applicant_opens_only_the_step_that_asked(world: World) -> None:
    citizen = scope_of(world, "citizen")
    asked = sample(world, "dossiers_task", "supplement")
    asked |= {"closed_at": None, "closed_by": "", "outcome": "", "claimed_by": "", "claimed_at": None}
    signature = world.task("signing")
    assert added(citizen, "dossiers_task", asked) == 1
    for other in ({"step": signature.step}, {"role": signature.role}, {"agency": "H38.102"},
                  {"claimed_by": "somebody"}, {"closed_at": "2026-11-18T03:00:00Z"}):  # fmt: skip
        assert added(citizen, "dossiers_task", asked | other) is None, other
    assert added(scope_of(world, "specialist"), "dossiers_task", asked | {"step": signature.step}) == 1


def test_nobody_writes_history_in_an_agency_s_name_but_the_agency(world: World) -> None:
    line = sample(world, "dossiers_dossierevent", "checking") | {"agency": "H38.101"}
    assert added(scope_of(world, "citizen"), "dossiers_dossierevent", line) is None
    assert added(scope_of(world, "consulted"), "dossiers_dossierevent", line) is None
    assert added(scope_of(world, "specialist"), "dossiers_dossierevent", line) == 1
