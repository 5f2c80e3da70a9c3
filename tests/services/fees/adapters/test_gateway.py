"""Our side of a payment gateway against the stand-in, over HTTP; and signatures that do not hold."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from aiohttp import web

from maidinh.config.processes import free_ports
from maidinh.services.fees.adapters.gateway import NOTICE, PaymentGateway
from maidinh.services.fees.adapters.provider import ForgedNotice, ProviderRefused, ProviderUnavailable
from maidinh.services.fees.adapters.signatures import HEADER, signed
from maidinh.services.fees.adapters.stand_in import payment_application
from maidinh.services.fees.definition import Asked

SECRET = b"shared"
HANOI = timezone(timedelta(hours=7))


class Served:
    """The stand-in on a port of its own, and the shop that it calls."""

    def __init__(self, kept: Path) -> None:
        (self.port,) = free_ports(1)
        self.kept, self.heard = kept, []
        self.address = f"http://127.0.0.1:{self.port}/payments"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def gateway(self, secret: bytes = SECRET) -> PaymentGateway:
        """Our side."""
        return PaymentGateway(
            self.address, secret, back="http://127.0.0.1/return", notify=f"{self.address}/shop", timeout_seconds=5
        )

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.run_forever()

    async def _serve(self) -> None:
        application = payment_application(
            address=self.address, secret=SECRET, kept=self.kept, now=lambda: datetime.now(UTC)
        )

        async def shop(request: web.Request) -> web.Response:
            self.heard.append((dict(request.headers), await request.read()))
            return web.Response(status=204)

        application.router.add_post("/payments/shop", shop)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        self._ready.set()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    stand_in = Served(tmp_path / "books.json")
    stand_in.start()
    yield stand_in
    stand_in.stop()


def pay(address: str, how: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(address, data={"how": how}, allow_redirects=False, timeout=5)


def test_a_payment_its_notice_its_day_and_its_refund(served: Served) -> None:
    gateway, asked = served.gateway(), Asked("MD1", 75_000, "VND", "Lệ phí")
    assert gateway.check() is None
    address = gateway.begin(asked)
    assert gateway.begin(asked) == address
    assert gateway.transactions("MD1") == []
    assert pay(address, "pay").headers["Location"] == "http://127.0.0.1/return?order=MD1"
    (money,) = gateway.transactions("MD1")
    assert (money.amount, money.state) == (75_000, "paid")
    for _ in range(100):
        if served.heard:
            break
        threading.Event().wait(0.02)
    headers, body = served.heard[0]
    assert gateway.read_notice(headers, body, datetime.now(UTC)).statement == money
    assert gateway.day(datetime.now(HANOI).date()) == [money]
    assert gateway.refund("RF1", money.reference, 75_000)
    assert gateway.refund("RF1", money.reference, 75_000), "again under the same number changes nothing"
    assert gateway.transactions("MD1")[0].state == "refunded"
    with pytest.raises(ProviderRefused):
        gateway.refund("RF2", "SAMPLE-nobody", 5)
    assert "SAMPLE" in json.dumps(json.loads(served.kept.read_text()))


def test_what_a_payer_can_have_the_stand_in_do(served: Served) -> None:
    gateway = served.gateway()
    for order, how, found in (
        ("A", "twice", [(9000, "paid"), (9000, "paid")]),
        ("B", "short", [(8000, "paid")]),
        ("C", "fail", [(9000, "failed")]),
        ("D", "anything", []),
    ):
        pay(gateway.begin(Asked(order, 9000, "VND", "x")), how)
        assert [(each.amount, each.state) for each in gateway.transactions(order)] == found


def test_calls_with_another_secret_are_refused_and_no_answer_is_no_word(served: Served) -> None:
    stranger = served.gateway(b"another")
    with pytest.raises(ProviderUnavailable):
        stranger.begin(Asked("MD1", 1, "VND", "x"))
    assert "no answer" in str(stranger.check())
    with pytest.raises(ProviderRefused):
        served.gateway().begin(Asked("MD1", 1, "USD", "x"))
    (port,) = free_ports(1)
    nobody = PaymentGateway(f"http://127.0.0.1:{port}", SECRET, back="", notify="", timeout_seconds=1)
    with pytest.raises(ProviderUnavailable):
        nobody.transactions("MD1")


GOOD = {"notice": "n", "order": "o", "reference": "r", "amount": 5, "currency": "VND", "state": "paid",
        "at": "2026-11-18T02:30:00+00:00"}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "secret", "what", "minutes", "reason"),
    [
        (GOOD, SECRET, NOTICE, 0, ""),
        (GOOD, SECRET, NOTICE, 6, "late"),
        (GOOD, SECRET, NOTICE, -6, "late"),
        (GOOD, b"another", NOTICE, 0, "forged"),
        (GOOD, SECRET, "POST /orders", 0, "forged"),
        (GOOD | {"amount": "5"}, SECRET, NOTICE, 0, "unreadable"),
        (GOOD | {"amount": True}, SECRET, NOTICE, 0, "unreadable"),
        (GOOD | {"amount": 5.0}, SECRET, NOTICE, 0, "unreadable"),
        (GOOD | {"at": "2026-11-18T02:30:00"}, SECRET, NOTICE, 0, "unreadable"),
        (GOOD | {"state": "gone"}, SECRET, NOTICE, 0, "unreadable"),
        ([], SECRET, NOTICE, 0, "unreadable"),
    ],
)
def test_a_notice_is_believed_when_its_signature_holds(
    body: Any, secret: bytes, what: str, minutes: int, reason: str, at: datetime
) -> None:
    gateway, text = PaymentGateway("http://127.0.0.1:1", SECRET, back="", notify=""), json.dumps(body).encode()
    headers = {HEADER: signed(secret, what, text, at)}
    if not reason:
        assert gateway.read_notice(headers, text, at).number == "n"
        with pytest.raises(ForgedNotice, match="forged"):
            gateway.read_notice(headers, text + b" ", at)
        with pytest.raises(ForgedNotice, match="missing"):
            gateway.read_notice({}, text, at)
        return
    with pytest.raises(ForgedNotice, match=reason):
        gateway.read_notice(headers, text, at + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "changed",
    [
        {"at": "9999-12-31T23:59:59+00:00"},
        {"at": "0001-01-01T00:00:00+00:00"},
        {"order": "MD\x00"},
        {"reference": "\ud800"},
        {"currency": "VN\n"},
        {"amount": 10**30},
        {"amount": True},
    ],
)
def test_what_the_database_could_not_keep_is_refused_at_the_door(changed: dict[str, Any]) -> None:
    sound = {"notice": "1", "order": "MD1", "reference": "T1", "amount": 5, "currency": "VND", "state": "paid",
             "at": "2026-11-18T09:00:00+07:00"}  # fmt: skip
    gateway, now = PaymentGateway("http://127.0.0.1:9", SECRET, back="x", notify="y"), datetime.now(UTC)

    def heard(body: bytes) -> Any:
        return gateway.read_notice({HEADER: signed(SECRET, NOTICE, body, now)}, body, now)

    assert heard(json.dumps(sound).encode()).statement.amount == 5
    for body in (json.dumps(sound | changed).encode(), b"[" * 100_000):
        with pytest.raises(ForgedNotice, match="unreadable"):
            heard(body)
