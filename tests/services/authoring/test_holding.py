"""What the database itself refuses, whoever asks it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from maidinh.infrastructure.database.scope import acting
from maidinh.services.authoring.models import Draft, Revision
from maidinh.services.procedures.queries import ProcedureVersion

from .conftest import Desk


def refused(desk: Desk, statement: str, values: Any = (), *, who: Any = None) -> str:
    """How the database refuses a statement of the web role."""
    actor = who or desk.leader
    with (
        acting(agencies=actor.agencies, official=actor.id),
        pytest.raises(DatabaseError) as told,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return str(told.value)


PUBLISH = (
    "UPDATE authoring_draft SET state = 'published', decided_by = %s, decided_at = now(), decision = '1/QĐ',"
    " decided_on = current_date WHERE id = %s"
)


def test_who_wrote_in_a_draft_is_refused_as_its_approver(desk: Desk) -> None:
    draft = desk.handed_in()
    assert "does not approve it" in refused(desk, PUBLISH, [desk.writer.id, draft.pk], who=desk.writer)
    assert "a decision on what was handed in" in refused(desk, PUBLISH, [desk.leader.id, draft.pk], who=desk.writer)


def test_history_and_ended_drafts_do_not_change(desk: Desk) -> None:
    draft = desk.handed_in()
    assert "permission denied" in refused(desk, "UPDATE authoring_revision SET why = 'x'")
    assert "permission denied" in refused(desk, "DELETE FROM authoring_draft")
    assert "change by a revision" in refused(desk, "UPDATE authoring_draft SET files = '{}' WHERE id = %s", [draft.pk])
    desk.approve(draft)
    assert "ended is not changed" in refused(desk, "UPDATE authoring_draft SET note = 'x' WHERE id = %s", [draft.pk])


@pytest.mark.parametrize("change", ["seen = seen + 1", "base_id = NULL", "seen = seen + 1, revision = revision + 1"])
def test_only_a_newer_version_is_taken_in_and_by_a_revision(desk: Desk, change: str) -> None:
    draft = desk.begun()
    told = refused(desk, f"UPDATE authoring_draft SET {change} WHERE id = %s", [draft.pk], who=desk.writer)
    assert "a newer version is taken in by a revision" in told


def test_a_revision_is_by_who_acts(desk: Desk) -> None:
    draft = desk.begun()
    with (
        acting(agencies=desk.writer.agencies, official=desk.writer.id),
        pytest.raises(DatabaseError, match="by who acts"),
        transaction.atomic(),
    ):
        Revision.objects.create(draft=draft, number=1, by=desk.leader.id, at=desk.at, files={})


def test_the_web_brings_no_version_into_force_without_an_approved_draft(desk: Desk) -> None:
    draft = desk.handed_in()
    known = ProcedureVersion.objects.get(code=draft.code)
    with (
        acting(agencies=desk.leader.agencies, official=desk.leader.id),
        pytest.raises(DatabaseError, match="no draft of this version was approved"),
        transaction.atomic(),
    ):
        ProcedureVersion.objects.create(
            hash=draft.hash, code=draft.code, version=draft.version, content=known.content, search="",
            effective_from=desk.at.date(), loaded_at=desk.at,
        )  # fmt: skip


def test_another_agency_sees_no_draft(desk: Desk) -> None:
    desk.begun()
    with acting(agencies=desk.elsewhere.agencies, official=desk.elsewhere.id):
        assert not Draft.objects.exists()
