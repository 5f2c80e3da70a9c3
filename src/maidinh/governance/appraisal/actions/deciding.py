"""The verdict of who appraises, the decision of who approves, and the conditions that are met on the way.

Layer 4, governance. A verdict is bound to the hashes of what was appraised against what; an approval stands on a
passing verdict that still stands, or on an exception. Legal ground: Nghị định 224/2026/NĐ-CP articles 37 and 50. What
is checked here so that people are told why is held by the database in any case (see the migration `gate`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from maidinh.exchange import jws
from maidinh.exchange.directory.actions import Signer as LogSigner
from maidinh.governance.appraisal.actions.opening import begin_turns, checked, in_force
from maidinh.governance.appraisal.actions.refusing import (
    APPRAISING,
    APPROVING,
    N_,
    AppraisalRefused,
    checked_text,
    ended,
    in_person,
    locked_project,
    refusal,
    worked_on,
    wrote,
)
from maidinh.governance.appraisal.actions.signing import (
    Installation,
    Opinion,
    Signer,
    opinion_number,
    signed_document,
)
from maidinh.governance.appraisal.models import Appraisal, Approval, ConditionMet, ProjectException, Verdict
from maidinh.governance.appraisal.queries import agreed_to, pack_of, verdict_of
from maidinh.governance.appraisal.rules import CONCLUDED, GRANTED, PASSING, faults_of_verdict, judged
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects import rules
from maidinh.governance.projects.actions.moving import move, subject, tell
from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.queries import Project
from maidinh.infrastructure.actor import Actor, NotAllowed, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.identity.queries import agencies_with
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import LogKeeper

LONGEST_DECISION = 120
Stands = Verdict | ProjectException


@transaction.atomic
def give_verdict(
    *,
    actor: Actor,
    appraisal_id: int,
    result: str,
    results: Sequence[Mapping[str, str]],
    reasons: str,
    conditions: Sequence[Mapping[str, str]] = (),
    at: datetime,
    signer: Signer,
    installation: Installation,
) -> Verdict:
    """Give the verdict: what each requirement came to, the whole, its reasons and conditions; signed and entered.

    `results` are what the appraiser says, each `{"requirement", "result", "why"}`; what is left out stays as checked.
    """
    row, text = worked_on(actor, appraisal_id), kept(reasons)
    if not in_force(row.version):
        raise refusal("", N_("Another version of the architecture is in force than %(version)s."),
                      N_("Move the appraisal to the version in force."), version=row.version.version)  # fmt: skip
    pack, asked = pack_of(row), [_condition(each, place) for place, each in enumerate(conditions, 1)]
    found = checked(row.project, row, row.version, at)
    if _grades(found) != _grades(row.assessment or {}):
        raise refusal("", N_("The checks say something else now than what you see."), N_("Run the checks again."))
    automatic = frozenset(each.id for each in pack.requirements if each.answered_by == "check")
    own = {each["requirement"]: each for each in results}
    merged, faults = judged((row.assessment or {}).get("results", ()), own, automatic)
    faults += faults_of_verdict(result, merged, text, asked, today=localtime(at).date())
    faults += _silent(row, result, found)
    if faults:
        raise AppraisalRefused(*faults)
    signed = signed_document(
        actor=actor, row=row, pack=pack, opinion=Opinion(result, merged, text, asked), signer=signer,
        installation=installation, at=at,
    )  # fmt: skip
    document = store_document(content=BytesIO(signed), at=at, formats=("pdf",))
    statement = {
        "kind": "project-verdict", "province": row.project.province, "project": row.project.code,
        "appraisal": row.number, "revision": row.revision.number, "project_hash": row.revision.hash,
        "version": row.version.version, "version_hash": row.version_hash, "pack": row.pack, "result": result,
        "conditions": asked, "document": hashlib.sha256(signed).hexdigest(), "number": opinion_number(row, at),
        "agency": row.agency, "given_by": actor.id, "given_at": jws.timestamp(at),
    }  # fmt: skip
    keeper = LogKeeper(signer, installation.province, installation.promise_within)
    entered = keeper.enter(kind="project-verdict", agency=row.agency, role="appraiser", content=statement, at=at)
    with in_person(actor):
        verdict = Verdict.objects.create(
            appraisal=row, project=row.project, revision=row.revision, project_hash=row.revision.hash,
            version=row.version, version_hash=row.version_hash, pack=row.pack, result=result, reasons=text,
            results=merged, conditions=asked, given_by=actor.id, given_agency=row.agency, given_at=at,
            document=document, entry=entered.entry, receipt=entered.receipt,
        )  # fmt: skip
    ended(row, at)
    holder = next(iter(agencies_with(APPROVING)), row.owner)
    begin_turns(row, pack, ("decider",), holder, at)
    row.state, row.closed_at = CONCLUDED, at
    row.save(update_fields=["state", "closed_at"])
    details = {"appraisal": row.number, "result": result, "version": row.version.version, "conditions": len(asked)}
    move(
        actor=actor, row=row.project, state=rules.APPRAISED, at=at, holder=holder, event="verdict-given",
        details=details,
    )  # fmt: skip
    return verdict


@transaction.atomic
def approve_project(
    *,
    actor: Actor,
    project_id: int,
    decision: str,
    decided_on: date,
    exception_id: int | None = None,
    at: datetime,
    signer: LogSigner,
) -> Approval:
    """Approve a project as it was appraised, by a decision: on its verdict, or on an exception. Of two, one wins."""
    row, number = _to_decide(actor, project_id), kept(decision)
    verdict = verdict_of(row)
    faults = list(_faults_of_decision(number, decided_on, localtime(at).date()))
    if verdict is None:  # no project comes so far without one
        raise refusal("", N_("There is no verdict."), N_("The owner hands the project in to be appraised."))
    _another(actor, row)
    ground = _ground(row, verdict, exception_id, decided_on, actor, localtime(at).date())
    if decided_on < localtime(ground.decided_at if isinstance(ground, ProjectException) else ground.given_at).date():
        faults.append(Fault("decided_on", N_("The day is before what the decision stands on.")))
    if faults:
        raise AppraisalRefused(*faults)
    by_exception = isinstance(ground, ProjectException)
    statement = {
        "kind": "project-approval", "province": row.province, "project": row.code, "revision": row.revision,
        "project_hash": row.hash, "version": ground.version.version, "version_hash": ground.version.hash,
        "stands_on": "exception" if by_exception else "verdict", "ground": ground.entry, "decision": number,
        "decided_on": decided_on.isoformat(), "agency": actor.agency, "approved_by": actor.id,
        "approved_at": jws.timestamp(at),
    }  # fmt: skip
    entered = LogKeeper(signer, row.province, settings.MAIDINH.log_promise).enter(
        kind="project-approval", agency=actor.agency, role="approver", content=statement, at=at
    )
    try:
        with in_person(actor):
            approval = Approval.objects.create(
                project=row, revision=row.revisions.get(number=row.revision), project_hash=row.hash,
                version=ground.version, version_hash=ground.version.hash,
                verdict=None if by_exception else ground, exception=ground if by_exception else None,
                decision=number, decided_on=decided_on, approved_by=actor.id, approved_agency=actor.agency,
                approved_at=at, entry=entered.entry, receipt=entered.receipt,
            )  # fmt: skip
    except IntegrityError as error:
        raise refusal("", N_("The project was decided on meanwhile."), N_("Load the page again.")) from error
    for appraisal in row.appraisals.filter(closed_at__isnull=False):
        ended(appraisal, at)
    details = {"decision": number, "decided_on": decided_on.isoformat(), "by_exception": by_exception}
    move(actor=actor, row=row, state=rules.APPROVED, at=at, event="approved", details=details)
    return approval


@transaction.atomic
def refuse_project(*, actor: Actor, project_id: int, reason: str, at: datetime) -> Project:
    """Decide that a project is not approved. That ends it; what is to be mended goes back to its owner instead."""
    row, text = _to_decide(actor, project_id), kept(reason)
    _another(actor, row)
    faults = list(checked_text("reason", text, N_("Say why it is not approved. The owner reads it.")))
    if faults:
        raise AppraisalRefused(*faults)
    for appraisal in row.appraisals.filter(closed_at__isnull=False):
        ended(appraisal, at)
    return move(actor=actor, row=row, state=rules.REFUSED, at=at, event="refused", details={"reason": text})


@transaction.atomic
def meet_condition(*, actor: Actor, verdict_id: int, condition: str, evidence: str, at: datetime) -> ConditionMet:
    """Say that a condition of a verdict is met, with its proof: by who appraises or approves, never by who wrote it."""
    if not (actor.may(APPRAISING) or actor.may(APPROVING)):
        raise NotAllowed(APPROVING)
    verdict, proof = Verdict.objects.filter(pk=verdict_id).first(), kept(evidence)
    if verdict is None:
        raise refusal("", N_("There is no such verdict."))
    row = locked_project(verdict.project_id)
    if wrote(actor, row):
        raise refusal("", N_("You wrote in this project. Somebody else must say that the condition is met."))
    if condition not in {each["id"] for each in verdict.conditions}:
        raise refusal("condition", N_("The verdict has no such condition."))
    if verdict.met.filter(condition=condition).exists():
        raise refusal("condition", N_("It is recorded as met already."), N_("Load the page again."))
    faults = list(checked_text("evidence", proof, N_("Say what proves it, such as the number of a record.")))
    if faults:
        raise AppraisalRefused(*faults)
    with in_person(actor):
        made = ConditionMet.objects.create(verdict=verdict, condition=condition, evidence=proof, by=actor.id, at=at)
    details = {"condition": condition, "verdict": verdict.pk}
    tell(actor=actor, row=row, kind="condition-met", at=at, details=details, public=True)
    record_act(actor=actor, action="appraisal.condition-met", subject=subject(row), at=at, details=details)
    return made


def _to_decide(actor: Actor, project_id: int) -> Project:
    require(actor, APPROVING)
    row = locked_project(project_id)
    if row.state in rules.DECIDED:
        raise refusal("", N_("The project is approved already."), N_("Load the page again."))
    if row.state != rules.APPRAISED:
        raise refusal("", N_("Only a project that was appraised is decided on."), N_("Load the page again."))
    if row.holder not in actor.agencies:
        raise refusal("", N_("Another body decides on this project."))
    return row


def _another(actor: Actor, row: Project) -> None:
    if wrote(actor, row):
        raise refusal("", N_("You wrote in this project. Somebody else must decide on it."))
    if row.verdicts.filter(given_by=actor.id).exists():
        raise refusal("", N_("You gave the verdict. Somebody else must decide on it."))


def _ground(
    row: Project, verdict: Verdict, exception_id: int | None, decided_on: date, actor: Actor, today: date
) -> Stands:
    """What an approval stands on. Refused where it does not bear it, with what is to be done."""
    if exception_id is not None:
        return _exception(row, exception_id, decided_on, actor, today)
    if verdict.project_hash != row.hash:
        raise refusal("", N_("The project was changed after the verdict."), N_("It must be handed in again."))
    if not in_force(verdict.version) or verdict.version.hash != verdict.version_hash:
        raise refusal("", N_("The verdict was made against version %(version)s, and another one is in force."),
                      N_("The appraiser must check it again against the version in force."),
                      version=verdict.version.version)  # fmt: skip
    if verdict.result not in PASSING:
        raise refusal("", N_("The verdict is that the project does not pass."),
                      N_("The owner mends it and hands it in again, or asks for an exception."))  # fmt: skip
    return verdict


def _exception(row: Project, exception_id: int, decided_on: date, actor: Actor, today: date) -> ProjectException:
    found = ProjectException.objects.select_for_update(of=("self",)).filter(pk=exception_id, project=row).first()
    if found is None or found.state != GRANTED:
        raise refusal("exception", N_("No such exception is granted for this project."))
    if found.project_hash != row.hash:
        raise refusal("exception", N_("The exception was granted for another text of the project."))
    if not in_force(found.version):
        raise refusal("exception", N_("The exception was granted against version %(version)s, and another one is in"
                                      " force."), N_("The appraiser must check it again."),
                      version=found.version.version)  # fmt: skip
    if found.valid_until < max(decided_on, today):
        raise refusal("exception", N_("The exception ended on %(day)s."), day=found.valid_until.isoformat())
    if found.asked_by == actor.id:
        raise refusal("exception", N_("You asked for the exception. Somebody else must decide on the project."))
    return found


def _faults_of_decision(number: str, decided_on: date, today: date) -> list[Fault]:
    faults = list(checked_text("decision", number, N_("Enter the number of the decision.")))
    if len(number) > LONGEST_DECISION:
        faults.append(Fault("decision", N_("The number is too long.")))
    if decided_on > today:
        faults.append(Fault("decided_on", N_("The day is still to come.")))
    return faults


def _silent(row: Appraisal, result: str, found: Mapping[str, Any]) -> list[Fault]:
    """The agencies that have not agreed though what is theirs is changed. The appraising body says its own."""
    agreed, names = agreed_to(row.project) | {row.agency}, agency_names("vi")
    missing = [names.get(each, each) for each in found.get("must_agree", ()) if each not in agreed]
    if result not in PASSING or not missing:
        return []
    return [Fault("result", N_("These agencies have not agreed, and the project changes what is theirs: %(agencies)s."),
                  {"agencies": "; ".join(missing)},
                  N_("Ask each for its opinion. Where one disagrees, return the project."))]  # fmt: skip


def _condition(each: Mapping[str, str], place: int) -> dict[str, str]:
    return {"id": each.get("id") or f"c{place}", "text": kept(each.get("text", "")), "until": each.get("until", "")}


def _grades(found: Mapping[str, Any]) -> dict[str, str]:
    return {each["requirement"]: each["result"] for each in found.get("results", ())}
