"""What the database itself holds, tried by SQL as the roles of the pages, the worker and the owner of the tables.

A row that would be right is taken; each test then changes one thing in it, and it is refused for just that.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, Error, connection, transaction
from django.utils.timezone import localtime

from maidinh.governance.appraisal.actions.asking import ask_opinion, record_meeting
from maidinh.governance.appraisal.actions.deciding import meet_condition
from maidinh.governance.appraisal.actions.opening import reopen
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.models import Approval, Verdict
from maidinh.governance.appraisal.rules import FAIL, PASS, PASS_WITH_CONDITIONS
from maidinh.governance.projects.actions.carrying import begin_building, report_completion
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from tests.governance.appraisal.conftest import RECORD, Appraising
from tests.governance.drafting.test_holding import at_once
from tests.governance.projects.appraised import logged
from tests.services.results.stages import PDF

pytestmark = pytest.mark.slow

NEW = 10**9


def sql(actor: Actor, statement: str, *values: Any, person: str | None = None, whole: bool = False) -> int:
    """How many rows a statement changes in somebody's name. `whole`: as the transaction that ends with it would."""
    with transaction.atomic(), acting(agencies=actor.agencies, person=person or actor.id):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            count = int(cursor.rowcount)
            if whole:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return count


def put(actor: Actor, table: str, row: dict[str, Any], **more: Any) -> int:
    """Add a row."""
    statement = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)"
    return sql(actor, statement, json.dumps(row, default=str), **more)


def sqlstate(error: Error) -> str:
    """The code by which the database refuses."""
    return str(getattr(error.__cause__, "sqlstate", ""))


def approval(here: Appraising, project: Project, verdict: Verdict | None, **more: Any) -> dict[str, Any]:
    """A row of the approval of a project."""
    project = here.fresh(project)
    with acting(agencies=here.approver.agencies):
        newest = verdict or project.verdicts.order_by("-pk").first()
        revision = project.revisions.get(number=project.revision)
    said = {"project_hash": project.hash, "version_hash": newest.version_hash, "decision": "1/QĐ"}
    return {
        "id": NEW, "project_id": project.pk, "revision_id": revision.pk, "project_hash": project.hash,
        "version_id": newest.version_id, "version_hash": newest.version_hash, "verdict_id": verdict and verdict.pk,
        "decision": "1/QĐ", "decided_on": here.at.date(), "approved_by": here.approver.id,
        "approved_agency": here.approver.agency, "approved_at": here.at,
    } | entered(here, "project-approval", said) | more  # fmt: skip


def verdict_row(here: Appraising, row: Any, **more: Any) -> dict[str, Any]:
    """A row of the verdict on an appraisal that runs."""
    results = [
        {"requirement": each["requirement"], "result": "met", "why": "Đã xem"} for each in row.assessment["results"]
    ]
    said = {"project_hash": row.revision.hash, "version_hash": row.version_hash, "result": PASS, "conditions": []}
    with acting(agencies=here.appraiser.agencies):
        document = _document(here)
    return {
        "id": NEW, "appraisal_id": row.pk, "project_id": row.project_id, "revision_id": row.revision_id,
        "project_hash": row.revision.hash, "version_id": row.version_id, "version_hash": row.version_hash,
        "pack": row.pack, "result": PASS, "reasons": "x", "results": results, "conditions": [],
        "given_by": here.appraiser.id, "given_agency": row.agency, "given_at": here.at, "document_id": document,
    } | entered(here, "project-verdict", said) | more  # fmt: skip


def entered(here: Appraising, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """The columns of what is entered in the log."""
    with acting(agencies=here.approver.agencies):
        return logged(kind, said, here.at)


def _document(here: Appraising) -> str:
    return str(store_document(content=BytesIO(PDF), at=here.at).digest)


def test_an_approval_needs_a_passing_verdict_on_this_text_against_this_version(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict()
    project, right = verdict.project, approval(here, verdict.project, verdict)
    with pytest.raises(DatabaseError, match="an approval approves its project"):
        put(here.approver, "appraisal_approval", right, whole=True)
    for more, reason in (
        ({"verdict_id": None}, "it needs a passing verdict"),
        ({"project_hash": "0" * 64}, "what is approved is what the project says now"),
        ({"version_hash": "0" * 64}, "another version"),
        ({"approved_by": here.officer.id}, "act of the person who acts"),
        ({"approved_agency": "H38.6"}, "act of the person who acts"),
        ({"exception_id": 1}, "no exception was granted"),
        ({"verdict_id": NEW}, "it needs a passing verdict"),
    ):
        with pytest.raises(DatabaseError, match=reason):
            put(here.approver, "appraisal_approval", right | more)
    for person in (here.officer.id, here.appraiser.id):
        with pytest.raises(DatabaseError, match="who wrote or appraised"):
            put(here.approver, "appraisal_approval", right | {"approved_by": person}, person=person)
    with pytest.raises(DatabaseError, match="act of the person"):
        put(here.approver, "appraisal_approval", right, person="somebody.else")
    assert here.approve(project)
    with pytest.raises(DatabaseError, match="does not wait"):
        put(here.approver, "appraisal_approval", right | {"id": NEW + 1})
    for statement in ("UPDATE appraisal_approval SET decision = 'x'", "DELETE FROM appraisal_approval"):
        with pytest.raises(DatabaseError) as found:
            sql(here.approver, statement)
        assert sqlstate(found.value) == "42501"


@pytest.mark.parametrize("result", [FAIL, None])
def test_nothing_is_approved_on_a_verdict_that_fails_or_on_none(appraising: Appraising, result: str | None) -> None:
    here = appraising
    if result is None:
        project = here.begin().project
        row = {"id": NEW, "project_id": project.pk, "verdict_id": NEW, "receipt": {}, "entry": 1}
        with pytest.raises(DatabaseError, match="does not wait for a decision"):
            put(here.approver, "appraisal_approval", row)
        return
    verdict = here.failed()
    with pytest.raises(DatabaseError, match="it needs a passing verdict"):
        put(here.approver, "appraisal_approval", approval(here, verdict.project, verdict))


def test_a_later_verdict_that_fails_takes_the_earlier_ones_place(appraising: Appraising) -> None:
    here = appraising
    first = here.verdict()
    here.do(reopen, here.officer, project_id=first.project_id)
    second = here.verdict(here.begin(first.project), FAIL)
    assert second.project_hash == first.project_hash
    with pytest.raises(DatabaseError, match="it needs a passing verdict"):
        put(here.approver, "appraisal_approval", approval(here, first.project, first))


def test_nothing_stands_on_a_version_that_is_not_in_force_any_more(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict()
    right = approval(here, verdict.project, verdict)
    here.publish_next()
    with pytest.raises(DatabaseError, match="another version of the architecture is in force"):
        put(here.approver, "appraisal_approval", right)


def test_a_project_does_not_come_on_by_itself(appraising: Appraising) -> None:
    here = appraising
    to = "UPDATE projects_project SET state = %s, holder = %s WHERE id = %s"
    project = here.open()
    with pytest.raises(DatabaseError, match="no open appraisal"):
        sql(here.officer, to, "appraising", "H38.2", project.pk)
    row = here.begin(project)
    with pytest.raises(DatabaseError, match="no verdict"):
        sql(here.appraiser, to, "appraised", "H38", project.pk)
    with pytest.raises(DatabaseError, match="nothing is asked for"):
        sql(here.appraiser, to, "returned", "H38.5", project.pk)
    here.verdict(row)
    approved = "UPDATE projects_project SET state = 'approved', baseline_id = %s WHERE id = %s"
    with pytest.raises(DatabaseError, match="no approval of what it says"):
        sql(here.approver, approved, row.revision_id, project.pk)
    for state in ("building", "completed", "accepted", "merged", "in-force"):
        with pytest.raises(DatabaseError):
            sql(here.approver, to, state, "H38", project.pk)


def test_a_condition_that_is_unmet_stops_the_acceptance(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict(result=PASS_WITH_CONDITIONS)
    project = verdict.project
    here.approve(project)
    here.do(begin_building, here.officer, project_id=project.pk)
    here.do(report_completion, here.officer, project_id=project.pk, completed_on=here.at.date(), summary="Xong")
    accept = "UPDATE projects_project SET state = 'accepted', holder = 'H38.2' WHERE id = %s"
    with pytest.raises(DatabaseError, match="a condition of its verdict is not met"):
        sql(here.approver, accept, project.pk)
    met = {"id": NEW, "verdict_id": verdict.pk, "condition": "c1", "evidence": "QĐ", "by": here.approver.id,
           "at": here.at}  # fmt: skip
    for more, reason in (
        ({"condition": "c2"}, "a condition of the verdict"), ({"evidence": ""}, "a condition of the verdict"),
        ({"by": here.appraiser.id}, "the person who acts"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=reason):
            put(here.approver, "appraisal_conditionmet", met | more)
    with pytest.raises(DatabaseError, match="not its owner"):
        put(here.officer, "appraisal_conditionmet", met | {"by": here.officer.id})
    here.do(meet_condition, here.approver, verdict_id=verdict.pk, condition="c1", evidence="QĐ 3")
    assert sql(here.approver, accept, project.pk) == 1


def test_a_verdict_is_about_what_is_appraised_by_who_appraises_it(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    right = verdict_row(here, row)
    with pytest.raises(DatabaseError, match="a verdict concludes its appraisal"):
        put(here.appraiser, "appraisal_verdict", right, whole=True)
    condition = {"id": "c1", "text": "x", "until": "2027-01-01"}
    for more, reason in (
        ({"project_hash": "0" * 64}, "another text"), ({"version_hash": "0" * 64}, "no open appraisal"),
        ({"revision_id": NEW}, "no open appraisal"), ({"pack": "x"}, "no open appraisal"),
        ({"given_by": here.officer.id}, "by the person who acts"), ({"result": "perhaps"}, "not entered"),
        ({"reasons": ""}, "says_why"), ({"results": []}, "four results"),
        ({"results": [{"result": "fine"}]}, "four results"), ({"results": [{"result": "not-met"}]}, "does not pass"),
        ({"results": [{"result": "undetermined"}]}, "does not pass"), ({"conditions": [condition]}, "conditions stand"),
        ({"result": PASS_WITH_CONDITIONS}, "conditions stand"),
        ({"result": PASS_WITH_CONDITIONS, "conditions": [condition, condition]}, "conditions stand"),
        ({"result": PASS_WITH_CONDITIONS, "conditions": [condition | {"until": "soon"}]}, "conditions stand"),
        ({"receipt": []}, "entered in the log"), ({"document_id": None}, "null value"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=reason):
            put(here.appraiser, "appraisal_verdict", right | more)
    with pytest.raises(DatabaseError, match="who wrote nothing"):
        put(here.appraiser, "appraisal_verdict", right | {"given_by": here.officer.id}, person=here.officer.id)
    with pytest.raises(DatabaseError, match="never the owner"):
        put(here.officer, "appraisal_verdict", right | {"given_agency": here.officer.agency})
    supplement = {"id": NEW, "appraisal_id": row.pk, "number": 1, "defects": [{"field": "", "says": "x"}],
                  "reason": "", "asked_by": "x", "asked_agency": row.agency, "asked_at": here.at,
                  "answered_by": ""}  # fmt: skip
    with acting(agencies=here.appraiser.agencies, person=here.appraiser.id):
        put(here.appraiser, "appraisal_supplement", supplement)
        with pytest.raises(DatabaseError, match="a supplement is awaited"):
            put(here.appraiser, "appraisal_verdict", right)


def test_an_appraisal_is_another_bodys_of_what_there_is_against_what_is_in_force(appraising: Appraising) -> None:
    here = appraising
    row = here.begin()
    change = "UPDATE appraisal_appraisal SET {} WHERE id = %s"
    for what, reason in (
        ("state = 'concluded', closed_at = now()", "nothing leads"), ("state = 'waiting'", "nothing leads"),
        ("state = 'stopped', closed_at = now()", "nothing leads"), ("closed_at = now()", "nothing leads"),
        ("version_hash = repeat('0', 64)", "version in force"), ("revision_id = 0", "what the project says now"),
        (f"appraiser = '{here.officer.id}'", "does not appraise it"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=reason):
            sql(here.appraiser, change.format(what), row.pk)
    with pytest.raises(DatabaseError, match="of the body that appraises"):
        sql(here.officer, change.format("appraiser = 'x'"), row.pk)
    for what in ("agency = 'H38.6'", "pack = 'x'", "opened_at = now()", "owner = 'H38'"):
        with pytest.raises(DatabaseError) as found:
            sql(here.appraiser, change.format(what), row.pk)
        assert sqlstate(found.value) == "42501"
    assert sql(here.opining, change.format("appraiser = 'x'"), row.pk) == 0
    for table in ("appraisal", "turn", "supplement", "bodyopinion", "meeting", "verdict", "projectexception"):
        with pytest.raises(DatabaseError):
            sql(here.appraiser, f"DELETE FROM appraisal_{table}")


def test_an_exception_is_asked_decided_by_another_and_ends(appraising: Appraising) -> None:
    here = appraising
    project = here.failed().project
    today = here.at.date()
    with acting(agencies=here.officer.agencies):
        version = project.verdicts.get().version_id
    right = {
        "id": NEW, "project_id": project.pk, "project_hash": here.fresh(project).hash, "version_id": version,
        "state": "asked", "valid_until": today + timedelta(days=30), "review_on": today, "asked_by": here.officer.id,
        "asked_agency": "H38.5", "asked_at": here.at, "decision": "", "decision_text": "",
    } | RECORD  # fmt: skip
    for more, reason in (
        ({"valid_until": today}, "ends"), ({"review_on": today + timedelta(days=31)}, "ends"),
        ({"cause": ""}, "justified"), ({"controls": ""}, "justified"), ({"project_hash": "0" * 64}, "owner asks"),
        ({"asked_by": "x"}, "owner asks"), ({"state": "granted"}, "owner asks"), ({"version_id": NEW}, "owner asks"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=reason):
            put(here.officer, "appraisal_projectexception", right | more)
    row = here.exception(project)
    grant = (
        "UPDATE appraisal_projectexception SET state = 'granted', decided_by = %s, decided_at = %s, decision = %s,"
        " decision_text = 'x', entry = %s, receipt = %s WHERE id = %s"
    )
    whole = [here.approver.id, here.at, "1/QĐ", 1, "{}", row.pk]
    for place, value, person, reason in (
        (0, here.officer.id, here.officer.id, "another person decides"), (0, "x", None, "another person decides"),
        (1, here.at + timedelta(days=200), None, "its last day is past"), 
        (3, None, None, "not entered in the log"), (3, 1, None, "not entered in the log"),
    ):  # fmt: skip
        values = [*whole[:place], value, *whole[place + 1 :]]
        with pytest.raises(DatabaseError, match=reason):
            sql(here.approver, grant, *values, person=person)
    by_exception = approval(here, project, None, exception_id=row.pk)
    with pytest.raises(DatabaseError, match="no exception was granted"):
        put(here.approver, "appraisal_approval", by_exception)
    here.decide(row)
    for more, reason in (
        (
            {"decided_on": row.valid_until + timedelta(days=1), "approved_at": here.at + timedelta(days=100)},
            "that holds on its day",
        ),
        ({"approved_at": here.at + timedelta(days=100)}, "that holds on its day"),
        ({"decided_on": today - timedelta(days=3)}, "that holds on its day"),
    ):
        with pytest.raises(DatabaseError, match=reason):
            put(here.approver, "appraisal_approval", by_exception | more)
    with pytest.raises(DatabaseError, match="who asked"):
        put(here.approver, "appraisal_approval", by_exception | {"approved_by": here.officer.id},
            person=here.officer.id)  # fmt: skip
    for what in ("decision_text = 'y'", "state = 'asked', decided_by = NULL, decided_at = NULL, decision_text = ''"):
        with pytest.raises(DatabaseError, match=r"never changed|is_whole|another person"):
            sql(here.approver, f"UPDATE appraisal_projectexception SET {what} WHERE id = %s", row.pk)
    with pytest.raises(DatabaseError) as found:
        sql(here.approver, "UPDATE appraisal_projectexception SET valid_until = '2099-01-01' WHERE id = %s", row.pk)
    assert sqlstate(found.value) == "42501"
    assert put(here.approver, "appraisal_approval", by_exception) == 1


def test_an_exception_for_another_text_approves_nothing(appraising: Appraising) -> None:
    here = appraising
    project = here.failed().project
    row = here.exception(project)
    here.decide(row)
    here.do(reopen, here.officer, project_id=project.pk)
    here.verdict(here.begin(here.mend(project)), FAIL)
    with pytest.raises(DatabaseError, match="no exception was granted"):
        put(here.approver, "appraisal_approval", approval(here, project, None, exception_id=row.pk))


@pytest.mark.slow
def test_neither_the_worker_nor_the_owner_of_the_tables_passes_the_gate(
    own_database: str, official: Any, at: Any, role: Any
) -> None:
    here = Appraising(official, at)
    verdict = here.verdict()
    right = approval(here, verdict.project, verdict)
    tables = ("appraisal_approval", "appraisal_verdict", "appraisal_projectexception", "appraisal_appraisal")
    for name in ("worker", "owner", "gateway"):
        switched: AbstractContextManager[None] = role(name)
        with switched:
            with pytest.raises(DatabaseError):
                put(here.approver, "appraisal_approval", right)
            for table in tables:
                _kept(here, f"DELETE FROM {table}")
                with pytest.raises(DatabaseError):
                    sql(here.approver, f"TRUNCATE {table} CASCADE")
            for state in ("approved", "accepted"):
                _kept(here, "UPDATE projects_project SET state = %s WHERE id = %s", state, verdict.project_id)
    assert here.fresh(verdict.project).state == "appraised"
    with acting():
        assert not Approval.objects.exists()


def _kept(here: Appraising, statement: str, *values: Any) -> None:
    """Nothing is changed: the role sees no such rows, may not, or a trigger refuses."""
    try:
        assert sql(here.approver, statement, *values) == 0
    except DatabaseError as refusal:
        assert sqlstate(refusal) in ("42501", "23001"), refusal


def test_where_a_project_stands_is_public_and_what_bodies_say_on_the_way_is_not(appraising: Appraising) -> None:
    here = appraising
    row = here.begin()
    due = here.at.date()
    here.do(ask_opinion, here.appraiser, appraisal_id=row.pk, agency="H38.6", question="x", due_on=due)
    here.do(record_meeting, here.appraiser, appraisal_id=row.pk, held_on=due, chair="x", agencies=["H38.2"],
            minutes="x")  # fmt: skip
    here.supplement(row)
    row = here.answer(row.project)
    verdict = here.verdict(row, PASS_WITH_CONDITIONS)
    here.do(meet_condition, here.appraiser, verdict_id=verdict.pk, condition="c1", evidence="x")
    here.exception(verdict.project)
    inside = {"appraisal_bodyopinion", "appraisal_meeting", "appraisal_projectexception"}
    told = {"appraisal_appraisal", "appraisal_turn", "appraisal_supplement", "appraisal_verdict",
            "appraisal_conditionmet"}  # fmt: skip
    for agencies, wanted in (((), told), (("H38.6",), told | inside), (here.officer.agencies, told | inside)):
        with acting(agencies=agencies), connection.cursor() as cursor:
            for table in told | inside:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert bool(cursor.fetchone()[0]) == (table in wanted), (agencies, table)
    here.do(reopen, here.officer, project_id=verdict.project_id)
    with acting(), connection.cursor() as cursor:  # it is its owner's again, and nobody's business
        for table in told:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert not cursor.fetchone()[0], table


@pytest.mark.slow
def test_of_two_who_approve_or_appraise_at_once_one_wins_and_the_other_is_told(
    own_database: str, official: Any, at: Any
) -> None:
    here = Appraising(official, at)
    row = here.begin()
    found = at_once(lambda: here.verdict(row), lambda: here.verdict(row, FAIL))
    first, second = found
    assert isinstance(first, Verdict) and isinstance(second, AppraisalRefused) and "has ended" in str(second)
    project = row.project
    won, lost = at_once(
        lambda: here.approve(project), lambda: here.approve(project, actor=here.other_approver, decision="16/QĐ")
    )
    assert isinstance(won, Approval) and isinstance(lost, AppraisalRefused) and "approved already" in str(lost)
    with acting():
        assert Approval.objects.get().decision == won.decision == "15/QĐ-UBND"


@pytest.mark.slow
def test_of_an_approval_and_a_publication_at_once_the_later_finds_what_the_earlier_left(
    own_database: str, official: Any, at: Any
) -> None:
    here = Appraising(official, at)
    verdict = here.verdict()
    right = approval(here, verdict.project, verdict)
    published, refused = at_once(here.publish_next, lambda: put(here.approver, "appraisal_approval", right))
    assert published.version == "1.1" and "another version of the architecture is in force" in str(refused)


def test_a_verdict_judges_just_what_was_checked_and_stands_in_the_log(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    right = verdict_row(here, row)
    results = right["results"]
    silent = [each | {"why": " "} for each in results]
    for more, reason in (
        ({"results": results[1:]}, "each requirement once"), ({"results": [*results, results[0]]}, "each requirement"),
        ({"results": [results[0] | {"requirement": "x"}, *results[1:]]}, "each requirement once"),
        ({"results": silent}, "says why"), ({"entry": 10**9}, "not entered"),
        ({"entry": right["entry"] - 1}, "not entered"),
        (entered(here, "project-approval", right["receipt"]["content"]), "not entered"),
        (entered(here, "project-verdict", right["receipt"]["content"] | {"project_hash": "0"}), "not entered"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=reason):
            put(here.appraiser, "appraisal_verdict", right | more)
    assert put(here.appraiser, "appraisal_verdict", right) == 1


def test_an_approval_is_dated_by_the_days_of_the_country(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict()
    right, today = approval(here, verdict.project, verdict), localtime(here.at).date()
    late = datetime.combine(today + timedelta(days=1), time(16, 0), UTC)  # 23:00 there, the same day
    next_day = late + timedelta(hours=2)  # 18:00 UTC, and the day after there
    for approved_at, days, taken in ((late, 1, True), (late, 2, False), (next_day, 2, True), (next_day, 3, False)):
        row = right | {"approved_at": approved_at, "decided_on": today + timedelta(days=days)}
        if taken:
            with pytest.raises(DatabaseError, match="an approval approves its project"):
                put(here.approver, "appraisal_approval", row, whole=True)
        else:
            with pytest.raises(DatabaseError, match="not on a day to come"):
                put(here.approver, "appraisal_approval", row)
    for more, reason in (({"entry": 1}, "not entered"), (entered(here, "project-verdict", {}), "not entered")):
        with pytest.raises(DatabaseError, match=reason):
            put(here.approver, "appraisal_approval", right | more)


def test_an_exception_approves_nothing_in_the_night_after_its_last_day(appraising: Appraising) -> None:
    here = appraising
    project = here.failed().project
    row = here.exception(project)
    here.decide(row)
    right = approval(here, project, None, exception_id=row.pk)
    last = datetime.combine(row.valid_until, time(16, 59), UTC)
    after = {"approved_at": last + timedelta(minutes=2), "decided_on": row.valid_until}
    with pytest.raises(DatabaseError, match="that holds on its day"):
        put(here.approver, "appraisal_approval", right | after)
    assert put(here.approver, "appraisal_approval", right | after | {"approved_at": last}) == 1


def test_an_owner_does_not_turn_the_clock_of_others(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    for what in ("ended_at = now()", "due_at = due_at + interval '9 days'", "due_at = due_at - interval '9 days'",
                 "due_at = NULL"):  # fmt: skip
        with pytest.raises(DatabaseError, match="the body's whose time runs"):
            sql(here.officer, f"UPDATE appraisal_turn SET {what} WHERE appraisal_id = %s", row.pk)
    here.supplement(row)
    with pytest.raises(DatabaseError, match="the body's whose time runs"):
        sql(here.officer, "UPDATE appraisal_turn SET due_at = due_at + interval '9 days'")
    assert here.answer(row.project).state == "open"
    assert sql(here.appraiser, "UPDATE appraisal_turn SET ended_at = now() WHERE ended_at IS NULL") > 0
