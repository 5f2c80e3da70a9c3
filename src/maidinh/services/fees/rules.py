"""What a provider's word means for a payment: the state machine of payments. Pure.

Layer 4. Whatever comes late, twice, in another order or with another amount, the answer depends only on what is known
when it comes; the caller holds the charge's row, so that two answers are never found at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from maidinh.services.fees.definition import Kind, Statement

OPEN = ("created", "pending")
GIVES_UP_AFTER = timedelta(hours=24)  # of waiting for a payer; money that comes later is still taken
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=10)
Step = Literal["nothing", "pay", "fail", "refund_done", "give_back", "tell"]


@dataclass(frozen=True)
class Known:
    """What we know of the payment that a statement names.

    `references` are the provider's transactions of this payment that are accounted for: the one that paid it, and those
    whose money goes back. `elsewhere`: the transaction is accounted for at another of our payments.
    """

    amount: int
    currency: str
    state: str
    charge_paid: bool
    paid_by: str
    refunds: frozenset[str]
    elsewhere: bool = False


@dataclass(frozen=True)
class Verdict:
    """What is to be done about a statement, and what the cashier is told."""

    step: Step
    finding: Kind | None = None


def verdict_on(statement: Statement, known: Known | None) -> Verdict:
    """What a statement means. Money that came is always accounted for: it pays, goes back, or is told of."""
    if known is None:
        return Verdict("tell", "unknown_order") if statement.state in ("paid", "refunded") else Verdict("nothing")
    if statement.state == "paid":
        return _on_money(statement, known)
    if statement.state == "refunded":
        asked = statement.reference in known.refunds
        return Verdict("refund_done") if asked else Verdict("tell", "refund_unasked")
    if statement.state == "failed" and known.state in OPEN:
        return Verdict("fail")
    return Verdict("nothing")


def _on_money(statement: Statement, known: Known) -> Verdict:
    if statement.reference in known.refunds or (known.paid_by and statement.reference == known.paid_by):
        return Verdict("nothing")
    if known.elsewhere:
        return Verdict("tell", "two_orders")  # one sum of money pays one fee
    if statement.currency != known.currency:
        return Verdict("tell", "wrong_currency")
    if statement.amount != known.amount:
        return Verdict("tell", "wrong_amount")
    if known.charge_paid:
        return Verdict("give_back", "paid_twice")
    return Verdict("pay")


def next_try(at: datetime, attempts: int) -> datetime:
    """When to ask a provider again after so many attempts: soon at first, then ever more rarely."""
    return at + min(FIRST_PAUSE * (1 << min(attempts, 16)), LONGEST_PAUSE)


def next_question(created_at: datetime, at: datetime) -> datetime:
    """When to ask again after a payment of which nothing is known: a quarter of its age from now.

    A payer who waits at the page, because the provider's word got lost, waits no longer than that.
    """
    return at + min(max(FIRST_PAUSE, (at - created_at) / 4), LONGEST_PAUSE)


def given_up(created_at: datetime, at: datetime) -> bool:
    """Whether nobody waits for this payer any more, so that the fee can be paid anew."""
    return at - created_at >= GIVES_UP_AFTER
