"""A stand-in for a payment gateway: it takes no money, says so on its page, and can be had to misbehave.

Layer 4, adapter. Speaks what gateway.py speaks, for the demonstration and the tests. Its books are one JSON file, so
that a day can still be compared after a restart. Never for real fees.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from maidinh.services.fees.adapters.gateway import NOTICE
from maidinh.services.fees.adapters.signatures import HEADER, fault_of, signed

HERE = Path(__file__).parent
HANOI = timezone(timedelta(hours=7))  # the day that is compared is the office's
TEMPLATES = Environment(loader=FileSystemLoader(HERE), autoescape=True)
NOTICE_TRIES = 5
TOO_LITTLE = 1000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class StandIn:
    """The gateway's books: orders, transactions by reference, refunds by number."""

    address: str
    secret: bytes
    kept: Path
    now: Callable[[], datetime]
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.kept.exists():
            for name, rows in json.loads(self.kept.read_text("utf-8")).items():
                setattr(self, name, rows)

    async def health(self, request: web.Request) -> web.Response:
        """That it runs."""
        return web.json_response({"status": "ok"})

    async def begin(self, request: web.Request) -> web.Response:
        """An order; asked for again, it is the same one."""
        asked = await request.json()
        if type(asked.get("amount")) is not int or asked["amount"] <= 0 or asked.get("currency") != "VND":
            return web.json_response({"error": "amount"}, status=422)
        if self.orders.setdefault(asked["order"], asked) != asked:
            return web.json_response({"error": "another order has this number"}, status=409)
        self._keep()
        return web.json_response({"address": f"{self.address}/pay/{asked['order']}"})

    async def told(self, request: web.Request) -> web.Response:
        """All transactions of an order."""
        found = [each for each in self.transactions.values() if each["order"] == request.match_info["order"]]
        return web.json_response({"transactions": found})

    async def refund(self, request: web.Request) -> web.Response:
        """Money back, once for a number."""
        asked = await request.json()
        row = self.transactions.get(asked.get("reference", ""))
        if row is None or row["amount"] != asked.get("amount"):
            return web.json_response({"error": "no such transaction"}, status=404)
        if self.refunds.setdefault(asked["number"], asked) != asked:
            return web.json_response({"error": "another refund has this number"}, status=409)
        row["state"] = "refunded"
        self._keep()
        return web.json_response({"state": "refunded"})

    async def day(self, request: web.Request) -> web.Response:
        """The transactions of a day."""
        wanted = request.match_info["day"]
        found = [
            each
            for each in self.transactions.values()
            if datetime.fromisoformat(each["at"]).astimezone(HANOI).date().isoformat() == wanted
        ]
        return web.json_response({"transactions": found})

    async def pay(self, request: web.Request) -> web.Response:
        """The page on which a payer chooses what happens (GET), and what happens (POST)."""
        asked = self.orders.get(request.match_info["order"])
        if asked is None:
            return web.Response(status=404, text="unknown order")
        back = urlsplit(asked["back"])
        if request.method == "POST":
            self._happens(asked, str((await request.post()).get("how", "")))
            return web.Response(status=303, headers={"Location": asked["back"], "Cache-Control": "no-store"})
        start = urlsplit(self.address).path
        text = TEMPLATES.get_template("stand_in.html").render(
            title=asked["title"],
            amount=f"{asked['amount']:,}".replace(",", "."),
            currency=asked["currency"],
            order=asked["order"],
            action=f"{start}/pay/{asked['order']}",
            style=f"{start}/style.css",
        )
        policy = (
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {back.scheme}://{back.netloc}"
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def style(self, request: web.Request) -> web.FileResponse:
        """The page's style sheet."""
        return web.FileResponse(HERE / "stand_in.css")

    def signed_only(self, handler: Handler) -> Handler:
        """The handler for calls that the shop signed; others are refused."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            what = f"{request.method} {request.path.removeprefix(urlsplit(self.address).path)}"
            fault = fault_of(self.secret, what, await request.read(), request.headers.get(HEADER, ""), self.now())
            return web.json_response({"error": fault}, status=401) if fault else await handler(request)

        return guarded

    def _happens(self, asked: dict[str, Any], how: str) -> None:
        amount = asked["amount"] - TOO_LITTLE if how == "short" else asked["amount"]
        for _ in range({"pay": 1, "short": 1, "twice": 2, "fail": 1}.get(how, 0)):
            row = {
                "order": asked["order"],
                "reference": f"SAMPLE-{secrets.token_hex(8)}",
                "amount": amount,
                "currency": asked["currency"],
                "state": "failed" if how == "fail" else "paid",
                "at": self.now().isoformat(),
            }
            self.transactions[row["reference"]] = row
            call = asyncio.get_running_loop().create_task(self._notify(asked["notify"], dict(row)))
            self.calls.add(call)
            call.add_done_callback(self.calls.discard)
        self._keep()

    async def _notify(self, address: str, row: dict[str, Any]) -> None:
        """Tell the shop, again until it answers; a shop that never does finds it when it asks or compares."""
        body = json.dumps({"notice": secrets.token_hex(12), **row}).encode()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for attempt in range(NOTICE_TRIES):
                headers = {HEADER: signed(self.secret, NOTICE, body, self.now()), "Content-Type": "application/json"}
                try:
                    async with session.post(address, data=body, headers=headers) as answer:
                        if answer.status < 300:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(2**attempt)

    def _keep(self) -> None:
        books = {"orders": self.orders, "transactions": self.transactions, "refunds": self.refunds}
        part = self.kept.with_name(f".{self.kept.name}.part")
        part.write_text(json.dumps(books, ensure_ascii=False), "utf-8")
        part.replace(self.kept)


def payment_application(*, address: str, secret: bytes, kept: Path, now: Callable[[], datetime]) -> web.Application:
    """The gateway as an application whose routes begin with the path of its address."""
    gateway, start = StandIn(address, secret, kept, now), urlsplit(address).path
    application = web.Application(client_max_size=64 * 1024)
    application.add_routes(
        [
            web.get(f"{start}/health", gateway.signed_only(gateway.health)),
            web.post(f"{start}/orders", gateway.signed_only(gateway.begin)),
            web.get(f"{start}/orders/{{order}}", gateway.signed_only(gateway.told)),
            web.post(f"{start}/refunds", gateway.signed_only(gateway.refund)),
            web.get(f"{start}/days/{{day}}", gateway.signed_only(gateway.day)),
            web.get(f"{start}/pay/{{order}}", gateway.pay),
            web.post(f"{start}/pay/{{order}}", gateway.pay),
            web.get(f"{start}/style.css", gateway.style),
        ]
    )
    return application
