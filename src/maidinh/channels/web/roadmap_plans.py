"""`/roadmap/timeline`, `/roadmap/plans`, `/roadmap/training`: the adopted roadmap as pictures, plans and training.

Layer 2. For officials who read roadmaps. Where no roadmap is adopted each page says so and whom to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import rounds
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.projects_faults import said
from maidinh.channels.web.roadmap_pictures import pictures_of, platform_names
from maidinh.governance.architecture.queries import declared_organisations
from maidinh.governance.projects.queries import SOURCES
from maidinh.governance.roadmap import plateaus, timeline
from maidinh.governance.roadmap.actions.training import record_training
from maidinh.governance.roadmap.definition import Portfolio, Roadmap
from maidinh.governance.roadmap.files import (
    TRAINING,
    Head,
    plan_document,
    plan_workbook,
    task_cells,
    training_row,
    training_workbook,
)
from maidinh.governance.roadmap.plans import AnnualPlan, SourceOfMoney, annual_plan, years_of
from maidinh.governance.roadmap.queries import adopted, known_projects, portfolio_with_codes, training_records
from maidinh.governance.roadmap.rules import READING, RECORDING, RoadmapRefused
from maidinh.governance.roadmap.training import TrainingItem, training_plan
from maidinh.governance.roadmap.wording import word
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.workbooks.separated import csv_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SVG, CSV = "image/svg+xml", "text/csv; charset=utf-8"
TONES = {"done": "good", "done-late": "good", "late": "late", "open": "wait"}
LONGEST = 4_000
View = Callable[..., HttpResponse]
Errors = dict[str, list[str]]


def of_adopted(view: View) -> View:
    """A view of the adopted roadmap; where there is none, a page that says so, and for a file 404."""

    @wraps(view)
    def seen(request: HttpRequest, **parts: Any) -> HttpResponse:
        found = adopted()
        if found is not None:
            return view(request, portfolio_with_codes(found[0]), found[1], **parts)
        if "form" in parts:
            raise Http404("no roadmap is adopted")
        return render(request, "roadmap/none.html", {}, status=200)

    return seen


@of_adopted
def pictures(request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap) -> HttpResponse:
    """The years and the plateaus, each as a picture and as the table that says the same."""
    context = pictures_of(request.actor, portfolio, roadmap) | {  # type: ignore[attr-defined]
        "title": portfolio.title.in_language(language()),
        "sample": portfolio.sample,
    }
    return render(request, "roadmap/timeline.html", context)


@of_adopted
def picture_file(
    request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap, drawing: str, form: str
) -> HttpResponse:  # fmt: skip
    """One of the pictures as .svg, or its table as .csv."""
    del request
    names, spoken = agency_names(language()), language()
    if (drawing, form) == ("years", "svg"):
        content = timeline.draw_timeline(portfolio, roadmap, spoken, names).encode()
    elif (drawing, form) == ("plateaus", "svg"):
        content = plateaus.draw_plateaus(portfolio, roadmap, spoken, platform_names()).encode()
    elif (drawing, form) == ("years", "csv"):
        found = timeline.rows(portfolio, roadmap, spoken, names)
        content = csv_bytes([timeline.headings(spoken), *(each.cells(spoken) for each in found)])
    elif (drawing, form) == ("plateaus", "csv"):
        content = csv_bytes(
            [plateaus.headings(spoken), *plateaus.rows(portfolio, roadmap, spoken, names, platform_names())]
        )
    else:
        raise Http404(f"{drawing}.{form}")
    return attachment(content, f"{drawing}.{form}", SVG if form == "svg" else CSV)


@of_adopted
def plans(request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap) -> HttpResponse:
    """The plans there are: the agencies with tasks, each with its years; one's own agency first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    names, years = agency_names(language()), years_of(portfolio, roadmap)
    codes = {each.agency for each in portfolio.demands if each.id in roadmap.starts}
    ordered = sorted(codes, key=lambda code: (code not in actor.agencies, names.get(code, code).casefold()))
    context = {
        "title": portfolio.title.in_language(language()),
        "rows": [{"code": each, "name": names.get(each, each), "own": each in actor.agencies} for each in ordered],
        "years": years,
    }
    return render(request, "roadmap/plans.html", context)


@of_adopted
def plan(request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap, agency: str, year: int) -> HttpResponse:
    """The plan of an agency and a year, as it stands in its files."""
    made, head = _plan(request.actor, portfolio, roadmap, agency, year)  # type: ignore[attr-defined]
    spoken = language()
    groups = [
        (word(f"group-{state}", spoken), [_task_row(each, made, head, spoken) for each in made.of(state)])
        for state in ("continued", "new", "running")
        if made.of(state)  # type: ignore[arg-type]
    ]
    context = {
        "plan": made,
        "agency": head.agency,
        "title": word("plan-title", spoken, year=year),
        "roadmap": portfolio.title.in_language(spoken),
        "groups": groups,
        "sources": [
            (made.source_name(each, spoken), made.money_kind(each, spoken), amount, each in made.carries)
            for each, amount in made.totals.items()
        ],
        "files": {
            form: reverse("roadmap-plan-file", kwargs={"agency": agency, "year": year, "form": form})
            for form in ("xlsx", "docx")
        },
        "years": [each for each in years_of(portfolio, roadmap) if each != year],
    }
    return render(request, "roadmap/plan.html", context)


@of_adopted
def plan_file(
    request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap, agency: str, year: int, form: str
) -> HttpResponse:  # fmt: skip
    """The plan as .xlsx or .docx."""
    made, head = _plan(request.actor, portfolio, roadmap, agency, year)  # type: ignore[attr-defined]
    writers = {"xlsx": (plan_workbook, XLSX), "docx": (plan_document, DOCX)}
    if form not in writers:
        raise Http404(form)
    write, media = writers[form]
    return attachment(write(made, language(), head), f"plan-{agency}-{year}.{form}", media)


@of_adopted
def training(request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap) -> HttpResponse:
    """Who must learn what before which system starts; what is overdue first; one's own agency, or all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    items = _items(actor, roadmap)
    mine = [each for each in items if _is_of(actor, each)]
    wanted = request.GET.get("of", "mine" if mine else "all")
    shown = mine if wanted == "mine" else items
    spoken, names = language(), agency_names(language())
    rows = [
        {
            "cells": training_row(each, spoken, names),
            "tone": TONES[each.state],
            "record": reverse("training-record", kwargs={"project": each.project, "training": each.training})
            if actor.may(RECORDING) and _is_of(actor, each)
            else "",
        }
        for each in sorted(shown, key=lambda each: (each.state != "late", each.due))
    ]
    counts = {state: sum(each.state == state for each in shown) for state in TONES}
    context = {
        "title": word("training-from", spoken, title=portfolio.title.in_language(spoken)),
        "rows": rows,
        "head": [word(each, spoken) for each in TRAINING],
        "counts": counts,
        "wanted": wanted,
        "mine": len(mine),
        "all": len(items),
        "done": request.GET.get("done") == "recorded",
        "file": f"{reverse('training-plan-file', kwargs={'form': 'xlsx'})}?of={'mine' if wanted == 'mine' else 'all'}",
    }
    return render(request, "roadmap/training.html", context)


@of_adopted
def training_file(request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap, form: str) -> HttpResponse:
    """The training plan as .xlsx or .csv."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    spoken, names = language(), agency_names(language())
    items = _items(actor, roadmap)
    if request.GET.get("of") == "mine":
        items = [each for each in items if _is_of(actor, each)]
    if form == "xlsx":
        title = word("training-from", spoken, title=portfolio.title.in_language(spoken))
        return attachment(training_workbook(items, title, spoken, names), "training.xlsx", XLSX)
    if form == "csv":
        rows = [training_row(each, spoken, names) for each in items]
        return attachment(csv_bytes([[word(each, spoken) for each in TRAINING], *rows]), "training.csv", CSV)
    raise Http404(form)


@of_adopted
def record(request: HttpRequest, portfolio: Portfolio, roadmap: Roadmap, project: str, training: str) -> HttpResponse:
    """Write down that a training of the plan was held: how many people, when, what shows it."""
    del portfolio
    actor: Actor = request.actor  # type: ignore[attr-defined]
    items = (each for each in _items(actor, roadmap) if (each.project, each.training) == (project, training))
    item = next(items, None)
    if item is None or not _is_of(actor, item):
        raise Http404(training)
    today = localtime(timezone.now()).date()
    day: Any = {"day": today.day, "month": today.month, "year": today.year}
    errors: Errors = {}
    people = request.POST.get("people", "").strip()[:12]
    if request.method == "POST":
        held_on, day = rounds.typed_date(request, "held_on")
        if not (people.isascii() and people.isdecimal() and int(people)):
            errors["people"] = [_("Write how many people took part, as a whole number.")]
        if held_on is None:
            errors["held_on"] = [_("Enter the day on which it was held, with day, month and four-digit year.")]
        if held_on is not None and not errors:
            try:
                record_training(
                    actor=actor, project=project, training=training, people=int(people), held_on=held_on,
                    evidence=request.POST.get("evidence", "")[: LONGEST + 1], at=timezone.now(),
                )  # fmt: skip
            except RoadmapRefused as refused:
                for fault in refused.faults:
                    errors.setdefault(fault.field or "people", []).append(said(fault))
            else:
                return redirect(f"{reverse('training-plan')}?done=recorded")
    context = {
        "item": item,
        "row": dict(zip(TRAINING, training_row(item, language(), agency_names(language())), strict=True)),
        "day": day,
        "typed": {"people": people, "evidence": request.POST.get("evidence", "")[: LONGEST + 1]},
        "errors": errors,
    }
    return render(request, "roadmap/training_record.html", context, status=422 if errors else 200)


def overdue(actor: Actor, at: Any) -> int:
    """How many trainings of the actor's agencies are overdue: a figure of the home."""
    found = adopted()
    if found is None:
        return 0
    items = _items(actor, found[1], today=localtime(at).date())
    return sum(each.state == "late" and _is_of(actor, each) for each in items)


def _items(actor: Actor, roadmap: Roadmap, today: Any = None) -> list[TrainingItem]:
    day = today or localtime(timezone.now()).date()
    return training_plan(known_projects(actor), roadmap, training_records(), today=day)


def _is_of(actor: Actor, item: TrainingItem) -> bool:
    return bool({item.agency, item.owner} & set(actor.agencies))


def _plan(
    actor: Actor, portfolio: Portfolio, roadmap: Roadmap, agency: str, year: int
) -> tuple[AnnualPlan, Head]:  # fmt: skip
    """The plan and who hands it in; Http404 for an agency or a year that there isn't."""
    names = agency_names(language())
    if agency not in names or year not in years_of(portfolio, roadmap):
        raise Http404(f"{agency} {year}")
    national = definitions_root(settings.MAIDINH.definitions) / "national"
    listed = read_code_list(national, SOURCES).codes
    sources = {
        each.code: SourceOfMoney(each.name, bool(each.properties["regular"]) if "regular" in each.properties else None)
        for each in listed
    }
    made = annual_plan(portfolio, roadmap, known_projects(actor), agency, year, sources)
    declared = declared_organisations()
    parent = next((each.parent for each in declared.agencies if each.code == agency), None)
    place = declared.name.in_language(language())
    head = Head(
        agency=names[agency], parent=names.get(parent or "", place), place=place_of_signing(place), agencies=names
    )
    return made, head


def place_of_signing(province: str) -> str:
    """The place as a document says it: the province's name without the word for what it is (Decree 30/2020)."""
    return province.removeprefix("Tỉnh ").removesuffix(" province")


def _task_row(task: Any, made: AnnualPlan, head: Head, spoken: str) -> dict[str, Any]:
    keys = ("name", "code", "grounds", "aim", "owner", "cooperates", "period", "state", "note")
    money = [(made.source_name(each, spoken), amount) for each, amount in task.money.items()]
    cells = dict(zip(keys, task_cells(task, made, spoken, head), strict=True))
    return cells | {"task": task, "money": money}


PLAN = "roadmap/plans/<str:agency>/<int:year>"
ROUTES = [
    page("roadmap/timeline", pictures, name="roadmap-timeline", who=READING),
    page("roadmap/timeline/<str:drawing>.<str:form>", picture_file, name="roadmap-timeline-file", who=READING),
    page("roadmap/plans", plans, name="roadmap-plans", who=READING),
    page(PLAN, plan, name="roadmap-plan", who=READING),
    page(f"{PLAN}.<str:form>", plan_file, name="roadmap-plan-file", who=READING),
    page("roadmap/training", training, name="training-plan", who=READING),
    page("roadmap/training.<str:form>", training_file, name="training-plan-file", who=READING),
    page("roadmap/training/<str:project>/<str:training>", record, name="training-record", who=RECORDING,
         methods=("GET", "POST")),
]  # fmt: skip
