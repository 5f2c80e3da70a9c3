"""`/projects`: the projects that a reader may see, and one of them: where it stands, what it changes, costs and brings.

Layer 2. Everyone may read from the day on which a project is handed in; nobody's name is told, and of the architecture
only what is published.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import PAGES, page
from maidinh.channels.web import projects_words as words
from maidinh.channels.web.context import language
from maidinh.channels.web.editions import is_inside, publication_rules
from maidinh.channels.web.projects_changes import change_rows
from maidinh.channels.web.projects_choices import by_name, procedure_names
from maidinh.channels.web.projects_files import upload
from maidinh.channels.web.projects_frame import PAGE, PROPOSING, READ, behind, frame, of_project
from maidinh.channels.web.projects_law import pack_name
from maidinh.channels.web.projects_papers import papers_given
from maidinh.channels.web.projects_standing import late_schedule, money, standing
from maidinh.channels.web.projects_wizard import new
from maidinh.governance.exploring.publication import publication
from maidinh.governance.projects import rules
from maidinh.governance.projects.proposal import ProposalRefused, proposed
from maidinh.governance.projects.queries import Project, accepted_for, projects_for
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.queries import agency_names

PER_PAGE = 20


def projects(request: HttpRequest) -> HttpResponse:
    """The list, by state and agency, found by words with or without diacritics; first what waits for this person."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    wanted = {name: request.GET.get(name, "")[:120].replace("\0", "") for name in ("q", "state", "agency")}
    agencies = agency_names(language())
    listed = list(projects_for(actor))
    asked = fold(wanted["q"]).split()
    chosen = [
        row
        for row in listed
        if (not wanted["state"] or row.state == wanted["state"])
        and (not wanted["agency"] or row.owner == wanted["agency"])
        and all(word in _searched(row) for word in asked)
    ]
    shown = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    states, present = words.state_names(), {row.state for row in listed}
    kept = {name: value for name, value in wanted.items() if value}
    context = {
        "page": shown,
        "rows": [_line(row, agencies) for row in shown],
        "total": len(chosen),
        "waiting": [_line(row, agencies) for row in listed if _waits(actor, row)],
        "states": [("", _("all")), *((each, states[each]) for each in rules.STATES if each in present)],
        "agencies": [("", _("all")), *by_name({row.owner: agencies.get(row.owner, row.owner) for row in listed})],
        "wanted": wanted,
        "query": f"?{urlencode(kept)}&" if kept else "?",
        "proposes": actor.may(PROPOSING),
        "done": request.GET.get("done", ""),
    }  # fmt: skip
    return render(request, "projects/list.html", context)


@of_project
def project(request: HttpRequest, row: Project) -> HttpResponse:
    """One project, for owner, appraiser, leader and public: the same page, each with what is theirs to see and do."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = frame(request, row)
    at = timezone.now()
    names = procedure_names() if row.project.procedures else {}
    agencies = agency_names(language())
    context |= standing(actor, row, at, inside=context["inside"], writable=context["writable"])
    context |= {
        "changes": _changes(actor, row),
        "money": money(row.project),
        "procedures": [names.get(each, each) for each in row.project.procedures],
        "training": [(each, agencies.get(each.agency, each.agency)) for each in row.project.training],
        "late": late_schedule(row, localtime(at).date()),
        "behind": behind(row) and row.state in rules.EDITABLE,
        "merges": row.state == rules.ACCEPTED and bool(row.project.changes) and actor.may("architecture.draft"),
        "links": _links(actor, row),
        "elsewhere": _elsewhere(actor, row, context["appraisal"]),
        "opinion": "appraisal-document" in PAGES,
        "law": pack_name(row.pack),
        "done": _done().get(request.GET.get("done", ""), ""),
        "titles": {each.id: each.title.in_language(language()) for each in row.project.schedule},
        "element_names": _names(row),
        "decisions": words.decision_names(),
        "papers": papers_given(actor, row) if context["inside"] else [],
    }
    return render(request, "projects/project.html", context)


def waiting(actor: Actor, at: Any) -> int:
    """How many projects wait for this person's agency: a figure of their home."""
    del at
    return sum(1 for row in projects_for(actor) if _waits(actor, row))


def to_merge(actor: Actor, at: Any) -> int:
    """How many accepted projects wait to be brought into the architecture: a figure of the architect's home."""
    del at
    return int(accepted_for(actor).count())


def _waits(actor: Actor, row: Project) -> bool:
    """Whether the next step is this person's."""
    if actor.may(PROPOSING) and row.owner in actor.agencies:
        return row.state in (rules.PREPARING, rules.RETURNED, rules.APPROVED, rules.BUILDING)
    return row.state == rules.ACCEPTED and actor.may("architecture.draft")


def _links(actor: Actor, row: Project) -> dict[str, bool]:
    """What this person may do with the project now."""
    mine = actor.may(PROPOSING) and row.owner in actor.agencies
    return {
        "hand_in": mine and row.state == rules.PREPARING,
        "answer": mine and row.state == rules.RETURNED,
        "take_back": mine and row.state == rules.APPRAISED,
        "begin": mine and row.state == rules.APPROVED,
        "report": mine and row.state in (rules.BUILDING, rules.APPROVED) and actor.may("component.report"),
        "complete": mine and row.state == rules.BUILDING,
        "withdraw": mine and rules.WITHDRAWN in rules.STEPS[row.state],
    }


def _elsewhere(actor: Actor, row: Project, appraisal: Any) -> list[tuple[str, str]]:
    """The pages of those who appraise and decide, where this person may open them."""
    offered: list[tuple[str, str, dict[str, Any]]] = []
    if appraisal is not None:
        offered.append((_("The appraisal"), "appraisal", {"appraisal_id": appraisal.pk}))
    code = {"code": row.code}
    if row.state == rules.APPRAISED:
        offered.append((_("Approve or refuse"), "project-approval", code))
    if row.state in (rules.APPRAISING, rules.RETURNED, rules.APPRAISED):
        offered.append((_("Ask for an exception"), "project-exception", code))
    if row.state == rules.COMPLETED:
        offered.append((_("Accept what was built"), "project-acceptance", code))
    return [
        (text, reverse(name, kwargs=parts))
        for text, name, parts in offered
        if name in PAGES and actor.may(PAGES[name].who)
    ]


def _changes(actor: Actor, row: Project) -> list[dict[str, Any]]:
    """What it changes; the public is told of what the published edition shows, without its fields."""
    if is_inside(actor):
        return change_rows(row, row.base.model, links=False)
    try:
        new = proposed(row.base.model, row.project)
    except ProposalRefused:
        return []
    editions = [publication(model, publication_rules())[0] for model in (row.base.model, new)]
    seen = {each.id for model in editions for each in (*model.elements, *model.relations)}
    found = [each for each in change_rows(row, row.base.model, links=False) if each["change"].item in seen]
    return [each | {"fields": [], "why": ""} for each in found]


def _names(row: Project) -> dict[str, str]:
    here = language()
    names = {each.id: each.name.in_language(here) for each in row.base.model.elements}
    for each in row.project.changes:
        name = (each.value or {}).get("name") or {}
        names.setdefault(each.item, str((name.get("en") if here == "en" else None) or name.get("vi") or each.item))
    return names


def _line(row: Project, agencies: dict[str, str]) -> dict[str, Any]:
    title = row.title.get("en") if language() == "en" else None
    return {
        "row": row, "title": title or row.title.get("vi", row.code), "owner": agencies.get(row.owner, row.owner),
        "holder": agencies.get(row.holder, row.holder), "state": words.state_names()[row.state],
        "tone": words.TONES[row.state], "total": row.content.get("total"),
    }  # fmt: skip


def _searched(row: Project) -> str:
    summary = row.content.get("summary") or {}
    return fold(" ".join(filter(None, (row.code, *row.title.values(), *summary.values()))))


def _done() -> dict[str, str]:
    """What was just done."""
    return {
        "handed-in": _("The project is handed in. The legal time runs from now on."),
        "answered": _("The supplement is answered. The legal time runs again."),
        "withdrawn": _("The project is withdrawn."),
        "begun": _("It is noted that the work has begun."),
        "reopened": _("The project is with you again. Mend it, then hand it in."),
        "completed": _("The completion is reported. The project waits for acceptance."),
        "reported": _("The report is kept."),
        "rebased": _("The project stands on the architecture in force."),
    }


ROUTES = [  # those with a name of their own come before any project's code
    page("projects", projects, name="projects", who=READ),
    page("projects/new", new, name="project-new", who=PROPOSING, methods=("GET", "POST")),
    page("projects/upload", upload, name="project-upload", who=PROPOSING, methods=("GET", "POST")),
    page(PAGE, project, name="project", who=READ),
]
