"""`/components`: the components of my agency, how far each is by its last report, and which report is overdue.

Layer 2. Legal ground: Nghị định 224/2026/NĐ-CP article 24 clause 2 c. A report is overdue where none was made, or where
a stage of the project that builds it ended after the last one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import picture, projects_words
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_steps import REPORTING, report_page
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.projects.queries import newest_reports, projects_for
from maidinh.governance.projects.rules import BUILDING
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

LEFT_OUT = ("user-group", "channel")


def components(request: HttpRequest) -> HttpResponse:
    """What my agency owns or runs, with its last report; what is overdue first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    agencies = agency_names(language())
    rows = _rows(actor, localtime(timezone.now()).date())
    context = {
        "rows": rows, "overdue": [each for each in rows if each["overdue"]],
        "agency": agencies.get(actor.agency, actor.agency),
    }  # fmt: skip
    return render(request, "projects/components.html", context)


def report(request: HttpRequest) -> HttpResponse:
    """The form that reports of one component."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return report_page(request, [(each["id"], each["name"]) for each in _rows(actor, localtime(timezone.now()).date())])


def overdue(actor: Actor, at: Any) -> int:
    """How many reports are overdue: a figure of the home."""
    return sum(1 for each in _rows(actor, localtime(at).date()) if each["overdue"])


def _rows(actor: Actor, today: date) -> list[dict[str, Any]]:
    version = current_version()
    if version is None:
        return []
    newest, states, ended = newest_reports(), projects_words.component_state_names(), _ended_stages(actor, today)
    found = []
    for each in version.model.elements:
        mine = each.owner in actor.agencies or each.operator in actor.agencies
        if not mine or each.kind not in LAYERED_KINDS or each.kind in LEFT_OUT or each.state == "retired":
            continue
        last = newest.get(each.id)
        due = ended.get(each.id)
        why = ""
        if last is None:
            why = _("no report yet")
        elif due is not None and last.as_of < due:
            why = _("a stage ended on %(day)s") % {"day": f"{due:%d/%m/%Y}"}
        found.append({
            "id": each.id, "name": each.name.in_language(language()) or each.id, "kind": picture.kind_name(each.kind),
            "last": last, "state": states[last.state] if last else "", "overdue": bool(why), "why": why,
            "tone": projects_words.COMPONENT_TONES[last.state] if last else "neutral",
        })  # fmt: skip
    return sorted(found, key=lambda row: (not row["overdue"], row["name"].casefold()))


def _ended_stages(actor: Actor, today: date) -> dict[str, date]:
    """The last day on which a stage ended of a project that is being built, by component."""
    found: dict[str, date] = {}
    for row in projects_for(actor).filter(state=BUILDING, owner__in=actor.agencies):
        ends = [each.ends for each in row.project.schedule if each.ends < today]
        for change in row.project.changes if ends else ():
            if change.section == "elements":
                found[change.item] = max(*ends, found.get(change.item, ends[0]))
    return found


ROUTES = [
    page("components", components, name="components", who=REPORTING),
    page("components/report", report, name="component-report", who=REPORTING, methods=("GET", "POST")),
]
