"""Comparing a day with the provider's list of it: what was missed is taken, what does not agree is told.

Layer 4; runs in the worker once a day, and whenever somebody asks for it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import get_current_timezone, localtime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.services.fees.actions.settling import find, note_statement
from maidinh.services.fees.adapters.provider import Provider
from maidinh.services.fees.definition import Statement
from maidinh.services.fees.models import Payment, Reconciliation, ReconciliationFinding


class NoteMissing(ValueError):
    """A finding is closed with a note that says what was done."""


def reconcile(*, provider: Provider, day: date, at: datetime) -> Reconciliation:
    """Compare a day; again whenever wanted, for it changes nothing that agrees. Raises ProviderUnavailable."""
    lines = provider.day(day)
    for line in lines:
        note_statement(provider=provider.id, statement=line, at=at)
    listed = {line.reference for line in lines}
    start = datetime.combine(day, time(), get_current_timezone())
    with transaction.atomic():
        ours = Payment.objects.filter(
            provider=provider.id, paid_at__gte=start, paid_at__lt=start + timedelta(days=1)
        ).select_related("charge__dossier")
        for payment in ours:
            if payment.reference not in listed:
                told = Statement(
                    payment.order, payment.reference or "", 0, payment.currency, "paid", payment.paid_at or at
                )
                find("not_at_provider", provider.id, told, payment, at)
        row, _ = Reconciliation.objects.update_or_create(
            provider=provider.id,
            day=day,
            defaults={
                "at": at,
                "lines": len(lines),
                "paid": sum(max(line.amount, 0) for line in lines if line.state in ("paid", "refunded")),
                "given_back": sum(max(line.amount, 0) for line in lines if line.state == "refunded"),
            },
        )
    return row


def reconcile_when_due(*, provider: Provider, at: datetime) -> Reconciliation | None:
    """Yesterday's comparison, once the day is over and unless it was made; None otherwise."""
    yesterday = localtime(at).date() - timedelta(days=1)
    if Reconciliation.objects.filter(provider=provider.id, day=yesterday).exists():
        return None
    return reconcile(provider=provider, day=yesterday, at=at)


def close_finding(*, actor: Actor, finding_id: int, note: str, at: datetime) -> ReconciliationFinding:
    """The cashier settled what was found; once closed it stays as it is. Raises NoteMissing, DoesNotExist."""
    require(actor, "fee.record")
    if not note.strip():
        raise NoteMissing(finding_id)
    row = ReconciliationFinding.objects.select_for_update().get(pk=finding_id)
    if row.closed_at is None:
        row.closed_at, row.closed_by, row.note = at, actor.id, note.strip()[:500]
        row.save(update_fields=["closed_at", "closed_by", "note"])
        record_act(actor=actor, action="close payment finding", subject=f"{row.kind} {row.order}", at=at)
    return row
