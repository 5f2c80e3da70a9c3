"""The forms that the counter hands out: receipt and appointment (01), supplement (02), refusal (03), stop (05).

Layer 2. The forms are Vietnamese documents in either language of the page. Circular 03/2025/TT-VPCP, Annex I.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from maidinh.channels.counter.desk import READ, document, found
from maidinh.channels.counter.sheet import papers, slips_of
from maidinh.channels.counter.signing import installation
from maidinh.channels.routing import page
from maidinh.channels.wording import budget_in_words, form_name
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.dossiers.queries import history_of
from maidinh.services.dossiers.rules import case_of
from maidinh.services.results.actions import prepare_slip
from maidinh.services.results.rules import Slip

STATUS_OF_FORM = {"02": 5, "03": 3, "05": 8}


def slip(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The form as a PDF, when the dossier stands so that it is due."""
    dossier = found(request, code)
    if form not in [due["number"] for due in slips_of(dossier)]:
        raise Http404(form)
    with translation.override("vi"):
        filled = _receipt(dossier) if form == "01" else _decision(dossier, form)
        made = prepare_slip(dossier=dossier, slip=filled, installation=installation(), at=timezone.now())
    return document(made, "application/pdf", f"{code}-{form}.pdf", save="save" in request.GET)


def _receipt(dossier: Any) -> Slip:
    handed_in = [entry for entry in papers(dossier) if entry["files"]]
    accepted = next((e for e in history_of(dossier, public_only=False) if e.at == dossier.accepted_at), None)
    facts = (
        ("Số lượng giấy tờ", str(len(handed_in))),
        ("Thời gian giải quyết", budget_in_words(case_of(dossier.procedure.procedure, dossier.case).time_limit.budget)),
        ("Nhận hồ sơ", _moment(dossier.accepted_at)),
        ("Hẹn trả kết quả", _moment(dossier.due_at)),
        ("Nhận kết quả tại", agency_names("vi").get(dossier.receiving, dossier.receiving)),
    )
    return _slip(dossier, "01", facts, "Giấy tờ đã nộp", tuple(entry["name"] for entry in handed_in), accepted)


def _decision(dossier: Any, form: str) -> Slip:
    """A form that gives reasons: those of the last time the dossier came to that status."""
    told = [event for event in history_of(dossier, public_only=False) if event.status == STATUS_OF_FORM[form]]
    last = told[-1] if told else None
    titles = {"02": "Nội dung cần bổ sung, hoàn thiện", "03": "Lý do từ chối", "05": "Lý do dừng giải quyết"}
    points = tuple(line.strip(" -•\t") for line in (last.reason if last else "").splitlines() if line.strip())
    facts = (("Nộp hồ sơ", _moment(dossier.submitted_at)), ("Ngày lập phiếu", _moment(last.at if last else None)))
    return _slip(dossier, form, facts, titles[form], points, last)


def _slip(
    dossier: Any, form: str, facts: tuple[tuple[str, str], ...], title: str, points: tuple[str, ...], event: Any
) -> Slip:
    from_agency = event.agency if event and event.agency else dossier.receiving
    return Slip(
        form=form,
        title=form_name(form, "vi"),
        agency=agency_names("vi").get(from_agency, from_agency),
        official=_name(event),
        facts=facts,
        points_title=title,
        points=points,
    )


def _name(event: Any) -> str:
    person = official(event.actor) if event else None
    return person.name if person else ""


def _moment(value: datetime | None) -> str:
    return timezone.localtime(value).strftime("%H:%M, ngày %d/%m/%Y") if value else ""


ROUTES = [page("desk/dossiers/<str:code>/slips/<str:form>", slip, name="desk-slip", who=READ)]
