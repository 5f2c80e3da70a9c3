"""`/desk/dossiers`: what waits for the official, the most urgent first.

Layer 2. Few queries however long the list: one for the figures, one for the steps to filter by, two for the page,
one for each colleague named on it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maidinh.channels.counter.colleagues import colleagues_of
from maidinh.channels.counter.ministries import ministries_of
from maidinh.channels.counter.waiting import procedure_of, steps_for
from maidinh.channels.routing import page
from maidinh.channels.timing import time_left
from maidinh.infrastructure.identity.queries import official
from maidinh.services.dossiers.rules import step_of

ROWS_ON_A_PAGE = 50
STATES = ("late", "today", "rest")


def worklist(request: HttpRequest) -> HttpResponse:
    """The official's open steps, filtered by words, step and urgency."""
    actor, at = request.actor, timezone.now()
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "step", "state")}
    everything = steps_for(actor, at)
    shown = _filtered(everything, asked, at).defer("dossier__procedure__content", "dossier__answers")
    listed = Paginator(shown, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    holders = {each: official(each) for each in {task.claimed_by for task in listed} if each}
    kept = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "page": listed,
        "rows": [_row(task, at, holders) for task in listed],
        "figures": _figures(everything, at),
        "steps": _steps(everything),
        "colleagues": colleagues_of(actor),
        "ministries": ministries_of(actor),
        "asked": asked,
        "query": f"?{kept}&" if kept else "?",
    }
    return render(request, "counter/worklist.html", context)


def _filtered(tasks: QuerySet, asked: dict[str, str], at: datetime) -> QuerySet:
    if asked["q"]:
        tasks = tasks.filter(Q(dossier__code__icontains=asked["q"]) | Q(dossier__applicant_name__icontains=asked["q"]))
    if asked["step"]:
        tasks = tasks.filter(step=asked["step"])
    if asked["state"] in STATES:
        tasks = tasks.filter(_urgency(at)[asked["state"]])
    return tasks


def _urgency(at: datetime) -> dict[str, Q]:
    tomorrow = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    late = Q(due__lt=at)
    today = Q(due__gte=at, due__lt=tomorrow)
    return {"late": late, "today": today, "rest": Q(due__gte=tomorrow)}


def _figures(tasks: QuerySet, at: datetime) -> list[dict[str, Any]]:
    urgency = _urgency(at)
    counted = tasks.order_by().aggregate(
        all=Count("pk"), **{name: Count("pk", filter=urgency[name]) for name in STATES}
    )
    words = {"late": (_("late"), "late"), "today": (_("due today"), "wait"), "rest": (_("in time"), "good")}
    address = reverse("worklist")
    return [
        {"value": counted["all"], "text": _("waiting"), "href": address},
        *(
            {"value": counted[name], "text": words[name][0], "tone": words[name][1], "href": f"{address}?state={name}"}
            for name in STATES
        ),
    ]


def _steps(tasks: QuerySet) -> list[tuple[str, str]]:
    language = (get_language() or "vi")[:2]
    found = tasks.order_by().values_list("dossier__procedure__hash", "step").distinct()
    names = {step: step_of(procedure_of(digest), step).name.in_language(language) for digest, step in found}
    return sorted(names.items(), key=lambda pair: pair[1])


def _row(task: Any, at: datetime, holders: dict[str, Any]) -> dict[str, Any]:
    language = (get_language() or "vi")[:2]
    procedure = procedure_of(task.dossier.procedure.hash)
    return {
        "id": task.pk,
        "code": task.dossier.code,
        "href": reverse("desk-dossier", kwargs={"code": task.dossier.code}),
        "applicant": task.dossier.applicant_name,
        "procedure": procedure.short_name.in_language(language),
        "step": step_of(procedure, task.step).name.in_language(language),
        "status": task.dossier.status,
        "left": time_left(task.due, at),
        "due_at": task.due,
        "taken_by": holder.name if (holder := holders.get(task.claimed_by)) else task.claimed_by,
    }


ROUTES = [page("desk/dossiers", worklist, name="worklist", who="dossier.read-agency")]
