"""What a payment does to a dossier: an applicant begins it, the dossier goes on once it is paid, the fee goes back.

Layer 4, part of the dossiers' actions. Decree 61/2018/NĐ-CP (kept by 118/2025): a dossier may be paid for online, at
submission where its fee is taken at intake.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maidinh.infrastructure.actor import Actor
from maidinh.services.decisions.rules import Undecided
from maidinh.services.dossiers.actions.progress import CANCELLED, WITHDRAWN, charge_when_decided, facts_for, note
from maidinh.services.dossiers.models import ENDED, Dossier, Status, Task
from maidinh.services.dossiers.queries import APPLICANTS_ALONE, dossier_for
from maidinh.services.dossiers.rules import case_of, step_of
from maidinh.services.fees.actions.paying import begin_payment
from maidinh.services.fees.actions.refunding import ask_refund
from maidinh.services.fees.queries import Payment, Refund, charge_of
from maidinh.services.procedures.rules import DecidedFee, fee_of

BY_PROVIDER = Actor(kind="system", id="payment")


class NothingToPay(Exception):
    """The dossier is free, its fee isn't decided yet, or it has ended."""


class NotRefundable(Exception):
    """The dossier was not given up before it was processed."""


@transaction.atomic
def pay_online(*, actor: Actor, code: str, provider: str, at: datetime) -> Payment:
    """Begin to pay a dossier's fee; twice is once. Raises NothingToPay, AlreadyPaid, Dossier.DoesNotExist."""
    dossier = dossier_for(actor, code)
    if dossier is None or actor.kind != "citizen":
        raise Dossier.DoesNotExist(code)
    if dossier.status in (*ENDED, Status.WITHDRAWAL):
        raise NothingToPay(code)
    if dossier.accepted_at is not None or payable_at_intake(dossier):
        charge_when_decided(dossier, at)
    charge = charge_of(dossier.pk)
    if charge is None:
        raise NothingToPay(code)
    return begin_payment(actor=actor, charge=charge, provider=provider, at=at)


def payable_at_intake(dossier: Dossier) -> bool:
    """Whether the fee is taken with the dossier, so that it can be paid before anybody has accepted it."""
    fee = case_of(dossier.procedure.procedure, dossier.case).fee
    return fee is not None and fee.when == "intake" and dossier.status == Status.NEW


def go_on_paid(dossier: Dossier, actor: Actor, at: datetime) -> None:
    """A dossier that waited for its fee goes on; one that waits for something else is left as it is."""
    if dossier.status != Status.PAYMENT:
        return
    procedure = dossier.procedure.procedure
    waiting = Task.objects.filter(dossier=dossier, closed_at__isnull=True).values_list("step", flat=True)
    handed_over = all(step_of(procedure, step).kind == "handover" for step in waiting)
    dossier.status = Status.DONE if handed_over else Status.IN_PROCESS
    dossier.save(update_fields=["status"])
    note(dossier, "paid", actor, at)


@transaction.atomic
def ask_fee_back(*, actor: Actor, code: str, reason: str, at: datetime) -> Refund:
    """Ask that the fee of a dossier goes back that ended before it was processed; another official decides.

    Raises NotRefundable, NothingToRefund, RefundReasonMissing, Dossier.DoesNotExist.
    """
    dossier = dossier_for(actor, code)
    if dossier is None or actor.kind != "official":
        raise Dossier.DoesNotExist(code)
    charge = charge_of(dossier.pk)
    if charge is None or not refundable(dossier):
        raise NotRefundable(code)
    return ask_refund(actor=actor, charge=charge, reason=reason, at=at)


def refundable(dossier: Dossier) -> bool:
    """Whether a dossier ended without anybody having done more to it than look whether to accept it."""
    if dossier.status not in (Status.NOT_ACCEPTED, Status.STOPPED):
        return False
    procedure = dossier.procedure.procedure
    done = Task.objects.filter(dossier=dossier, closed_at__isnull=False).exclude(outcome__in=[WITHDRAWN, CANCELLED])
    return all(step_of(procedure, step).kind == "intake" for step in done.values_list("step", flat=True))


def locked_dossier(dossier_id: int) -> Dossier:
    """The dossier under lock, without what is its applicant's alone."""
    rows = Dossier.objects.select_for_update(of=("self",)).select_related("procedure").defer(APPLICANTS_ALONE)
    return rows.get(pk=dossier_id)


def fee_to_pay(dossier: Dossier) -> DecidedFee | None:
    """What the dossier costs and the articles that set it; None when it is free, or nobody can tell yet."""
    procedure = dossier.procedure.procedure
    try:
        return fee_of(procedure, case_of(procedure, dossier.case), facts_for(dossier))
    except Undecided:
        return None
