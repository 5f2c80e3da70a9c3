"""Answering a request for a supplement: files one by one, then an explanation, then sent as one. Layer 2.

What is uploaded and not yet sent is kept in the database; a file that is refused loses none of the others.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page as route
from maidinh.channels.web.context import language
from maidinh.channels.web.dossiers import SUPPLEMENT, own_dossier
from maidinh.channels.web.papers import offer_gone, paper_asked, paper_view
from maidinh.channels.wording import file_refusal
from maidinh.infrastructure.files.rules import FileRefused
from maidinh.portal.forms.actions import (
    NothingToSend,
    TooManyFiles,
    attach_to_supplement,
    remove_from_supplement,
    send_supplement,
    use_again_in_supplement,
)
from maidinh.portal.forms.queries import supplement_papers_for
from maidinh.portal.forms.rules import tidied
from maidinh.services.dossiers.actions.submission import NotNow
from maidinh.services.dossiers.queries import defects_of
from maidinh.services.papers.actions import NoLongerOffered
from maidinh.services.papers.queries import offers_for
from maidinh.services.papers.rules import kinds_of
from maidinh.services.procedures.definition import Procedure

NOTE_LIMIT = 2000
OWN = "dossier.read-own"


def supplement(request: HttpRequest, code: str) -> HttpResponse:
    """What was asked for, what is uploaded so far, and the form that sends it."""
    dossier = own_dossier(request, code)
    if dossier.status != SUPPLEMENT:
        return redirect("dossier", code=code)
    procedure = dossier.procedure.procedure
    errors: dict[str, str] = {}
    note = tidied(request.POST.get("note", ""), several_lines=True)[:NOTE_LIMIT]
    if request.method == "POST":
        try:
            errors, place = _changed(request, procedure, code, note)
        except NotNow:  # sent already, by the first of two clicks
            return redirect("dossier", code=code)
        if not errors:
            return redirect(place)
    rows = supplement_papers_for(request.actor, code)
    offers = offers_for(request.actor, kinds_of(procedure.papers))
    context = {
        "dossier": dossier,
        "procedure": procedure,
        "asked": _asked(dossier, procedure),
        "papers": [paper_view(paper, rows, offers) for paper in procedure.papers],
        "note": note,
        "errors": errors,
    }
    return render(request, "web/supplement.html", context, status=422 if errors else 200)


def _asked(dossier: Any, procedure: Procedure) -> dict[str, Any]:
    """What was asked for, where it belongs: of each paper, of answers by their question, of the dossier as a whole."""
    labels = {field.id: field.label.in_language(language()) for page in procedure.pages for field in page.fields}
    asked: dict[str, Any] = {"papers": {}, "fields": [], "whole": []}
    for each in defects_of(dossier):
        if each.kind == "paper":
            asked["papers"].setdefault(each.target, []).append(each.text)
        elif each.kind == "field":
            asked["fields"].append((labels.get(each.target, each.target), each.text))
        else:
            asked["whole"].append(each.text)
    return asked


def _changed(request: HttpRequest, procedure: Procedure, code: str, note: str) -> tuple[dict[str, str], str]:
    """What is wrong with what was sent, and the page that follows where nothing is."""
    posted, actor, at = request.POST, request.actor, timezone.now()
    if "again" in posted:
        return _use_again(request, procedure, code), f"{request.path}#paper-{posted.get('paper', '')}"
    if "paper" in posted:
        return _upload(request, procedure, code), f"{request.path}#paper-{posted['paper']}"
    if "remove" in posted:
        remove_from_supplement(actor=actor, code=code, paper=posted.get("of", ""), digest=posted["remove"], at=at)
        return {}, request.path
    try:
        send_supplement(actor=actor, code=code, explanation=note, at=at)
    except NothingToSend:
        return {"note": _("Upload what was asked for, or explain why you can't")}, ""
    except NoLongerOffered as gone:
        return {f"file-{gone.paper}": offer_gone()}, ""
    return {}, f"{reverse('dossier', kwargs={'code': code})}?done=answered"


def _use_again(request: HttpRequest, procedure: Procedure, code: str) -> dict[str, str]:
    paper = paper_asked(procedure, request.POST.get("paper", ""))
    if paper is None:
        return {"": _("The procedure does not ask for this paper")}
    again, at = request.POST["again"], timezone.now()
    try:
        use_again_in_supplement(actor=request.actor, code=code, paper=paper, reference=again, at=at)
    except NoLongerOffered:
        return {f"file-{paper.id}": offer_gone()}
    except TooManyFiles:
        return {f"file-{paper.id}": file_refusal("too-many", tuple(paper.formats))}
    return {}


def _upload(request: HttpRequest, procedure: Procedure, code: str) -> dict[str, str]:
    paper = paper_asked(procedure, request.POST["paper"])
    if paper is None:
        return {"": _("The procedure does not ask for this paper")}
    file, field, formats = request.FILES.get("file"), f"file-{paper.id}", tuple(paper.formats)
    if file is None:
        return {field: _("Choose a file first")}
    try:
        attach_to_supplement(
            actor=request.actor, code=code, paper=paper, name=file.name or "", content=file, at=timezone.now()
        )
    except FileRefused as refusal:
        return {field: file_refusal(refusal.reason, formats)}
    except TooManyFiles:
        return {field: file_refusal("too-many", formats)}
    return {}


ROUTES = [
    route("dossiers/<str:code>/supplement", supplement, name="dossier-supplement", who=OWN, methods=("GET", "POST"))
]
