"""`/roadmap/scenarios`: the planner's scenarios: opened, computed by the worker, read, held side by side.

Layer 2. A page of what is being computed asks again by itself, without a script.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import yaml
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.projects_faults import said
from maidinh.channels.web.roadmap_files import SUFFIXES, Problems, incoming
from maidinh.channels.web.roadmap_pictures import pictures_of
from maidinh.channels.web.roadmap_words import Words, cost_of, state_of, told
from maidinh.governance.projects.faults import Fault
from maidinh.governance.roadmap.actions.planning import ask_to_compute, content_of, open_scenario
from maidinh.governance.roadmap.queries import (
    Scenario,
    ScenarioRevision,
    may_adopt,
    newest_adoption,
    newest_revision,
    open_projects_for,
    portfolio_of_projects,
    revision_for,
    scenarios_for,
)
from maidinh.governance.roadmap.rules import PLANNING, READING, WAITING, RoadmapRefused
from maidinh.governance.roadmap.scenarios import compare as side_by_side
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.identity.queries import official

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AGAIN = "5"  # seconds after which the page of what is being computed asks again
MOST_COMPARED = 4
FIRST_YEARS = (1990, 2100)
Errors = dict[str, list[str]]


def scenarios(request: HttpRequest) -> HttpResponse:
    """All of them, with where each stands; some of them are chosen to be held side by side."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    adoption = newest_adoption()
    rows = []
    for scenario in scenarios_for(actor):
        revision = newest_revision(scenario)
        state, tone = state_of(revision)
        adopted = adoption is not None and adoption.revision.scenario_id == scenario.pk
        rows.append({"scenario": scenario, "revision": revision, "state": state, "tone": tone, "adopted": adopted})
    return render(request, "roadmap/scenarios.html", {"rows": rows, "plans": actor.may(PLANNING)})


def new(request: HttpRequest) -> HttpResponse:
    """Begin one: of the projects there are, from a file, or as a copy of another."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    others = [(str(each.pk), each.name) for each in scenarios_for(actor)]
    this_year = localtime(timezone.now()).year
    typed = {"start": "projects", "first_year": str(this_year + 1), "years": "5", **request.POST.dict()}
    errors: Errors = {}
    problems: Problems = []
    if request.method == "POST":
        try:
            row, problems = _opened(request, actor, typed, errors)
            if row is not None:
                return redirect(f"{_address(row.pk)}?done=opened")
        except RoadmapRefused as refusal:
            for each in refusal.faults:
                if each.field == "name":
                    errors.setdefault("name", []).append(said(each))
                else:
                    problems.append(f"{each.place or each.field}: {said(each)}" if each.field else said(each))
        if problems:
            errors.setdefault("file" if typed["start"] == "file" else "", []).append(problems[0])
    context = {
        "typed": typed, "errors": errors, "problems": problems, "others": others, "accept": ",".join(SUFFIXES),
        "count": len(open_projects_for(actor)[0]),
    }  # fmt: skip
    return render(request, "roadmap/new.html", context, status=422 if request.method == "POST" else 200)


def _opened(
    request: HttpRequest, actor: Actor, typed: dict[str, Any], errors: Errors
) -> tuple[Scenario | None, Problems]:
    name, at = typed.get("name", ""), timezone.now()
    if typed["start"] == "file":
        portfolio, problems = incoming(request)
        if portfolio is None:
            return None, problems
        title = name.strip() or portfolio.title.vi
        return open_scenario(actor=actor, name=title, portfolio=portfolio, at=at), []
    if typed["start"] == "copy":
        chosen = typed.get("original", "")
        found = revision_for(actor, int(chosen)) if chosen.isdecimal() and len(chosen) < 18 else None
        if found is None:
            errors["original"] = [_("Choose the scenario to copy.")]
            return None, []
        return open_scenario(
            actor=actor, name=name, portfolio=found.portfolio_form, at=at, copied_from=found, checked=False
        ), []
    first, years = _whole(typed.get("first_year", "")), _whole(typed.get("years", ""))
    if first is None or not FIRST_YEARS[0] <= first <= FIRST_YEARS[1] - 30:
        errors["first_year"] = [_("Write a year, such as 2027.")]
    if years is None or not 1 <= years <= 30:
        errors["years"] = [_("Write how many years, from 1 to 30.")]
    if errors or first is None or years is None:
        return None, []
    title = Text(vi=name.strip() or _("Roadmap"))
    made = portfolio_of_projects(actor, id="roadmap", title=title, first_year=first, years=years)
    return open_scenario(actor=actor, name=name, portfolio=made, at=at, checked=False), []


def scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """One scenario as it stands, or as one of its revisions left it."""
    typed = request.GET.get("revision", "")
    number = int(typed) if typed.isdecimal() and len(typed) < 9 else None
    return shown(request, found(request, scenario_id, number), {})


def found(request: HttpRequest, scenario_id: int, number: int | None = None) -> ScenarioRevision:
    """The revision, or there is no such page."""
    revision = revision_for(request.actor, scenario_id, number)  # type: ignore[attr-defined]
    if revision is None:
        raise Http404(scenario_id)
    return revision


def shown(
    request: HttpRequest, revision: ScenarioRevision, errors: Errors, faults: list[Fault] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page of a revision, with what was refused."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    portfolio, roadmap = revision.portfolio_form, revision.roadmap_form
    newest = newest_revision(revision.scenario)
    maker, state = official(revision.made_by), state_of(revision)
    context = {
        "scenario": revision.scenario,
        "revision": revision,
        "newest": newest,
        "portfolio": portfolio,
        "roadmap": roadmap,
        "words": Words(portfolio, roadmap),
        "state": state[0],
        "tone": state[1],
        "maker": maker.name if maker else revision.made_by,
        "revisions": revision.scenario.revisions.order_by("-number").defer("portfolio", "roadmap"),
        "plans": actor.may(PLANNING) and newest.pk == revision.pk,
        "may_adopt": may_adopt(actor, revision),
        "adopted": revision.adoptions.order_by("-pk").first(),
        "given": sum(each.amount for each in portfolio.budgets),
        "wanted": sum(cost_of(each) for each in portfolio.demands),
        "faults": told(faults or [], revision.scenario_id, portfolio),
        "typed": request.POST,
        "done": request.GET.get("done", ""),
        "errors": errors,
    }
    if roadmap is not None and roadmap.starts:
        context |= pictures_of(actor, portfolio, roadmap)
    answer = render(request, "roadmap/scenario.html", context, status=status)
    if revision.state == WAITING:
        answer["Refresh"] = AGAIN
    return answer


def compute(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Ask that the worker computes the newest revision."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    revision = found(request, scenario_id)
    try:
        ask_to_compute(actor=actor, scenario_id=scenario_id, at=timezone.now())
    except RoadmapRefused as refusal:
        errors = {"": [_("It can't be computed yet: mend what stands below first.")]}
        return shown(request, revision, errors, list(refusal.faults), 422)
    return redirect(_address(scenario_id))


def file(request: HttpRequest, scenario_id: int, form: str) -> HttpResponse:
    """The newest portfolio as .yaml or .xlsx, to be changed elsewhere and taken in again."""
    from maidinh.governance.roadmap.sheets import write_sheets

    revision = found(request, scenario_id)
    if form == "xlsx":
        content = write_sheets(revision.portfolio_form, language())
        return attachment(content, f"roadmap-{scenario_id}-{revision.number}.xlsx", XLSX)
    if form != "yaml":
        raise Http404(form)
    text = yaml.safe_dump(content_of(revision.portfolio_form), allow_unicode=True, sort_keys=False, width=110)
    return attachment(text.encode(), f"roadmap-{scenario_id}-{revision.number}.yaml", "application/yaml")


def compare(request: HttpRequest) -> HttpResponse:
    """Scenarios side by side: what each is worth and costs, and when each project starts in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    chosen = [int(each) for each in request.GET.getlist("s") if each.isdecimal() and len(each) < 18][:MOST_COMPARED]
    compared = [each for each in (revision_for(actor, pk) for pk in dict.fromkeys(chosen)) if each is not None]
    forms = [(each.scenario.name, each.portfolio_form, each.roadmap_form) for each in compared]
    found = side_by_side(forms)
    titles: dict[str, str] = {}
    for _name, portfolio, roadmap in forms:
        words = Words(portfolio, roadmap)
        titles |= {each: words.title(each) for each in words.demands}
    context = {
        "columns": [(column, state_of(each)[0]) for column, each in zip(found.columns, compared, strict=True)],
        "lines": sorted(((titles[each.demand], each) for each in found.lines), key=lambda line: line[1].demand),
        "all": [(str(each.pk), each.name) for each in scenarios_for(actor)],
        "chosen": [str(each) for each in chosen],
        "query": urlencode({"s": chosen}, doseq=True),
    }
    return render(request, "roadmap/compare.html", context)


def _whole(typed: str) -> int | None:
    text = typed.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _address(scenario_id: int) -> str:
    return reverse("roadmap-scenario", kwargs={"scenario_id": scenario_id})


ONE = "roadmap/scenarios/<int:scenario_id>"
ROUTES = [
    page("roadmap/scenarios", scenarios, name="roadmap-scenarios", who=READING),
    page("roadmap/scenarios/new", new, name="roadmap-new", who=PLANNING, methods=("GET", "POST")),
    page(ONE, scenario, name="roadmap-scenario", who=READING),
    page(f"{ONE}/compute", compute, name="roadmap-compute", who=PLANNING, methods=("POST",)),
    page(f"{ONE}/portfolio.<str:form>", file, name="roadmap-file", who=READING),
    page("roadmap/compare", compare, name="roadmap-compare", who=READING),
]
