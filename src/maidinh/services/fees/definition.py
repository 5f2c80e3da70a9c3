"""What a payment provider tells: transactions, the start of a payment, and the words for their states. Layer 4, pure.

Decree 61/2018/NĐ-CP (kept by 118/2025) has the one-stop shop take fees online through a provider; no law says how the
two systems talk, so this is the least that every provider can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CURRENCY: Literal["VND"] = "VND"  # whole dong; a fee knows no other (services/procedures)

Told = Literal["pending", "paid", "failed", "refunded"]
Kind = Literal["unknown_order", "wrong_amount", "wrong_currency", "paid_twice", "not_at_provider", "refund_unasked",
               "refund_refused", "two_orders"]  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One transaction as the provider tells of it: `order` is our number of the payment, `reference` the provider's."""

    order: str
    reference: str
    amount: int
    currency: str
    state: Told
    at: datetime


@dataclass(frozen=True)
class Asked:
    """What we ask a provider to collect: the same order asked for twice is one payment there too."""

    order: str
    amount: int
    currency: str
    title: str
