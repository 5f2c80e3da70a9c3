"""Taking a provider's word: each statement once, whatever comes late, twice, reordered or wrong.

Layer 4; runs in the worker. One transaction a statement, which holds the charge's row. Money with the right amount pays
the charge, or goes back if it was paid already; money with another amount pays nothing and is the cashier's to see.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.translog.actions import append_entry
from maidinh.services.fees.actions.charging import tell
from maidinh.services.fees.definition import Kind, Statement
from maidinh.services.fees.models import Charge, Payment, ReconciliationFinding, Refund
from maidinh.services.fees.rules import OPEN, Known, Verdict, verdict_on

SYSTEM = "system"  # who asks for a refund, closes a finding, records a payment that no person did


def note_statement(*, provider: str, statement: Statement, at: datetime) -> Verdict:
    """Do what a statement asks for, once. The same statement again changes nothing."""
    agency = (
        Payment.objects.filter(order=statement.order, provider=provider)
        .values_list("charge__dossier__receiving", flat=True)
        .first()
    )
    with acting(agencies=[agency] if agency else ()), transaction.atomic():
        payment = _locked(provider, statement.order)
        verdict = verdict_on(statement, None if payment is None else _known(payment, statement.reference))
        if verdict.finding is not None:
            find(verdict.finding, provider, statement, payment, at)
        if payment is not None:
            _follow(verdict, payment, statement, at)
        return verdict


def find(kind: Kind, provider: str, statement: Statement, payment: Payment | None, at: datetime) -> None:
    """Tell the cashier what does not agree, once."""
    dossier = payment.charge.dossier if payment else None
    ReconciliationFinding.objects.get_or_create(
        kind=kind,
        provider=provider,
        order=statement.order,
        reference=statement.reference,
        defaults={
            "agency": dossier.receiving if dossier else "",
            "dossier": dossier.code if dossier else "",
            "told": statement.amount,
            "expected": payment.amount if payment else None,
            "currency": statement.currency,
            "day": localtime(statement.at).date(),
            "found_at": at,
        },
    )


def _locked(provider: str, order: str) -> Payment | None:
    """The payment with its charge's row held, so that no two statements of one charge are judged at once."""
    charge = Payment.objects.filter(order=order, provider=provider).values_list("charge_id", flat=True).first()
    if charge is None:
        return None
    Charge.objects.select_for_update().get(pk=charge)
    return Payment.objects.select_related("charge__dossier").get(order=order)


def _known(payment: Payment, reference: str) -> Known:
    paid = Payment.objects.filter(provider=payment.provider, reference=reference).exclude(pk=payment.pk)
    refunded = Refund.objects.filter(provider=payment.provider, reference=reference).exclude(state="declined")
    back = payment.refunds.exclude(state="declined").values_list("reference", flat=True)
    return Known(
        amount=payment.amount,
        currency=payment.currency,
        state=payment.state,
        charge_paid=payment.charge.paid_at is not None,
        paid_by=payment.reference or "",
        refunds=frozenset(back),
        elsewhere=paid.exists() or refunded.exclude(payment=payment).exists(),
    )


def _follow(verdict: Verdict, payment: Payment, statement: Statement, at: datetime) -> None:
    if verdict.step == "pay":
        _pay(payment, statement, at)
    elif verdict.step == "fail" or (verdict.step == "give_back" and payment.state in OPEN):
        end(payment, "failed" if verdict.step == "fail" else "paid_otherwise", at)
    elif verdict.step == "refund_done":
        refund_done(payment, statement.reference, at)
    if verdict.step == "give_back":
        Refund.objects.create(
            number=f"RF{payment.pk}-{payment.refunds.count() + 1}",
            payment=payment,
            provider=payment.provider,
            reference=statement.reference,
            amount=statement.amount,
            automatic=True,
            reason="paid_twice",
            state="approved",
            asked_by=SYSTEM,
            asked_at=at,
        )


def end(payment: Payment, why: str, at: datetime) -> None:
    """Nobody waits for this payment any more; money that comes for it later is taken all the same."""
    payment.state, payment.why, payment.ended_at, payment.next_try_at = "failed", why, at, None
    payment.save(update_fields=["state", "why", "ended_at", "next_try_at"])


def _pay(payment: Payment, statement: Statement, at: datetime) -> None:
    charge = payment.charge
    for other in Payment.objects.filter(charge=charge, state__in=OPEN).exclude(pk=payment.pk):
        end(other, "paid_otherwise", at)
    content = {
        "kind": "fee-paid",
        "code": charge.dossier.code,
        "agency": charge.dossier.receiving,
        "order": payment.order,
        "provider": payment.provider,
        "reference": statement.reference,
        "amount": payment.amount,
        "currency": payment.currency,
        "paid_at": statement.at.isoformat(),
    }
    entered = append_entry(
        kind="fee-paid", agency=charge.dossier.receiving, role="cashier", content=content, at=at,
        idempotency=f"fee-paid:{payment.order}",
    )  # fmt: skip
    payment.state, payment.reference, payment.paid_at, payment.ended_at = "paid", statement.reference, statement.at, at
    payment.entry = entered.entry_id
    payment.receipt = {"content": content, "salt": entered.salt.hex(), "leaf": entered.leaf.hex()}
    payment.why, payment.next_try_at = "", None
    payment.save(update_fields=["state", "reference", "paid_at", "ended_at", "entry", "receipt", "why", "next_try_at"])
    charge.paid_at, charge.recorded_by, charge.receipt_number = at, f"{SYSTEM}:{payment.provider}", payment.order
    charge.save(update_fields=["paid_at", "recorded_by", "receipt_number"])
    tell(charge, "fee.paid", at)


def refund_done(payment: Payment, reference: str, at: datetime) -> None:
    """A transaction's money is back: its refund is done, and what was found of it is settled."""
    done = Refund.objects.filter(provider=payment.provider, reference=reference, state__in=["approved", "refused"])
    if not done.update(state="done", done_at=at, last_error=""):
        return
    if payment.reference == reference and payment.state == "paid":
        payment.state = "refunded"
        payment.save(update_fields=["state"])
        tell(payment.charge, "fee.refunded", at)
    ReconciliationFinding.objects.filter(
        provider=payment.provider, reference=reference, kind="paid_twice", closed_at__isnull=True
    ).update(closed_at=at, closed_by=SYSTEM, note="refunded")
