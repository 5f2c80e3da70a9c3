"""`/desk/register`: the agency's register of dossiers (sổ theo dõi hồ sơ, form 07), on screen and as PDF or workbook.

Layer 2. Circular 03/2025/TT-VPCP, Annex I. By agency and by the days on which the dossiers came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import READ, document
from maidinh.channels.counter.signing import installation
from maidinh.channels.counter.waiting import procedure_of
from maidinh.channels.routing import page
from maidinh.channels.wording import channel_name, language, status_name
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.workbooks.writing import SheetPlan, workbook_bytes
from maidinh.services.dossiers.queries import received_for
from maidinh.services.results.actions import prepare_register
from maidinh.services.results.queries import receipt_numbers
from maidinh.services.results.register import HEADINGS, Entry, standing_of

ROWS_ON_A_PAGE = 50
LONGEST = {"pdf": 2_000, "xlsx": 20_000}  # lines; a longer register is printed in parts
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDED = (3, 8, 10)


@dataclass(frozen=True)
class Asked:
    """Which register: whose, from which day to which."""

    agency: str
    since: date
    until: date

    @property
    def period(self) -> str:
        """The days as the document names them."""
        return f"Từ ngày {self.since:%d/%m/%Y} đến ngày {self.until:%d/%m/%Y}"

    @property
    def query(self) -> str:
        """The address's query that asks for it."""
        return urlencode({"agency": self.agency, "from": f"{self.since:%d/%m/%Y}", "until": f"{self.until:%d/%m/%Y}"})


def register(request: HttpRequest) -> HttpResponse:
    """The register on screen; this month's when no days are named."""
    return _shown(request, *_asked(request))


def register_file(request: HttpRequest, form: str) -> HttpResponse:
    """The register as a file: pdf or xlsx."""
    if form not in LONGEST:
        raise Http404(form)
    asked, errors = _asked(request)
    if errors:
        return _shown(request, asked, errors)
    found, at = _dossiers(request.actor, asked), timezone.now()
    if (count := found.count()) > LONGEST[form]:
        words = _("The register has %(count)s lines, and a file holds at most %(most)s. Choose fewer days.")
        return _shown(request, asked, {"until": words % {"count": count, "most": LONGEST[form]}})
    with translation.override("vi"):
        lines = _entries(list(found), at)
    name = f"so-theo-doi-{asked.agency}-{asked.since:%Y%m%d}-{asked.until:%Y%m%d}.{form}"
    if form == "pdf":
        made = prepare_register(
            agency=asked.agency, period=asked.period, entries=lines, installation=installation(), at=at
        )
        return document(made, "application/pdf", name, save=True)
    cells = [entry.cells(place) for place, entry in enumerate(lines, 1)]
    plan = SheetPlan("Sổ theo dõi", [HEADINGS], cells, widths={1: 6, 2: 28, 4: 46, 7: 40})
    return document(workbook_bytes([plan]), WORKBOOK, name, save=True)


def _shown(request: HttpRequest, asked: Asked, errors: dict[str, str]) -> HttpResponse:
    names, at = agency_names(language()), timezone.now()
    listed = Paginator(_dossiers(request.actor, asked), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [] if errors else _entries(list(listed), at)
    context = {
        "page": listed,
        "rows": rows,
        "hrefs": {row.code: reverse("desk-dossier", kwargs={"code": row.code}) for row in rows},
        "agencies": [(code, names.get(code, code)) for code in request.actor.agencies],
        "asked": {"agency": asked.agency, "from": f"{asked.since:%d/%m/%Y}", "until": f"{asked.until:%d/%m/%Y}"}
        | {name: request.GET.get(name, "")[:20] for name in errors if name in ("from", "until")},
        "query": f"?{asked.query}&",
        "files": {form: f"{reverse('register-file', kwargs={'form': form})}?{asked.query}" for form in LONGEST},
        "errors": errors,
    }
    return render(request, "counter/register.html", context, status=422 if errors else 200)


def _asked(request: HttpRequest) -> tuple[Asked, dict[str, str]]:
    """What is asked for, and what is wrong with it by field; a field that is wrong falls back to this month."""
    today = timezone.localdate()
    agencies = request.actor.agencies
    agency = request.GET.get("agency", "")
    typed = {name: request.GET.get(name, "").strip() for name in ("from", "until")}
    days, errors = {"from": today.replace(day=1), "until": today}, {}
    for name, text in typed.items():
        if text:
            day = _day(text)
            if day is None:
                errors[name] = _("Write the day as dd/mm/yyyy, such as 01/11/2026")
            else:
                days[name] = day
    if not errors and days["until"] < days["from"]:
        errors["until"] = _("The last day is before the first")
    asked = Asked(agency if agency in agencies else request.actor.agency, days["from"], days["until"])
    return asked, errors


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _dossiers(actor: Any, asked: Asked) -> Any:
    since = timezone.make_aware(datetime.combine(asked.since, time.min))
    until = timezone.make_aware(datetime.combine(asked.until + timedelta(days=1), time.min))
    return received_for(actor, asked.agency, since, until)


def _entries(dossiers: Sequence[Any], at: datetime) -> list[Entry]:
    names = agency_names(language())
    receipts = receipt_numbers([dossier.pk for dossier in dossiers])
    return [
        Entry(
            code=dossier.code,
            receipt=receipts.get(dossier.pk, ""),
            procedure=procedure_of(dossier.procedure.hash).name.in_language(language()),
            applicant=dossier.applicant_name,
            channel=channel_name(dossier.channel),
            responsible=names.get(dossier.responsible, dossier.responsible),
            received=timezone.localtime(dossier.accepted_at or dossier.submitted_at),
            due=_local(dossier.due_at),
            finished=_local(dossier.finished_at),
            returned=_local(dossier.returned_at),
            status=status_name(dossier.status),
            supplements=dossier.supplements,
            standing=standing_of(dossier.due_at, dossier.finished_at, at, ended=dossier.status in ENDED),
        )
        for dossier in dossiers
    ]


def _local(value: datetime | None) -> datetime | None:
    return timezone.localtime(value) if value else None


ROUTES = [
    page("desk/register", register, name="register", who=READ),
    page("desk/register/<str:form>", register_file, name="register-file", who=READ),
]
