"""Paying a fee online as its applicant sees it, and the gateway's call; what the cashier and the leader do."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pypdf
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.models import Dossier, Status
from maidinh.services.dossiers.queries import open_task_of
from maidinh.services.fees.actions.collecting import collect
from maidinh.services.fees.adapters.gateway import NOTICE
from maidinh.services.fees.adapters.signatures import HEADER, signed
from maidinh.services.fees.models import Payment, Refund
from tests.services.fees.hostile import HostileProvider
from tests.services.fees.till import Roles
from tests.services.results.stages import submitted

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("payments")]


class Pages:
    """Browsers of those who take part, and the worker."""

    def __init__(self, dossier: Dossier, sign_in_as: Any, actors: dict[str, Any], roles: Roles) -> None:
        self.dossier, self.actors, self.roles, self.provider = dossier, actors, roles, HostileProvider("sample")
        self.browsers = {who: Client(headers={"accept-language": "en"}) for who in actors}
        for who, actor in actors.items():
            sign_in_as(self.browsers[who], actor)
        self.address = f"/dossiers/{dossier.code}/payment"

    def shown(self) -> str:
        return str(self.browsers["citizen"].get(self.address).content.decode())

    def work(self) -> None:
        with self.roles.role("worker"):
            collect(provider=self.provider, now=timezone.now)
            deliver_events(at=timezone.now())

    def payment(self) -> Payment:
        with acting(person=self.actors["citizen"].person):
            return Payment.objects.latest("id")

    def decided(self, outcome: str, reason: str = "") -> None:
        actor = self.actors["cashier"]
        with acting(agencies=actor.agencies):
            task = open_task_of(self.dossier)
            complete_task(actor=actor, task_id=task.pk, outcome=outcome, reason=reason, at=timezone.now())

    def status(self) -> int:
        with acting(person=self.actors["citizen"].person):
            return int(Dossier.objects.get(pk=self.dossier.pk).status)

    def told(self, **changed: Any) -> Any:
        """The gateway's call to us, signed."""
        order = self.payment().order
        money = self.provider.held.get("x") or self.provider.pay(order, timezone.now())
        content = {"notice": f"n-{order}", **vars(money), "at": money.at.isoformat()} | changed
        body = json.dumps(content).encode()
        header = signed(settings.PAYMENTS._secret, NOTICE, body, timezone.now())
        return Client().post("/payments/notice", body, "application/json", headers={HEADER: header})


@pytest.fixture
def pages(
    own_database: str, citizen: Any, signer: Any, official: Callable[..., Any], sign_in_as: Any, province: Any
) -> Iterator[Pages]:
    dossier = submitted(citizen, signer, timezone.now(), kind="licence", key="pages")
    actors = {
        "citizen": citizen,
        "cashier": official("fee.record", dossier.receiving),
        "leader": official("fee.refund", dossier.receiving),
    }
    roles = Roles()
    yield Pages(dossier, sign_in_as, actors, roles)
    roles.close()


@pytest.fixture
def db() -> None:
    """These tests commit: the worker must see what the pages write."""


def test_a_fee_is_paid_at_intake_and_the_dossier_goes_on_and_the_fee_goes_back(pages: Pages) -> None:
    citizen, cashier, leader = (pages.browsers[who] for who in ("citizen", "cashier", "leader"))
    assert "Pay the fee online now" in citizen.get(f"/dossiers/{pages.dossier.code}").content.decode()
    page = pages.shown()
    assert "Pay online" in page and "75.000" in page and "Not checked" in page
    assert citizen.post(pages.address).status_code == citizen.post(pages.address).status_code == 302
    assert "This takes a moment" in pages.shown()
    pages.provider.faults = ["outage"]
    pages.work()
    assert "does not answer" in pages.shown()
    with pages.roles.role("worker"):
        Payment.objects.update(next_try_at=None)
    pages.work()
    order = pages.payment().order
    assert f"https://pay.example/{order}" in pages.shown()
    assert citizen.get(f"/payments/return?order={order}").headers["Location"] == pages.address
    assert pages.told(amount=1).status_code == 204, "a signed call is taken, whatever it says"
    pages.work()
    assert "Go to the payment gateway" in pages.shown(), "another amount pays nothing"
    listed = cashier.get("/desk/payments").content.decode()
    assert "Another amount was paid" in listed
    with acting(agencies=pages.actors["cashier"].agencies):
        from maidinh.services.fees.models import ReconciliationFinding

        finding = ReconciliationFinding.objects.get()
    assert cashier.post(f"/desk/payments/{finding.pk}", {"note": " "}).status_code == 422
    assert cashier.post(f"/desk/payments/{finding.pk}", {"note": "Asked the bank"}).status_code == 302
    assert "Everything agrees" in cashier.get("/desk/payments").content.decode()
    assert pages.told(notice="another").status_code == 204
    pages.work()
    assert "The fee is paid" in pages.shown()
    assert pages.status() == Status.NEW
    receipt = citizen.get(f"/dossiers/{pages.dossier.code}/payment.pdf")
    text = pypdf.PdfReader(io.BytesIO(receipt.content)).pages[0].extract_text()
    assert order in text and pages.payment().receipt["leaf"][:16] in text.replace("\n", "")
    pages.decided("accept")
    assert pages.status() == Status.ACCEPTED, "paid at intake: it waits for no fee"
    _back(pages, cashier, leader)


def _back(pages: Pages, cashier: Client, leader: Client) -> None:
    desk = f"/desk/dossiers/{pages.dossier.code}"
    assert cashier.post(f"{desk}/refund", {"refund_reason": "x"}).status_code == 409, "it is being processed"
    citizen, specialist = pages.browsers["citizen"], pages.actors["cashier"]
    citizen.post(f"/dossiers/{pages.dossier.code}/withdraw", {"reason": "A mistake"})
    with acting(agencies=pages.dossier.agencies):
        from maidinh.infrastructure.identity import queries as identity
        from maidinh.services.dossiers.models import Task

        task = Task.objects.get(dossier=pages.dossier, closed_at__isnull=True)
        from maidinh.config.provinces import read_province

        who = next(
            each
            for each in read_province("lao-cai").organisations.officials
            if each.agency == task.agency and task.role in each.roles
        )
        specialist = identity.actor_of_official(identity.official(who.id))
    with acting(agencies=specialist.agencies):
        complete_task(actor=specialist, task_id=task.pk, outcome="withdrawn", at=timezone.now())
    assert cashier.post(f"{desk}/refund", {"refund_reason": ""}).status_code == 422
    assert cashier.post(f"{desk}/refund", {"refund_reason": "Withdrawn"}).status_code == 302
    assert cashier.post(f"{desk}/refund", {"refund_reason": "Withdrawn"}).status_code == 409
    with acting(agencies=pages.actors["leader"].agencies):
        refund = Refund.objects.get()
    assert cashier.post(f"/desk/refunds/{refund.pk}", {"decision": "approve"}).status_code == 403
    assert "Waits for a decision" in leader.get("/desk/refunds").content.decode()
    assert leader.post(f"/desk/refunds/{refund.pk}", {"decision": "approve"}).status_code == 302
    pages.work()
    assert pages.provider.given_back == [refund.reference]
    assert "has been given back" in pages.shown()


def test_a_dossier_that_waited_for_its_fee_goes_on_by_itself(pages: Pages) -> None:
    pages.decided("accept")
    assert pages.status() == Status.PAYMENT
    pages.browsers["citizen"].post(pages.address)
    pages.work()
    pages.told()
    pages.work()
    pages.work()
    assert pages.status() == Status.IN_PROCESS


def test_a_forged_call_and_anothers_order_are_nothing(pages: Pages, at: datetime) -> None:
    assert Client().post("/payments/notice", b"{}", "application/json").status_code == 400
    assert Client().get("/payments/notice").status_code == 405
    assert pages.browsers["citizen"].get("/payments/return?order=MD0").status_code == 404
