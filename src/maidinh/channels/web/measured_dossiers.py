"""`/desk/measures/<figure>`: the dossiers behind a figure of the index, for officials of the agencies that take part.

Layer 2. What the public counts, an official can open; the database shows them their agencies' dossiers and no others.
"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.measured import figure_in_words, question_of
from maidinh.services.measures.queries import ROWS, dossiers_behind

READ = "dossier.read-agency"
ROWS_ON_A_PAGE = 50


def measured_dossiers(request: HttpRequest, figure: str) -> HttpResponse:
    """The dossiers, so many at a time."""
    if figure not in ROWS:
        raise Http404(figure)
    question = question_of(request.GET, timezone.now())
    found = dossiers_behind(request.actor, question.asked, figure)
    shown = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page", "")[:9])
    context = {
        "title": figure_in_words(figure),
        "question": question,
        "page": shown,
        "rows": [_row(each, question.procedures) for each in shown],
        "query": question.query(by="") + "&",
        "back": reverse("open-measures") + question.query(by=""),
    }
    return render(request, "counter/measured_dossiers.html", context)


def _row(fact: Any, procedures: dict[str, str]) -> dict[str, Any]:
    rated = {True: _("on time"), False: _("late"), None: ""}[fact.on_time]
    return {
        "code": fact.dossier.code,
        "href": reverse("desk-dossier", kwargs={"code": fact.dossier.code}),
        "procedure": procedures.get(fact.procedure, fact.procedure),
        "submitted": fact.dossier.submitted_at,
        "promised": fact.promised_at,
        "ended": fact.ended_at,
        "rated": rated,
        "rounds": fact.rounds,
    }


ROUTES = [page("desk/measures/<slug:figure>", measured_dossiers, name="measured-dossiers", who=READ)]
