"""`/open/projects/<code>`: one project for everyone, in plain words: what, for whom, how much, by when, is it late.

Layer 2. Each figure says where it comes from: the revision, the decision's number, the entry of the transparency log.
Nobody is named. What it changes in the architecture stands on the project's own page.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import projects_words as words
from maidinh.channels.web.context import language
from maidinh.channels.web.editions import publication_rules
from maidinh.channels.web.jinja import vn_date
from maidinh.channels.web.open_register import READ
from maidinh.channels.web.open_words import as_of, by_when, money_words, now, text_of, told
from maidinh.channels.web.projects_choices import procedure_names, source_names
from maidinh.channels.web.projects_forms import sums
from maidinh.channels.web.projects_law import pack_name
from maidinh.channels.web.projects_standing import late_schedule
from maidinh.governance.appraisal.queries import approval_of, exceptions_for
from maidinh.governance.drawings.bars import Bar, Stretch, draw_bars, draw_stretches
from maidinh.governance.exploring.publication import public_edition
from maidinh.governance.projects.definition import Milestone
from maidinh.governance.projects.figures import RegisterRow, slipped, standing_of
from maidinh.governance.projects.proposal import ProposalRefused, proposed
from maidinh.governance.projects.queries import Project, public_projects, reports_for
from maidinh.governance.projects.rules import BUILDING
from maidinh.governance.supervision.queries import public_progress
from maidinh.infrastructure.identity.queries import anonymous
from maidinh.infrastructure.organisations.queries import agency_names


def project(request: HttpRequest, code: str) -> HttpResponse:
    """One project; 404 for one that is not public."""
    row = found(code)
    at, today = now()
    agencies = agency_names(language())
    line = line_of(row)
    names = procedure_names() if row.project.procedures else {}
    approval = approval_of(row)
    context = {
        "row": row, "title": text_of(row.title), "summary": text_of(line.summary),
        "owner": agencies.get(row.owner, row.owner), "kind": words.kind_names()[row.project.kind],
        "state": words.state_names()[row.state], "tone": words.TONES[row.state],
        "meaning": words.state_sentences()[row.state], "money": money_words(row.project.total),
        "when": by_when(line, today), "standing": line.standing, "approval": approval,
        "decision": told(approval.decision) if approval else "", "law": pack_name(row.pack),
        "procedures": [names.get(each, each) for each in row.project.procedures],
        "benefits": [{"title": text_of(each.title.model_dump()), "unit": text_of(each.unit.model_dump()), "of": each}
                     for each in row.project.benefits],
        "costs": _costs(row), "schedule": _schedule(row, today), "baseline": _baseline(row),
        "paid": _paid(row, at),
        "verdicts": _verdicts(row), "exceptions": _exceptions(row, agencies, today), "reports": _reports(row),
        "as_of": as_of(at, row.updated_at), "query": f"?q={row.code}",
    }  # fmt: skip
    return render(request, "open/project.html", context)


def short(request: HttpRequest, code: str) -> HttpResponse:
    """The short address of a project, as it is printed and read out."""
    return redirect("open-project", code=found(code).code)


def found(code: str) -> Project:
    """The project of this code, if it is public; 404 for any other."""
    row = public_projects().select_related("baseline").filter(code=code[:60]).first()
    if row is None:
        raise Http404(code)
    return row


def line_of(row: Project) -> RegisterRow:
    """The project as the register counts it."""
    content: dict[str, Any] = row.content
    return RegisterRow(
        pk=row.pk, code=row.code, title=row.title, summary=content.get("summary") or {}, owner=row.owner,
        state=row.state, kind=str(content.get("kind") or ""), total=int(content.get("total") or 0),
        costs=tuple(content.get("costs") or ()), schedule=tuple(content.get("schedule") or ()),
        changed=row.updated_at,
    )  # fmt: skip


def _costs(row: Project) -> dict[str, Any]:
    """The costs by year as a chart, and by year and source as the table that the project's own page has."""
    table = sums([each.model_dump() for each in row.project.costs], source_names(), row.project.total)
    settled = standing_of(row.state) == "approved"
    bars = [
        Bar(str(each["year"]), each["total"] if settled else 0, 0 if settled else each["total"],
            money_words(each["total"]))
        for each in table["years"]
    ]  # fmt: skip
    said = _("Full bars are approved money, dashed outlines are asked for. The table below has the same figures.")
    svg = draw_bars(bars, title=_("Money by year"), description=said, key="costs", language=language())
    return {"sums": table, "svg": svg if bars else ""}


def _schedule(row: Project, today: date) -> dict[str, Any]:
    """The stages on a line of time with today, and as rows."""
    stages = row.project.schedule
    if not stages:
        return {"svg": "", "rows": []}
    first, last = min(each.begins for each in stages), max(each.ends for each in stages)
    length = max((last - first).days, 1)
    late = {each.id for each in late_schedule(row, today)}
    rows = [
        {
            "title": text_of(each.title.model_dump()), "begins": each.begins, "ends": each.ends,
            "late": each.id in late, "state": _stage_state(row, each, today, each.id in late),
        }
        for each in stages
    ]  # fmt: skip
    drawn = [
        Stretch(
            told["title"], (each.begins - first).days / length, (each.ends - first).days / length,
            f"{vn_date(each.begins)} – {vn_date(each.ends)}: {told['state']}",
            done=each.ends < today and not told["late"], late=told["late"],
        )
        for each, told in zip(stages, rows, strict=True)
    ]  # fmt: skip
    said = _("Each bar is a stage from its first to its last day; the upright line is today. The table has the days.")
    svg = draw_stretches(
        drawn, today=(today - first).days / length, title=_("Schedule"), description=said, key="schedule",
        language=language(),
    )  # fmt: skip
    return {"svg": svg, "rows": rows}


def _stage_state(row: Project, stage: Milestone, today: date, late: bool) -> str:
    if late:
        return _("should have ended; late")
    if stage.ends < today:
        return _("the day has passed")
    return _("now") if stage.begins <= today and row.state == BUILDING else _("to come")


def _baseline(row: Project) -> dict[str, Any] | None:
    """What was approved beside what is said now."""
    return slipped(row.baseline.content if row.baseline else None, row.content)


def _paid(row: Project, at: datetime) -> dict[str, Any] | None:
    """What was to be paid and what was, by year and source, as the agency recorded it; None before the approval."""
    found = public_progress(row.code, at)
    if found is None:
        return None
    sources, progress = source_names(), found.progress
    return {
        "rows": [{"line": each, "source": sources.get(each.source, each.source)} for each in progress.money],
        "words": _("%(paid)s paid of %(planned)s")
        % {"paid": money_words(progress.paid), "planned": money_words(progress.planned)},
        "stages": [
            {
                "title": text_of(each.milestone.title.model_dump()), "ends": each.milestone.ends,
                "ended": each.happened.ended_on if each.happened else None, "late": each.late_days,
            }
            for each in progress.milestones
        ],
    }  # fmt: skip


def _verdicts(row: Project) -> list[dict[str, Any]]:
    """What the appraisal said, with the hashes and the entry by which everyone can check it."""
    names = words.verdict_names()
    return [
        {
            "verdict": each, "name": names.get(each.result, each.result),
            "tone": words.VERDICT_TONES.get(each.result, "neutral"), "version": each.version.version,
            "conditions": _conditions(each),
        }
        for each in row.verdicts.select_related("version").defer("version__content", "results", "receipt")
        .prefetch_related("met").order_by("-given_at")
    ]  # fmt: skip


def _conditions(verdict: Any) -> list[dict[str, Any]]:
    met = {each.condition for each in verdict.met.all()}
    return [{"text": told(str(each["text"])), "met": each["id"] in met} for each in verdict.conditions]


def _exceptions(row: Project, agencies: dict[str, str], today: date) -> list[dict[str, Any]]:
    """The exceptions that were granted: what is not met, why, until when; the same for every reader."""
    return [
        {
            "exception": each, "unmet": told(each.unmet), "cause": told(each.cause), "remedy": told(each.remedy),
            "agency": agencies.get(each.agency, each.agency), "decision": told(each.decision),
            "over": each.valid_until < today,
        }
        for each in exceptions_for(anonymous()).filter(project=row)
    ]  # fmt: skip


def _reports(row: Project) -> list[dict[str, Any]]:
    """How far each component is that everyone may know of, by its newest report, with the report's day."""
    names = words.component_state_names()
    newest: dict[str, Any] = {}
    for each in reports_for(project=row):
        newest.setdefault(each.element, each)
    public = _public_names(row) if newest else {}
    return [
        {
            "name": public[element], "state": names.get(each.state, each.state),
            "tone": words.COMPONENT_TONES[each.state], "percent": each.percent, "as_of": each.as_of,
        }
        for element, each in newest.items()
        if element in public
    ]  # fmt: skip


def _public_names(row: Project) -> dict[str, str]:
    """The names of the components of the public edition: of what is in force, and of what the project makes."""
    models = [row.base.model]
    with suppress(ProposalRefused):
        models.append(proposed(row.base.model, row.project))
    return {
        each.id: each.name.in_language(language())
        for model in models
        for each in public_edition(model, publication_rules()).elements
    }


ROUTES = [
    page("open/projects/<slug:code>", project, name="open-project", who=READ),
    page("open/<slug:code>", short, name="open-project-short", who=READ),
]
