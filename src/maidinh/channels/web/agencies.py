"""`/architecture/agencies`: who answers for what, as a matrix and as a page for each agency. Layer 2."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.routing import page
from maidinh.channels.web import appraisals, findings
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.editions import Reading, notice, reading, reference
from maidinh.channels.web.elements import TABLE_TYPES
from maidinh.governance.conformity.definition import SEVERITIES
from maidinh.governance.exploring.responsibilities import Agreement, Duties, Owed
from maidinh.governance.exploring.tables import MATRIX, duties_sheet, matrix_sheet, workbook
from maidinh.governance.exploring.wording import DEBTS

URGENT = frozenset({"contract-expired", "technology-past", "overdue", "past-retirement"})
WORST = 3  # findings of conformity that an agency's page shows; the verdict's page shows all
SOON = frozenset({"contract-ending", "technology-soon"})


@reading
def agencies(request: HttpRequest, of: Reading) -> HttpResponse:
    """The matrix: a row for each agency, a column for each of the five."""
    duties = _duties(of)
    rows = [
        {
            "name": of.words.body(of.exploration, each),
            "href": of.href("architecture-agency", code=each.code),
            "counts": [(name, count) for name, count in each.counts().items()],
            "urgent": sum(owed.debt in URGENT for owed in each.owes),
        }
        for each in duties
        if any(each.counts().values())
    ]
    context = of.context(
        rows=rows,
        columns=[_(each) for each in MATRIX.values()],
        idle=[of.words.body(of.exploration, each) for each in duties if not any(each.counts().values())],
        files=[(form, of.href("architecture-agencies-file", form=form)) for form in ("csv", "xlsx")],
    )
    return render(request, "architecture/agencies.html", context)


@reading
def agencies_file(request: HttpRequest, of: Reading, form: str) -> HttpResponse:
    """The matrix as a table: CSV, or a spreadsheet with everything in detail besides."""
    if form not in ("csv", "xlsx"):
        raise Http404(form)
    duties = _duties(of)
    matrix = matrix_sheet(of.exploration, duties, of.words)
    content = matrix.csv() if form == "csv" else workbook([matrix, duties_sheet(of.exploration, duties, of.words)])
    return attachment(content, f"responsibilities-{of.version.version}.{form}", TABLE_TYPES[form])


@reading
def agency(request: HttpRequest, of: Reading, code: str) -> HttpResponse:
    """One agency: what it owns, runs, provides, uses and owes."""
    found = next((each for each in _duties(of) if each.code == code), None)
    if found is None:
        raise Http404(code)
    shortcomings = _shortcomings(of, code)
    context = of.context(
        code=code,
        title=of.words.body(of.exploration, found),
        diagram=of.beside("architecture-diagram", view=f"agency:{code}"),
        shortcomings=shortcomings,
        figures=[
            *(
                {"value": count, "text": _(MATRIX[name]), "href": f"#{name}" if count else "",
                 "tone": "late" if name == "owes" and count else ""}
                for name, count in found.counts().items()
            ),
            {"value": shortcomings["count"], "href": "#shortcomings" if shortcomings["count"] else "",
             "text": ngettext("finding to mend", "findings to mend", shortcomings["count"]),
             "tone": "late" if shortcomings["errors"] else ""},
        ],
        owes=[_owed(of, each) for each in found.owes],
        owns=[of.row(each) for each in found.owns],
        runs=[of.row(each) for each in found.runs],
        offers=[of.row(each) for each in (*found.interfaces, *found.shared)],
        provides=[_agreed(of, each, other=each.consumer) for each in found.provides],
        consumes=[_agreed(of, each, other=each.interface) for each in found.consumes],
        uses=[of.row(each.element) | {"by": [of.row(user) for user in each.by]} for each in found.uses],
    )  # fmt: skip
    return render(request, "architecture/agency.html", context)


def _shortcomings(of: Reading, code: str) -> dict[str, Any]:
    """What does not conform of what the agency owns and has no waiver: how much, the worst of it, and where all is."""
    words = appraisals.of_read(of.actor, of.version, of.day).words
    found = words.chosen({"owner": code, "waived": "no"})
    told = Counter(each.severity for each in found)
    names = findings.severity_counts()
    return {
        "count": len(found),
        "errors": told["error"],
        "told": [(findings.SEVERITY_TONES[each], names[each], told[each]) for each in SEVERITIES if told[each]],
        "worst": [words.row(each) for each in found[:WORST]],
        "href": of.href("conformity", {"owner": code, "waived": "no"}) + "#findings",
    }


def _duties(of: Reading) -> list[Duties]:
    return of.exploration.duties(reference().shelf.products, of.day, notice())


def _owed(of: Reading, owed: Owed) -> dict[str, Any]:
    product = reference().shelf.products.get(owed.about or "") if owed.debt.startswith("technology") else None
    about = (product.product or product.name.in_language(of.words.language)) if product else owed.about or ""
    href = of.href("architecture-technology", {"product": owed.about}) if owed.debt.startswith("technology") else ""
    tone = "late" if owed.debt in URGENT else "wait" if owed.debt in SOON else "neutral"
    return of.row(owed.element) | {
        "debt": _(DEBTS[owed.debt]),
        "tone": tone,
        "day": owed.day,
        "about": about,
        "about_href": href,
    }


def _agreed(of: Reading, agreement: Agreement, *, other: str) -> dict[str, Any]:
    """An agreement seen from one side: with whom, about which interface, until when."""
    partner = agreement.consumer_agency if other == agreement.consumer else agreement.provider_agency
    return {
        "contract": agreement.contract,
        "consumer": of.row(agreement.consumer),
        "interface": of.row(agreement.interface),
        "partner": of.words.agency(partner),
        "partner_href": of.href("architecture-agency", code=partner) if partner else "",
        "ended": agreement.contract.valid_to < of.day,
    }


READ = "architecture.read"
ROUTES = [
    page("architecture/agencies", agencies, name="architecture-agencies", who=READ),
    page("architecture/agencies.<str:form>", agencies_file, name="architecture-agencies-file", who=READ),
    page("architecture/agencies/<str:code>", agency, name="architecture-agency", who=READ),
]
