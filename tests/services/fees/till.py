"""A fee to pay, its applicant, the worker and a hostile provider: what the tests of payments act with."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, connections

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.services.dossiers.models import Dossier
from maidinh.services.fees.actions.charging import AlreadyPaid, charge_fee, mark_paid
from maidinh.services.fees.actions.collecting import collect
from maidinh.services.fees.actions.paying import begin_payment, hear_notice
from maidinh.services.fees.actions.reconciling import reconcile
from maidinh.services.fees.adapters.provider import Notice
from maidinh.services.fees.definition import Statement
from maidinh.services.fees.models import Charge, Payment, PaymentNotice, ReconciliationFinding, Refund
from maidinh.services.procedures.rules import fee_of
from tests.services.fees.hostile import HostileProvider

WITHOUT_END = 10**9
COPY = "INSERT INTO dossiers_dossier SELECT * FROM jsonb_populate_record(NULL::dossiers_dossier, %s)"


class Killed(BaseException):
    """The worker ended here, as by a power cut."""


class Roles:
    """One connection for each database role, kept open; the web role is in force unless `role` says otherwise."""

    def __init__(self) -> None:
        self._opened: dict[str, Any] = {}

    @contextmanager
    def role(self, name: str) -> Iterator[None]:
        """Act as a role; what it left uncommitted when it was killed is gone."""
        before = connections["default"]
        if name not in self._opened:
            self._opened[name] = connections.create_connection("default")
            self._opened[name].settings_dict = {**before.settings_dict, **settings.CONNECTIONS.django(name)}
        connections["default"] = self._opened[name]
        try:
            yield
        finally:
            connections["default"] = before

    def close(self) -> None:
        """Close them all."""
        for each in self._opened.values():
            each.close()


class Till:
    """One charge of one dossier; `at` is what every clock says."""

    numbers = itertools.count(1)

    def __init__(self, dossier: Dossier, citizen: Actor, cashier: Actor, roles: Roles, at: datetime) -> None:
        self.dossier, self.citizen, self.cashier, self.roles, self.at = dossier, citizen, cashier, roles, at
        self.provider = HostileProvider()
        number = next(self.numbers)
        with acting(person=citizen.person):
            with connection.cursor() as cursor:
                cursor.execute("SELECT to_jsonb(d)::text FROM dossiers_dossier d WHERE id = %s", [dossier.pk])
                row = json.loads(cursor.fetchone()[0]) | {"id": WITHOUT_END + number, "code": f"till-{number}"}
                cursor.execute(COPY, [json.dumps(row)])
            case = dossier.procedure.procedure.cases[0]
            fee = fee_of(dossier.procedure.procedure, case, {})
            self.charge = charge_fee(dossier_id=row["id"], fee=case.fee, amount=fee.amount, at=at)

    def beside(self) -> Till:
        """Another charge at the same provider."""
        other = Till(self.dossier, self.citizen, self.cashier, self.roles, self.at)
        other.provider = self.provider
        return other

    def begin(self) -> Payment | None:
        """The applicant begins to pay; None where it is paid already."""
        with acting(person=self.citizen.person):
            charge = Charge.objects.get(pk=self.charge.pk)
            try:
                return begin_payment(actor=self.citizen, charge=charge, provider=self.provider.id, at=self.at)
            except AlreadyPaid:
                return None

    def work(self, killed_at: int = WITHOUT_END, rounds: int = 1) -> None:
        """The worker's rounds; it is killed when it looks at its clock so many times."""
        with self.roles.role("worker"):
            try:
                for _ in range(rounds):
                    collect(provider=self.provider, now=self._clock(killed_at))
            except Killed:
                return

    def notice(self, statement: Statement, number: str) -> None:
        """The provider calls us, as the page for its calls writes it down."""
        with acting():
            hear_notice(provider=self.provider.id, notice=Notice(number, statement), at=self.at)

    def pay_at_desk(self, receipt: str = "BL-9") -> None:
        """The cashier takes the money."""
        with acting(agencies=self.cashier.agencies):
            try:
                mark_paid(actor=self.cashier, dossier_id=self.charge.dossier_id, receipt_number=receipt, at=self.at)
            except AlreadyPaid:
                return

    def reconcile(self, days: int = 1) -> None:
        """The comparison of the last days."""
        with self.roles.role("worker"):
            for back in range(days):
                reconcile(provider=self.provider, day=(self.at - timedelta(days=back)).date(), at=self.at)

    def settle(self, days: int = 1) -> None:
        """All is well again: the worker works until nothing is left to do."""
        self.provider.faults.clear()
        for _ in range(3):
            self.at += timedelta(hours=1)
            self.work(rounds=2)
        self.reconcile(days)
        self.at += timedelta(hours=1)
        self.work(rounds=2)

    def payments(self) -> list[Payment]:
        """The charge's payments, the oldest first."""
        return self._as_worker(lambda: list(Payment.objects.filter(charge=self.charge).order_by("id")))

    def refunds(self) -> list[Refund]:
        """The refunds of the charge's payments."""
        return self._as_worker(lambda: list(Refund.objects.filter(payment__charge=self.charge)))

    def findings(self) -> list[ReconciliationFinding]:
        """What the cashier is told of this till's orders and references."""
        orders = [payment.order for payment in self.payments()] + [each.order for each in self.provider.held.values()]
        return self._as_worker(lambda: list(ReconciliationFinding.objects.filter(order__in=orders)))

    def charged(self) -> Charge:
        """The charge as it is now."""
        return self._as_worker(lambda: Charge.objects.get(pk=self.charge.pk))

    def told(self, name: str) -> int:
        """How often something was told of this charge."""
        found = Event.objects.filter(name=name, payload__charge=self.charge.pk)
        return self._as_worker(lambda: found.using("default").count())

    def notices_waiting(self) -> int:
        """The provider's calls that nobody has taken."""
        return self._as_worker(lambda: PaymentNotice.objects.filter(handled_at__isnull=True).count())

    def _clock(self, killed_at: int) -> Callable[[], datetime]:
        looks = itertools.count(1)

        def now() -> datetime:
            if next(looks) >= killed_at:
                raise Killed
            return self.at

        return now

    def _as_worker(self, read: Callable[[], Any]) -> Any:
        with self.roles.role("worker"):
            return read()


def another_day(statement: Statement, days: int) -> Statement:
    """The same, days earlier."""
    return replace(statement, at=statement.at - timedelta(days=days))
