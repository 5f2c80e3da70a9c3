"""Giving a fee back by decision: one official asks with a reason, another decides. Layer 4; four eyes.

Whether a dossier's fee may go back is the dossier's to say (services/dossiers/actions/paying.py).
"""

from __future__ import annotations

from datetime import datetime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.services.fees.models import Charge, Payment, Refund


class NothingToRefund(Exception):
    """The charge was not paid online, or its money goes back already."""


class RefundReasonMissing(ValueError):
    """A refund is asked for with a reason."""


class SameOfficial(Exception):
    """Who asked for a refund does not decide on it."""


def ask_refund(*, actor: Actor, charge: Charge, reason: str, at: datetime) -> Refund:
    """Ask that a charge's payment goes back. Raises NothingToRefund, RefundReasonMissing."""
    require(actor, "fee.record")
    if not reason.strip():
        raise RefundReasonMissing
    Charge.objects.select_for_update(of=("self",)).get(pk=charge.pk)  # of two who ask at once the second waits
    payment = Payment.objects.filter(charge=charge, state="paid").first()
    if payment is None or payment.refunds.filter(reference=payment.reference).exclude(state="declined").exists():
        raise NothingToRefund
    refund = Refund.objects.create(
        number=f"RF{payment.pk}-{payment.refunds.count() + 1}",
        payment=payment,
        provider=payment.provider,
        reference=payment.reference or "",
        amount=payment.amount,
        reason=reason.strip()[:500],
        asked_by=actor.id,
        asked_at=at,
    )
    record_act(actor=actor, action="ask refund", subject=refund.number, at=at)
    return refund


def decide_refund(*, actor: Actor, refund_id: int, approved: bool, at: datetime) -> Refund:
    """Approve or decline a refund that another official asked for; decided once. Raises SameOfficial, DoesNotExist."""
    require(actor, "fee.refund")
    refund = Refund.objects.get(pk=refund_id)
    if refund.asked_by == actor.id:
        raise SameOfficial(actor.id)  # the database would not let them have the row either
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state != "asked":
        return refund
    refund.state, refund.decided_by, refund.decided_at = "approved" if approved else "declined", actor.id, at
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    record_act(actor=actor, action=f"refund {refund.state}", subject=refund.number, at=at)
    return refund
