"""Beginning to pay a charge online: written here, sent to the provider by the worker. Layer 4."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.services.fees.actions.charging import AlreadyPaid
from maidinh.services.fees.models import Charge, Payment
from maidinh.services.fees.queries import open_payment_of


def begin_payment(*, actor: Actor, charge: Charge, provider: str, at: datetime) -> Payment:
    """Begin to pay; whoever begins twice gets the payment that is open. Raises AlreadyPaid."""
    require(actor, "dossier.submit")
    if charge.paid_at is not None:
        raise AlreadyPaid(charge.receipt_number)
    begun = open_payment_of(charge)
    if begun is not None:
        return begun
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                order=f"MD{secrets.token_hex(12).upper()}",
                charge=charge,
                amount=charge.amount,
                currency=charge.currency,
                provider=provider,
                created_at=at,
            )
    except IntegrityError:  # somebody began in the same moment: theirs is the one
        there = open_payment_of(charge)
        if there is None:
            raise
        return there
    record_act(
        actor=actor, action="begin payment", subject=f"charge {charge.pk}", at=at, details={"order": payment.order}
    )
    return payment
