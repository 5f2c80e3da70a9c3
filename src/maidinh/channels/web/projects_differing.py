"""`/projects/<code>/difference`, `/rebase` and `/history`: what a project changes, on which version, since when.

Layer 2. The difference is on the architecture in force where the project still fits it, else on the version that it
was written against. The public sees it as the published edition of the architecture does.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import comparison, meaning, sides
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting_conflicts import conflict_rows, named
from maidinh.channels.web.drafting_values import Values
from maidinh.channels.web.editions import is_inside, publication_rules
from maidinh.channels.web.projects_changing import content_with
from maidinh.channels.web.projects_deciding import settled, stamp
from maidinh.channels.web.projects_faults import place_of, said, told
from maidinh.channels.web.projects_frame import (
    PAGE,
    PROPOSING,
    READ,
    READING,
    address,
    behind,
    frame,
    of_own,
    of_project,
)
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.comparison.parts import Incomparable
from maidinh.governance.drafting.content import changes, dotted
from maidinh.governance.exploring.publication import publication
from maidinh.governance.projects.actions.preparing import ProjectRefused, rebase_project
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.proposal import ProposalRefused, proposed
from maidinh.governance.projects.queries import Project, foreseen, revisions_of
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

MOST_FIELDS = 60


@of_project
def difference(request: HttpRequest, row: Project) -> HttpResponse:
    """What the architecture becomes by the project: counts, what it means, each thing with its fields."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = frame(request, row, "project-difference") | {"behind": behind(row)}
    current = current_version()
    on_current = bool(context["behind"]) and current is not None
    try:
        base, new = (current.model, _on(row, current.model)) if on_current and current is not None else (None, None)
    except ProposalRefused:
        base, new = None, None
    try:
        base = row.base.model if base is None else base
        new = proposed(base, row.project) if new is None else new
        found = sides.compared(_side(actor, base, row.base.version), _side(actor, new, ""))
    except ProposalRefused as refusal:
        return render(request, "projects/difference.html", context | {
            "faults": told(refusal.faults, row.project) if context["writable"] else [], "refused": True,
        })  # fmt: skip
    except Incomparable as error:
        return render(request, "projects/difference.html", context | {"problems": error.problems, "refused": True})
    context |= {
        "version": base.version,
        "counts": comparison.counts(found.rows),
        "ways": comparison.way_names(),
        "tones": comparison.WAY_TONES,
        "groups": comparison.grouped(found.rows),
        "open": comparison.few_fields(found.rows),
        "meaning": meaning.told(found.difference, found.old.model, found.new.model, language()),
        "old": found.old,
        "new": None,
    }
    return render(request, "projects/difference.html", context)


def _on(row: Project, current: ArchitectureVersion) -> ArchitectureVersion:
    return proposed(current, row.project)


def _side(actor: Actor, model: ArchitectureVersion, version: str) -> sides.Side:
    """One side as the actor may see it."""
    seen = model if is_inside(actor) else publication(model, publication_rules())[0]
    return sides.Side(version, version, seen, version)


@of_own
def rebase(request: HttpRequest, row: Project) -> HttpResponse:
    """Bring the project onto the version in force; where both changed a field, its owner decides."""
    current = current_version()
    if current is None or not behind(row):
        return redirect("project", code=row.code)
    errors: dict[str, Any] = {}
    conflicts: tuple[Conflict, ...] = ()
    shown = ""
    try:
        if request.method == "POST":
            found = settled(request.POST, lambda decisions: _brought(request, row, decisions))
            if not found.asked:
                return redirect(f"{address(row)}?done=rebased")
            conflicts, errors, shown = found.asked, found.errors, found.shown
        else:
            conflicts = foreseen(row)
            shown = stamp(conflicts)
    except (ProposalRefused, ProjectRefused) as refusal:
        errors = {"": [said(each) for each in refusal.faults]}
    values = Values(content_with(current.model, list(row.project.changes)), language())
    rows = conflict_rows(conflicts, values, posted=request.POST, errors=errors)
    context = frame(request, row, "project") | {
        "conflicts": rows, "errors": named(errors, rows),
        "from_version": row.base.version, "to_version": current.version, "shown": shown,
    }  # fmt: skip
    return render(request, "projects/rebase.html", context, status=422 if errors else 200)


def _brought(request: HttpRequest, row: Project, decisions: Any) -> tuple[None, tuple[Conflict, ...]]:
    """The project brought over with these decisions, and what is left to decide."""
    outcome = rebase_project(
        actor=request.actor, project_id=row.pk, at=timezone.now(), decisions=decisions,  # type: ignore[attr-defined]
    )  # fmt: skip
    return None, outcome.conflicts


@of_project
def history(request: HttpRequest, row: Project) -> HttpResponse:
    """Every revision with what it changed against the one before; the approved one is marked and never changes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    listed = list(revisions_of(actor, row))
    agencies = agency_names(language())
    shown = []
    for revision, before in zip(listed, [*listed[1:], None], strict=True):
        shown.append({
            "revision": revision, "fields": _changed(before.content, revision.content) if before is not None else [],
            "baseline": revision.pk == row.baseline_id, "first": before is None, "version": revision.base.version,
        })  # fmt: skip
    baseline = next((each for each in listed if each.pk == row.baseline_id), None)
    against = _changed(baseline.content, row.content) if baseline is not None else []
    context = frame(request, row, "project-history") | {
        "revisions": shown, "against": against, "has_baseline": baseline is not None,
        "owner_name": agencies.get(row.owner, row.owner), "ways": _ways(),
    }  # fmt: skip
    return render(request, "projects/history.html", context)


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """The fields of a project that differ, in words."""
    project = Proposal.model_validate(after)
    found = []
    for each in changes(before, after):
        path = dotted(each.path)
        place = place_of(path, project)
        found.append({"label": place.label or path, "before": _plain(each.before), "after": _plain(each.after)})
    return found[:MOST_FIELDS]


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        text = value.get("title") or value.get("vi") or value.get("item") or value
        return (
            _plain(text) if text is not value else "; ".join(f"{name}: {_plain(each)}" for name, each in value.items())
        )
    if isinstance(value, list):
        return "; ".join(map(_plain, value))
    return str(value)


def _ways() -> dict[str, str]:
    return {"form": _("typed into the form"), "yaml": _("from a file (YAML)"), "xlsx": _("from a workbook"),
            "rebase": _("brought onto the architecture in force")}  # fmt: skip


ROUTES = [
    page(f"{PAGE}/difference", difference, name="project-difference", who=READ),
    page(f"{PAGE}/rebase", rebase, name="project-rebase", who=PROPOSING, methods=("GET", "POST")),
    page(f"{PAGE}/history", history, name="project-history", who=READING),
]
