"""What the database itself holds of projects, tried by SQL as the role of the pages and of the worker; two at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import Error, connection, transaction

from maidinh.governance.projects.actions.preparing import ProjectChanged, open_project, revise_project
from maidinh.governance.projects.models import Event, Project, Revision
from maidinh.governance.projects.rules import PUBLIC, STATES, STEPS
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.governance.projects.conftest import Carrying, proposal

REFUSED = ("42501", "23001", "23514", "P0001")  # not permitted, restricted, a check, a trigger


def changed(actor: Actor | None, statement: str, *values: Any) -> int:
    """How many rows a statement changes as the web role in somebody's name; it is undone."""
    told = {} if actor is None else {"agencies": actor.agencies, "person": actor.id}
    with transaction.atomic():
        with acting(**told), connection.cursor() as cursor:
            cursor.execute(statement, values)
            count = int(cursor.rowcount)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)
    return count


def refused(actor: Actor | None, statement: str, *values: Any) -> bool:
    """Whether the database refuses it, or lets it change nothing."""
    try:
        return changed(actor, statement, *values) == 0
    except Error as refusal:
        assert getattr(refusal.__cause__, "sqlstate", "") in REFUSED, refusal
        return True


def test_the_steps_of_the_database_are_those_of_the_rules(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a, b FROM unnest(%s::text[]) a, unnest(%s::text[]) b WHERE projects_step(a, b)",
            [list(STATES), list(STATES)],
        )
        assert set(cursor.fetchall()) == {(before, after) for before in STATES for after in STEPS[before]}


def test_what_is_public_in_the_database_is_what_is_public_by_the_rules(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT qual FROM pg_policies WHERE tablename = 'projects_project' AND policyname = 'web_select'"
        )
        [(condition,)] = cursor.fetchall()
    assert {state for state in STATES if f"'{state}'" in condition} == set(PUBLIC)


def test_no_step_is_skipped_and_none_is_taken_by_whom_it_is_not(carrying: Carrying) -> None:
    row = carrying.open()
    step = "UPDATE projects_project SET state = %s WHERE id = %s"
    everyone = (carrying.officer, carrying.appraiser, carrying.approver, carrying.architect, None)
    for who in everyone:
        for state in STATES:
            if state not in ("preparing", "withdrawn"):
                assert refused(who, step, state, row.pk), (who, state)
    assert changed(carrying.officer, step, "withdrawn", row.pk) == 1
    row = carrying.approved(row)
    assert refused(carrying.approver, step, "building", row.pk), "building is the owner's"
    assert changed(carrying.officer, step, "building", row.pk) == 1


def test_a_project_is_not_accepted_by_its_owner_nor_merged_or_in_force_by_hand(carrying: Carrying) -> None:
    row = carrying.completed()
    step = "UPDATE projects_project SET state = %s WHERE id = %s"
    assert refused(carrying.officer, step, "accepted", row.pk)
    assert changed(carrying.approver, step, "accepted", row.pk) == 1
    with acting(agencies=carrying.approver.agencies, person=carrying.approver.id), connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET state = 'accepted', holder = 'H38.2' WHERE id = %s", [row.pk])
    merged = "UPDATE projects_project SET state = 'merged', draft = %s WHERE id = %s"
    assert refused(carrying.architect, merged, 10**9, row.pk), "there is no such draft"
    assert refused(carrying.architect, step, "merged", row.pk), "without a draft"
    draft = carrying.merge(row).draft_id
    force = "UPDATE projects_project SET state = 'in-force', carried_in_id = base_id WHERE id = %s AND draft = %s"
    assert refused(carrying.architect, force, row.pk, draft), "another version than the one made of its draft"


@pytest.mark.parametrize(
    "setting",
    [
        "content = jsonb_set(content, '{total}', '1')",
        "hash = repeat('0', 64)",
        'title = \'{"vi": "x"}\'',
        "revision = 2",
        "content = jsonb_set(content, '{total}', '1'), revision = 2, hash = repeat('0', 64)",
        "owner = 'H38.8', holder = 'H38.8'",
        "code = 'another'",
        "author = 'x'",
        "authors = '{}', pack = 'another'",
        "baseline_id = (SELECT id FROM projects_revision r WHERE r.project_id = projects_project.id)",
        "draft = 1",
        "carried_in_id = base_id",
        "sample = false",
    ],
)
def test_what_a_project_is_does_not_change_by_the_way(carrying: Carrying, setting: str) -> None:
    row = carrying.open()
    assert refused(carrying.officer, f"UPDATE projects_project SET {setting} WHERE id = %s", row.pk)


def test_a_baseline_is_set_once_with_the_approval(carrying: Carrying) -> None:
    row = carrying.approved()
    assert row.baseline is not None
    for setting in ("NULL", f"{row.baseline_id + 1}"):
        for who in (carrying.officer, carrying.approver):
            assert refused(who, f"UPDATE projects_project SET baseline_id = {setting} WHERE id = %s", row.pk)


@pytest.mark.parametrize("table", ["projects_project", "projects_revision", "projects_event"])
def test_nothing_is_removed_and_what_is_told_is_not_changed(carrying: Carrying, table: str) -> None:
    row = carrying.open()
    key = "id" if table == "projects_project" else "project_id"
    for who in (carrying.officer, carrying.appraiser, None):
        assert refused(who, f"DELETE FROM {table} WHERE {key} = %s", row.pk)
        if table != "projects_project":
            assert refused(who, f"UPDATE {table} SET by = 'x' WHERE project_id = %s", row.pk)


def test_a_report_is_kept_and_given_in_ones_own_name(carrying: Carrying) -> None:
    report = (
        "INSERT INTO projects_componentreport (province, element, agency, state, percent, as_of, evidence, by, at)"
        " VALUES ('lao-cai', 'x', %s, 'running', 100, now(), '', 'x', now())"
    )
    assert changed(carrying.officer, report, "H38.5") == 1
    assert refused(carrying.officer, report, "H38.8")
    with acting(agencies=carrying.officer.agencies), connection.cursor() as cursor:
        cursor.execute(report, ["H38.5"])
    assert refused(carrying.officer, "UPDATE projects_componentreport SET percent = 1")
    assert refused(carrying.officer, "DELETE FROM projects_componentreport")


REVISION = (
    "INSERT INTO projects_revision (project_id, number, content, hash, base_id, by, at, via, note)"
    " SELECT id, %s, content, hash, base_id, 'x', now(), 'form', '' FROM projects_project WHERE id = %s"
)


def test_a_revision_comes_from_its_owner_with_the_project_that_it_makes(carrying: Carrying) -> None:
    row = carrying.open()
    with pytest.raises(Error, match="written with the project"):
        changed(carrying.officer, REVISION, 2, row.pk)
    assert refused(carrying.officer, REVISION, 3, row.pk)
    assert refused(carrying.stranger, REVISION, 2, row.pk)
    carrying.handed_in(row)
    for who in (carrying.officer, carrying.appraiser):
        assert refused(who, REVISION, 2, row.pk), who


EVENT = (
    "INSERT INTO projects_event (project_id, kind, at, by, agency, details, public)"
    " SELECT id, %s, updated_at, %s, %s, '{}', %s FROM projects_project WHERE id = %s"
)


def tells(actor: Actor, kind: str, row: Project, *, public: bool = False, by: str = "") -> int:
    """An event that somebody writes by SQL, as who acts."""
    with transaction.atomic(), acting(agencies=actor.agencies, official=actor.id):
        with connection.cursor() as cursor:
            cursor.execute(EVENT, [kind, by or actor.id, actor.agency, public, row.pk])
            count = int(cursor.rowcount)
        transaction.set_rollback(True)
    return count


def test_nobody_tells_what_did_not_happen_or_in_anothers_name(carrying: Carrying) -> None:
    row = carrying.open()
    assert tells(carrying.officer, "revised", row) == 1
    for actor, kind, more in (
        (carrying.officer, "revised", {"by": "x"}), (carrying.officer, "revised", {"public": True}),
        (carrying.officer, "approved", {"public": True}), (carrying.officer, "x", {}),
    ):  # fmt: skip
        with pytest.raises(Error) as found:
            tells(actor, kind, row, **more)
        assert getattr(found.value.__cause__, "sqlstate", "") in REFUSED
    assert tells(carrying.appraiser, "taken-up", row) == 0, "it does not see the project yet"
    row = carrying.handed_in(row)
    assert tells(carrying.appraiser, "taken-up", row) == 1
    assert tells(carrying.appraiser, "moved-to-version", row, public=True) == 1
    assert tells(carrying.stranger, "opinion-given", row) == 1, "a body that is asked for its opinion"
    for actor, kind, reason in (
        (carrying.stranger, "meeting-held", "no part in it"), (carrying.officer, "forwarded", "not its owner"),
        (carrying.officer, "handed-in", "told once"), (carrying.appraiser, "handed-in", "told once"),
        (carrying.appraiser, "approved", "does not fit"), (carrying.appraiser, "in-force", "does not fit"),
        (carrying.appraiser, "recheck-needed", "by itself"), (carrying.appraiser, "revised", "does not fit"),
        (carrying.officer, "supplement-answered", "told once"),
    ):  # fmt: skip
        with pytest.raises(Error, match=reason):
            tells(actor, kind, row)
    assert refused(None, EVENT, "checked", "x", "", False, row.pk)


def test_a_project_begins_at_its_owner_with_nothing_decided(carrying: Carrying) -> None:
    row = carrying.open()
    with acting(agencies=carrying.officer.agencies), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM projects_project p WHERE id = %s", [row.pk])
        [(kept,)] = cursor.fetchall()
    whole = json.loads(kept) | {"id": 10**9, "code": "another"}
    put = "INSERT INTO projects_project SELECT * FROM jsonb_populate_record(NULL::projects_project, %s)"
    assert refused(carrying.stranger, put, json.dumps(whole))
    for other in ({"state": "approved", "baseline_id": 1}, {"revision": 2}, {"holder": "H38.2"}):
        assert refused(carrying.officer, put, json.dumps(whole | other)), other
    with pytest.raises(Error, match="first revision"):
        changed(carrying.officer, put, json.dumps(whole))


def seen(actor: Actor | None, table: str) -> int:
    """How many rows of a table somebody sees."""
    with acting(agencies=() if actor is None else actor.agencies), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_rows_are_seen_by_whom_they_are_for(carrying: Carrying) -> None:
    row = carrying.open()
    tables = ("projects_project", "projects_revision", "projects_event")
    assert [seen(carrying.officer, each) for each in tables] == [1, 1, 1]
    for who in (carrying.appraiser, carrying.approver, carrying.architect, None):
        assert [seen(who, each) for each in tables] == [0, 0, 0]
    carrying.handed_in(row)
    assert [seen(carrying.stranger, each) for each in tables] == [1, 1, 2]
    assert [seen(None, each) for each in tables] == [1, 1, 1]


@pytest.mark.slow
def test_two_owners_revise_at_once_and_neither_is_lost(
    own_database: str, official: Callable[..., Actor], at: datetime
) -> None:
    officer = official("project.propose")
    with acting(agencies=officer.agencies):
        row = open_project(actor=officer, project=proposal(), at=at)
    together, came = threading.Barrier(2), []

    def revise(number: int) -> None:
        try:
            together.wait(10)
            with acting(agencies=officer.agencies):
                revise_project(actor=officer, project_id=row.pk, project=proposal(total=number * 10**6), at=at,
                               seen_revision=1, via="form")  # fmt: skip
            came.append(number)
        except ProjectChanged as changed_meanwhile:
            came.append(changed_meanwhile.faults[0].values["theirs"])
        finally:
            connection.close()

    threads = [threading.Thread(target=revise, args=[number]) for number in (5, 7)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    [first] = [each for each in came if isinstance(each, int)]
    assert str(first * 10**6) in came, "who came second was told what the first had written"
    with acting(agencies=officer.agencies):
        assert Project.objects.get().content["total"] == first * 10**6
        assert [each.number for each in Revision.objects.order_by("number")] == [1, 2]
        assert Event.objects.filter(kind="revised").count() == 1
