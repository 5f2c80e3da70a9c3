"""Answering a request for a supplement: files one by one, then an explanation, then sent as one. Layer 2.

What is uploaded and not yet sent is kept with the session; a file that is refused loses none of the others.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page as route
from maidinh.channels.web.dossiers import SUPPLEMENT, own_dossier
from maidinh.channels.web.papers import paper_asked, paper_view
from maidinh.channels.web.wording import file_refusal
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.files.rules import FileRefused
from maidinh.portal.forms.actions import FILES_LIMIT, paper_row
from maidinh.portal.forms.rules import tidied
from maidinh.services.dossiers.actions.submission import NotNow, SubmittedPaper, supplement_dossier
from maidinh.services.dossiers.queries import history_of

NOTE_LIMIT = 2000
OWN = "dossier.read-own"


def supplement(request: HttpRequest, code: str) -> HttpResponse:
    """What was asked for, what is uploaded so far, and the form that sends it."""
    dossier = own_dossier(request, code)
    if dossier.status != SUPPLEMENT:
        return redirect("dossier", code=code)
    place = f"supplement:{code}"
    rows: list[dict[str, Any]] = request.session.get(place, [])
    errors: dict[str, str] = {}
    note = tidied(request.POST.get("note", ""), several_lines=True)[:NOTE_LIMIT]
    if request.method == "POST" and "paper" in request.POST:
        rows, errors = _upload(request, dossier, rows)
        request.session[place] = rows
        if not errors:
            return redirect(f"{request.path}#paper-{request.POST['paper']}")
    elif request.method == "POST" and "remove" in request.POST:
        request.session[place] = [row for row in rows if row["digest"] != request.POST["remove"]]
        return redirect(request.path)
    elif request.method == "POST":
        errors = _send(request, code, rows, note)
        if not errors:
            request.session.pop(place, None)
            return redirect("dossier", code=code)
    asked = [line for line in history_of(dossier, public_only=True) if line.status == SUPPLEMENT and line.reason]
    procedure = dossier.procedure.procedure
    context = {
        "dossier": dossier,
        "procedure": procedure,
        "asked": asked[-1].reason if asked else "",
        "papers": [paper_view(paper, rows) for paper in procedure.papers],
        "note": note,
        "errors": errors,
    }
    return render(request, "web/supplement.html", context, status=422 if errors else 200)


def _upload(
    request: HttpRequest, dossier: Any, rows: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    paper = paper_asked(dossier.procedure.procedure, request.POST["paper"])
    if paper is None:
        return rows, {"": _("The procedure does not ask for this paper")}
    file, field = request.FILES.get("file"), f"file-{paper.id}"
    if file is None:
        return rows, {field: _("Choose a file first")}
    if len(rows) >= FILES_LIMIT:
        return rows, {field: file_refusal("too-many", tuple(paper.formats))}
    try:
        document = store_document(
            content=file,
            at=timezone.now(),
            formats=tuple(paper.formats),
        )
    except FileRefused as refusal:
        return rows, {field: file_refusal(refusal.reason, tuple(paper.formats))}
    row = paper_row(paper.id, file.name or "", document)
    others = [each for each in rows if (each["paper"], each["digest"]) != (row["paper"], row["digest"])]
    return [*others, row], {}


def _send(request: HttpRequest, code: str, rows: list[dict[str, Any]], note: str) -> dict[str, str]:
    if not rows and not note:
        return {"note": _("Upload what was asked for, or explain why you can't")}
    with suppress(NotNow):  # sent already, by the first of two clicks
        supplement_dossier(
            actor=request.actor,
            code=code,
            papers=[SubmittedPaper(row["paper"], row["digest"], row["name"]) for row in rows],
            explanation=note,
            at=timezone.now(),
        )
    return {}


ROUTES = [
    route("dossiers/<str:code>/supplement", supplement, name="dossier-supplement", who=OWN, methods=("GET", "POST"))
]
