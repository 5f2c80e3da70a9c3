"""`/duplicates` and `/projects/<code>/duplicates`: what would be paid for again, and deciding on it.

Layer 2. Whoever reads dossiers reads the findings; who may decide finds the form at each.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_frame import PAGE, READING, frame, of_project
from maidinh.governance.duplication.actions.deciding import DecisionRefused, decide_duplicate
from maidinh.governance.duplication.definition import Profile
from maidinh.governance.duplication.judging import Flag, Searcher
from maidinh.governance.duplication.queries import (
    DECIDE,
    ELEMENT,
    PROJECT,
    Standing,
    all_duplicates,
    code_flags_for,
    decisions_on,
    duplicates_for,
    searcher_of,
    waiting_duplicates,
)
from maidinh.governance.duplication.reasons import SAYINGS
from maidinh.governance.duplication.rules import ACCEPT, CONFIRM, DIFFERENT, REUSE, SERIOUS
from maidinh.governance.projects.queries import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

PER_PAGE = 20
TONES = {"duplicate": "late", "overlap": "wait", "should-reuse": "wait", "complementary": "info"}
Errors = dict[str, list[str]]


def class_names() -> dict[str, str]:
    """What each class is called."""
    return {
        "duplicate": _("duplicate"),
        "overlap": _("overlap"),
        "should-reuse": _("should reuse"),
        "complementary": _("complementary"),
    }


def kind_names() -> dict[str, str]:
    """What the other one is."""
    return {
        "project": _("project"),
        "system": _("system"),
        "platform": _("shared platform"),
        "service": _("shared service"),
        "national-platform": _("national platform"),
    }


def decision_names() -> dict[str, str]:
    """What may be decided."""
    return {
        CONFIRM: _("It is a duplicate: it is not built"),
        REUSE: _("What stands is used instead"),
        DIFFERENT: _("It is not the same"),
        ACCEPT: _("Both are accepted"),
    }


@of_project
def project_duplicates(
    request: HttpRequest, row: Project, errors: Errors | None = None, status: int = 200
) -> HttpResponse:
    """What one project resembles; first what waits for a decision."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    searcher = searcher_of()
    names, agencies = decision_names(), agency_names(language())
    found = [_shown(n, each, searcher, agencies) for n, each in enumerate(duplicates_for(actor, row))]
    context = frame(request, row, "project-duplicates") | {
        "found": found,
        "open": sum(each["open"] for each in found),
        "flags": [_flag(each, searcher) for each in code_flags_for(actor, row)],
        "decides": actor.may(DECIDE) and actor.id not in row.writers,
        "choices": list(names.items()),
        "decided": [
            {
                "title": names[each.decision],
                "at": each.at,
                "text": f"{_name(each.other)}: {each.reason}",
            }
            for each in decisions_on(row)
        ],
        "typed": request.POST,
        "errors": errors or {},
        "done": request.GET.get("done", "") == "decided",
    }
    return render(request, "projects/duplicates.html", context, status=status)


def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decide on one finding; the form comes back with what was typed where it can't be done."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    other, number = request.POST.get("other", "").replace("\0", ""), request.POST.get("number", "")
    try:
        decide_duplicate(
            actor=actor, code=code, other=other, seen=request.POST.get("seen", ""),
            decision=request.POST.get("decision", ""), reason=request.POST.get("reason", ""), at=timezone.now(),
        )  # fmt: skip
    except DecisionRefused as refusal:
        errors: Errors = {}
        for fault in refusal.faults:
            errors.setdefault(f"{fault.field}-{number}" if fault.field else "", []).append(fault.says)
        return project_duplicates(request, code=code, errors=errors, status=422)
    return redirect(reverse("project-duplicates", kwargs={"code": code}) + "?done=decided")


def duplicates(request: HttpRequest) -> HttpResponse:
    """All projects that resemble something, with the gravest finding of each."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    shown = Paginator(all_duplicates(actor), PER_PAGE).get_page(request.GET.get("page"))
    names = class_names()
    rows = []
    for row, found in shown:
        first = found[0]
        rows.append(
            {
                "title": row.project.title.in_language(language()),
                "href": reverse("project-duplicates", kwargs={"code": row.code}),
                "other": first.finding.other.title.in_language(language()),
                "class": names[first.finding.kind],
                "tone": TONES[first.finding.kind],
                "score": round(first.finding.score * 100),
                "open": sum(each.open for each in found),
                "saving": max((each.finding.saving for each in found if each.open), default=0),
            }
        )
    return render(request, "projects/all_duplicates.html", {"rows": rows, "page": shown})


def waiting(actor: Actor, at: datetime) -> int:
    """How many findings wait for a decision: a figure of the homes of those who decide."""
    del at
    return waiting_duplicates(actor)


def reasons_in_words(standing: Standing) -> list[str]:
    """Why it was found."""
    here = language()
    return [_(SAYINGS[each.code]) % each.in_language(here) for each in standing.finding.reasons]


def _shown(number: int, each: Standing, searcher: Searcher, agencies: dict[str, str]) -> dict[str, Any]:
    finding, other = each.finding, each.finding.other
    shares, years = searcher.shares(finding.kind), searcher.term.saving.years
    return {
        "number": number,
        "key": each.key,
        "title": other.title.in_language(language()),
        "href": _address(other),
        "kind": kind_names()[other.kind],
        "owner": agencies.get(other.owner or "", other.owner or ""),
        "class": class_names()[finding.kind],
        "tone": TONES[finding.kind],
        "score": round(finding.score * 100),
        "reasons": reasons_in_words(each),
        "saving": finding.saving,
        "weak": finding.kind in SERIOUS and finding.score < searcher.term.thresholds.saving,
        "how": _("%(build)s %% of building, %(run)s %% of %(years)s years of running")
        % {"build": round(shares.build * 100), "run": round(shares.run * 100), "years": years},
        "open": each.open,
        "decision": decision_names()[each.decision.decision] if each.decision else "",
        "why": each.decision.reason if each.decision else "",
        "earlier": f"{decision_names()[each.earlier.decision]}: {each.earlier.reason}" if each.earlier else "",
    }


def _flag(flag: Flag, searcher: Searcher) -> str:
    said = ", ".join(searcher.code_name(flag.model, each, language()) for each in flag.declared) or _("none")
    predicted = searcher.code_name(flag.model, flag.predicted, language())
    values = {"model": flag.model.upper(), "declared": said, "predicted": predicted}
    return _("%(model)s: declared %(declared)s, the words speak for %(predicted)s.") % values


def _address(other: Profile) -> str:
    if other.id.startswith(PROJECT):
        return reverse("project", kwargs={"code": other.id.removeprefix(PROJECT)})
    if other.id.startswith(ELEMENT):
        return reverse("architecture-element", kwargs={"element": other.id.removeprefix(ELEMENT)})
    return ""


def _name(key: str) -> str:
    return key.removeprefix(PROJECT).removeprefix(ELEMENT)


ROUTES = [
    page("duplicates", duplicates, name="duplicates", who=READING),
    page(f"{PAGE}/duplicates", project_duplicates, name="project-duplicates", who=READING),
    page(f"{PAGE}/duplicates/decide", decide, name="project-duplicate-decide", who=DECIDE, methods=("POST",)),
]
