"""What the appraisal of a project leaves in the database, written without its checks, clock and signed opinion."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from django.conf import settings

from maidinh.governance.appraisal.models import Appraisal, Approval, Supplement, Verdict
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.actions.moving import locked, move
from maidinh.governance.projects.models import Project
from maidinh.governance.projects.rules import APPRAISED, APPRAISING, APPROVED, RETURNED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.translog.promises import LogKeeper
from tests.services.results.stages import PDF

CHECKED = [{"requirement": "one", "result": "met"}]


def logged(kind: str, content: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The columns of something that is entered in the log."""
    entered = LogKeeper(settings.SIGNER, "lao-cai", 60).enter(
        kind=kind, agency="H38.2", role="appraiser", content=content, at=at
    )
    return {"entry": entered.entry, "receipt": entered.receipt}


def hand_in(row: Project, officer: Actor, agency: str, at: datetime) -> Project:
    """The project's owner hands it in to the agency that appraises."""
    with acting(agencies=officer.agencies, person=officer.id):
        version, row = current_version(), locked(row.pk)
        Appraisal.objects.create(
            project=row, number=row.appraisals.count() + 1, pack=row.pack, owner=row.owner, agency=agency,
            revision=row.revisions.get(number=row.revision), version=version, version_hash=version.hash,
            opened_by=officer.id, opened_at=at, assessed_at=at,
            assessment={"project_hash": row.hash, "version_hash": version.hash, "results": CHECKED},
        )  # fmt: skip
        return move(actor=officer, row=row, state=APPRAISING, at=at, event="handed-in")


def ask_supplement(row: Project, appraiser: Actor, at: datetime) -> Project:
    """The appraiser asks for a supplement."""
    with acting(agencies=appraiser.agencies, person=appraiser.id):
        row = locked(row.pk)
        appraisal = row.appraisals.get(closed_at__isnull=True)
        Supplement.objects.create(
            appraisal=appraisal, number=1, defects=[{"field": "", "says": "Thiếu", "basis": ""}], asked_at=at,
            asked_by=appraiser.id, asked_agency=appraiser.agency,
        )  # fmt: skip
        appraisal.state = "waiting"
        appraisal.save(update_fields=["state"])
        return move(actor=appraiser, row=row, state=RETURNED, at=at, event="supplement-asked")


def answer(row: Project, officer: Actor, at: datetime) -> Project:
    """The owner, who has mended the project, hands it in again."""
    with acting(agencies=officer.agencies, person=officer.id):
        row = locked(row.pk)
        appraisal = row.appraisals.get(closed_at__isnull=True)
        asked, revision = appraisal.supplements.get(), row.revisions.get(number=row.revision)
        asked.answered_by, asked.answered_at, asked.answer = officer.id, at, revision
        asked.save(update_fields=["answered_by", "answered_at", "answer"])
        appraisal.state, appraisal.revision = "open", revision
        appraisal.assessment = appraisal.assessment | {"project_hash": revision.hash}
        appraisal.save(update_fields=["state", "revision", "assessment"])
        return move(actor=officer, row=row, state=APPRAISING, at=at, event="supplement-answered")


def pass_it(row: Project, appraiser: Actor, at: datetime, conditions: Any = ()) -> Project:
    """The appraiser gives a passing verdict."""
    with acting(agencies=appraiser.agencies, person=appraiser.id):
        row = locked(row.pk)
        appraisal = row.appraisals.get(closed_at__isnull=True)
        result = "pass-with-conditions" if conditions else "pass"
        judged = [
            {"requirement": each["requirement"], "result": "met", "why": "Đã xem"}
            for each in appraisal.assessment["results"]
        ]
        said = {"project_hash": row.hash, "version_hash": appraisal.version_hash, "result": result}
        Verdict.objects.create(
            appraisal=appraisal, project=row, revision=appraisal.revision, project_hash=row.hash, reasons="Phù hợp",
            version=appraisal.version, version_hash=appraisal.version_hash, pack=row.pack,
            result=result, conditions=list(conditions), results=judged, given_by=appraiser.id, given_at=at,
            given_agency=appraiser.agency, document=store_document(content=BytesIO(PDF), at=at),
            **logged("project-verdict", said | {"conditions": list(conditions)}, at),
        )  # fmt: skip
        appraisal.state, appraisal.closed_at = "concluded", at
        appraisal.save(update_fields=["state", "closed_at"])
        return move(actor=appraiser, row=row, state=APPRAISED, at=at, event="verdict-given")


def approve(row: Project, approver: Actor, at: datetime) -> Project:
    """Somebody else approves it on its verdict."""
    with acting(agencies=approver.agencies, person=approver.id):
        row = locked(row.pk)
        verdict = row.verdicts.order_by("-pk").first()
        said = {"project_hash": row.hash, "version_hash": verdict.version_hash, "decision": "01/QĐ-UBND"}
        Approval.objects.create(
            project=row, revision=verdict.revision, project_hash=row.hash, version=verdict.version,
            version_hash=verdict.version_hash, verdict=verdict, decision="01/QĐ-UBND", decided_on=at.date(),
            approved_by=approver.id, approved_agency=approver.agency, approved_at=at,
            **logged("project-approval", said, at),
        )  # fmt: skip
        return move(actor=approver, row=row, state=APPROVED, at=at, event="approved")
