"""`/open/reasons`: what agencies gave as reasons for refusals, supplements and moved dates, counted for everyone.

Layer 2. Counts only: no dossier, no person, and no text that somebody wrote. Luật Tiếp cận thông tin 2016. The module's
name lets its addresses be known before `/open/<code>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import ANYONE, page
from maidinh.channels.web.downloads import attachment
from maidinh.channels.wording import LINE, language
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.workbooks.separated import csv_bytes
from maidinh.services.dossiers.queries import ReasonCount, reasons_given
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import offered

CSV = "text/csv; charset=utf-8"
YEARS_BACK = 5
KINDS = ("refusal", "supplement", "extension")


@dataclass(frozen=True)
class Reasons:
    """What was asked for and what was counted."""

    year: int
    wanted: dict[str, str]
    rows: list[dict[str, Any]]
    agencies: list[tuple[str, str]]
    at: datetime


def reasons(request: HttpRequest) -> HttpResponse:
    """The figures as a table."""
    of = _asked(request)
    this_year = timezone.localdate(of.at).year
    context = {
        "rows": of.rows,
        "total": sum(row["number"] for row in of.rows),
        "wanted": of.wanted,
        "years": [(str(year), str(year)) for year in range(this_year, this_year - YEARS_BACK, -1)],
        "agencies": [("", _("All agencies")), *of.agencies],
        "kinds": [("", _("All reasons")), *((kind, _kind(kind)) for kind in KINDS)],
        "at": of.at,
        "csv": f"{reverse('open-reasons-file')}?{urlencode(of.wanted)}",
    }
    return render(request, "open/reasons.html", context)


def reasons_file(request: HttpRequest) -> HttpResponse:
    """The same figures as a file; columns by their codes as well, for programs."""
    of = _asked(request)
    head = ["year", "agency", "agency_name", "procedure", "procedure_name", "kind", "what", "what_name", "number"]
    lines = [
        [str(of.year), row["agency"], row["agency_name"], row["procedure"], row["procedure_name"], row["kind"],
         row["what"], row["what_name"], str(row["number"])]
        for row in of.rows
    ]  # fmt: skip
    return attachment(csv_bytes([head, *lines]), f"reasons-{of.year}.csv", CSV)


def _asked(request: HttpRequest) -> Reasons:
    at = timezone.now()
    this_year = timezone.localdate(at).year
    typed = request.GET.get("year", "")
    near = typed.isascii() and typed.isdigit() and this_year - YEARS_BACK < int(typed[:5]) <= this_year
    year = int(typed) if near else this_year
    wanted = {"year": str(year), "agency": request.GET.get("agency", "")[:35], "kind": request.GET.get("kind", "")[:20]}
    first, after = (datetime(each, 1, 1, tzinfo=timezone.get_default_timezone()) for each in (year, year + 1))
    counted = reasons_given(first, after)
    names = agency_names(language())
    procedures = {version.code: version.procedure for version in offered()}
    chosen = [each for each in counted if wanted["agency"] in ("", each.agency) and wanted["kind"] in ("", each.kind)]
    rows = [_row(each, names, procedures.get(each.procedure)) for each in chosen]
    agencies = sorted({(each.agency, names.get(each.agency, each.agency)) for each in counted}, key=lambda a: a[1])
    return Reasons(year, wanted, rows, agencies, at)


def _row(each: ReasonCount, names: dict[str, str], procedure: Procedure | None) -> dict[str, Any]:
    return {
        "agency": each.agency,
        "agency_name": names.get(each.agency, each.agency),
        "procedure": each.procedure,
        "procedure_name": procedure.short_name.in_language(language()) if procedure else each.procedure,
        "kind": each.kind,
        "kind_name": _kind(each.kind),
        "what": each.what,
        "what_name": _what(each, procedure),
        "number": each.number,
    }


def _kind(kind: str) -> str:
    words = {"refusal": _("Refused or stopped"), "supplement": _("Asked for more"), "extension": _("Moved the date")}
    return words[kind]


def _what(each: ReasonCount, procedure: Procedure | None) -> str:
    first, _colon, second = each.what.partition(":")
    if not _colon or procedure is None:
        return str(LINE.get(each.what, each.what))
    if each.kind == "refusal":
        for step in procedure.steps:
            for outcome in step.outcomes:
                if (step.id, outcome.id) == (first, second):
                    return f"{step.name.in_language(language())}: {outcome.name.in_language(language())}"
    if first == "whole":
        return _("The dossier as a whole")
    labels = {("paper", paper.id): paper.name for paper in procedure.papers}
    labels |= {("field", field.id): field.label for part in procedure.pages for field in part.fields}
    label = labels.get((first, second))
    return label.in_language(language()) if label else each.what


ROUTES = [
    page("open/reasons", reasons, name="open-reasons", who=ANYONE),
    page("open/reasons.csv", reasons_file, name="open-reasons-file", who=ANYONE),
]
