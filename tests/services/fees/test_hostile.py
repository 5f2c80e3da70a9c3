"""Whatever a provider does, a fee is paid once, no money is lost, and the cashier is told of what does not agree."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maidinh.services.fees.definition import Statement
from tests.services.fees.till import Till

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("payments")]


def begun(till: Till) -> str:
    payment = till.begin()
    assert payment is not None
    till.work()
    return str(payment.order)


def states(till: Till) -> list[str]:
    return [payment.state for payment in till.payments()]


def test_each_fault_by_itself(tills: Callable[[], Till]) -> None:
    """One test, for a database of its own costs more than all of these."""
    for fault in (
        paid_by_notice, begun_twice, notice_repeated, notice_lost, timeout_at_begin, wrong_amount, wrong_currency,
        unknown_order, paid_twice, paid_after_it_failed, paid_at_the_desk_too, reordered, killed_after_the_refund,
        missing_at_the_provider, expired_and_paid_late, one_transaction_for_two_orders,
    ):  # fmt: skip
        fault(tills())


def paid_by_notice(till: Till) -> None:
    money = till.provider.pay(begun(till), till.at)
    till.notice(money, "n1")
    till.work()
    (payment,) = till.payments()
    assert (payment.state, payment.reference, payment.entry is not None) == ("paid", money.reference, True)
    assert payment.receipt["content"]["amount"] == payment.amount
    assert till.charged().receipt_number == payment.order
    assert till.told("fee.paid") == 1


def begun_twice(till: Till) -> None:
    assert begun(till) == begun(till)
    assert states(till) == ["pending"]
    assert len(till.provider.orders) == 1


def notice_repeated(till: Till) -> None:
    money = till.provider.pay(begun(till), till.at)
    for number in ("n1", "n1", "n2", "n3"):
        till.notice(money, f"{money.reference}-{number}")
    till.work(rounds=2)
    assert (states(till), till.refunds(), till.findings(), till.told("fee.paid")) == (["paid"], [], [], 1)


def notice_lost(till: Till) -> None:
    till.provider.pay(begun(till), till.at)
    till.at += timedelta(minutes=11)
    till.work()
    assert states(till) == ["paid"]


def timeout_at_begin(till: Till) -> None:
    till.provider.faults = ["outage", "lost"]
    order = begun(till)
    assert states(till) == ["created"]
    till.at += timedelta(minutes=1)
    till.work()
    assert order in till.provider.orders, "lost: the provider has the order, we don't know"
    assert states(till) == ["created"]
    till.provider.pay(order, till.at)
    till.settle()
    assert states(till) == ["paid"]


def wrong_amount(till: Till) -> None:
    money = till.provider.pay(begun(till), till.at, amount=till.charge.amount - 1)
    till.notice(money, money.reference)
    till.settle()
    assert states(till) == ["pending"]
    (finding,) = till.findings()
    assert (finding.kind, finding.told, finding.expected) == ("wrong_amount", money.amount, till.charge.amount)
    assert (till.charged().paid_at, till.refunds()) == (None, [])


def wrong_currency(till: Till) -> None:
    money = till.provider.pay(begun(till), till.at, currency="USD")
    till.notice(money, money.reference)
    till.settle()
    assert (states(till), [each.kind for each in till.findings()]) == (["pending"], ["wrong_currency"])


def unknown_order(till: Till) -> None:
    stray = Statement(f"NOBODYS-{till.charge.pk}", f"stray-{till.charge.pk}", 5, "VND", "paid", till.at)
    till.provider.held[stray.reference] = stray
    till.settle()
    assert [(each.kind, each.agency) for each in till.findings()] == [("unknown_order", "")]


def paid_twice(till: Till) -> None:
    order = begun(till)
    first, second = till.provider.pay(order, till.at), till.provider.pay(order, till.at)
    till.notice(first, first.reference)
    till.notice(second, second.reference)
    till.settle()
    (refund,) = till.refunds()
    assert (refund.reference, refund.state, till.provider.given_back) == (second.reference, "done", [second.reference])
    (finding,) = till.findings()
    assert (finding.kind, finding.note) == ("paid_twice", "refunded")
    assert states(till) == ["paid"]


def paid_after_it_failed(till: Till) -> None:
    order = begun(till)
    till.notice(Statement(order, "t-failed", 0, "VND", "failed", till.at), f"{order}-failed")
    till.work()
    assert states(till) == ["failed"]
    again = begun(till)
    assert again != order
    till.provider.pay(order, till.at)
    till.reconcile()
    assert states(till) == ["paid", "failed"], "the money that came first pays; the new try ends"
    till.provider.pay(again, till.at)
    till.settle()
    assert (states(till), [each.state for each in till.refunds()]) == (["paid", "failed"], ["done"])


def paid_at_the_desk_too(till: Till) -> None:
    order = begun(till)
    till.pay_at_desk()
    till.provider.pay(order, till.at)
    till.settle()
    assert till.charged().receipt_number == "BL-9"
    assert (states(till), [each.state for each in till.refunds()]) == (["failed"], ["done"])


def reordered(till: Till) -> None:
    order = begun(till)
    money = till.provider.pay(order, till.at)
    till.notice(money, money.reference)
    for number, state in (("late-pending", "pending"), ("late-failed", "failed")):
        till.notice(replace(money, state=state), f"{order}-{number}")
    till.work()
    assert (states(till), till.findings()) == (["paid"], [])


def killed_after_the_refund(till: Till) -> None:
    order = begun(till)
    for money in (till.provider.pay(order, till.at), till.provider.pay(order, till.at)):
        till.notice(money, money.reference)
    till.provider.faults = ["lost"]
    till.work()
    assert (till.provider.given_back != [], till.refunds()[0].state) == (True, "approved")
    till.settle()
    assert (len(till.provider.given_back), till.refunds()[0].state) == (1, "done")


def missing_at_the_provider(till: Till) -> None:
    money = till.provider.pay(begun(till), till.at)
    till.notice(money, money.reference)
    till.work()
    till.provider.held.clear()
    till.reconcile()
    till.reconcile()
    (finding,) = till._as_worker(lambda: [*_of_order(money.order)])
    assert (finding.kind, finding.dossier, finding.expected) == ("not_at_provider", "till-14", till.charge.amount)


def expired_and_paid_late(till: Till) -> None:
    order = begun(till)
    till.at += timedelta(hours=25)
    till.work()
    assert states(till) == ["failed"]
    till.provider.pay(order, till.at)
    till.settle()
    assert states(till) == ["paid"]


def one_transaction_for_two_orders(till: Till) -> None:
    """The first is paid, the second isn't, and what comes after them is taken all the same."""
    order = begun(till)
    first = till.provider.pay(order, till.at)
    till.notice(first, f"{order}-1")
    till.work()
    other = till.beside()
    claimed = replace(first, order=begun(other), amount=other.charge.amount)
    other.notice(claimed, f"{order}-2")
    real = other.provider.pay(claimed.order, other.at)
    other.notice(real, f"{order}-3")
    other.work()
    assert (states(till), states(other), other.notices_waiting()) == (["paid"], ["paid"], 0)
    assert other.payments()[0].reference == real.reference
    assert [each.kind for each in other._as_worker(lambda: [*_of_order(claimed.order)])] == ["two_orders"]


def _of_order(order: str) -> Any:
    from maidinh.services.fees.models import ReconciliationFinding

    return ReconciliationFinding.objects.filter(order=order)


# What happens next: what is done, and a number that says to which order or money, or when the worker is killed.
DEEDS = (
    "begin work work killed outage lost pay pay pay short dollars notice notice failed desk desk hours reconcile"
).split()
HAPPENS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 9)), min_size=3, max_size=16)
EXAMPLES = 400 if os.environ.get("HYPOTHESIS_PROFILE") == "search" else 20


def test_no_sequence_of_faults_pays_twice_or_loses_money(tills: Callable[[], Till]) -> None:
    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
    @given(HAPPENS)
    def tried(happens: list[tuple[str, int]]) -> None:
        till = tills()
        start, desk = till.at, False
        till.begin()
        if happens[0][1] % 4:
            till.work()
        for what, number in happens:
            desk = _happen(till, what, number) or desk
            assert states(till).count("paid") <= 1
        days = (till.at - start).days + 3
        till.settle(days=days)
        _check(till, desk)
        before = [(each.pk, each.closed_at) for each in till.findings()]
        till.settle(days=days)
        assert [(each.pk, each.closed_at) for each in till.findings()] == before, "reconciled once, nothing new"

    tried()


def _happen(till: Till, what: str, number: int) -> bool:
    """Do it; whether the cashier was the first to take the fee."""
    provider = till.provider
    orders, held = sorted(provider.orders), list(provider.held.values())
    order = orders[number % len(orders)] if orders else None
    if what == "begin":
        till.begin()
    elif what in ("work", "killed"):
        till.work(killed_at=number + 1 if what == "killed" else 10**9)
    elif what in ("outage", "lost"):
        provider.faults.append(what)
    elif what in ("pay", "short", "dollars") and order:
        amount = till.charge.amount - number - 1 if what == "short" else None
        provider.pay(order, till.at, amount=amount, currency="USD" if what == "dollars" else "VND")
    elif what == "notice" and held:
        money = held[number % len(held)]
        till.notice(money, f"{money.reference}-{number // 5}-{money.state}")
    elif what == "failed" and order:
        till.notice(
            Statement(order, f"none-{order}", till.charge.amount, "VND", "failed", till.at), f"{order}-{number}"
        )
    elif what == "hours":
        till.at += timedelta(hours=number)
    elif what == "reconcile" and not provider.faults:
        till.reconcile(days=2)
    elif what == "desk":
        first = till.charged().paid_at is None
        till.pay_at_desk()
        return first
    return False


def _check(till: Till, desk: bool) -> None:
    held = list(till.provider.held.values())
    right = [each for each in held if (each.amount, each.currency) == (till.charge.amount, "VND")]
    kept = [each for each in right if each.state == "paid"]
    found = {(each.kind, each.reference) for each in till.findings()}
    charged, payments = till.charged(), till.payments()
    assert len(kept) == (1 if right and not desk else 0)
    assert (charged.paid_at is not None) == (desk or bool(right))
    assert [each.reference for each in payments if each.state == "paid"] == [each.reference for each in kept]
    assert till.told("fee.paid") == (charged.paid_at is not None)
    assert sorted(till.provider.given_back) == sorted({each.reference for each in right} - {m.reference for m in kept})
    assert all(each.state == "done" for each in till.refunds())
    for each in held:
        if each not in right:
            kind = "wrong_amount" if each.currency == "VND" else "wrong_currency"
            assert (kind, each.reference) in found
            assert each.state == "paid", "wrong money is the cashier's to decide on"
    assert not {kind for kind, _ in found} & {"not_at_provider", "unknown_order", "refund_unasked"}
    assert till.notices_waiting() == 0
