"""Who does which step: handed over and put back on the desk, several at once, and the agency's work for its leader.

Layer 2. `/desk/team` shows every open step of the agency with who holds it, those of people who left above all.
"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.colleagues import colleagues_of
from maidinh.channels.counter.desk import back, shown
from maidinh.channels.counter.refusals import REFUSALS, in_words
from maidinh.channels.counter.waiting import procedure_of
from maidinh.channels.routing import page
from maidinh.channels.timing import time_left
from maidinh.channels.wording import language
from maidinh.infrastructure.identity.queries import official, officials_of
from maidinh.services.dossiers.actions.assignment import hand_over_task, release_task, return_tasks_of_leavers
from maidinh.services.dossiers.actions.together import do_together
from maidinh.services.dossiers.queries import dossier_for, left_behind, open_tasks_of_agency
from maidinh.services.dossiers.rules import step_of

READ = "dossier.read-agency"
LEAD = "dossier.assign"
ROWS_ON_A_PAGE = 50
MOST_AT_ONCE = 50
DEEDS = ("claim", "hand_over", "assign", "release")
GIVING = ("hand_over", "assign")


def hand_on(request: HttpRequest, code: str) -> HttpResponse:
    """Give one step to a colleague, or put it back."""
    dossier = dossier_for(request.actor, code)
    if dossier is None:
        raise Http404(code)
    typed, to = request.POST.get("task", ""), request.POST.get("to", "")
    task_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    task_id = task_id if dossier.tasks.filter(pk=task_id).exists() else 0
    at = timezone.now()
    try:
        if request.POST.get("deed") == "release":
            release_task(actor=request.actor, task_id=task_id, at=at)
            return back(code, "released")
        if not to:
            return shown(request, code, errors={"to": _("Choose the colleague")}, status=422)
        hand_over_task(actor=request.actor, task_id=task_id, to=to, at=at)
    except REFUSALS as refusal:
        return shown(request, code, problem=in_words(refusal), status=409)
    return back(code, "handed-over")


def together(request: HttpRequest) -> HttpResponse:
    """The same with several steps; what came of each stands in a line of its own."""
    deed, to = request.POST.get("deed", ""), request.POST.get("to", "")
    ids = [int(each) for each in request.POST.getlist("task") if each.isascii() and each.isdigit() and len(each) < 19]
    errors = {}
    if deed not in DEEDS:
        errors["deed"] = _("Choose what to do with the dossiers")
    if not ids:
        errors["task"] = _("Go back and tick at least one dossier")
    if len(ids) > MOST_AT_ONCE:
        errors["task"] = _("Tick at most %(n)s dossiers") % {"n": MOST_AT_ONCE}
    if deed in GIVING and not to:
        errors["to"] = _("Choose the colleague")
    lines: list[dict[str, Any]] = []
    if not errors:
        done = do_together(actor=request.actor, deed=deed, task_ids=ids, to=to, at=timezone.now())  # type: ignore[arg-type]
        lines = [
            {
                "code": line.code,
                "href": reverse("desk-dossier", kwargs={"code": line.code}) if line.code else "",
                "said": in_words(line.refusal) if line.refusal else _words(deed),
                "done": line.refusal is None,
            }
            for line in done
        ]
    context = {
        "lines": lines,
        "errors": errors,
        "chosen": ids,
        "deed": deed,
        "to": to,
        "deeds": [(name, _names(name)) for name in DEEDS if name != "assign" or request.actor.may(LEAD)],
        "colleagues": colleagues_of(request.actor),
        "done": sum(line["done"] for line in lines),
    }
    return render(request, "counter/together.html", context, status=422 if errors else 200)


def team(request: HttpRequest) -> HttpResponse:
    """Every open step of the agency and who holds it; by POST, what people who left held goes back."""
    actor, at = request.actor, timezone.now()
    if request.method == "POST":
        returned = return_tasks_of_leavers(actor=actor, at=at)
        return redirect(f"{reverse('team')}?returned={len(returned)}")
    wanted = request.GET.get("holder", "")[:60]
    left = {task.pk for task in left_behind(actor)}
    tasks = _held(open_tasks_of_agency(actor), wanted, left)
    listed = Paginator(tasks, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    count = request.GET.get("returned", "")
    context = {
        "page": listed,
        "rows": [_row(task, at, left) for task in listed],
        "left": len(left),
        "colleagues": [(person.pk, person.name) for person in officials_of(actor.agency)],
        "holders": [
            ("nobody", _("Nobody")),
            ("left", _("Somebody who left")),
            *((person.pk, person.name) for person in officials_of(actor.agency)),
        ],
        "wanted": wanted,
        "query": f"?holder={wanted}&" if wanted else "?",
        "returned": count if count.isascii() and count.isdigit() and len(count) < 6 else "",
    }
    return render(request, "counter/team.html", context)


def _held(tasks: QuerySet, wanted: str, left: set[int]) -> QuerySet:
    tasks = tasks.annotate(due=Coalesce("due_at", "dossier__due_at", "dossier__promised_at")).order_by("due", "id")
    match wanted:
        case "":
            return tasks
        case "nobody":
            return tasks.filter(claimed_by="")
        case "left":
            return tasks.filter(pk__in=left)
    return tasks.filter(claimed_by=wanted)


def _row(task: Any, at: Any, left: set[int]) -> dict[str, Any]:
    procedure = procedure_of(task.dossier.procedure.hash)
    holder = official(task.claimed_by) if task.claimed_by else None
    step = step_of(procedure, task.step)
    return {
        "id": task.pk,
        "code": task.dossier.code,
        "href": reverse("desk-dossier", kwargs={"code": task.dossier.code}),
        "procedure": procedure.short_name.in_language(language()),
        "step": step.name.in_language(language()),
        "left": time_left(task.due, at),
        "due_at": task.due,
        "holder": holder.name if holder else task.claimed_by,
        "gone": task.pk in left,
        "assignable": bool(step.role),
    }


def _names(deed: str) -> str:
    words = {
        "claim": _("Take them"),
        "hand_over": _("Hand them to a colleague"),
        "assign": _("Assign them to an official"),
        "release": _("Put them back into the worklist"),
    }
    return words[deed]


def _words(deed: str) -> str:
    words = {
        "claim": _("You took this step."),
        "hand_over": _("Your colleague has this step now."),
        "assign": _("The official has this step now."),
        "release": _("This step is back in the worklist."),
    }
    return words[deed]


ROUTES = [
    page("desk/dossiers/<str:code>/handing", hand_on, name="desk-handing", who=READ, methods=("POST",)),
    page("desk/together", together, name="together", who=READ, methods=("POST",)),
    page("desk/team", team, name="team", who=LEAD, methods=("GET", "POST")),
]
