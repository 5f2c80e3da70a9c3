"""The gate under attack: by SQL of people who act for more than one body, pass a project on, or forge a day or a name.

What a page refuses already is tried past it; whoever may set who acts may lie about it, but not act for both sides.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.rules import PASS_WITH_CONDITIONS
from maidinh.governance.projects.actions.carrying import begin_building, report_completion
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.governance.appraisal.conftest import Appraising
from tests.governance.appraisal.test_gate import NEW, approval, put, sql, verdict_row

pytestmark = pytest.mark.slow


def both(here: Appraising, actor: Actor) -> Actor:
    """The same person, with a second role in the body that owns the project."""
    return replace(actor, agencies=(*actor.agencies, here.officer.agency))


def test_who_also_acts_for_the_owner_does_not_appraise(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    torn = both(here, here.appraiser)
    with pytest.raises(AppraisalRefused, match="your own agency"):
        here.verdict(row, actor=torn)
    with pytest.raises(DatabaseError, match="never the owner"):
        put(torn, "appraisal_verdict", verdict_row(here, row))
    with pytest.raises(DatabaseError, match="not of the owner"):
        sql(torn, "UPDATE appraisal_appraisal SET appraiser = 'x' WHERE id = %s", row.pk)


def test_the_owner_changes_neither_what_was_checked_nor_who_appraises(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    for what, reason in (
        ("assessment = jsonb_set(assessment, '{results}', '[]')", "checked again by the appraising body"),
        ("assessed_at = now()", "checked again by the appraising body"),
    ):
        with pytest.raises(DatabaseError, match=reason):
            sql(here.officer, f"UPDATE appraisal_appraisal SET {what} WHERE id = %s", row.pk)
    sql(here.appraiser, "UPDATE appraisal_appraisal SET appraiser = 'x' WHERE id = %s", row.pk)
    with pytest.raises(DatabaseError, match="who appraises it"):
        sql(here.officer, "UPDATE appraisal_appraisal SET appraiser = '' WHERE id = %s", row.pk)


@pytest.mark.parametrize("days", [-400, -1, 2, 4000])
def test_a_decision_is_of_no_day_before_its_verdict_nor_to_come(appraising: Appraising, days: int) -> None:
    here = appraising
    verdict = here.verdict()
    forged = approval(here, verdict.project, verdict, decided_on=here.at.date() + timedelta(days=days))
    with pytest.raises(DatabaseError, match="decided after the verdict and not on a day to come"):
        put(here.approver, "appraisal_approval", forged)
    with pytest.raises(AppraisalRefused, match=r"still to come|before what the decision"):
        here.approve(verdict.project, decided_on=here.at.date() + timedelta(days=days))


def test_an_approval_does_not_come_before_its_verdict(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict()
    forged = approval(here, verdict.project, verdict, approved_at=here.at - timedelta(hours=1))
    with pytest.raises(DatabaseError, match="decided after the verdict"):
        put(here.approver, "appraisal_approval", forged)


def test_the_owner_passes_its_project_on_to_no_friend_who_accepts_it(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict()
    project = verdict.project
    here.approve(project)
    here.do(begin_building, here.officer, project_id=project.pk)
    here.do(report_completion, here.officer, project_id=project.pk, completed_on=here.at.date(), summary="Xong")
    to = "UPDATE projects_project SET holder = 'H38.8' WHERE id = %s"
    with pytest.raises(DatabaseError, match="passed on with a step"):
        sql(here.officer, to, project.pk)
    with pytest.raises(DatabaseError, match="not its owner's"):
        sql(here.officer, "UPDATE projects_project SET state = 'accepted' WHERE id = %s", project.pk)


def test_a_condition_is_met_by_the_word_of_no_colleague_of_the_owner(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict(result=PASS_WITH_CONDITIONS)
    colleague = replace(here.officer, id="tests.colleague")
    met = {"id": NEW, "verdict_id": verdict.pk, "condition": "c1", "evidence": "QĐ", "by": colleague.id, "at": here.at}
    for who in (colleague, here.opining):
        with pytest.raises(DatabaseError, match="not its owner"):
            put(who, "appraisal_conditionmet", met | {"by": who.id})


def test_an_exception_is_neither_ended_before_its_day_nor_decided_before_it_was_asked(appraising: Appraising) -> None:
    here = appraising
    row = here.exception(here.failed().project)
    grant = (
        "UPDATE appraisal_projectexception SET state = 'granted', decided_by = %s, decided_at = %s, decision = '1/QĐ',"
        " decision_text = 'x', entry = 1, receipt = '{}' WHERE id = %s"
    )
    with pytest.raises(DatabaseError, match="not entered in the log"):
        sql(here.approver, grant, here.approver.id, here.at - timedelta(days=1), row.pk)
    here.decide(row)
    end = "UPDATE appraisal_projectexception SET state = 'ended' WHERE id = %s"
    with pytest.raises(DatabaseError):
        sql(here.opining, end, row.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_column_privilege('appraisal_projectexception', 'ended_at', 'UPDATE')")
        assert cursor.fetchone() == (False,)


def test_another_text_does_not_pass_under_the_hash_of_the_first(appraising: Appraising) -> None:
    here = appraising
    project = here.open()
    project = here.fresh(project)
    row = {
        "id": NEW, "project_id": project.pk, "number": 2, "content": project.content | {"total": 10**12},
        "hash": project.hash, "base_id": project.base_id, "by": here.officer.id, "at": here.at, "via": "form",
        "note": "",
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="another text has another hash"):
        put(here.officer, "projects_revision", row)


def test_nobody_writes_in_the_name_of_somebody_else(appraising: Appraising) -> None:
    here = appraising
    project = here.fresh(here.open())
    row = {
        "id": NEW, "project_id": project.pk, "number": 2, "content": project.content | {"total": 1},
        "hash": "0" * 64, "base_id": project.base_id, "by": "somebody.else", "at": here.at, "via": "form", "note": "",
    }  # fmt: skip
    statement = "INSERT INTO projects_revision SELECT * FROM jsonb_populate_record(NULL::projects_revision, %s)"
    with (
        pytest.raises(DatabaseError, match="written by the official who acts"),
        acting(agencies=here.officer.agencies, official=here.officer.id),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [json.dumps(row, default=str)])


@pytest.mark.slow
def test_the_worker_takes_no_step_that_people_take(own_database: str, official: Any, at: Any, role: Any) -> None:
    here = Appraising(official, at)
    project = here.verdict().project
    here.approve(project)
    nobody = replace(here.officer, agencies=())
    for state in ("building", "withdrawn"):
        with role("worker"), pytest.raises(DatabaseError, match="acts for no agency"):
            sql(nobody, "UPDATE projects_project SET state = %s WHERE id = %s", state, project.pk)
    here.do(begin_building, here.officer, project_id=project.pk)
    here.do(report_completion, here.officer, project_id=project.pk, completed_on=here.at.date(), summary="Xong")
    for what in ("state = 'accepted'", "holder = 'H38.8'"):
        with role("worker"), pytest.raises(DatabaseError, match="acts for no agency"):
            sql(nobody, f"UPDATE projects_project SET {what} WHERE id = %s", project.pk)
    assert here.fresh(project).state == "completed"
