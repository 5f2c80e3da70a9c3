"""Finding a procedure, and all that one must know before beginning. Layer 2.

What is shown of a procedure is what Decree 63/2010/NĐ-CP article 8 wants published; what nobody has checked says so.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from maidinh.channels.routing import page
from maidinh.channels.web.cases import case_choices, posted_case, receiving_choices
from maidinh.channels.web.context import language
from maidinh.channels.web.listings import LEVELS, UNCHECKED, offer_in_words
from maidinh.channels.web.processes import process_shown
from maidinh.channels.wording import budget_in_words
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.portal.catalogue.queries import done_elsewhere, search_everywhere
from maidinh.portal.forms.actions import begin_draft
from maidinh.portal.forms.queries import draft_of
from maidinh.services.procedures.queries import current_version

TYPED_LIMIT = 200


def procedures(request: HttpRequest) -> HttpResponse:
    """The procedures that answer what was typed."""
    text = request.GET.get("q", "")[:TYPED_LIMIT]
    found = search_everywhere(text)
    context = {"q": text, "procedures": found.here, "elsewhere": found.elsewhere, "official": _official(request)}
    return render(request, "web/procedures.html", context)


def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """Who, cost, days, papers, agency and legal basis of one procedure."""
    version = current_version(code)
    if version is None:
        return _elsewhere(request, code)
    found = version.procedure
    context = {
        "procedure": found,
        "agencies": agency_names(language()),
        "cases": [(case, budget_in_words(case.time_limit.budget)) for case in found.cases],
        "process": process_shown(found),
    }
    return render(request, "web/procedure.html", context)


def _elsewhere(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of a procedure that isn't done here, and where one begins it."""
    found = done_elsewhere(code)
    if found is None:
        raise Http404
    official = _official(request)
    listed = found.listed
    context = {
        "procedure": listed,
        "system": found.system,
        "official": official,
        "offers": [offer_in_words(offer, same_day=listed.same_day) for offer in listed.offers],
        "levels": [LEVELS[level] for level in listed.levels],
        "unchecked": [UNCHECKED[part] for part in listed.unchecked] if official else [],
    }
    return render(request, "web/procedure_elsewhere.html", context)


def _official(request: HttpRequest) -> bool:
    return bool(request.actor.kind == "official")


def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the case and the agency that receives; then the application exists and is saved."""
    version = current_version(code)
    if version is None:
        raise Http404
    actor = request.actor
    known = draft_of(actor, version.hash)
    found = version.procedure
    errors: dict[str, str] = {}
    chosen = (known.case, known.receiving) if known else ("", "")
    if request.method == "POST":
        chosen, errors = posted_case(found, request.POST)
        if not errors:
            draft = begin_draft(actor=actor, version=version, case=chosen[0], receiving=chosen[1], at=timezone.now())
            return redirect("application-page", draft=draft.pk, page=found.pages[0].id)
    context = {
        "procedure": found,
        "known": known,
        "cases": case_choices(found),
        "agencies": receiving_choices(found),
        "chosen": chosen,
        "errors": errors,
    }
    return render(request, "web/case.html", context, status=422 if errors else 200)


ROUTES = [
    page("procedures", procedures, name="procedures", who="catalogue.read"),
    page("procedures/<str:code>", procedure, name="procedure", who="catalogue.read"),
    page("procedures/<str:code>/begin", begin, name="procedure-begin", who="dossier.submit", methods=("GET", "POST")),
]
