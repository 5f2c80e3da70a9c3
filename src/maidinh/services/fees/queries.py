"""What a dossier costs, whether it is paid, and how. Layer 4; the dossier's own policy decides who sees it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.database.rows import Columns
from maidinh.services.fees.models import Charge, Payment, Reconciliation, ReconciliationFinding, Refund
from maidinh.services.fees.rules import OPEN

CHARGE = Columns(Charge)


def charge_of(dossier_id: int) -> Charge | None:
    """The charge of a dossier; None when nothing is to be paid, or the dossier is not the actor's to see."""
    return next(iter(CHARGE.where("dossier_id = %s", [dossier_id])), None)


def unpaid(dossier_id: int) -> bool:
    """Whether something is charged and not paid."""
    return Charge.objects.filter(dossier_id=dossier_id, paid_at__isnull=True).exists()


def open_payment_of(charge: Charge) -> Payment | None:
    """The payment of a charge that waits for the payer or the provider."""
    return Payment.objects.filter(charge=charge, state__in=OPEN).first()


def last_payment_of(charge: Charge) -> Payment | None:
    """The payment to show: the one that paid, else the newest."""
    done = Payment.objects.filter(charge=charge, state__in=["paid", "refunded"]).first()
    return done or Payment.objects.filter(charge=charge).order_by("-id").first()


def payment_of_order(order: str) -> Payment | None:
    """The payment of an order number, when its dossier is the actor's to see."""
    return Payment.objects.filter(order=order).select_related("charge__dossier").first()


def findings_for(actor: Actor) -> list[ReconciliationFinding]:
    """What does not agree with the provider and is still open, the oldest first."""
    require(actor, "fee.record")
    return list(ReconciliationFinding.objects.filter(closed_at__isnull=True).order_by("day", "id")[:200])


def finding_for(actor: Actor, finding_id: int) -> ReconciliationFinding | None:
    """One finding, when it is the cashier's to see."""
    require(actor, "fee.record")
    return ReconciliationFinding.objects.filter(pk=finding_id).first()


def findings_of_day(day: date) -> list[ReconciliationFinding]:
    """What was found of a day's transactions and is still open."""
    return list(ReconciliationFinding.objects.filter(day=day, closed_at__isnull=True).order_by("id"))


def refunds_for(actor: Actor) -> list[Refund]:
    """The refunds that are not settled yet: to be decided, on their way, or refused by the provider."""
    require(actor, "fee.refund")
    waiting = Refund.objects.filter(state__in=["asked", "approved", "refused"])
    return list(waiting.select_related("payment__charge__dossier").order_by("id")[:200])


def refund_for(actor: Actor, refund_id: int) -> Refund | None:
    """One refund, when its dossier is the official's to see."""
    require(actor, "fee.refund")
    return Refund.objects.filter(pk=refund_id).first()


def last_days(count: int = 7) -> list[Reconciliation]:
    """The last days that were compared with the provider."""
    return list(Reconciliation.objects.order_by("-day")[:count])


def paid_when(dossier_ids: Iterable[int]) -> dict[int, datetime | None]:
    """When the fees of these dossiers were paid (None: they aren't), for the worker; the free ones lack."""
    return dict(Charge.objects.filter(dossier__in=list(dossier_ids)).values_list("dossier", "paid_at"))


def how_paid(dossier_ids: Iterable[int]) -> dict[int, str]:
    """How the fees of these dossiers were paid (`unpaid`, `counter`, `online`), for the worker; the free ones lack."""
    charges = Charge.objects.filter(dossier__in=list(dossier_ids)).values_list("pk", "dossier", "paid_at")
    kept = list(charges)
    by_provider = set(
        Payment.objects.filter(charge__in=[pk for pk, *_ in kept], state="paid").values_list("charge", flat=True)
    )
    return {
        dossier: "unpaid" if paid_at is None else "online" if pk in by_provider else "counter"
        for pk, dossier, paid_at in kept
    }
