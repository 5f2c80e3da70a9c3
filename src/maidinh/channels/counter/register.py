"""`/desk/register`: the agency's register of dossiers (sổ theo dõi hồ sơ, form 07), on screen and as PDF or workbook.

Layer 2. Circular 03/2025/TT-VPCP, Annex I. By agency and by the days on which the dossiers came in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

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
from maidinh.services.dossiers.register import Leaf, Line, Place, leaf_for, number_received, received_for
from maidinh.services.results.actions import prepare_register
from maidinh.services.results.queries import receipt_numbers
from maidinh.services.results.register import HEADINGS, Entry, standing_of

ROWS_ON_A_PAGE = 50
LONGEST = {"pdf": 2_000, "xlsx": 20_000}  # lines; a longer register is printed in parts
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDED = (3, 8, 10)
PLACE = "%Y%m%dT%H%M%S%f"  # of a line, in an address: when its dossier came in; its id follows
NUMBER = re.compile(r"[0-9]{1,18}")


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
    which, at = (request.actor, asked.agency, *_moments(asked)), timezone.now()
    if (count := number_received(*which)) > LONGEST[form]:
        words = _("The register has %(count)s lines, and a file holds at most %(most)s. Choose fewer days.")
        return _shown(request, asked, {"until": words % {"count": count, "most": LONGEST[form]}})
    with translation.override("vi"):
        lines = _entries(received_for(*which), at, agency_names("vi"))
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
    names, which = agency_names(language()), (request.actor, asked.agency, *_moments(asked))
    leaf = Leaf([]) if errors else _leaf(request, which)
    context = {
        "count": 0 if errors else number_received(*which),
        "rows": _entries(leaf.lines, timezone.now(), names),
        "hrefs": {line.code: reverse("desk-dossier", kwargs={"code": line.code}) for line in leaf.lines},
        "agencies": [(code, names.get(code, code)) for code in request.actor.agencies],
        "asked": {"agency": asked.agency, "from": f"{asked.since:%d/%m/%Y}", "until": f"{asked.until:%d/%m/%Y}"}
        | {name: request.GET.get(name, "")[:20] for name in errors if name in ("from", "until")},
        "turns": {
            name: f"?{asked.query}&{urlencode({name: _written(place)})}"
            for name, place in (("before", leaf.before), ("after", leaf.after))
            if place is not None
        },
        "files": {form: f"{reverse('register-file', kwargs={'form': form})}?{asked.query}" for form in LONGEST},
        "errors": errors,
    }
    return render(request, "counter/register.html", context, status=422 if errors else 200)


def _leaf(request: HttpRequest, which: tuple[Any, ...]) -> Leaf:
    """The page that the address asks for; the first where it names no place, or one that nothing follows any more."""
    places = {name: _read(request.GET.get(name, "")) for name in ("after", "before")}
    leaf = leaf_for(*which, ROWS_ON_A_PAGE, **places)
    return leaf if leaf.lines or not any(places.values()) else leaf_for(*which, ROWS_ON_A_PAGE)


def _written(place: Place) -> str:
    return f"{place.submitted_at.astimezone(UTC):{PLACE}}-{place.id}"


def _read(text: str) -> Place | None:
    moment, _dash, number = text.partition("-")
    try:
        at = datetime.strptime(moment, PLACE).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Place(at, int(number)) if NUMBER.fullmatch(number) else None


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


def _moments(asked: Asked) -> tuple[datetime, datetime]:
    since = timezone.make_aware(datetime.combine(asked.since, time.min))
    return since, timezone.make_aware(datetime.combine(asked.until + timedelta(days=1), time.min))


def _entries(lines: Sequence[Line], at: datetime, names: dict[str, str]) -> list[Entry]:
    """The lines as the register tells them; what many of them share is put into words once."""
    receipts, tongue = receipt_numbers([line.id for line in lines]), language()
    procedures = {each: procedure_of(each).name.in_language(tongue) for each in {line.procedure for line in lines}}
    channels = {each: channel_name(each) for each in {line.channel for line in lines}}
    statuses = {each: status_name(each) for each in {line.status for line in lines}}
    zone = timezone.get_current_timezone()
    return [
        Entry(
            code=line.code,
            receipt=receipts.get(line.id, ""),
            procedure=procedures[line.procedure],
            applicant=line.applicant,
            channel=channels[line.channel],
            responsible=names.get(line.responsible, line.responsible),
            received=(line.accepted_at or line.submitted_at).astimezone(zone),
            due=line.due_at and line.due_at.astimezone(zone),
            finished=line.finished_at and line.finished_at.astimezone(zone),
            returned=line.returned_at and line.returned_at.astimezone(zone),
            status=statuses[line.status],
            supplements=line.supplements,
            standing=standing_of(line.due_at, line.finished_at, at, ended=line.status in ENDED),
        )
        for line in lines
    ]


ROUTES = [
    page("desk/register", register, name="register", who=READ),
    page("desk/register/<str:form>", register_file, name="register-file", who=READ),
]
