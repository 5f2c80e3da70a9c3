"""A project from its approval to the published version that carries it; what it is refused on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.editing import abandon_draft, edit_draft, open_draft
from maidinh.governance.drafting.queries import draft_for, revisions_of
from maidinh.governance.drafting.rules import Edit
from maidinh.governance.projects.actions.carrying import (
    accept_project,
    begin_building,
    merge_project,
    refuse_completion,
    report_completion,
    report_component,
    take_back,
)
from maidinh.governance.projects.actions.merging import carry_published, give_back
from maidinh.governance.projects.actions.moving import ProjectRefused
from maidinh.governance.projects.actions.preparing import rebase_project
from maidinh.governance.projects.models import Project
from maidinh.governance.projects.queries import foreseen, newest_reports, projects_declaring, reports_for
from maidinh.governance.projects.rules import ACCEPTED, BUILDING, IN_FORCE, MERGED
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.infrastructure.events.models import Delivery
from maidinh.infrastructure.identity.queries import anonymous
from tests.governance.projects.conftest import NEW, Carrying

pytestmark = pytest.mark.slow


def refused(carrying: Carrying, field: str, action: Any, actor: Any = None, **what: Any) -> None:
    """The act is refused, for a reason about this field."""
    with pytest.raises(ProjectRefused) as found:
        carrying.do(action, actor or carrying.officer, **what)
    assert {each.field for each in found.value.faults} == {field}


def test_a_project_goes_all_the_way_into_the_version_in_force(carrying: Carrying) -> None:
    row = carrying.open()
    carrying.revise(row, seen=1, summary={"vi": "Khác"})
    row = carrying.accepted(row)
    assert (row.state, row.baseline.number, row.holder) == (ACCEPTED, 2, carrying.architect.agency)
    merged = carrying.merge(row)
    assert merged.conflicts == ()
    row = carrying.fresh(row)
    assert (row.state, row.draft) == (MERGED, merged.draft_id)
    with acting(agencies=carrying.architect.agencies):
        draft = draft_for(carrying.architect, merged.draft_id)
        assert [each["via"] for each in revisions_of(draft)] == ["project"]
        elements = {each.id: each for each in draft.model.elements}
        assert (elements[NEW].owner, elements["flood-warning"].zone) == ("H38.5", "wan")
    version = carrying.published(merged.draft_id)
    assert [each.code for each in carry_published_now(carrying, version.version)] == [row.code]
    assert carry_published_now(carrying, version.version) == [], "told twice, done once"
    row = carrying.fresh(row)
    assert (row.state, row.carried_in, row.holder) == (IN_FORCE, version, row.owner)
    with acting():
        assert projects_declaring() == {NEW: row.code, "flood-warning": row.code}


def carry_published_now(carrying: Carrying, version: str) -> list[Project]:
    """What the worker does: here as the agencies that see the draft and the project."""
    agencies = {*carrying.officer.agencies, *carrying.architect.agencies}
    with acting(agencies=agencies):
        return carry_published(version=version, at=carrying.at)


def test_a_version_that_lost_what_the_project_proposed_does_not_carry_it(carrying: Carrying) -> None:
    row = carrying.accepted()
    draft = carrying.merge(row).draft_id
    edits = [Edit("elements", NEW, "zone", "internet"), Edit("elements", NEW, "name.vi", "Quan trắc đất đai")]
    carrying.do(edit_draft, carrying.architect, draft_id=draft, edits=edits, seen_revision=1, via="form")
    refused(carrying, "", take_back, carrying.architect, project_id=row.pk, reason="x")
    version = carrying.published(draft)
    assert carry_published_now(carrying, version.version) == carry_published_now(carrying, version.version) == []
    row = carrying.fresh(row)
    assert row.state == MERGED
    force = "UPDATE projects_project SET state = 'in-force', carried_in_id = %s WHERE id = %s"
    with (
        pytest.raises(Error, match=f"does not carry elements/{NEW}"),
        transaction.atomic(),
        acting(agencies=carrying.architect.agencies),
        connection.cursor() as cursor,
    ):
        cursor.execute(force, [version.pk, row.pk])
    with acting(agencies=carrying.officer.agencies):
        [event] = row.events.filter(kind="not-carried")
    assert event.details["missing"] == [f"elements/{NEW}/zone"], "how it is worded is the architects'"
    refused(carrying, "reason", take_back, carrying.architect, project_id=row.pk, reason="")
    carrying.do(take_back, carrying.architect, project_id=row.pk, reason="Vùng mạng bị sửa")
    assert carrying.fresh(row).state == ACCEPTED


def test_a_project_of_a_draft_that_is_given_up_waits_for_the_next(carrying: Carrying) -> None:
    row = carrying.accepted()
    draft = carrying.merge(row).draft_id
    carrying.do(abandon_draft, carrying.architect, draft_id=draft, reason="Làm lại")
    with acting(agencies={*carrying.officer.agencies, *carrying.architect.agencies}):
        assert [each.pk for each in give_back(draft_id=draft, at=carrying.at)] == [row.pk]
        assert give_back(draft_id=draft, at=carrying.at) == []
    row = carrying.fresh(row)
    assert (row.state, row.draft) == (ACCEPTED, None)
    assert carrying.merge(row, version="1.2").draft_id != draft


def test_where_draft_and_project_differ_an_architect_decides_and_nothing_is_written_before(carrying: Carrying) -> None:
    row = carrying.accepted()
    with acting(agencies=carrying.architect.agencies):
        draft = open_draft(actor=carrying.architect, version="1.1", title={"vi": "x"}, base=current_version().pk,
                           at=carrying.at)  # fmt: skip
    edit = Edit("elements", "flood-warning", "zone", "internet")
    carrying.do(edit_draft, carrying.architect, draft_id=draft.pk, edits=[edit], seen_revision=0, via="form")
    left = carrying.merge(row, draft.pk)
    [conflict] = left.conflicts
    assert (conflict.ours, conflict.theirs) == ("wan", "internet")
    assert carrying.fresh(row).state == ACCEPTED
    merged = carrying.merge(row, draft.pk, decisions={conflict.key: "theirs"})
    assert merged.conflicts == ()
    with acting(agencies=carrying.officer.agencies):
        event = carrying.fresh(row).events.get(kind="merged")
    assert event.details["differs"] == ["elements/flood-warning/zone"]


def test_a_merge_needs_an_accepted_project_an_architect_and_a_draft(carrying: Carrying) -> None:
    row = carrying.completed()
    architect = carrying.architect
    with pytest.raises(NotAllowed):
        carrying.do(merge_project, carrying.officer, project_id=row.pk, draft_id=None)
    refused(carrying, "", merge_project, architect, project_id=row.pk, draft_id=None)
    carrying.do(accept_project, carrying.approver, project_id=row.pk, record="Biên bản số 1")
    refused(carrying, "version", merge_project, architect, project_id=row.pk, draft_id=None)
    refused(carrying, "", merge_project, architect, project_id=row.pk, draft_id=10**9)
    words = {"version": "no number", "title": {"vi": "x"}}
    refused(carrying, "", merge_project, architect, project_id=row.pk, draft_id=None, **words)
    assert carrying.fresh(row).state == ACCEPTED


def test_conditions_that_are_not_met_stop_acceptance(carrying: Carrying) -> None:
    conditions = [{"id": each, "text": f"Điều kiện {each}", "until": "2027-01-01"} for each in ("a", "b")]
    row = carrying.completed(conditions=conditions)
    with pytest.raises(ProjectRefused, match=r"Điều kiện a.*Điều kiện b"):
        carrying.do(accept_project, carrying.approver, project_id=row.pk, record="Biên bản số 1")
    for condition in ("a", "b"):
        with acting(agencies=carrying.appraiser.agencies, person=carrying.appraiser.id):
            verdict = carrying.fresh(row).approval.verdict
            verdict.met.create(condition=condition, evidence="Đã bổ sung", by=carrying.appraiser.id, at=carrying.at)
    assert carrying.do(accept_project, carrying.approver, project_id=row.pk, record="Số 1").state == ACCEPTED


def test_each_step_after_the_approval_is_refused_to_whom_and_when_it_is_not_due(carrying: Carrying) -> None:
    row = carrying.approved()
    completion = {"project_id": row.pk, "completed_on": carrying.at.date(), "summary": "Đã xong"}
    refused(carrying, "", report_completion, **completion)
    refused(carrying, "", begin_building, carrying.stranger, project_id=row.pk)
    carrying.do(begin_building, carrying.officer, project_id=row.pk)
    refused(carrying, "", begin_building, project_id=row.pk)
    tomorrow = carrying.at.date() + timedelta(days=1)
    refused(carrying, "completed_on", report_completion, **completion | {"completed_on": tomorrow})
    refused(carrying, "completed_on", report_completion, **completion | {"completed_on": date(2020, 1, 1)})
    refused(carrying, "summary", report_completion, **completion | {"summary": ""})
    refused(carrying, "", accept_project, carrying.approver, project_id=row.pk, record="1")
    carrying.do(report_completion, carrying.officer, **completion)
    with pytest.raises(NotAllowed):
        carrying.do(accept_project, carrying.officer, project_id=row.pk, record="1")
    elsewhere = replace(carrying.approver, agencies=("H38.6",))
    for action, what in ((accept_project, {"record": "1"}), (refuse_completion, {"reason": "x"})):
        refused(carrying, "", action, elsewhere, project_id=row.pk, **what)
    refused(carrying, "record", accept_project, carrying.approver, project_id=row.pk, record="")
    refused(carrying, "reason", refuse_completion, carrying.approver, project_id=row.pk, reason="")
    carrying.do(refuse_completion, carrying.approver, project_id=row.pk, reason="Thiếu cổng")
    row = carrying.fresh(row)
    assert (row.state, row.holder) == (BUILDING, row.owner)


def test_components_are_reported_by_who_owns_operates_or_builds_them(carrying: Carrying) -> None:
    row = carrying.approved()
    report = {"state": "building", "percent": 40, "as_of": carrying.at.date(), "element": NEW}
    refused(carrying, "element", report_component, **report)  # of the project only, which is not named
    carrying.do(report_component, carrying.officer, project_id=row.pk, **report)
    refused(carrying, "element", report_component, carrying.stranger, project_id=row.pk, **report)
    owned = report | {"element": "flood-warning"}
    carrying.do(report_component, carrying.officer, **owned)
    carrying.do(report_component, carrying.officer, **owned | {"percent": 60})
    refused(carrying, "percent", report_component, **owned | {"percent": 101})
    refused(carrying, "state", report_component, **owned | {"state": "well"})
    later = carrying.at.date() + timedelta(days=1)
    refused(carrying, "as_of", report_component, **owned | {"as_of": later})
    with pytest.raises(NotAllowed):
        carrying.do(report_component, carrying.approver, **owned)
    with acting():
        assert {key: each.percent for key, each in newest_reports().items()} == {NEW: 40, "flood-warning": 60}
        assert reports_for(element="flood-warning").count() == 2
        assert [each.element for each in reports_for(project=row)] == [NEW]
    assert anonymous().may("component.report") is False


def test_a_project_is_brought_onto_the_version_that_came_into_force_meanwhile(carrying: Carrying) -> None:
    row = carrying.open()
    with acting(agencies=carrying.architect.agencies):
        draft = open_draft(actor=carrying.architect, version="1.1", title={"vi": "x"}, base=current_version().pk,
                           at=carrying.at)  # fmt: skip
    edit = Edit("elements", "flood-warning", "zone", "internet")
    carrying.do(edit_draft, carrying.architect, draft_id=draft.pk, edits=[edit], seen_revision=0, via="form")
    version = carrying.published(draft.pk)
    with acting(agencies=carrying.officer.agencies):
        [conflict] = foreseen(carrying.fresh(row))
    left = carrying.do(rebase_project, carrying.officer, project_id=row.pk)
    assert left.conflicts == (conflict,)
    assert carrying.fresh(row).revision == 1
    refused(carrying, conflict.key, rebase_project, project_id=row.pk, decisions={conflict.key: "neither"})
    found = carrying.do(rebase_project, carrying.officer, project_id=row.pk, decisions={conflict.key: "ours"})
    row = carrying.fresh(row)
    assert (found.conflicts, row.revision, row.base, row.project.architecture) == ((), 2, version, "1.1")
    changed = {each.item: each.set for each in row.project.changes if each.action == "change"}
    assert changed == {"flood-warning": {"zone": "wan"}}


@pytest.mark.slow
def test_the_worker_brings_what_is_published_into_force_and_what_is_given_up_back(
    own_database: str, official: Callable[..., Actor], at: datetime, role: Callable[[str], Any]
) -> None:
    carrying = Carrying(official, at)
    first, second = (carrying.accepted(carrying.open(code, changes=changes(code))) for code in ("one", "two"))
    draft = carrying.merge(first).draft_id
    given_up = carrying.merge(second, version="1.2").draft_id
    carrying.do(abandon_draft, carrying.architect, draft_id=given_up)
    version = carrying.published(draft)
    with role("worker"):
        while deliver_events(at=at):
            pass
        assert not Delivery.objects.exclude(last_error="").exists()
    first, second = carrying.fresh(first), carrying.fresh(second)
    assert (first.state, first.carried_in) == (IN_FORCE, version)
    assert (second.state, second.draft) == (ACCEPTED, None)


def changes(name: str) -> list[dict[str, Any]]:
    """A change that adds a system of this name."""
    value = {"id": name, "kind": "information-system", "layer": 3, "owner": "H38.5", "name": {"vi": name}}
    return [{"action": "add", "section": "elements", "item": name, "value": value}]
