"""`/desk/dossiers`: what waits for the official, the most urgent first.

Layer 2. Few queries however long the list: one counts what waits by step and urgency, one is the page, one names the
colleagues on it; a search is counted for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
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
from maidinh.infrastructure.identity.queries import officials_by_id
from maidinh.services.dossiers.rules import step_of

ROWS_ON_A_PAGE = 50
STATES = ("late", "today", "rest")
COLUMNS = (
    "pk", "step", "claimed_by", "due", "dossier__code", "dossier__applicant_name", "dossier__status",
    "dossier__procedure__hash",
)  # fmt: skip


class Waiting(NamedTuple):
    """What the page reads of an open step: COLUMNS, and no rows of three tables to show eight values."""

    pk: int
    step: str
    claimed_by: str
    due: datetime | None
    code: str
    applicant: str
    status: int
    procedure: str


def worklist(request: HttpRequest) -> HttpResponse:
    """The official's open steps, filtered by words, step and urgency."""
    actor, at = request.actor, timezone.now()
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "step", "state")}
    everything = steps_for(actor, at)
    groups = _groups(everything, at)
    shown = _filtered(everything, asked, at).values_list(*COLUMNS)
    paginator = Paginator(shown, ROWS_ON_A_PAGE)
    if not asked["q"]:
        paginator.count = _counted(groups, asked)  # type: ignore[misc] - known already
    listed = paginator.get_page(request.GET.get("page"))
    steps = [Waiting(*row) for row in listed]
    holders = officials_by_id(step.claimed_by for step in steps)
    kept = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "page": listed,
        "rows": _rows(steps, at, holders),
        "figures": _figures(groups),
        "steps": _steps(groups),
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


def _groups(tasks: QuerySet, at: datetime) -> list[dict[str, Any]]:
    """How much waits of each step of each procedure, by urgency."""
    urgency = _urgency(at)
    grouped = tasks.order_by().values("dossier__procedure__hash", "step")
    counts = {name: Count("pk", filter=urgency[name]) for name in STATES}
    return list(grouped.annotate(all=Count("pk"), **counts))


def _counted(groups: list[dict[str, Any]], asked: dict[str, str]) -> int:
    """How much of it is asked for, where no words are."""
    state = asked["state"] if asked["state"] in STATES else "all"
    return sum(each[state] for each in groups if asked["step"] in ("", each["step"]))


def _figures(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counted = {name: sum(each[name] for each in groups) for name in ("all", *STATES)}
    words = {"late": (_("late"), "late"), "today": (_("due today"), "wait"), "rest": (_("in time"), "good")}
    address = reverse("worklist")
    return [
        {"value": counted["all"], "text": _("waiting"), "href": address},
        *(
            {"value": counted[name], "text": words[name][0], "tone": words[name][1], "href": f"{address}?state={name}"}
            for name in STATES
        ),
    ]


def _steps(groups: list[dict[str, Any]]) -> list[tuple[str, str]]:
    language = (get_language() or "vi")[:2]
    found = [(each["dossier__procedure__hash"], each["step"]) for each in groups]
    names = {step: step_of(procedure_of(digest), step).name.in_language(language) for digest, step in found}
    return sorted(names.items(), key=lambda pair: pair[1])


def _rows(steps: Sequence[Waiting], at: datetime, holders: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps in words; what many of them share is looked up once."""
    language, choose = (get_language() or "vi")[:2], _("Choose dossier %(code)s")
    procedures = {digest: procedure_of(digest) for digest in {step.procedure for step in steps}}
    titles = {digest: each.short_name.in_language(language) for digest, each in procedures.items()}
    names = {
        (digest, step): step_of(procedures[digest], step).name.in_language(language)
        for digest, step in {(each.procedure, each.step) for each in steps}
    }
    return [
        {
            "id": step.pk,
            "code": step.code,
            "choose": choose % {"code": step.code},
            "href": reverse("desk-dossier", kwargs={"code": step.code}),
            "applicant": step.applicant,
            "procedure": titles[step.procedure],
            "step": names[step.procedure, step.step],
            "status": step.status,
            "left": time_left(step.due, at),
            "due_at": step.due,
            "taken_by": holder.name if (holder := holders.get(step.claimed_by)) else step.claimed_by,
        }
        for step in steps
    ]


ROUTES = [page("desk/dossiers", worklist, name="worklist", who="dossier.read-agency")]
