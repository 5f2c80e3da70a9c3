"""`/desk/archive`: what an agency has put away, what it may dispose of, disposals that wait for a second person.

Layer 2. A leader proposes under the number of a decision; another one decides. The database holds that they are two.
"""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.infrastructure.identity.queries import official
from maidinh.services.archives.actions import (
    DecisionMissing,
    NotDue,
    NothingToDecide,
    SamePerson,
    decide_disposal,
    propose_disposals,
)
from maidinh.services.archives.queries import archives_of, disposals_of, due_archives

A_PAGE = 50
LONGEST_DECISION = 100


def archive(request: HttpRequest) -> HttpResponse:
    """The archive; by POST, a proposal or a decision."""
    if request.method == "GET":
        return _shown(request)
    if "disposal" in request.POST:
        return _decide(request)
    codes, decision = request.POST.getlist("code"), request.POST.get("decision", "").strip()
    errors = {}
    if not codes:
        errors["code"] = _("Tick the dossiers that are to be destroyed")
    if not decision or len(decision) > LONGEST_DECISION:
        errors["decision"] = _("Enter the number of the decision, 100 characters at most")
    if errors:
        return _shown(request, errors=errors, status=422)
    try:
        propose_disposals(actor=request.actor, codes=codes, decision=decision, at=timezone.now())
    except (NotDue, DecisionMissing):
        gone = _("One of these dossiers is still to be kept, or was proposed meanwhile. The page shows how it stands.")
        return _shown(request, problem=gone, status=409)
    return redirect(f"{request.path}?done=proposed")


def _decide(request: HttpRequest) -> HttpResponse:
    typed, way = request.POST["disposal"], request.POST.get("way", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    if way not in ("grant", "decline"):
        return _shown(request, problem=_("Choose one of the buttons"), status=422)
    try:
        decide_disposal(actor=request.actor, disposal_id=number, granted=way == "grant", at=timezone.now())
    except SamePerson:
        return _shown(request, problem=_("You proposed this yourself; another leader decides on it."), status=409)
    except NothingToDecide:
        return _shown(request, problem=_("This was decided meanwhile. The page shows how it stands."), status=409)
    return redirect(f"{request.path}?done={way}")


def _shown(
    request: HttpRequest, *, errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    disposals = list(disposals_of(request.actor)[:200])
    names = {one: person.name for one in {each.asked_by for each in disposals} if (person := official(one))}
    context = {
        "due": due_archives(timezone.localdate()),
        "waiting": [(each, names.get(each.asked_by, each.asked_by)) for each in disposals if each.granted is None],
        "gone": [each for each in disposals if each.granted],
        "kept": Paginator(archives_of(request.actor), A_PAGE).get_page(request.GET.get("page")),
        "chosen": request.POST.getlist("code"),
        "typed": request.POST,
        "errors": errors or {},
        "problem": problem,
        "notice": _notice(request.GET.get("done", "")),
    }
    return render(request, "counter/archive.html", context, status=status)


def _notice(done: str) -> str:
    words = {
        "proposed": _("Proposed. Another leader decides."),
        "grant": _("Approved. The content is destroyed within minutes; code, digest and decision stay."),
        "decline": _("Declined. The dossier stays as it is."),
    }
    return words.get(done, "")


ROUTES = [page("desk/archive", archive, name="archive", who="dossier.assign", methods=("GET", "POST"))]
