"""The receipt of a dossier: a PDF to keep, and the JSON that a machine checks offline. Layer 2.

Once the dossier is accepted the PDF is form 01 (Giấy tiếp nhận hồ sơ và hẹn trả kết quả), TT 03/2025/TT-VPCP Annex I.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from maidinh.channels.routing import page as route
from maidinh.channels.web.context import province_name
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.jinja import vn_datetime
from maidinh.channels.wording import budget_in_words
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import with_proof
from maidinh.infrastructure.typesetting import qr_code, typeset
from maidinh.services.dossiers.queries import dossier_for
from maidinh.services.dossiers.rules import case_of

TEMPLATE = Path(__file__).parent / "templates" / "typst" / "receipt.typ"
OWN = "dossier.read-own"
ACCEPTED_TITLE = "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"
SUBMITTED_TITLE = "XÁC NHẬN ĐÃ NỘP HỒ SƠ TRỰC TUYẾN"


def receipt_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt to print or keep."""
    dossier = _own(request, code)
    return attachment(pdf_of(dossier, timezone.now()), f"{dossier.code}.pdf", "application/pdf")


def receipt_json(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt with its promise, and its proof once the log has it."""
    dossier = _own(request, code)
    text = json.dumps(with_proof(dossier.receipt, dossier.entry), ensure_ascii=False, indent=2)
    return attachment(text.encode(), f"{dossier.code}.json", "application/json")


def pdf_of(dossier: Any, at: datetime) -> bytes:
    """The receipt as a PDF: a Vietnamese document in either language of the page."""
    with translation.override("vi"):
        return typeset(TEMPLATE, _facts(dossier), at=at)


def _facts(dossier: Any) -> dict[str, Any]:
    procedure, names = dossier.procedure.procedure, agency_names("vi")
    address = tracking_address(dossier.code)
    titles = {paper.id: paper.name.vi for paper in procedure.papers}
    return {
        "title": ACCEPTED_TITLE if dossier.accepted_at else SUBMITTED_TITLE,
        "province": province_name().vi,
        "agency": names.get(dossier.receiving, dossier.receiving),
        "code": dossier.code,
        "secret": dossier.tracking_secret,
        "applicant": dossier.applicant_name,
        "procedure_code": procedure.code,
        "procedure_name": procedure.name.vi,
        "case": case_of(procedure, dossier.case).name.vi if len(procedure.cases) > 1 else "",
        "time": budget_in_words(case_of(procedure, dossier.case).time_limit.budget),
        "responsible": names.get(dossier.responsible, dossier.responsible),
        "submitted_at": vn_datetime(dossier.submitted_at),
        "accepted_at": vn_datetime(dossier.accepted_at),
        "promised_at": vn_datetime(dossier.due_at or dossier.promised_at),
        "papers": [
            {"title": titles.get(row.paper, row.paper), "name": row.name, "digest": row.document_id}
            for row in dossier.papers.order_by("id")
        ],
        "promise": dossier.receipt.get("promise", ""),
        "track_at": address,
        "qr": qr_code(address),
        "sample": settings.MAIDINH.sample or procedure.sample,
    }


def tracking_address(code: str) -> str:
    """Where anyone with the secret sees where the dossier stands."""
    return f"{settings.MAIDINH.address}{reverse('track')}?code={code}"


def _own(request: HttpRequest, code: str) -> Any:
    dossier = dossier_for(request.actor, code)
    if dossier is None:
        raise Http404
    return dossier


ROUTES = [
    route("dossiers/<str:code>/receipt.pdf", receipt_pdf, name="dossier-receipt", who=OWN),
    route("dossiers/<str:code>/receipt.json", receipt_json, name="dossier-receipt-json", who=OWN),
]
