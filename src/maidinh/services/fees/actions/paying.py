"""Beginning to pay a charge online: written here, sent to the provider by the worker. Layer 4."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.services.fees.actions.charging import AlreadyPaid
from maidinh.services.fees.adapters.gateway import statement_as_json
from maidinh.services.fees.adapters.provider import Notice
from maidinh.services.fees.models import Charge, Payment
from maidinh.services.fees.queries import open_payment_of

# Without naming the conflict and without reading back: who writes down a provider's call may not see any.
HEAR = (
    "INSERT INTO fees_paymentnotice (provider, number, statement, received_at) VALUES (%s, %s, %s::jsonb, %s)"
    " ON CONFLICT DO NOTHING"
)


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


def hear_notice(*, provider: str, notice: Notice, at: datetime) -> None:
    """Write down what a provider called to tell, once for its number; the worker takes it from there."""
    with connection.cursor() as cursor:
        cursor.execute(HEAR, [provider, notice.number, json.dumps(statement_as_json(notice.statement)), at])
