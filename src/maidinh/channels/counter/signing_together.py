"""`/desk/sign/together`: several results read and signed one after the other, each with a note of its own.

Layer 2. Nothing is signed that has no note, and what is refused leaves the others as they are. Who signs has read each
draft and says so; the note stays with the step, for the agency.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import LONGEST_TEXT
from maidinh.channels.counter.refusals import REFUSALS, in_words
from maidinh.channels.counter.signing import installation
from maidinh.channels.counter.waiting import procedure_of, signatures_for
from maidinh.channels.routing import page
from maidinh.channels.wording import language
from maidinh.infrastructure.keys.client import SignerError
from maidinh.services.dossiers.actions.steps import NoResult, ReasonMissing
from maidinh.services.dossiers.rules import may_issue, step_of
from maidinh.services.results.actions import issue_result
from maidinh.services.results.rules import answers_in_words, filled

MOST_AT_ONCE = 20
NOTE = "note-"


def sign_together(request: HttpRequest) -> HttpResponse:
    """The chosen drafts, each with its note; by POST, signed."""
    typed = request.POST if request.method == "POST" else request.GET
    ids = [int(each) for each in typed.getlist("task") if each.isascii() and each.isdigit() and len(each) < 19]
    tasks = list(signatures_for(request.actor).filter(pk__in=ids[:MOST_AT_ONCE]))
    if not tasks and request.method == "GET":
        return redirect("signing")
    if request.method == "GET":
        return _shown(request, tasks)
    errors = {}
    for task in tasks:
        note = request.POST.get(f"{NOTE}{task.pk}", "").strip()
        if not note or len(note) > LONGEST_TEXT:
            errors[f"{NOTE}{task.pk}"] = _("%(code)s: say what you checked, in at most %(n)s characters") % {
                "code": task.dossier.code, "n": LONGEST_TEXT,
            }  # fmt: skip
    if request.POST.get("read") != "yes":
        errors["read"] = _("Read the drafts, then tick the box")
    if errors:
        return _shown(request, tasks, errors=errors)
    lines = [_signed(request, task) for task in tasks]
    known = {task.pk for task in tasks}
    missing = _("This step was finished in the meantime, or it is not yours to sign.")
    lines += [{"code": "", "href": "", "said": missing, "done": False} for each in ids if each not in known]
    context = {"lines": lines, "errors": {}, "done": sum(line["done"] for line in lines)}
    return render(request, "counter/together.html", context)


def _signed(request: HttpRequest, task: Any) -> dict[str, Any]:
    step = step_of(procedure_of(task.dossier.procedure.hash), task.step)
    outcome = next((each.id for each in step.outcomes if may_issue(step, each)), "")
    said, done = _("Signed. Anyone can verify the result now."), True
    try:
        with transaction.atomic():
            issue_result(
                actor=request.actor,
                task_id=task.pk,
                outcome=outcome,
                at=timezone.now(),
                signer=settings.SIGNER,
                installation=installation(),
                findings=request.POST[f"{NOTE}{task.pk}"].strip(),
            )
    except SignerError:
        said, done = _("The signing service does not answer. Nothing was signed. Try again in a minute."), False
    except (NoResult, ReasonMissing, *REFUSALS) as refusal:
        said, done = in_words(refusal), False
    href = reverse("desk-dossier", kwargs={"code": task.dossier.code})
    return {"code": task.dossier.code, "href": href, "said": said, "done": done}


def _shown(request: HttpRequest, tasks: list[Any], *, errors: dict[str, str] | None = None) -> HttpResponse:
    rows = []
    for task in tasks:
        procedure = procedure_of(task.dossier.procedure.hash)
        words = answers_in_words(procedure, task.dossier.answers, language())
        rows.append(
            {
                "id": task.pk,
                "code": task.dossier.code,
                "applicant": task.dossier.applicant_name,
                "title": procedure.result.title.in_language(language()),
                "body": filled(procedure.result.body.in_language(language()), words).splitlines(),
                "note": request.POST.get(f"{NOTE}{task.pk}", ""),
            }
        )
    context = {"rows": rows, "errors": errors or {}, "most": MOST_AT_ONCE, "read": request.POST.get("read") == "yes"}
    return render(request, "counter/signing_together.html", context, status=422 if errors else 200)


ROUTES = [
    page("desk/sign/together", sign_together, name="signing-together", who="dossier.sign", methods=("GET", "POST"))
]
