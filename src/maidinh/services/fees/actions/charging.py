"""Charging fees and recording their payment. Layer 4."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.rows import answered
from maidinh.infrastructure.events.actions import publish
from maidinh.services.fees.models import Charge
from maidinh.services.procedures.definition import Fee

INSERT = (  # of two at once the second waits, then finds the first's row
    "INSERT INTO fees_charge (dossier_id, name_vi, name_en, amount, currency, charged_at, recorded_by, receipt_number)"
    " VALUES (%s, %s, %s, %s, %s, %s, '', '') ON CONFLICT (dossier_id) DO NOTHING RETURNING id"
)


class AlreadyPaid(Exception):
    """The fee was paid under another receipt number."""


def charge_fee(*, dossier_id: int, fee: Fee, amount: int, at: datetime, dossier: Any = None) -> Charge:
    """Charge a dossier its fee, once; a free procedure is not charged by the caller.

    Whoever has the dossier's row gives it, so that it isn't read again.
    """
    charge = Charge(
        dossier_id=dossier_id,
        name_vi=fee.name.vi,
        name_en=fee.name.en or "",
        amount=amount,
        currency=fee.currency,
        charged_at=at,
    )
    new = answered(INSERT, [dossier_id, charge.name_vi, charge.name_en, amount, charge.currency, at])
    if not new:
        return Charge.objects.get(dossier_id=dossier_id)
    charge.pk = new[0][0]
    if dossier is not None:
        charge.dossier = dossier
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
