"""Paying a dossier's fee online: what is paid to whom on which article, how the payment stands, its receipt.

Layer 2. The page writes that somebody wants to pay; the worker speaks with the gateway, so that no page waits for it.
A gateway's call is believed only when its signature holds. Decree 61/2018/NĐ-CP, kept by 118/2025.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from maidinh.channels.routing import ANYONE
from maidinh.channels.routing import page as route
from maidinh.channels.web.context import language, province_name
from maidinh.channels.web.dossiers import OWN, own_dossier
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.jinja import vn_datetime, vn_money
from maidinh.channels.wording import status_name
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.queries import proof_for
from maidinh.infrastructure.typesetting import typeset
from maidinh.services.dossiers.actions.paying import NothingToPay, fee_to_pay, pay_online, payable_at_intake
from maidinh.services.dossiers.rules import case_of
from maidinh.services.fees.actions.charging import AlreadyPaid
from maidinh.services.fees.actions.paying import hear_notice
from maidinh.services.fees.adapters.provider import ForgedNotice
from maidinh.services.fees.queries import charge_of, last_payment_of, payment_of_order

TEMPLATE = Path(__file__).parent / "templates" / "typst" / "payment.typ"
LOOK_AGAIN_SECONDS = 3
LONGEST_NOTICE = 10_000


def payment(request: HttpRequest, code: str) -> HttpResponse:
    """How the fee stands (GET); begin to pay it (POST)."""
    dossier = own_dossier(request, code)
    if request.method == "POST":
        if not settings.PAYMENTS:
            return render(request, "web/payment.html", _standing(dossier), status=409)
        try:
            pay_online(actor=request.actor, code=code, provider=settings.PAYMENTS.id, at=timezone.now())
        except AlreadyPaid:
            pass  # the page says so
        except NothingToPay:
            return render(request, "web/payment.html", _standing(dossier), status=409)
        return redirect("dossier-payment", code=code)
    context = _standing(dossier)
    answer = render(request, "web/payment.html", context)
    if context["state"] == "created" and not context["payment"].last_error:
        answer["Refresh"] = str(LOOK_AGAIN_SECONDS)  # the gateway is being asked for the address: a moment
    return answer


def receipt_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt of what was paid online, with what the transparency log holds of it."""
    dossier = own_dossier(request, code)
    charge = charge_of(dossier.pk)
    paid = last_payment_of(charge) if charge else None
    if charge is None or paid is None or paid.receipt is None:
        raise Http404
    with translation.override("vi"):
        made = typeset(TEMPLATE, _receipt(dossier, charge, paid), at=paid.paid_at or timezone.now())
    return attachment(made, f"{code}-bien-lai.pdf", "application/pdf")


def returned(request: HttpRequest) -> HttpResponse:
    """Where the gateway sends the payer back to: to the payment's page, which says how it stands."""
    found = payment_of_order(request.GET.get("order", "")[:40])
    if found is None:
        raise Http404
    return redirect("dossier-payment", code=found.charge.dossier.code)


@csrf_exempt
def notice(request: HttpRequest) -> HttpResponse:
    """What the gateway calls to tell; written down once for its number, whoever calls again gets the same answer."""
    if not settings.PAYMENTS or len(request.body) > LONGEST_NOTICE:
        raise Http404
    at = timezone.now()
    try:
        told = settings.PAYMENTS.read_notice(request.headers, request.body, at)
    except ForgedNotice as forged:
        return HttpResponse(forged.reason, status=400, content_type="text/plain")
    hear_notice(provider=settings.PAYMENTS.id, notice=told, at=at)
    return HttpResponse(status=204)


def _standing(dossier: Any) -> dict[str, Any]:
    charge, decided = charge_of(dossier.pk), fee_to_pay(dossier)
    fee = case_of(dossier.procedure.procedure, dossier.case).fee
    paid = last_payment_of(charge) if charge else None
    state = _state(dossier, charge, decided, paid)
    return {
        "dossier": dossier,
        "procedure": dossier.procedure.procedure,
        "status": status_name(dossier.status),
        "charge": charge,
        "payment": paid,
        "state": state,
        "name": fee.name.in_language(language()) if fee else "",
        "amount": charge.amount if charge else decided.amount if decided else None,
        "bases": decided.bases if decided else (),
        "receiver": agency_names(language()).get(dossier.receiving, dossier.receiving),
        "online": bool(settings.PAYMENTS),
        "sample": settings.MAIDINH.sample,
    }


def _state(dossier: Any, charge: Any, decided: Any, payment: Any) -> str:
    """One word: free, undecided, later, refunded, paid, desk, created, pending, failed, unpaid."""
    if charge is None:
        if decided is None:
            fee = case_of(dossier.procedure.procedure, dossier.case).fee
            return "free" if fee is None else "undecided"
        return "free" if decided.amount == 0 else "unpaid" if payable_at_intake(dossier) else "later"
    if payment is not None and payment.state in ("paid", "refunded"):
        return str(payment.state)
    if charge.paid_at is not None:
        return "desk"
    return str(payment.state) if payment is not None else "unpaid"


def _receipt(dossier: Any, charge: Any, paid: Any) -> dict[str, Any]:
    procedure, proof = dossier.procedure.procedure, proof_for(paid.entry)
    return {
        "title": "BIÊN LAI THU PHÍ, LỆ PHÍ TRỰC TUYẾN",
        "province": province_name().vi,
        "agency": agency_names("vi").get(dossier.receiving, dossier.receiving),
        "code": dossier.code,
        "rows": [
            ["Người nộp", dossier.applicant_name],
            ["Mã hồ sơ", dossier.code],
            ["Thủ tục", f"{procedure.code} – {procedure.name.vi}"],
            ["Khoản thu", charge.name_vi],
            ["Số tiền", vn_money(paid.amount)],
            ["Căn cứ", "; ".join(basis.text for basis in _bases(dossier))],
            ["Số biên lai", paid.order],
            ["Giao dịch của cổng thanh toán", paid.reference],
            ["Thanh toán lúc", vn_datetime(paid.paid_at)],
            ["Đã hoàn tiền", "Đã hoàn toàn bộ số tiền" if paid.state == "refunded" else ""],
        ],
        "leaf": paid.receipt["leaf"],
        "salt": paid.receipt["salt"],
        "logged": "Đã có trong nhật ký." if proof else "Đang chờ ghi vào nhật ký.",
        "sample": settings.MAIDINH.sample or procedure.sample,
    }


def _bases(dossier: Any) -> tuple[Any, ...]:
    decided = fee_to_pay(dossier)
    return decided.bases if decided else ()


ROUTES = [
    route("dossiers/<str:code>/payment", payment, name="dossier-payment", who=OWN, methods=("GET", "POST")),
    route("dossiers/<str:code>/payment.pdf", receipt_pdf, name="dossier-payment-receipt", who=OWN),
    route("payments/return", returned, name="payment-return", who=OWN),
    route("payments/notice", notice, name="payment-notice", who=ANYONE, methods=("POST",)),
]
