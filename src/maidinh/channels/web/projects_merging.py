"""`/projects/<code>/merge`: an architect brings an accepted project into a draft of the architecture.

Layer 2. What both changed is decided field by field; what the project opens again that two people stopped is told, and
has to be meant.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import picture
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting_conflicts import conflict_rows, named
from maidinh.channels.web.drafting_values import Values
from maidinh.channels.web.projects_changing import content_with
from maidinh.channels.web.projects_deciding import Settled, settled
from maidinh.channels.web.projects_faults import said
from maidinh.channels.web.projects_frame import PAGE, frame, of_project
from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.drafting.queries import content_at, drafts_for
from maidinh.governance.drafting.rules import EDITABLE
from maidinh.governance.projects.actions.carrying import MergeOutcome, merge_project
from maidinh.governance.projects.actions.moving import ProjectRefused
from maidinh.governance.projects.proposal import ProposalRefused
from maidinh.governance.projects.queries import Project, reopened
from maidinh.governance.projects.rules import ACCEPTED

DRAFTING, AGAIN = "architecture.draft", "reopening"
Errors = dict[str, Any]


@of_project
def merge(request: HttpRequest, row: Project) -> HttpResponse:
    """Bring an accepted project into a draft of the architecture; what both changed is decided by the architect."""
    if row.state != ACCEPTED:
        return redirect("project", code=row.code)
    drafts = {str(each.pk): each for each in drafts_for(request.actor).filter(state__in=EDITABLE)}  # type: ignore[attr-defined]
    typed = {name: request.POST.get(name, "")[:200].strip() for name in ("draft", "version", "title")}
    typed["draft"] = typed["draft"] if typed["draft"] in (*drafts, "new") else next(iter(drafts), "new")
    draft = drafts.get(typed["draft"])
    errors: Errors = {}
    found: Settled[MergeOutcome] | None = None
    if request.method == "POST":
        if draft is None:
            errors |= {} if typed["version"] else {"version": _("Write the number of the next version, such as 2.1.")}
            errors |= {} if typed["title"] else {"title": _("Write the title of the next version.")}
        if not errors:
            try:
                found = settled(request.POST, lambda decisions: _tried(request, row, typed, decisions))
                if not found.asked:
                    return redirect("architecture-draft", draft_id=found.done.draft_id)
                errors = found.errors
            except ProjectRefused as refusal:
                for fault in refusal.faults:
                    errors.setdefault(fault.field, []).append(said(fault))
    content = content_at(draft, draft.revision) if draft is not None else {}
    values = Values(content or content_with(row.base.model, list(row.project.changes)), language())
    rows = conflict_rows(found.asked if found else (), values, posted=request.POST, errors=errors)
    context = frame(request, row) | {
        "drafts": [(each, _("draft of version %(version)s") % {"version": drafts[each].version}) for each in drafts],
        "typed": typed, "errors": named(errors, rows), "begins": draft is None, "shown": found.shown if found else "",
        "conflicts": rows,
        "reopened": _reopened(row), "meant": AGAIN in request.POST,
    }  # fmt: skip
    return render(request, "projects/merge.html", context, status=422 if errors else 200)


def _tried(
    request: HttpRequest, row: Project, typed: dict[str, str], decisions: Any
) -> tuple[MergeOutcome, tuple[Conflict, ...]]:
    """The merge with these decisions, and what is left to decide."""
    outcome = merge_project(
        actor=request.actor, project_id=row.pk, at=timezone.now(), decisions=decisions,  # type: ignore[attr-defined]
        draft_id=None if typed["draft"] == "new" else int(typed["draft"]), version=typed["version"],
        title={"vi": typed["title"]} if typed["title"] else None, reopening=AGAIN in request.POST,
    )  # fmt: skip
    return outcome, outcome.conflicts


def _reopened(row: Project) -> list[dict[str, Any]]:
    """What two people stopped that the project opens again, in words."""
    try:
        found = reopened(row)
    except ProposalRefused:
        return []  # the merge itself says why
    names = picture.element_names(row.base.model, language())
    return [
        {
            "source": names.get(each.stopped.systems[0], each.item), "target": names.get(each.stopped.systems[1], "–"),
            "contract": each.contract, "stopped": each.stopped.contract, "renewed": each.renewed,
            "href": reverse("connection-withdrawal", kwargs={"withdrawal_id": each.stopped.withdrawal}),
        }
        for each in found
    ]  # fmt: skip


ROUTES = [page(f"{PAGE}/merge", merge, name="project-merge", who=DRAFTING, methods=("GET", "POST"))]
