"""`/approvals`, `/projects/<code>/approval` and `/acceptance`: deciding on projects, accepting what was built.

Layer 2. Before anything is decided the page says what was found, against what, what the decision does, and, where it
can't be taken, why not and who does what next.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import appraising, appraising_words
from maidinh.channels.web.appraising_forms import LONGEST, day_asked, text_asked, typed, typed_day
from maidinh.channels.web.context import language
from maidinh.governance.appraisal.actions.deciding import approve_project, meet_condition, refuse_project
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.queries import (
    appraisal_of,
    approval_of,
    decision_due,
    exception_that_holds,
    exceptions_for,
    to_approve,
    verdict_of,
    verdict_stands,
)
from maidinh.governance.appraisal.rules import ASKED, PASSING
from maidinh.governance.projects.actions.carrying import accept_project, refuse_completion
from maidinh.governance.projects.actions.preparing import ProjectRefused
from maidinh.governance.projects.queries import Project, events_for, project_for
from maidinh.governance.projects.rules import APPRAISED, APPRAISING, COMPLETED, DECIDED, REFUSED, RETURNED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.organisations.queries import agency_names

APPROVING = "project.approve"
LONGEST_NUMBER = 120
COMPLETION = "completed"


def approvals(request: HttpRequest) -> HttpResponse:
    """The projects that wait for a decision, and those that wait to be accepted."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = [_row(each) for each in to_approve(actor)]
    context = {
        "decide": [row for row in rows if row["project"].state == APPRAISED],
        "accept": [row for row in rows if row["project"].state == COMPLETED],
        "done": request.GET.get("done", ""),
    }
    return render(request, "architecture/appraising/approvals.html", context)


def approval(request: HttpRequest, code: str) -> HttpResponse:
    """What was found, and the two forms: approve with a decision, or refuse with a reason."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = project_of(actor, code)
    chosen = request.POST.get("choice", "")
    decided_on, words = typed_day(request.POST, "decided_on")
    number, reason = typed(request.POST, "decision", LONGEST_NUMBER), typed(request.POST, "reason")
    errors = appraising_words.Errors()
    if request.method == "POST":
        if chosen == "approve":
            missing = _("Enter the number of the decision.")
            text_asked(errors, "decision", number, missing, LONGEST_NUMBER)
            day_asked(errors, "decided_on", decided_on, words)
        elif chosen == "refuse":
            text_asked(errors, "reason", reason, _("Say why it is not approved. The owner reads it."))
        else:
            errors["choice"] = [_("Choose whether you approve the project.")]
        if not errors:
            errors = _decided(actor, row, chosen, number, decided_on, reason)
            if not errors:
                return redirect(f"{reverse('project-approval', kwargs={'code': code})}?done={chosen}")
    context = {
        **_head(actor, row),
        "stops": obstacles(actor, row),
        "typed": {"choice": chosen, "decision": number, "decided_on": words, "reason": reason},
        "exception": exception_that_holds(row, localtime(timezone.now()).date()),
        "awaited": exceptions_for(actor).filter(project=row, state=ASKED).first(),
        "approval": approval_of(row),
        "due": decision_due(row) if row.state == APPRAISED else None,
        "done": request.GET.get("done", ""),
        "errors": errors,
        "longest": LONGEST,
    }
    return render(request, "architecture/appraising/approval.html", context, status=422 if errors else 200)


def acceptance(request: HttpRequest, code: str) -> HttpResponse:
    """What the owner reported as finished, which conditions are met, and the record of acceptance."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = project_of(actor, code)
    words = {name: typed(request.POST, name) for name in ("record", "evidence", "reason")}
    condition, stepped = request.POST.get("condition", "")[:60], request.POST.get("step", "")
    errors = appraising_words.Errors()
    if request.method == "POST":
        if stepped == "met":
            errors = _condition_met(actor, row, condition, words["evidence"])
        elif stepped == "back":
            errors = _sent_back(actor, row, words["reason"])
        else:
            errors = _accepted(actor, row, words["record"])
        if not errors:
            done = stepped if stepped in ("met", "back") else "accepted"
            return redirect(f"{reverse('project-acceptance', kwargs={'code': code})}?done={done}")
    context = {
        **_head(actor, row),
        "reports": [each for each in events_for(actor, row) if each.kind == COMPLETION],
        "waits": row.state == COMPLETED,
        "own": actor.id in row.writers,
        "state": row.state,
        "typed": words | {"condition": condition},
        "done": request.GET.get("done", ""),
        "errors": errors,
    }
    return render(request, "architecture/appraising/acceptance.html", context, status=422 if errors else 200)


def obstacles(actor: Actor, row: Project) -> list[dict[str, str]]:
    """Why this project cannot be approved by this person now, each with what is to be done and by whom."""
    if row.state in (APPRAISING, RETURNED):
        return [{"what": _("The appraisal is not finished."), "do": _("Wait for the verdict of the appraising body.")}]
    if row.state != APPRAISED:
        return [{"what": _("It does not wait for a decision."), "do": ""}]
    found, verdict = [], verdict_of(row)
    if actor.id in row.writers:
        found.append({"what": _("You wrote in this project."), "do": _("Another person must decide on it.")})
    if verdict is not None and verdict.given_by == actor.id:
        found.append({"what": _("You gave the verdict."), "do": _("Another person must decide on it.")})
    if verdict is None:
        found.append({"what": _("There is no verdict."), "do": _("The owner hands the project in again.")})
        return found
    excepted = exception_that_holds(row, localtime(timezone.now()).date()) is not None
    if verdict.result not in PASSING and not excepted:
        found.append(
            {
                "what": _("The verdict is that it does not pass."),
                "do": _(
                    "Its owner takes it back and mends it, or asks for an exception with an end. Or you refuse it."
                ),
            }
        )
    if verdict.project_hash != row.hash:
        found.append(
            {
                "what": _("The project was changed after the verdict."),
                "do": _("The owner hands it in again, so that what is approved is what was appraised."),
            }
        )
    elif not verdict_stands(verdict) and not excepted:
        found.append(
            {
                "what": _("Another version of the architecture is in force than the one it was appraised against."),
                "do": _("The appraising body checks it again against the version in force and gives a new verdict."),
            }
        )
    return found


def project_of(actor: Actor, code: str) -> Project:
    """The project of an address; Http404 where this reader sees none."""
    row = project_for(actor, code)
    if row is None:
        raise Http404(code)
    return row


def _decided(
    actor: Actor, row: Project, chosen: str, number: str, decided_on: Any, reason: str
) -> appraising_words.Errors:
    at = timezone.now()
    try:
        if chosen == "refuse":
            refuse_project(actor=actor, project_id=row.pk, reason=reason, at=at)
        else:
            verdict = verdict_of(row)
            passes = verdict is not None and verdict.result in PASSING and verdict_stands(verdict)
            exception = None if passes else exception_that_holds(row, localtime(at).date())
            approve_project(
                actor=actor, project_id=row.pk, decision=number, decided_on=decided_on,
                exception_id=exception.pk if exception else None, at=at, signer=settings.SIGNER,
            )  # fmt: skip
    except AppraisalRefused as refusal:
        return appraising_words.errors_of(refusal.faults, ("decision", "decided_on", "reason"))
    except SignerError:
        return {"": [_("It could not be signed now. Nothing was changed. Try again in a minute.")]}
    return {}


def _condition_met(actor: Actor, row: Project, condition: str, evidence: str) -> appraising_words.Errors:
    errors, verdict = appraising_words.Errors(), verdict_of(row)
    name = f"evidence-{condition}"
    text_asked(errors, name, evidence, _("Say what proves it, such as the number of a record."))
    if errors or verdict is None:
        return errors
    try:
        meet_condition(
            actor=actor, verdict_id=verdict.pk, condition=condition, evidence=evidence, at=timezone.now()
        )  # fmt: skip
    except AppraisalRefused as refusal:
        found = appraising_words.errors_of(refusal.faults, ("evidence",))
        return {name if field == "evidence" else field: words for field, words in found.items()}
    return {}


def _accepted(actor: Actor, row: Project, record: str) -> appraising_words.Errors:
    errors = appraising_words.Errors()
    text_asked(errors, "record", record, _("Enter the record of acceptance: its number and day, and what it found."))
    if errors:
        return errors
    try:
        accept_project(actor=actor, project_id=row.pk, record=record, at=timezone.now())
    except (ProjectRefused, AppraisalRefused) as refusal:
        return appraising_words.errors_of(refusal.faults, ("record",))
    return {}


def _sent_back(actor: Actor, row: Project, reason: str) -> appraising_words.Errors:
    errors = appraising_words.Errors()
    text_asked(errors, "reason", reason, _("Say what is missing. The owner reads it."))
    if errors:
        return errors
    try:
        refuse_completion(actor=actor, project_id=row.pk, reason=reason, at=timezone.now())
    except ProjectRefused as refusal:
        return appraising_words.errors_of(refusal.faults, ("reason",))
    return {}


def _head(actor: Actor, row: Project) -> dict[str, Any]:
    last, verdict = appraisal_of(row), verdict_of(row)
    seen = last is not None and actor.may(appraising.READ)
    return {
        "project": row,
        "title": appraising_words.text(row.title),
        "owner": agency_names(language()).get(row.owner, row.owner),
        "form": row.project,
        "appraisal": last,
        "appraisal_href": appraising.address(last.pk) if last is not None and seen else "",
        "verdict": appraising.verdict_of(verdict) if verdict is not None else None,
        "decided": row.state in (*DECIDED, REFUSED),
    }


def _row(row: Project) -> dict[str, Any]:
    verdict = verdict_of(row)
    names = agency_names(language())
    accept = row.state == COMPLETED
    return {
        "project": row,
        "title": appraising_words.text(row.title),
        "owner": names.get(row.owner, row.owner),
        "total": row.project.total,
        "href": reverse("project-acceptance" if accept else "project-approval", kwargs={"code": row.code}),
        "verdict": appraising.verdict_of(verdict) if verdict is not None else None,
    }


def waiting(actor: Actor, at: datetime) -> int:
    """How many projects wait for this person's decision: a figure of their home."""
    del at
    return len(to_approve(actor))


ROUTES = [
    page("approvals", approvals, name="approvals", who=APPROVING),
    page("projects/<str:code>/approval", approval, name="project-approval", who=APPROVING, methods=("GET", "POST")),
    page(
        "projects/<str:code>/acceptance", acceptance, name="project-acceptance", who=APPROVING, methods=("GET", "POST")
    ),
]
