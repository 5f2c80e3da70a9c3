"""`/desk/payments`, `/desk/refunds`: what does not agree with the payment gateway, and fees that go back.

Layer 2. A cashier closes a finding with a note of what was done, and asks for refunds; another official decides on them
(four eyes, which the database holds as well).
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.counter.desk import back, found, shown
from maidinh.channels.routing import page
from maidinh.services.dossiers.actions.paying import NotRefundable, ask_fee_back
from maidinh.services.fees.actions.reconciling import NoteMissing, close_finding
from maidinh.services.fees.actions.refunding import (
    NothingToRefund,
    RefundReasonMissing,
    SameOfficial,
    decide_refund,
)
from maidinh.services.fees.queries import finding_for, findings_for, last_days, refund_for, refunds_for

LONGEST_NOTE = 500


def payments(request: HttpRequest) -> HttpResponse:
    """The findings that are open, and the days that were compared."""
    return _payments(request)


def close(request: HttpRequest, finding: int) -> HttpResponse:
    """Close a finding with a note."""
    if finding_for(request.actor, finding) is None:
        raise Http404
    note = request.POST.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        return _payments(request, finding, _("Write at most %(n)s characters") % {"n": LONGEST_NOTE}, note)
    try:
        close_finding(actor=request.actor, finding_id=finding, note=note, at=timezone.now())
    except NoteMissing:
        return _payments(request, finding, _("Write what you did about it"), note)
    return redirect("desk-payments")


def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask that the fee of a dossier goes back."""
    found(request, code)
    reason = request.POST.get("refund_reason", "").strip()[:LONGEST_NOTE]
    try:
        ask_fee_back(actor=request.actor, code=code, reason=reason, at=timezone.now())
    except RefundReasonMissing:
        return shown(request, code, errors={"refund_reason": _("Give the reason for the refund")}, status=422)
    except (NotRefundable, NothingToRefund):
        told = _(
            "This fee can't be given back: it was not paid online, the dossier was processed, or it was asked for."
        )
        return shown(request, code, problem=told, status=409)
    return back(code, "refund-asked")


def refunds(request: HttpRequest) -> HttpResponse:
    """The refunds that wait for a decision or are on their way."""
    return _refunds(request)


def decide(request: HttpRequest, refund: int) -> HttpResponse:
    """Approve a refund, or decline it."""
    if refund_for(request.actor, refund) is None or request.POST.get("decision") not in ("approve", "decline"):
        raise Http404
    approved = request.POST["decision"] == "approve"
    try:
        decide_refund(actor=request.actor, refund_id=refund, approved=approved, at=timezone.now())
    except SameOfficial:
        return _refunds(request, _("You asked for this refund yourself; another official decides on it."))
    return redirect("desk-refunds")


def kinds() -> dict[str, str]:
    """What a finding says, in words."""
    return {
        "unknown_order": _("The gateway took money for an order that is not ours."),
        "wrong_amount": _("Another amount was paid than is charged. The fee counts as not paid."),
        "wrong_currency": _("It was paid in another currency. The fee counts as not paid."),
        "paid_twice": _("The fee was paid twice. The second payment goes back by itself."),
        "not_at_provider": _("We have this payment; the gateway's list of the day does not."),
        "refund_unasked": _("The gateway gave money back that nobody asked for."),
        "refund_refused": _("The gateway refuses to give this money back."),
        "two_orders": _("The gateway names one transaction for two payments. It paid the first one only."),
    }


def _payments(request: HttpRequest, wrong: int = 0, error: str = "", typed: str = "") -> HttpResponse:
    words = kinds()
    rows = [{"row": row, "says": words[row.kind]} for row in findings_for(request.actor)]
    context: dict[str, Any] = {
        "rows": rows,
        "days": last_days(),
        "wrong": wrong,
        "errors": {f"note-{wrong}": error} if error else {},
        "typed": typed,
    }
    return render(request, "counter/payments.html", context, status=422 if error else 200)


def _refunds(request: HttpRequest, problem: str = "") -> HttpResponse:
    context = {"rows": refunds_for(request.actor), "problem": problem}
    return render(request, "counter/refunds.html", context, status=409 if problem else 200)


ROUTES = [
    page("desk/payments", payments, name="desk-payments", who="fee.record"),
    page("desk/payments/<int:finding>", close, name="desk-finding", who="fee.record", methods=("POST",)),
    page("desk/dossiers/<str:code>/refund", ask, name="desk-refund", who="fee.record", methods=("POST",)),
    page("desk/refunds", refunds, name="desk-refunds", who="fee.refund"),
    page("desk/refunds/<int:refund>", decide, name="desk-refund-decide", who="fee.refund", methods=("POST",)),
]
