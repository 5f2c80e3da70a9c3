"""`/roadmap`: the roadmap that is adopted, for everyone; and adopting one that another person computed.

Layer 2. Everyone reads which project starts when and what the money is; officials also what was left out and why.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from maidinh.channels.routing import ANYONE, page
from maidinh.channels.web.projects_faults import said
from maidinh.channels.web.roadmap_scenarios import shown
from maidinh.channels.web.roadmap_words import Words
from maidinh.governance.roadmap.actions.adopting import adopt_roadmap
from maidinh.governance.roadmap.queries import (
    adoptable_for,
    adoptions,
    newest_adoption,
    reads_scenarios,
    revision_for,
)
from maidinh.governance.roadmap.rules import ADOPTING, RoadmapRefused
from maidinh.infrastructure.actor import Actor


def roadmap(request: HttpRequest) -> HttpResponse:
    """What is adopted, and which were adopted before."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    adoption = newest_adoption()
    inside = reads_scenarios(actor)
    words = Words(adoption.revision.portfolio_form, adoption.revision.roadmap_form) if adoption else None
    context = {
        "adoption": adoption,
        "portfolio": adoption.revision.portfolio_form if adoption else None,
        "roadmap": adoption.revision.roadmap_form if adoption else None,
        "words": words,
        "inside": inside,
        "earlier": adoptions()[1:],
        "adoptable": adoptable_for(actor),
        "done": request.GET.get("done", ""),
    }
    return render(request, "roadmap/adopted.html", context)


def adopt(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Adopt the revision that was read."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    typed = request.POST.get("revision", "")
    number = int(typed) if typed.isdecimal() and len(typed) < 9 else None
    revision = revision_for(actor, scenario_id, number)
    if revision is None:
        raise Http404(scenario_id)
    try:
        adopt_roadmap(
            actor=actor, revision_id=revision.pk, roadmap_hash=request.POST.get("hash", ""),
            decision=request.POST.get("decision", ""), text=request.POST.get("text", ""), at=timezone.now(),
            signer=settings.SIGNER,
        )  # fmt: skip
    except RoadmapRefused as refusal:
        errors: dict[str, list[str]] = {}
        for each in refusal.faults:
            errors.setdefault(each.field, []).append(said(each))
        return shown(request, revision, errors, status=422)
    return redirect(f"{reverse('roadmap')}?done=adopted")


def to_adopt(actor: Actor, at: datetime) -> int:
    """How many computed roadmaps wait for this person: a figure of their home."""
    del at
    return len(adoptable_for(actor))


ROUTES = [
    page("roadmap", roadmap, name="roadmap", who=ANYONE),
    page("roadmap/scenarios/<int:scenario_id>/adopt", adopt, name="roadmap-adopt", who=ADOPTING, methods=("POST",)),
]
