"""A payment provider as bad as they come, in one process: what it holds is true, what it says is late, twice or lost.

`outage` fails a call before anything happened, `lost` after it happened (a fault or a timeout after the charge). Money
that a payer sends is held whatever we were told of it; `held` says what must be accounted for in the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.utils.timezone import localtime

from maidinh.services.fees.adapters.provider import ForgedNotice, Notice, ProviderRefused, ProviderUnavailable
from maidinh.services.fees.definition import Asked, Statement


@dataclass
class HostileProvider:
    """Orders, transactions and refunds as the provider's own books have them; the next calls fail as it is told."""

    id: str = "gateway"
    orders: dict[str, Asked] = field(default_factory=dict)
    held: dict[str, Statement] = field(default_factory=dict)
    refunds: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)

    def check(self) -> str | None:
        """It says that all is well."""
        return None

    def begin(self, asked: Asked) -> str:
        """An order asked for twice must be the same order."""
        self._fail("outage")
        known = self.orders.setdefault(asked.order, asked)
        assert known == asked, "two different orders under one number"
        self._fail("lost")
        return f"https://pay.example/{asked.order}"

    def transactions(self, order: str) -> list[Statement]:
        """What happened under an order."""
        self._fail("outage")
        return [each for each in self.held.values() if each.order == order]

    def refund(self, number: str, reference: str, amount: int) -> bool:
        """Money goes back once for a number, and once for a transaction."""
        self._fail("outage")
        if reference not in self.held or amount != self.held[reference].amount:
            raise ProviderRefused("no such money")
        if self.refunds.setdefault(number, reference) != reference:
            raise ProviderRefused("another refund has this number")
        if self.held[reference].state != "refunded":
            self.held[reference] = replace(self.held[reference], state="refunded")
            self.given_back.append(reference)
        self._fail("lost")
        return True

    def day(self, day: date) -> list[Statement]:
        """The list of a day, in no order."""
        self._fail("outage")
        return [each for each in reversed(self.held.values()) if localtime(each.at).date() == day]

    def read_notice(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        """Its notices are put into the table by the tests themselves."""
        raise ForgedNotice("not-here")

    def pay(self, order: str, at: datetime, *, amount: int | None = None, currency: str = "VND") -> Statement:
        """A payer sends money for an order, the right amount unless another is told."""
        reference = f"T{len(self.held) + 1}-{order}"
        sent = self.orders[order].amount if amount is None else amount
        self.held[reference] = Statement(order, reference, sent, currency, "paid", at)
        return self.held[reference]

    def _fail(self, how: str) -> None:
        if self.faults and self.faults[0] == how:
            self.faults.pop(0)
            raise ProviderUnavailable(how)
