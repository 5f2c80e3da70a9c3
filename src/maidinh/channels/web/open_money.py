"""`/open/money`: what projects cost, what was paid of it (open_payments), what the roadmap plans (open_roadmap).

Each is a chart with its table, its CSV file and its JSON.

Layer 2. Money that is approved is never added to money that is only asked for; what was refused does not count. The
filters are those of the register, so that a leader sees their own agency with the same figures as everyone.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.open_payments import payments
from maidinh.channels.web.open_register import CSV, READ, Register, choices, figures, register_of
from maidinh.channels.web.open_roadmap import planned_money
from maidinh.channels.web.open_words import money_words
from maidinh.channels.web.projects_choices import source_names
from maidinh.governance.drawings.bars import Bar, draw_bars
from maidinh.governance.projects.figures import DIMENSIONS, Dimension, Sum, sums_by
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.workbooks.separated import csv_bytes

MOST_BARS = 12  # more can't be read at a glance; the table has them all


def money(request: HttpRequest) -> HttpResponse:
    """What projects cost, what was paid, what the roadmap plans: charts, each with the table it is drawn from."""
    of = register_of(request)
    context = choices(of, agency_names(language()), request) | {
        "charts": [chart(of, each) for each in DIMENSIONS], "figures": figures(of), "any": bool(of.counted),
        "payments": payments(of), "planned": planned_money(of.at),
    }  # fmt: skip
    return render(request, "open/money.html", context)


def money_file(request: HttpRequest, dimension: str) -> HttpResponse:
    """One of the tables as a CSV file."""
    of = register_of(request)
    table = [
        [each["key"], each["name"], str(each["approved"]), str(each["asked"]), str(each["projects"]), of.at.isoformat()]
        for each in money_records(of, known_dimension(dimension))
    ]
    heads = [dimension, "name", "approved", "asked", "projects", "as_of"]
    return attachment(csv_bytes([heads, *table]), f"money-by-{dimension}.csv", CSV)


def known_dimension(name: str) -> Dimension:
    """By what it is counted; 404 for anything else."""
    for each in DIMENSIONS:
        if each == name:
            return each
    raise Http404(name)


def money_records(of: Register, dimension: Dimension) -> list[dict[str, Any]]:
    """The sums as open data: the fields of docs/reference/open-data.md."""
    names = _names(dimension)
    return [
        {
            "key": each.key, "name": names.get(each.key, each.key), "approved": each.approved, "asked": each.asked,
            "projects": each.projects,
        }
        for each in sums_by(of.counted, dimension)
    ]  # fmt: skip


def chart(of: Register, dimension: Dimension) -> dict[str, Any]:
    """One chart with its table and the addresses of its files."""
    sums, names, title = sums_by(of.counted, dimension), _names(dimension), titles()[dimension]
    drawn = sums[-MOST_BARS:] if dimension == "year" else sums[:MOST_BARS]
    bars = [Bar(names.get(each.key, each.key), each.approved, each.asked, _words(each)) for each in drawn]
    told = _("Full bars are approved money, dashed outlines are asked for. The table below has the same figures.")
    query = of.query() if of.query() != "?" else ""
    return {
        "id": dimension,
        "title": title,
        "head": heads()[dimension],
        "svg": draw_bars(bars, title=title, description=told, key=f"money-{dimension}", language=language()),
        "rows": [{"sum": each, "name": names.get(each.key, each.key)} for each in sums],
        "total": {
            "approved": sum(each.approved for each in sums),
            "asked": sum(each.asked for each in sums),
        },
        "more": len(sums) - len(drawn),
        "csv": reverse("open-money-file", kwargs={"dimension": dimension}) + query,
        "json": reverse("open-api-money") + query,
    }


def titles() -> dict[Dimension, str]:
    """What the charts are called."""
    return {
        "year": _("Money by year"), "source": _("Money by source"), "agency": _("Money by agency"),
    }  # fmt: skip


def heads() -> dict[Dimension, str]:
    """What the first column of each table is."""
    return {"year": _("Year"), "source": _("Source of money"), "agency": _("Agency")}


def _names(dimension: Dimension) -> dict[str, str]:
    if dimension == "agency":
        return agency_names(language())
    return source_names() if dimension == "source" else {}


def _words(each: Sum) -> str:
    """Both parts of a bar, said."""
    said = []
    if each.approved:
        said.append(_("approved: %(money)s") % {"money": money_words(each.approved)})
    if each.asked:
        said.append(_("asked for: %(money)s") % {"money": money_words(each.asked)})
    return "; ".join(said) or money_words(0)


ROUTES = [
    page("open/money", money, name="open-money", who=READ),
    page("open/money/by-<slug:dimension>.csv", money_file, name="open-money-file", who=READ),
]
