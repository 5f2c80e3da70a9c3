"""`/api/open/….json`: the public register for programs, with the same filters and figures as its pages.

Layer 2. The fields stand in docs/reference/open-data.md. Ids are stable: a project's code, an agency's and a source's
code, the number of an entry of the transparency log. Everything says when it was counted.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.open_money import money_records
from maidinh.channels.web.open_payments import lines_of, payment_records
from maidinh.channels.web.open_project import found, line_of
from maidinh.channels.web.open_register import READ, Register, record, register_of, told_of
from maidinh.channels.web.open_roadmap import roadmap_record
from maidinh.channels.web.open_words import told
from maidinh.governance.appraisal.queries import exceptions_for
from maidinh.governance.projects.figures import DIMENSIONS, slipped
from maidinh.governance.supervision.queries import paid_changed, public_progress
from maidinh.infrastructure.identity.queries import anonymous

PER_PAGE = 200


def projects(request: HttpRequest) -> JsonResponse:
    """The projects that were asked for, so many at a time."""
    of = register_of(request)
    shown = Paginator(of.found, PER_PAGE).get_page(request.GET.get("page", "")[:9])
    more = ""
    if shown.has_next():
        more = reverse("open-api-projects") + of.query(page=str(shown.next_page_number()))
    rows = [record(each, of) for each in told_of(list(shown), of)]
    return answer(of.at, {"count": len(of.found), "next": more or None, "projects": rows})


def project(request: HttpRequest, code: str) -> JsonResponse:
    """One project, with its schedule, what was approved beside what is said now, all verdicts and exceptions."""
    row = found(code)
    at = timezone.now()
    line, progress = line_of(row), public_progress(row.code, at)
    of = Register(dict.fromkeys(("year", "source"), ""), [line], [line], at, timezone.localdate(at))
    moved = slipped(row.baseline.content if row.baseline else None, row.content)
    given = row.verdicts.select_related("version").defer("version__content", "results", "receipt").order_by("-pk")
    content = record(told_of([line], of)[0], of) | {
        "schedule": [{"id": each["id"], "begins": each["begins"], "ends": each["ends"]} for each in line.schedule],
        "baseline": moved and {
            "total": moved["total"][0], "ends": moved["ends"][0], "total_now": moved["total"][1],
            "ends_now": moved["ends"][1], "days_later": moved["days"],
        },
        "verdicts": [
            {
                "result": each.result, "given_on": timezone.localdate(each.given_at), "agency": each.given_agency,
                "version": each.version.version, "version_hash": each.version_hash, "project_hash": each.project_hash,
                "log_entry": each.entry,
            }
            for each in given
        ],
        "paid": None if progress is None else [
            {"year": each.year, "source": each.source, "planned": each.planned, "paid": each.paid}
            for each in progress.progress.money
        ],
        "exceptions": [_exception(each) for each in exceptions_for(anonymous()).filter(project=row)],
    }  # fmt: skip
    return answer(at, {"project": content})


def money(request: HttpRequest) -> JsonResponse:
    """The sums by year, by source and by agency: what projects cost, and what was paid of what was approved."""
    of = register_of(request)
    lines = lines_of(of)
    last = paid_changed(each.pk for each in of.found)
    paid = {f"paid_by_{each}": payment_records(of, lines, each) for each in DIMENSIONS}
    return answer(
        of.at, {f"by_{each}": money_records(of, each) for each in DIMENSIONS} | paid | {"paid_recorded_at": last}
    )


def roadmap(request: HttpRequest) -> JsonResponse:
    """The money of the adopted roadmap by year and phase; null before the first is adopted."""
    del request
    return answer(timezone.now(), {"roadmap": roadmap_record()})


def exceptions(request: HttpRequest) -> JsonResponse:
    """The exceptions that were granted."""
    del request
    rows = [_exception(each) for each in exceptions_for(anonymous())]
    return answer(timezone.now(), {"count": len(rows), "exceptions": rows})


def answer(at: Any, content: dict[str, Any]) -> JsonResponse:
    """The answer with what every one of them says: when it was counted, of which province, whether it is a sample."""
    head = {
        "as_of": at, "province": settings.MAIDINH.province, "sample": settings.MAIDINH.sample, "language": language(),
        "currency": "VND",
    }  # fmt: skip
    return JsonResponse(head | content, json_dumps_params={"ensure_ascii": False})


def _exception(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "project": row.project.code, "agency": row.agency, "state": row.state, "unmet": told(row.unmet),
        "cause": told(row.cause), "remedy": told(row.remedy), "valid_until": row.valid_until,
        "review_on": row.review_on, "decision": told(row.decision), "log_entry": row.entry,
    }  # fmt: skip


ROUTES = [
    page("api/open/projects.json", projects, name="open-api-projects", who=READ),
    page("api/open/projects/<slug:code>.json", project, name="open-api-project", who=READ),
    page("api/open/money.json", money, name="open-api-money", who=READ),
    page("api/open/roadmap.json", roadmap, name="open-api-roadmap", who=READ),
    page("api/open/exceptions.json", exceptions, name="open-api-exceptions", who=READ),
]
