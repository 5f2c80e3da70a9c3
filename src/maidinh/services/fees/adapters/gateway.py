"""A payment gateway over HTTP: JSON, every call signed by the secret that both sides hold.

Layer 4, adapter. No answer, a broken answer and a server's fault all mean that nobody knows: the call is made again
under the same number. docs/reference/payments.md has the protocol; stand_in.py is the gateway of a sample.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from maidinh.services.fees.adapters.provider import ForgedNotice, Notice, ProviderRefused, ProviderUnavailable
from maidinh.services.fees.adapters.signatures import HEADER, fault_of, signed
from maidinh.services.fees.definition import Asked, Statement

NOTICE = "notice"  # what a call to us is signed for
STATES = ("pending", "paid", "failed", "refunded")
LONGEST = 80
YEARS = range(2000, 9000)  # beyond, a moment has no local day, or none that the database gives back


class PaymentGateway:
    """One gateway, seen as one of its shops; `back` and `notify` are our addresses it sends payers and notices to."""

    def __init__(
        self, address: str, secret: bytes, *, back: str, notify: str, id: str = "gateway", timeout_seconds: float = 10
    ) -> None:
        self.id = id
        self.address, self.back, self.notify = address.rstrip("/"), back, notify
        self._secret, self._timeout = secret, timeout_seconds

    def check(self) -> str | None:
        """What is wrong with the way to the gateway; None when it answers."""
        try:
            self._call("GET", "/health")
        except (ProviderUnavailable, ProviderRefused) as error:
            return str(error)
        return None

    def begin(self, asked: Asked) -> str:
        """Where the payer is sent."""
        answer = self._call("POST", "/orders", {
            "order": asked.order, "amount": asked.amount, "currency": asked.currency, "title": asked.title,
            "back": f"{self.back}?order={quote(asked.order)}", "notify": self.notify,
        })  # fmt: skip
        address = answer.get("address")
        if not isinstance(address, str) or urlsplit(address).scheme not in ("http", "https"):
            raise ProviderUnavailable("the gateway gave no address to pay at")
        return address

    def transactions(self, order: str) -> list[Statement]:
        """All that happened under one of our orders."""
        return _statements(self._call("GET", f"/orders/{quote(order, safe='')}"))

    def refund(self, number: str, reference: str, amount: int) -> bool:
        """Give a transaction's money back; whether it is back already."""
        answer = self._call("POST", "/refunds", {"number": number, "reference": reference, "amount": amount})
        return answer.get("state") == "refunded"

    def day(self, day: date) -> list[Statement]:
        """Every transaction of a day."""
        return _statements(self._call("GET", f"/days/{day.isoformat()}"))

    def read_notice(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        """What a call to us says, once its signature holds."""
        fault = fault_of(self._secret, NOTICE, body, headers.get(HEADER, ""), at)
        if fault:
            raise ForgedNotice(fault)
        try:
            found = json.loads(body)
            return Notice(_text(found["notice"]), statement_from(found))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ForgedNotice("unreadable") from error

    def _call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = b"" if content is None else json.dumps(content).encode()
        headers = {
            HEADER: signed(self._secret, f"{method} {path}", body, datetime.now(UTC)),
            "Content-Type": "application/json",
        }
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.request(
                    method,
                    self.address + path,
                    data=body,
                    headers=headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                )
            if answer.status_code in (400, 404, 409, 422):
                raise ProviderRefused(f"status {answer.status_code}")
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise ProviderUnavailable(f"no answer at {self.address}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise ProviderUnavailable(f"no JSON object at {self.address}")
        return found


def statement_from(found: Mapping[str, Any]) -> Statement:
    """A statement from its JSON. Raises ValueError, KeyError, TypeError for anything else."""
    amount, state = found["amount"], found["state"]
    at = datetime.fromisoformat(found["at"])
    counted = type(amount) is int and abs(amount) < 2**62
    if not counted or state not in STATES or at.tzinfo is None or at.year not in YEARS:
        raise ValueError("no statement of a transaction")
    order, reference = _text(found["order"]), _text(found["reference"])
    return Statement(order, reference, amount, _text(found["currency"])[:10], state, at)


def statement_as_json(statement: Statement) -> dict[str, Any]:
    """A statement as JSON."""
    return {**vars(statement), "at": statement.at.isoformat()}


def _statements(answer: Mapping[str, Any]) -> list[Statement]:
    try:
        return [statement_from(each) for each in answer["transactions"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderUnavailable("the gateway's list can't be read") from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST or not value.isprintable():
        raise ValueError("a text of one line is needed")
    return value
