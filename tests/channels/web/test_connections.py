"""Contracts in the browser: what holds and until when, how two people stop one, what each reader is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from maidinh.channels.web import connections
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture.models import Withdrawal
from maidinh.governance.architecture.queries import current_version
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.benches import fields_in

LIST = "/architecture/connections"


class Desk:
    """An integrator's, an approver's and a visitor's browser."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor]) -> None:
        self.integrator, self.approver = official("connection.withdraw"), official("connection.confirm-withdrawal")
        self.anyone = Client()
        self.asking, self.deciding = Client(), Client()
        sign_in_as(self.asking, self.integrator)
        sign_in_as(self.deciding, self.approver)
        for client in (self.anyone, self.asking, self.deciding):
            client.cookies["django_language"] = "en"
        self.contract = next(each.contract.id for each in current_version().model.relations if each.contract)
        self.texts = {"reason": "Lộ khoá của hệ thống", "legal_ground": "Báo cáo 5/BC"}

    def page(self, client: Client, address: str, status: int = 200) -> str:
        answer = client.get(address)
        assert answer.status_code == status, (address, answer.status_code)
        return answer.content.decode()

    def post(self, client: Client, address: str, status: int = 302, **data: Any) -> str:
        answer = client.post(address, data)
        assert answer.status_code == status, (answer.get("Location"), answer.content.decode()[:500])
        return answer["Location"] if status == 302 else answer.content.decode()

    def asked(self) -> str:
        where = self.post(self.asking, f"{LIST}/withdraw", contract=self.contract, **self.texts)
        return where.partition("?")[0]


@pytest.fixture
def desk(db: None, sign_in_as: Any, official: Callable[..., Actor], at: datetime, monkeypatch: Any) -> Desk:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Desk(sign_in_as, official)


def test_the_list_says_what_holds_and_until_when(desk: Desk) -> None:
    html = desk.page(desk.anyone, LIST)
    for relation in current_version().model.relations:
        if relation.contract:
            assert relation.contract.id in html
            assert relation.contract.valid_to.strftime("%d/%m/%Y") in html
    assert "No contract is withdrawn" in html
    assert "Ask to withdraw it" not in html
    assert f"{LIST}/withdraw?contract={desk.contract}" in desk.page(desk.asking, LIST)
    assert "There is none of these" in desk.page(desk.anyone, f"{LIST}?state=over")


def test_what_ends_soon_is_told_and_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    last = min(each.contract.valid_to for each in current_version().model.relations if each.contract)
    before = datetime.combine(last, datetime.min.time(), tzinfo=timezone.get_default_timezone())
    assert connections.ending_soon(desk.integrator, before) >= 1
    monkeypatch.setattr("django.utils.timezone.now", lambda: before)
    html = desk.page(desk.anyone, f"{LIST}?state=soon")
    assert "0 days left" in html
    assert last.strftime("%d/%m/%Y") in html


def test_a_contract_is_withdrawn_by_two_people_and_stands_again_by_two(desk: Desk) -> None:
    assert desk.contract in desk.page(desk.asking, f"{LIST}/withdraw?contract={desk.contract}")
    page = desk.asked()
    desk.page(desk.anyone, page, 404)
    assert "Waits for your decision" in desk.page(desk.deciding, LIST)
    assert connections.to_confirm(desk.approver, timezone.now()) == 0, "nobody has told the database who reads"
    with acting(agencies=desk.approver.agencies):
        assert connections.to_confirm(desk.approver, timezone.now()) == 1
    html = desk.post(desk.deciding, f"{page}/decide", 422, decision="Đã xem")
    assert fields_in(html)["decision"] == "Đã xem", "nothing typed is lost"
    assert 'href="#confirmed"' in html
    assert "Say why you refuse" in desk.post(desk.deciding, f"{page}/decide", 422, confirmed="no")
    done = desk.post(desk.deciding, f"{page}/decide", confirmed="yes")
    assert "The exchange refuses its calls" in desk.page(desk.deciding, done)
    assert desk.contract not in {each.id for each in current_directory().contracts}
    public = desk.page(desk.anyone, page)
    assert desk.texts["reason"] in public
    assert desk.integrator.name not in public
    assert desk.integrator.name in desk.page(desk.deciding, page)
    assert desk.texts["reason"] in desk.page(desk.anyone, LIST)
    assert desk.anyone.get(f"{page}/proof").json()["content"]["contract"] == desk.contract
    desk.page(desk.asking, f"{page}/end")
    ending = desk.post(desk.asking, f"{page}/end", reason="Đã thay khoá", legal_ground="Báo cáo 6/BC").partition("?")[0]
    desk.post(desk.deciding, f"{ending}/decide", confirmed="yes", decision="Đã kiểm tra")
    assert desk.contract in {each.id for each in current_directory().contracts}
    assert "Withdrawals that have ended (1)" in desk.page(desk.anyone, LIST)
    assert "stands again" in desk.page(desk.anyone, ending)
    desk.page(desk.asking, f"{page}/end", 404)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(desk: Desk) -> None:
    html = desk.post(desk.asking, f"{LIST}/withdraw", 422, contract=desk.contract, reason=" ", legal_ground="Báo cáo")
    assert 'href="#reason"' in html
    assert fields_in(html)["legal_ground"] == "Báo cáo"
    assert fields_in(html)["contract"] == desk.contract
    desk.page(desk.asking, f"{LIST}/withdraw?contract=none", 404)
    desk.asked()
    html = desk.post(desk.asking, f"{LIST}/withdraw", 422, contract=desk.contract, **desk.texts)
    assert "asked for already" in html
    assert fields_in(html)["reason"] == desk.texts["reason"]


def test_who_asked_takes_it_back(desk: Desk) -> None:
    page = desk.asked()
    assert "Take it back" in desk.page(desk.asking, page)
    assert "Take it back" not in desk.page(desk.deciding, page)
    desk.post(desk.asking, f"{page}/take-back")
    desk.post(desk.asking, f"{page}/take-back", 422)
    with acting(agencies=desk.integrator.agencies):
        assert Withdrawal.objects.get().state == "taken-back"
