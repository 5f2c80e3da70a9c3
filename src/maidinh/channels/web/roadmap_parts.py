"""The parts of a scenario that the planner writes: money by year, projects with their pins, capacity of agencies.

Layer 2. Plain fields, a few projects to a page; what is wrong is told at its field and nothing typed is lost.
"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.jinja import vn_decimal, vn_number
from maidinh.channels.web.projects_choices import source_names
from maidinh.channels.web.projects_faults import said
from maidinh.channels.web.roadmap_files import SUFFIXES, Problems, incoming
from maidinh.channels.web.roadmap_scenarios import ONE, found
from maidinh.channels.web.roadmap_words import PER_PAGE, cost_of
from maidinh.governance.roadmap.actions.planning import revise_scenario
from maidinh.governance.roadmap.definition import Budget, Capacity, Demand, Portfolio, Weights
from maidinh.governance.roadmap.queries import ScenarioRevision
from maidinh.governance.roadmap.rules import PLANNING, RoadmapRefused
from maidinh.infrastructure.definitions.definition import LegalBasis
from maidinh.infrastructure.organisations.queries import agency_names

MOST = 10**15  # dong of one source in one year
TIERS = range(1, 10)
CHECKED = "checked-"  # before the number of a demand: somebody has held the law's text against the deadline
LONGEST_LAW = 300
YIELDING = "concession"
SHARES = ("0", "0.005", "0.01", "0.02", "0.05", "0.1")  # of the value of the more urgent: what a planner may choose
Errors = dict[str, list[str]]


def money(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """What each source gives in each year, and whether what is left is carried over; typed, or from a file."""
    revision = found(request, scenario_id)
    portfolio = revision.portfolio_form
    sources = _sources(portfolio)
    held = {(each.year, each.source): each for each in portfolio.budgets}
    typed = {f"amount-{year}-{source}": vn_number(each.amount) for (year, source), each in held.items()}
    typed |= {f"carry-{each.source}": "yes" for each in portfolio.budgets if each.carries_over}
    errors: Errors = {}
    problems: Problems = []
    if request.method == "POST":
        if request.POST.get("form") == "file":
            taken, problems = incoming(request, whole=False)
            budgets = taken.budgets if taken is not None else []
            errors = {"file": problems[:1]} if problems else {}
        else:
            typed = request.POST.dict()
            budgets = _budgets(typed, portfolio, sources, errors)
        if not errors and _saved(request, revision, portfolio.model_copy(update={"budgets": budgets}), errors):
            return _back(scenario_id)
    context = _context(revision, typed, errors) | {
        "years": portfolio.years, "sources": sources, "problems": problems, "accept": ",".join(SUFFIXES),
        "wanted": _wanted(portfolio) | {each.source for each in portfolio.budgets},
    }  # fmt: skip
    return render(request, "roadmap/money.html", context, status=422 if request.method == "POST" else 200)


def _sources(portfolio: Portfolio) -> dict[str, str]:
    named = source_names()
    used = {each.source for each in portfolio.budgets}
    used |= {line.source for each in portfolio.demands for line in each.spend}
    return {each: named.get(each, each) for each in dict.fromkeys((*named, *sorted(used)))}


def _budgets(typed: dict[str, str], portfolio: Portfolio, sources: dict[str, str], errors: Errors) -> list[Budget]:
    made = []
    for year in portfolio.years:
        for source, source_name in sources.items():
            name = f"amount-{year}-{source}"
            text = _digits(typed.get(name, ""))
            if not text:
                continue
            words = {"source": source_name, "year": year}
            if not (text.isascii() and text.isdecimal()):
                errors[name] = [_("%(source)s, %(year)s: write whole dong, digits only.") % words]
            elif int(text[:30]) > MOST:
                errors[name] = [_("%(source)s, %(year)s: this is more than there is. Write whole dong.") % words]
            else:
                carries = typed.get(f"carry-{source}") == "yes"
                made.append(Budget(year=year, source=source, amount=int(text), carries_over=carries))
    held = {(each.year, each.source) for each in made}
    for source in sources:  # what is left is carried from year to year, also through one without money of its own
        if typed.get(f"carry-{source}") == "yes" and any(each.source == source for each in made):
            made += [Budget(year=year, source=source, amount=0, carries_over=True)
                     for year in portfolio.years if (year, source) not in held]  # fmt: skip
    given = {each.source for each in made} | {name.split("-", 2)[2] for name in errors}
    for source in sources:
        if source in _wanted(portfolio) - given:  # what stays empty gives nothing, and that is said
            made.append(Budget(year=portfolio.years[0], source=source, amount=0))
    return made


def _wanted(portfolio: Portfolio) -> set[str]:
    return {line.source for each in portfolio.demands for line in each.spend}


def demands(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """What each project is worth, how pressing it is, until when it must end, and whether it is pinned by hand."""
    revision = found(request, scenario_id)
    portfolio = revision.portfolio_form
    pages = Paginator(list(enumerate(portfolio.demands)), PER_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    typed = {name: value for n, each in shown for name, value in _typed(n, each).items()}
    typed[YIELDING] = _share(portfolio)
    errors: Errors = {}
    if request.method == "POST":
        typed = {name: value for name, value in typed.items() if not name.startswith(CHECKED)} | request.POST.dict()
        changed = list(portfolio.demands)
        for n, each in shown:
            changed[n] = _demand(n, each, typed, portfolio, errors)
        weights = _yielding(portfolio, typed[YIELDING], errors)
        update = {"demands": changed, "weights": weights}
        if not errors and _saved(request, revision, portfolio.model_copy(update=update), errors):
            if shown.has_next() and request.POST.get("then") == "next":
                here = reverse("roadmap-demands", kwargs={"scenario_id": scenario_id})
                return redirect(f"{here}?page={shown.next_page_number()}")
            return _back(scenario_id)
    agencies = agency_names(language())
    rows = [
        {"n": n, "demand": each, "title": each.title.in_language(language()) or each.id,
         "agency": agencies.get(each.agency, each.agency), "cost": cost_of(each)}
        for n, each in shown
    ]  # fmt: skip
    context = _context(revision, typed, errors) | {
        "page": shown,
        "rows": rows,
        "tiers": [(str(each), str(each)) for each in TIERS],
        "shares": _shares(portfolio),
        "pins": [("", _("the computation decides")), *((str(year), _("starts in %(year)s") % {"year": year})
                 for year in portfolio.years), ("out", _("stays out"))],
    }  # fmt: skip
    return render(request, "roadmap/demands.html", context, status=422 if request.method == "POST" else 200)


def _share(portfolio: Portfolio) -> str:
    given = portfolio.weights.concession
    return "" if given is None else f"{given:g}"


def _shares(portfolio: Portfolio) -> list[tuple[str, str]]:
    """What the more urgent may give up, each in words; what a file wrote stays among them."""
    numbers = sorted({*SHARES, _share(portfolio)} - {"", "0"}, key=float)
    told = [(each, _("at most %(share)s %%") % {"share": vn_decimal(float(each) * 100)}) for each in numbers]
    accuracy = {"gap": vn_decimal(portfolio.weights.gap * 100)}
    usual = _("very little: no more than the accuracy of the computation, %(gap)s %%") % accuracy
    return [("", usual), ("0", _("nothing at all")), *told]


def _yielding(portfolio: Portfolio, typed: str, errors: Errors) -> Weights:
    if typed not in {each for each, _told in _shares(portfolio)}:
        errors[YIELDING] = [_("Choose how much the more urgent projects may give up.")]
        return portfolio.weights
    return portfolio.weights.model_copy(update={"concession": float(typed) if typed else None})


def _typed(n: int, each: Demand) -> dict[str, str]:
    return {
        f"value-{n}": vn_decimal(each.value),
        f"tier-{n}": str(each.tier),
        f"deadline-{n}": str(each.deadline or ""),
        f"mandate-{n}": each.mandate.text if each.mandate else "",
        f"{CHECKED}{n}": "yes" if each.mandate and each.mandate.checked else "",
        f"pinned-{n}": str(each.pinned or ""),
    }


def _demand(n: int, each: Demand, typed: dict[str, str], portfolio: Portfolio, errors: Errors) -> Demand:
    title = each.title.in_language(language()) or each.id
    value = _number(typed.get(f"value-{n}", ""))
    if value is None:
        errors[f"value-{n}"] = [_("%(title)s: write what it is worth as a number, 0 or more.") % {"title": title}]
    tier = typed.get(f"tier-{n}", "")
    if tier not in map(str, TIERS):
        errors[f"tier-{n}"] = [_("%(title)s: choose how pressing it is.") % {"title": title}]
    deadline = typed.get(f"deadline-{n}", "").strip()
    if deadline and not (deadline.isascii() and deadline.isdecimal() and len(deadline) == 4):
        errors[f"deadline-{n}"] = [_("%(title)s: write the last year, such as 2028, or nothing.") % {"title": title}]
    law = " ".join(typed.get(f"mandate-{n}", "").replace("\0", "").split())
    if len(law) > LONGEST_LAW:
        errors[f"mandate-{n}"] = [
            _("%(title)s: name the law in %(most)s letters or fewer.") % {"title": title, "most": LONGEST_LAW}
        ]
    elif law and not deadline:
        errors[f"deadline-{n}"] = [_("%(title)s: write the last year that the law allows.") % {"title": title}]
    pinned = typed.get(f"pinned-{n}", "")
    if pinned not in ("", "out", *map(str, portfolio.years)):
        errors[f"pinned-{n}"] = [_("%(title)s: choose a year of the scenario.") % {"title": title}]
    if any(name.endswith(f"-{n}") for name in errors):
        return each
    update: dict[str, Any] = {
        "value": value,
        "tier": int(tier),
        "deadline": int(deadline) if deadline else None,
        "mandate": LegalBasis(text=law, checked=typed.get(f"{CHECKED}{n}") == "yes") if law else None,
        "pinned": int(pinned) if pinned.isdecimal() else pinned or None,
    }
    return each.model_copy(update=update)


def capacity(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """How much each agency that has projects can carry in a year; nothing written means that it is not looked at."""
    revision = found(request, scenario_id)
    portfolio = revision.portfolio_form
    names = agency_names(language())
    owners = sorted({each.agency for each in portfolio.demands} | {each.agency for each in portfolio.capacities})
    typed = {f"capacity-{each.agency}-{each.year}": vn_decimal(each.amount) for each in portfolio.capacities}
    errors: Errors = {}
    if request.method == "POST":
        typed = request.POST.dict()
        made = []
        for agency in owners:
            for year in portfolio.years:
                name = f"capacity-{agency}-{year}"
                text = typed.get(name, "").strip()
                amount = _number(text)
                if text and amount is None:
                    words = {"agency": names.get(agency, agency), "year": year}
                    errors[name] = [_("%(agency)s, %(year)s: write a number, 0 or more.") % words]
                elif text and amount is not None:
                    made.append(Capacity(agency=agency, year=year, amount=amount))
        if not errors and _saved(request, revision, portfolio.model_copy(update={"capacities": made}), errors):
            return _back(scenario_id)
    context = _context(revision, typed, errors) | {
        "agencies": [(each, names.get(each, each)) for each in owners], "years": portfolio.years,
    }  # fmt: skip
    return render(request, "roadmap/capacity.html", context, status=422 if request.method == "POST" else 200)


def _context(revision: ScenarioRevision, typed: dict[str, str], errors: Errors) -> dict[str, Any]:
    return {"scenario": revision.scenario, "revision": revision, "typed": typed, "errors": errors}


def _saved(request: HttpRequest, revision: ScenarioRevision, portfolio: Portfolio, errors: Errors) -> bool:
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    try:
        revise_scenario(
            actor=request.actor,  # type: ignore[attr-defined]
            scenario_id=revision.scenario_id, portfolio=portfolio, seen_revision=number, at=timezone.now(),
        )  # fmt: skip
    except RoadmapRefused as refusal:
        for each in refusal.faults:
            errors.setdefault("", []).append(said(each))
    return not errors


def _digits(typed: str) -> str:
    return "".join(each for each in typed if each not in " .,\u00a0\u20ab")


def _number(typed: str) -> float | None:
    """A number as people here write it: a comma before the places, dots between thousands."""
    text = typed.strip().replace("\u00a0", "")
    whole, _point, rest = text.rpartition(".")
    if not (whole and "," not in text and "." not in whole and len(rest) != 3):  # 10.5 is ten and a half, 1.000 is not
        text = text.replace(".", "").replace(",", ".")
    if not text.isascii() or not text.replace(".", "", 1).isdecimal() or len(text) > 15:
        return None
    return float(text)


def _back(scenario_id: int) -> HttpResponse:
    return redirect(f"{reverse('roadmap-scenario', kwargs={'scenario_id': scenario_id})}?done=saved")


WAYS = ("GET", "POST")
ROUTES = [
    page(f"{ONE}/money", money, name="roadmap-money", who=PLANNING, methods=WAYS),
    page(f"{ONE}/demands", demands, name="roadmap-demands", who=PLANNING, methods=WAYS),
    page(f"{ONE}/capacity", capacity, name="roadmap-capacity", who=PLANNING, methods=WAYS),
]
