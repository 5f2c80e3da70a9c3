"""Charging fees and recording their payment. Layer 4."""

from __future__ import annotations

from datetime import datetime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.services.fees.models import Charge
from maidinh.services.procedures.definition import Fee


class AlreadyPaid(Exception):
    """The fee was paid under another receipt number."""


def charge_fee(*, dossier_id: int, fee: Fee, amount: int, at: datetime) -> Charge:
    """Charge a dossier its fee, once; a free procedure is not charged by the caller."""
    charge, new = Charge.objects.get_or_create(
        dossier_id=dossier_id,
        defaults={
            "name_vi": fee.name.vi,
            "name_en": fee.name.en or "",
            "amount": amount,
            "currency": fee.currency,
            "charged_at": at,
        },
    )
    if new:
        tell(charge, "fee.charged", at)
    return charge


def tell(charge: Charge, name: str, at: datetime) -> None:
    """Tell of what happened to a charge, to the agency that received its dossier."""
    payload = {"dossier": charge.dossier_id, "code": charge.dossier.code, "charge": charge.pk}
    publish(name=name, payload=payload, at=at, agency=charge.dossier.receiving)


def mark_paid(*, actor: Actor, dossier_id: int, receipt_number: str, at: datetime) -> Charge:
    """Note that the fee was paid, under the receipt's number. Raises AlreadyPaid for a second, different receipt."""
    require(actor, "fee.record")
    charge = Charge.objects.select_for_update().get(dossier_id=dossier_id)
    if charge.paid_at is not None:
        if charge.receipt_number != receipt_number:
            raise AlreadyPaid(charge.receipt_number)
        return charge
    charge.paid_at, charge.recorded_by, charge.receipt_number = at, actor.id, receipt_number
    charge.save(update_fields=["paid_at", "recorded_by", "receipt_number"])
    record_act(
        actor=actor, action="record payment", subject=f"charge {charge.pk}", at=at, details={"receipt": receipt_number}
    )
    tell(charge, "fee.paid", at)
    return charge
