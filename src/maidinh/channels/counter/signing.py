"""`/desk/sign`: the leader's queue, the draft of a result, and signing it.

Layer 2. The leader reads what will be signed and says so before the key is used; sending back needs a reason.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import LONGEST_TEXT, READ, back, document, found
from maidinh.channels.counter.refusals import REFUSALS, in_words
from maidinh.channels.counter.sheet import findings_of, history
from maidinh.channels.counter.waiting import SIGNATURE, procedure_of, signatures_for
from maidinh.channels.routing import page
from maidinh.channels.timing import time_left
from maidinh.channels.wording import WITHDRAWN as WITHDRAWN_WORDS
from maidinh.channels.wording import language
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.organisations.reading import read_organisations
from maidinh.services.dossiers.actions.steps import WITHDRAWN, ReasonMissing, complete_task
from maidinh.services.dossiers.queries import open_task_for
from maidinh.services.dossiers.rules import may_issue, step_of
from maidinh.services.results.actions import Installation, issue_result, prepare_result
from maidinh.services.results.rules import answers_in_words, filled, result_number

WITHDRAWAL = 7
LONGEST_QUEUE = 200


def installation() -> Installation:
    """What of this installation shows in its results."""
    here = settings.MAIDINH
    return Installation(
        address=here.address,
        province=here.province,
        promise_within=here.log_promise,
        sample=here.sample,
        place=_place(),
        timestamps=here.timestamping or "",
    )


@cache
def _place() -> str:
    """What stands before the date of a document: the province's name without its kind."""
    here = settings.MAIDINH
    name = read_organisations(province_root(here.province, here.definitions)).name.vi
    for kind in ("Tỉnh ", "Thành phố "):
        name = name.removeprefix(kind)
    return name


def queue(request: HttpRequest) -> HttpResponse:
    """The results that wait for the leader's signature, the most urgent first."""
    at = timezone.now()
    waiting = signatures_for(request.actor).defer("dossier__procedure__content", "dossier__answers")
    rows = [
        {
            "id": task.pk,
            "code": task.dossier.code,
            "href": reverse("desk-sign", kwargs={"code": task.dossier.code}),
            "applicant": task.dossier.applicant_name,
            "result": procedure_of(task.dossier.procedure.hash).result.name.in_language(language()),
            "left": time_left(task.due, at),
            "due_at": task.due,
        }
        for task in waiting[:LONGEST_QUEUE]
    ]
    return render(request, "counter/signing.html", {"rows": rows})


def sign(request: HttpRequest, code: str) -> HttpResponse:
    """The draft; by POST, its signature or its way back."""
    if request.method == "GET":
        return _shown(request, code)
    typed = {name: request.POST.get(name, "").strip() for name in ("outcome", "reason")}
    if len(typed["reason"]) > LONGEST_TEXT:
        return _shown(request, code, errors={"reason": _("Write at most %(n)s characters") % {"n": LONGEST_TEXT}})
    task = _task_of(request, code)
    if task is None:
        return back(code, "")
    try:
        return _decided(request, code, task, **typed)
    except ReasonMissing:
        return _shown(request, code, errors={"reason": _("Say why you send it back")})
    except (*REFUSALS, SignerError) as refusal:
        return _refused(request, code, refusal)


def draft(request: HttpRequest, code: str) -> HttpResponse:
    """The draft as a document, which says that it is not signed."""
    dossier, actor = found(request, code), request.actor
    signatory = actor.id if actor.may("dossier.sign") else ""
    made = prepare_result(dossier=dossier, installation=installation(), at=timezone.now(), signatory=signatory)
    return document(made, "application/pdf", f"{code}-draft.pdf", save="save" in request.GET)


def _refused(request: HttpRequest, code: str, refusal: Exception) -> HttpResponse:
    if isinstance(refusal, SignerError):
        told = _("The signing service does not answer. Nothing was signed. Try again in a minute.")
        return _shown(request, code, problem=told, status=503)
    return _shown(request, code, problem=in_words(refusal), status=409)


def _decided(request: HttpRequest, code: str, task: Any, *, outcome: str, reason: str) -> HttpResponse:
    actor, at = request.actor, timezone.now()
    if outcome not in _signing(task.dossier, task.step):
        complete_task(actor=actor, task_id=task.pk, outcome=outcome, reason=reason, at=at)
        return back(code, "sent-back")
    if request.POST.get("read") != "yes":
        return _shown(request, code, errors={"read": _("Read the draft, then tick the box")})
    issue_result(
        actor=actor, task_id=task.pk, outcome=outcome, at=at, signer=settings.SIGNER, installation=installation()
    )
    return back(code, "signed")


def _task_of(request: HttpRequest, code: str) -> Any:
    """The dossier's open signature step, when it is the leader's; a posted step must still be that one."""
    task = open_task_for(request.actor, found(request, code))
    if task is None or step_of(task.dossier.procedure.procedure, task.step).kind != SIGNATURE:
        return None
    return task if request.method == "GET" or request.POST.get("task") == str(task.pk) else None


def _signing(dossier: Any, step: str) -> list[str]:
    """The outcomes of the step that issue the result."""
    known = step_of(dossier.procedure.procedure, step)
    return [outcome.id for outcome in known.outcomes if may_issue(known, outcome)]


def _shown(
    request: HttpRequest, code: str, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 0
) -> HttpResponse:
    dossier, at = found(request, code), timezone.now()
    task = open_task_for(request.actor, dossier)
    procedure = dossier.procedure.procedure
    if task is None or step_of(procedure, task.step).kind != SIGNATURE:
        if problem:
            raise Http404(code)
        return back(code, "")
    signing = _signing(dossier, task.step)
    words = answers_in_words(procedure, dossier.answers, language())
    outcomes = [
        {"id": o.id, "name": o.name.in_language(language()), "reason": o.reason, "signs": o.id in signing}
        for o in step_of(procedure, task.step).outcomes
    ]
    if dossier.status == WITHDRAWAL:
        outcomes.append({"id": WITHDRAWN, "name": WITHDRAWN_WORDS, "reason": False, "signs": False})
    context = {
        "dossier": dossier,
        "procedure": procedure,
        "number": result_number(dossier.code),
        "title": procedure.result.title.in_language(language()),
        "body": filled(procedure.result.body.in_language(language()), words).splitlines(),
        "task": {"id": task.pk, "left": time_left(task.due_at, at), "outcomes": outcomes},
        "findings": findings_of(dossier),
        "history": history(dossier, agency_names(language())),
        "errors": errors or {},
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "counter/sign.html", context, status=status or (422 if errors else 200))


ROUTES = [
    page("desk/sign", queue, name="signing", who="dossier.sign"),
    page("desk/dossiers/<str:code>/sign", sign, name="desk-sign", who="dossier.sign", methods=("GET", "POST")),
    page("desk/dossiers/<str:code>/draft", draft, name="desk-draft", who=READ),
]
