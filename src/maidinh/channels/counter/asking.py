"""`/desk/dossiers/<code>/supplement`: everything that is missing or wrong, asked for at once and each at its place.

Layer 2. One question for each paper and each field of the form; what is left empty is in order. Asking once more than
the law allows needs a reason, which stands in the public history.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import LONGEST_TEXT, READ, found
from maidinh.channels.counter.refusals import REFUSALS, in_words
from maidinh.channels.counter.sheet import answers, papers
from maidinh.channels.routing import page
from maidinh.channels.wording import language
from maidinh.infrastructure.rulepacks.queries import rule_pack, supplements_allowed
from maidinh.services.dossiers.actions.steps import PlaceUnknown, SupplementsUsedUp, complete_task
from maidinh.services.dossiers.queries import open_task_for
from maidinh.services.dossiers.rules import Found, asks_supplement, step_of
from maidinh.services.results.actions import issue_due_forms

PAPER, FIELD, WHOLE = "paper-", "field-", "whole"


def ask(request: HttpRequest, code: str) -> HttpResponse:
    """The questions; by POST, the request."""
    dossier = found(request, code)
    task = open_task_for(request.actor, dossier, timezone.now())
    outcome = _outcome(dossier, task)
    if task is None or outcome is None or request.POST.get("task", str(task.pk)) != str(task.pk):
        return redirect("desk-dossier", code=code)
    if request.method == "GET":
        return _shown(request, dossier, task, outcome)
    named = _named(request, dossier)
    errors = {}
    if not named:
        errors[WHOLE] = _("Say what is missing or wrong, at the paper, at the answer, or here")
    for each in named:
        if len(each.text) > LONGEST_TEXT:
            errors[_name(each)] = _("Write at most %(n)s characters") % {"n": LONGEST_TEXT}
    again = request.POST.get("again", "").strip()
    if len(again) > LONGEST_TEXT:
        errors["again"] = _("Write at most %(n)s characters") % {"n": LONGEST_TEXT}
    if errors:
        return _shown(request, dossier, task, outcome, errors=errors, status=422)
    try:
        complete_task(
            actor=request.actor, task_id=task.pk, outcome=outcome.id, found=named, again=again, at=timezone.now()
        )
    except SupplementsUsedUp:
        return _shown(request, dossier, task, outcome, errors={"again": _("Say why you ask again")}, status=422)
    except (PlaceUnknown, *REFUSALS) as refusal:
        return _shown(request, dossier, task, outcome, problem=in_words(refusal), status=409)
    issue_due_forms(dossier=found(request, code), at=timezone.now())
    return redirect(f"{reverse('desk-dossier', kwargs={'code': code})}?done=decided")


def _outcome(dossier: Any, task: Any) -> Any:
    step = step_of(dossier.procedure.procedure, task.step) if task else None
    return next((each for each in step.outcomes if asks_supplement(each)), None) if step else None


def _named(request: HttpRequest, dossier: Any) -> list[Found]:
    procedure, posted = dossier.procedure.procedure, request.POST
    places = [Found("paper", paper.id, posted.get(PAPER + paper.id, "").strip()) for paper in procedure.papers]
    places += [
        Found("field", field.id, posted.get(FIELD + field.id, "").strip())
        for each in procedure.pages
        for field in each.fields
    ]
    places.append(Found("whole", "", posted.get(WHOLE, "").strip()))
    return [each for each in places if each.text]


def _name(each: Found) -> str:
    return {"paper": PAPER + each.target, "field": FIELD + each.target, "whole": WHOLE}[each.kind]


def _shown(
    request: HttpRequest,
    dossier: Any,
    task: Any,
    outcome: Any,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    procedure = dossier.procedure.procedure
    values = {(group["title"], row["label"]): row["value"] for group in answers(dossier) for row in group["rows"]}
    files = {each["name"]: each["files"] for each in papers(dossier)}
    context = {
        "dossier": dossier,
        "task": task.pk,
        "outcome": outcome.name.in_language(language()),
        "papers": [
            {
                "name": PAPER + paper.id,
                "label": paper.name.in_language(language()),
                "handed_in": bool(files.get(paper.name.in_language(language()))),
            }
            for paper in procedure.papers
        ],
        "groups": [
            {
                "title": each.title.in_language(language()),
                "fields": [
                    {
                        "name": FIELD + field.id,
                        "label": field.label.in_language(language()),
                        "value": values.get((each.title.in_language(language()), field.label.in_language(language()))),
                    }
                    for field in each.fields
                ],
            }
            for each in procedure.pages
        ],
        "again": dossier.supplements >= supplements_allowed(rule_pack(dossier.rule_pack)),
        "typed": request.POST,
        "errors": errors or {},
        "problem": problem,
    }
    return render(request, "counter/asking.html", context, status=status)


ROUTES = [page("desk/dossiers/<str:code>/supplement", ask, name="desk-supplement", who=READ, methods=("GET", "POST"))]
