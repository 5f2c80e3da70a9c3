"""`/desk/dossiers/<code>`: one dossier on an official's desk, and what the official may do with it.

Layer 2. Every change is a POST that answers with a redirect; doing the same twice does it once. Two officials at one
step: the first wins, the other is told who it was.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.colleagues import colleagues_of
from maidinh.channels.counter.facts import fact_errors, facts_asked, read_facts
from maidinh.channels.counter.moving import ways_of
from maidinh.channels.counter.refusals import REFUSALS, in_words
from maidinh.channels.counter.sheet import findings_of, sheet_of, slips_of
from maidinh.channels.routing import page
from maidinh.channels.timing import time_left
from maidinh.channels.wording import WITHDRAWN as WITHDRAWN_WORDS
from maidinh.channels.wording import language
from maidinh.infrastructure.files.queries import open_document
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.paying import refundable
from maidinh.services.dossiers.actions.steps import (
    WITHDRAWN,
    FactsWrong,
    ReasonMissing,
    WayWrong,
    claim_task,
    complete_task,
    record_payment,
)
from maidinh.services.dossiers.queries import dossier_for, open_task_for, open_tasks_of
from maidinh.services.dossiers.rules import WAYS_OF_RETURN, asks_supplement, step_of
from maidinh.services.fees.actions.charging import AlreadyPaid
from maidinh.services.fees.queries import charge_of
from maidinh.services.nationalportal.queries import link_of
from maidinh.services.procedures.definition import Outcome
from maidinh.services.results.actions import issue_due_forms
from maidinh.services.results.queries import document_of, forms_of, result_for, revocation_of

LONGEST_TEXT = 4000
ENDINGS = ("refused", "stopped")


def desk(request: HttpRequest, code: str) -> HttpResponse:
    """The dossier."""
    return shown(request, code)


def shown(
    request: HttpRequest, code: str, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    """The desk's page, with what went wrong when something did."""
    actor, at = request.actor, timezone.now()
    dossier = found(request, code)
    mine = open_task_for(actor, dossier, at)
    context = sheet_of(dossier, at) | {
        "task": mine and _task(mine, dossier, actor, at),
        "elsewhere": [
            _elsewhere(task, dossier) for task in open_tasks_of(dossier) if mine is None or task.pk != mine.pk
        ],
        "findings": findings_of(dossier),
        "refundable": refundable(dossier),
        "ways": ways_of(actor, dossier, at),
        "result": (result := result_for(actor, code)),
        "revoked": revocation_of(result) if result else None,
        "agency_names": agency_names(language()),
        "slips": slips_of(forms_of(dossier)),
        "national": link_of(actor, dossier.pk),
        "errors": errors or {},
        "problem": problem,
        "notice": _notice(request.GET.get("done", "")),
        "typed": request.POST,
    }
    return render(request, "counter/desk.html", context, status=status)


def found(request: HttpRequest, code: str) -> Any:
    """The dossier of the address, when the actor may see it."""
    dossier = dossier_for(request.actor, code)
    if dossier is None:
        raise Http404(code)
    return dossier


def claim(request: HttpRequest, code: str) -> HttpResponse:
    """Take the dossier's open step."""
    task_id = _task_id(request, found(request, code))
    try:
        claim_task(actor=request.actor, task_id=task_id, at=timezone.now())
    except REFUSALS as refusal:
        return shown(request, code, problem=in_words(refusal), status=409)
    return back(code, "taken")


def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Close the open step with one of its outcomes."""
    task_id = _task_id(request, found(request, code))
    typed = {name: request.POST.get(name, "").strip() for name in ("outcome", "reason", "findings")}
    if any(len(text) > LONGEST_TEXT for text in typed.values()):
        too_long = {
            name: _("Write at most %(n)s characters") % {"n": LONGEST_TEXT}
            for name in typed
            if len(typed[name]) > LONGEST_TEXT
        }
        return shown(request, code, errors=too_long, status=422)
    try:
        found_out = read_facts(found(request, code), task_id, request.POST)
        way = request.POST.get("way", "")
        returned = (way, request.POST.get("way_number", "")) if way else None
        complete_task(
            actor=request.actor,
            task_id=task_id,
            at=timezone.now(),
            facts=found_out,
            log=log_keeper(),
            returned=returned,
            **typed,
        )
    except WayWrong as wrong:
        return shown(request, code, errors=_way_errors(str(wrong)), status=422)
    except FactsWrong as wrong:
        return shown(request, code, errors=fact_errors(found(request, code), task_id, wrong.facts), status=422)
    except ReasonMissing:
        missing = _("Give the reason. The applicant reads it: name everything that is missing or wrong")
        return shown(request, code, errors={"reason": missing}, status=422)
    except REFUSALS as refusal:
        return shown(request, code, problem=in_words(refusal), status=409)
    issue_due_forms(dossier=found(request, code), at=timezone.now())
    return back(code, "decided")


def pay(request: HttpRequest, code: str) -> HttpResponse:
    """Record that the fee was paid."""
    if charge_of(found(request, code).pk) is None:
        return shown(request, code, problem=_("No fee"), status=409)
    number = request.POST.get("receipt_number", "").strip()
    if not number or len(number) > 60:
        wanted = _("Enter the number of the payment receipt, 60 characters at most")
        return shown(request, code, errors={"receipt_number": wanted}, status=422)
    try:
        record_payment(actor=request.actor, code=code, receipt_number=number, at=timezone.now())
    except AlreadyPaid as paid:
        told = _("The fee was recorded already, under receipt %(number)s.") % {"number": paid}
        return shown(request, code, problem=told, status=409)
    return back(code, "paid")


def paper(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    """A file of the dossier: shown, or saved with `?save=1`."""
    file = found(request, code).papers.select_related("document").filter(document_id=digest).first()
    if file is None:
        raise Http404(digest)
    with open_document(digest) as stream:
        return document(stream.read(), file.document.media_type, file.name, save="save" in request.GET)


def signed_result(request: HttpRequest, code: str) -> HttpResponse:
    """The signed result."""
    result = result_for(request.actor, code)
    if result is None:
        raise Http404(code)
    name = f"{result.number.replace('/', '-')}.pdf"
    return document(document_of(result), "application/pdf", name, save="save" in request.GET)


def log_keeper() -> LogKeeper:
    """Who enters into this installation's log."""
    return LogKeeper(settings.SIGNER, settings.MAIDINH.province, settings.MAIDINH.log_promise)


def document(content: bytes, media_type: str, name: str, *, save: bool) -> HttpResponse:
    """A document as an answer; its name is only ever a name, and nothing in it may run as ours."""
    answer = HttpResponse(content, content_type=media_type)
    how = "attachment" if save else "inline"
    answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    answer["Content-Security-Policy"] = "frame-ancestors 'none'; form-action 'none'; script-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


def back(code: str, done: str) -> HttpResponse:
    """To the dossier's page, with word of what was done."""
    return redirect(f"{reverse('desk-dossier', kwargs={'code': code})}?done={done}")


def _task_id(request: HttpRequest, dossier: Any) -> int:
    """The posted step, when it is one of this dossier's; 0, which is nobody's, otherwise."""
    typed = request.POST.get("task", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    return number if dossier.tasks.filter(pk=number).exists() else 0


def _task(task: Any, dossier: Any, actor: Any, at: Any) -> dict[str, Any]:
    step = step_of(dossier.procedure.procedure, task.step)
    outcomes = [
        {
            "id": o.id,
            "name": o.name.in_language(language()),
            "reason": o.reason and not asks_supplement(o),
            "ending": _ends(o),
            "asks": asks_supplement(o),
        }
        for o in step.outcomes
    ]
    if dossier.status == 7:
        outcomes.append({"id": WITHDRAWN, "name": WITHDRAWN_WORDS, "reason": False, "ending": True, "asks": False})
    holder = official(task.claimed_by) if task.claimed_by else None
    return {
        "id": task.pk,
        "kind": step.kind,
        "name": step.name.in_language(language()),
        "left": time_left(task.due_at, at),
        "due_at": task.due_at,
        "mine": task.claimed_by == actor.id,
        "taken_by": holder.name if holder and task.claimed_by != actor.id else "",
        "findings": step.findings and step.findings.in_language(language()),
        "requires_fee": step.requires_fee,
        "facts": facts_asked(step),
        "not_before": task.not_before if task.not_before and task.not_before > at else None,
        "outcomes": outcomes,
        "colleagues": colleagues_of(actor, task.role),
        "ways": _ways_of_return() if step.kind == "handover" else [],
        "reasons": [o["name"] for o in outcomes if o["reason"]],
    }


def _way_errors(wrong: str) -> dict[str, str]:
    if wrong == "number":
        return {"way_number": _("Enter the number under which it was posted")}
    return {"way": _("Choose how the result was handed over")}


def _ways_of_return() -> list[tuple[str, str]]:
    words = {"counter": _("At the counter"), "post": _("By post"), "online": _("Online")}
    return [(way, words[way]) for way in WAYS_OF_RETURN]


def _ends(outcome: Outcome) -> bool:
    """Whether the outcome can only end the dossier without a result."""
    return all(places[0] in ENDINGS for places in outcome.targets())


def _elsewhere(task: Any, dossier: Any) -> dict[str, Any]:
    step = step_of(dossier.procedure.procedure, task.step)
    agency = agency_names(language()).get(task.agency, task.agency)
    return {"step": step.name.in_language(language()), "agency": agency, "due_at": task.due_at}


def _notice(done: str) -> str:
    words = {
        "taken": _("You took this step."),
        "decided": _("Done. The dossier has moved on."),
        "paid": _("The payment is recorded."),
        "handed-over": _("Your colleague has this step now."),
        "stopped": _("The dossier is stopped. The applicant is told why."),
        "extended": _("The date is moved. The applicant is told, with your apology."),
        "released": _("This step is back in the worklist."),
        "refund-asked": _("The refund is asked for. Another official decides on it."),
        "signed": _("Signed. Anyone can verify the result now."),
        "sent-back": _("Sent back."),
        "revoked": _("Revoked. Whoever verifies the result is told so from now on."),
        "replaced": _("Revoked, and the corrected result is signed."),
    }
    return words.get(done, "")


READ = "dossier.read-agency"
ROUTES = [
    page("desk/dossiers/<str:code>", desk, name="desk-dossier", who=READ),
    page("desk/dossiers/<str:code>/claim", claim, name="desk-claim", who=READ, methods=("POST",)),
    page("desk/dossiers/<str:code>/outcome", decide, name="desk-outcome", who=READ, methods=("POST",)),
    page("desk/dossiers/<str:code>/payment", pay, name="desk-payment", who="fee.record", methods=("POST",)),
    page("desk/dossiers/<str:code>/papers/<str:digest>", paper, name="desk-paper", who=READ),
    page("desk/dossiers/<str:code>/result", signed_result, name="desk-result", who=READ),
]
