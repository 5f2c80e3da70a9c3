"""`/open/money`, what was paid: disbursements beside the approved baselines, by year, source and agency.

Layer 2. What agencies recorded, of the projects that the register's filters choose. Each a chart with its table, its
CSV file and its JSON. Legal ground: Nghị định 224/2026/NĐ-CP article 24.
"""

from __future__ import annotations

from typing import Any, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.jinja import vn_datetime
from maidinh.channels.web.open_register import CSV, READ, Register, register_of
from maidinh.channels.web.open_words import money_words
from maidinh.channels.web.projects_choices import source_names
from maidinh.governance.drawings.bars import Bar, draw_bars
from maidinh.governance.supervision.payments import Dimension, PaidSum, PaymentLine, chosen_lines, paid_by
from maidinh.governance.supervision.queries import paid_changed, payment_lines
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.workbooks.separated import csv_bytes

DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
MOST_BARS = 12  # more can't be read at a glance; the table has them all


def lines_of(of: Register) -> list[PaymentLine]:
    """The money of the approved projects that were chosen, of the year or source that was asked for."""
    approved = [each.pk for each in of.found if each.standing == "approved"]
    return chosen_lines(payment_lines(approved), year=of.wanted["year"], source=of.wanted["source"])


def payments(of: Register) -> dict[str, Any]:
    """What the section of the page shows: the charts, both sums, and when a payment was recorded last."""
    lines = lines_of(of)
    last = paid_changed(each.pk for each in of.found if each.standing == "approved")
    return {
        "charts": [_chart(of, lines, each) for each in DIMENSIONS] if lines else [],
        "planned": sum(each.planned for each in lines),
        "paid": sum(each.paid for each in lines),
        "age": _("The last payment was recorded on %(at)s.") % {"at": vn_datetime(last)} if last else
        _("No payment was recorded yet."),
    }  # fmt: skip


def payment_records(of: Register, lines: list[PaymentLine], dimension: Dimension) -> list[dict[str, Any]]:
    """The sums as open data: the fields of docs/reference/open-data.md."""
    del of
    names = _names(dimension)
    return [
        {
            "key": each.key, "name": names.get(each.key, each.key), "planned": each.planned, "paid": each.paid,
            "projects": each.projects,
        }
        for each in paid_by(lines, dimension)
    ]  # fmt: skip


def payments_file(request: HttpRequest, dimension: str) -> HttpResponse:
    """One of the tables as a CSV file."""
    by: Dimension | None = next((each for each in DIMENSIONS if each == dimension), None)
    if by is None:
        raise Http404(dimension)
    of = register_of(request)
    table = [
        [each["key"], each["name"], str(each["planned"]), str(each["paid"]), str(each["projects"]), of.at.isoformat()]
        for each in payment_records(of, lines_of(of), by)
    ]
    heads = [dimension, "name", "planned", "paid", "projects", "as_of"]
    return attachment(csv_bytes([heads, *table]), f"paid-by-{dimension}.csv", CSV)


def _chart(of: Register, lines: list[PaymentLine], dimension: Dimension) -> dict[str, Any]:
    """One chart with its table and the addresses of its files."""
    sums, names = paid_by(lines, dimension), _names(dimension)
    title, head = {
        "year": (_("Paid by year"), _("Year")),
        "source": (_("Paid by source"), _("Source of money")),
        "agency": (_("Paid by agency"), _("Agency")),
    }[dimension]
    drawn = sums[-MOST_BARS:] if dimension == "year" else sums[:MOST_BARS]
    bars = [Bar(names.get(each.key, each.key), each.paid, max(each.left, 0), _words(each)) for each in drawn]
    told = _("Full bars are what was paid, dashed outlines what is still to be paid. The table below has the figures.")
    query = of.query() if of.query() != "?" else ""
    return {
        "id": f"paid-{dimension}",
        "title": title,
        "head": head,
        "svg": draw_bars(bars, title=title, description=told, key=f"paid-{dimension}", language=language()),
        "rows": [{"sum": each, "name": names.get(each.key, each.key)} for each in sums],
        "more": len(sums) - len(drawn),
        "csv": reverse("open-payments-file", kwargs={"dimension": dimension}) + query,
        "json": reverse("open-api-money") + query,
    }


def _names(dimension: Dimension) -> dict[str, str]:
    if dimension == "agency":
        return agency_names(language())
    return source_names() if dimension == "source" else {}


def _words(each: PaidSum) -> str:
    values = {"paid": money_words(each.paid), "planned": money_words(each.planned)}
    return _("paid: %(paid)s of %(planned)s") % values


ROUTES = [page("open/money/paid-by-<slug:dimension>.csv", payments_file, name="open-payments-file", who=READ)]
