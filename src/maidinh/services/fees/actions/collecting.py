"""What the worker does with payments: send them to the provider, take its notices, ask after the silent, give back.

Layer 4. No call goes out within a transaction. Wherever the worker is stopped between a call and its row, the call is
made again under the same number, which the provider counts once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from maidinh.services.fees.actions.settling import end, find, note_statement, refund_done
from maidinh.services.fees.adapters.gateway import statement_from
from maidinh.services.fees.adapters.provider import Provider, ProviderRefused, ProviderUnavailable
from maidinh.services.fees.definition import Asked, Statement
from maidinh.services.fees.models import Charge, Payment, PaymentNotice, Refund
from maidinh.services.fees.rules import OPEN, given_up, next_question, next_try

BATCH = 50


def collect(*, provider: Provider, now: Callable[[], datetime]) -> int:
    """One round of all four; returns how much there was to do."""
    done = 0
    for part in (take_notices, begin_waiting, ask_after_open, give_back_approved):
        done += part(provider=provider, now=now)
    return done


def take_notices(*, provider: Provider, now: Callable[[], datetime]) -> int:
    """Take what the provider called to tell, in the order in which it came."""
    waiting = PaymentNotice.objects.filter(provider=provider.id, handled_at__isnull=True).order_by("id")[:BATCH]
    for notice in waiting:
        with transaction.atomic():
            note_statement(provider=provider.id, statement=statement_from(notice.statement), at=now())
            PaymentNotice.objects.filter(pk=notice.pk).update(handled_at=now())
    return len(waiting)


def begin_waiting(*, provider: Provider, now: Callable[[], datetime]) -> int:
    """Send the payments that somebody began to the provider; each then has the address to pay at."""
    rows = _due(provider, "created", now()).select_related("charge__dossier")[:BATCH]
    for row in rows:
        asked = Asked(row.order, row.amount, row.currency, f"{row.charge.name_vi} – {row.charge.dossier.code}")
        try:
            address = provider.begin(asked)
        except ProviderUnavailable as error:
            _try_again(row, str(error), now())
        except ProviderRefused as error:
            with transaction.atomic():
                _end_if_open(row, "refused", str(error), now())
        else:
            Payment.objects.filter(pk=row.pk, state="created").update(
                state="pending", address=address, attempts=0, next_try_at=next_try(now(), 0), last_error=""
            )
    return len(rows)


def ask_after_open(*, provider: Provider, now: Callable[[], datetime]) -> int:
    """Ask after payments of which the provider has told nothing yet, ever more rarely."""
    rows = _due(provider, "pending", now())[:BATCH]
    for row in rows:
        try:
            told = provider.transactions(row.order)
        except (ProviderUnavailable, ProviderRefused) as error:
            _try_again(row, str(error), now())
            continue
        for statement in told:
            note_statement(provider=provider.id, statement=statement, at=now())
        if given_up(row.created_at, now()):
            with transaction.atomic():
                _end_if_open(row, "expired", "", now())
        _look_again(row, now())
    return len(rows)


def give_back_approved(*, provider: Provider, now: Callable[[], datetime]) -> int:
    """Give the money back that is to go back; what the provider refuses is told to the cashier."""
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now())
    rows = Refund.objects.filter(due, provider=provider.id, state="approved").order_by("id")
    rows = list(rows.select_related("payment__charge__dossier")[:BATCH])
    for row in rows:
        try:
            back = provider.refund(row.number, row.reference, row.amount)
        except ProviderUnavailable as error:
            _refund_later(row, str(error), now())
        except ProviderRefused as error:
            with transaction.atomic():
                Refund.objects.filter(pk=row.pk, state="approved").update(state="refused", last_error=str(error)[:300])
                told = Statement(row.payment.order, row.reference, row.amount, row.payment.currency, "refunded", now())
                find("refund_refused", provider.id, told, row.payment, now())
        else:
            if back:
                with transaction.atomic():
                    Charge.objects.select_for_update().get(pk=row.payment.charge_id)
                    refund_done(row.payment, row.reference, now())
            else:
                _refund_later(row, "", now())
    return len(rows)


def _due(provider: Provider, state: str, at: datetime) -> QuerySet[Payment]:
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=at)
    return Payment.objects.filter(due, provider=provider.id, state=state).order_by("id")


def _try_again(row: Payment, error: str, at: datetime) -> None:
    """A row that is no longer open is left alone."""
    Payment.objects.filter(pk=row.pk, state__in=OPEN).update(
        attempts=row.attempts + 1, next_try_at=next_try(at, row.attempts), last_error=error[:300]
    )


def _look_again(row: Payment, at: datetime) -> None:
    """The provider answers, and knows of nothing yet."""
    Payment.objects.filter(pk=row.pk, state__in=OPEN).update(
        attempts=0, next_try_at=next_question(row.created_at, at), last_error=""
    )


def _end_if_open(row: Payment, why: str, error: str, at: datetime) -> None:
    Charge.objects.select_for_update().get(pk=row.charge_id)
    fresh = Payment.objects.get(pk=row.pk)
    if fresh.state in OPEN:
        end(fresh, why, at)
        Payment.objects.filter(pk=row.pk).update(last_error=error[:300])


def _refund_later(row: Refund, error: str, at: datetime) -> None:
    Refund.objects.filter(pk=row.pk, state="approved").update(
        attempts=row.attempts + 1, next_try_at=next_try(at, row.attempts), last_error=error[:300]
    )
