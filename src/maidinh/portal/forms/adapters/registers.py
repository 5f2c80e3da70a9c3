"""What registers hold about an applicant, asked through the exchange with the applicant's own number.

Layer 3, adapter. The published directory says which services there are and which of this platform's systems may call
them; where it says no, the exchange refuses, and the applicant is told that nothing of theirs is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable, quoted
from maidinh.exchange.directory.definition import Contract, Directory
from maidinh.portal.forms.rules import Call

SUBSYSTEM = "one-stop"  # what this platform is called on the exchange, in every province
NOT_FOUND = 404


class RegisterUnavailable(Exception):
    """A register didn't answer; `service` is its code."""

    def __init__(self, service: str, reason: str) -> None:
        self.service = service
        super().__init__(f"{service}: {reason}")


class PersonUnknown(Exception):
    """A register holds nothing about this person; `service` is its code."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(service)


class Signer(Protocol):
    """Whoever signs the calls."""

    def sign(self, key: str, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class Registers:
    """The registers, as the contract of one of our systems lets us reach them."""

    gateway_url: str
    signer: Signer
    directory: Directory
    timeout_seconds: float

    def answers(self, calls: Iterable[Call], *, user: str, issue: str, at: datetime) -> Mapping[Call, Any]:
        """What each call is answered, each made once. Raises RegisterUnavailable or PersonUnknown."""
        return {call: self._answer(call, user=user, issue=issue, at=at) for call in sorted(set(calls))}

    def _answer(self, call: Call, *, user: str, issue: str, at: datetime) -> Any:
        service, path = call
        contract = contract_for(self.directory, service, at)
        if contract is None:
            raise RegisterUnavailable(service, "no contract in force")
        key_id = self.directory.signing_key(contract.consumer, at)
        client = ExchangeClient(
            self.gateway_url, contract.consumer, self.signer, key_id, timeout_seconds=self.timeout_seconds
        )
        try:
            answer = client.call(contract.provider_service, at=at, path=quoted_path(path), user=user, issue=issue)
            if answer.status == NOT_FOUND:
                raise PersonUnknown(service)
            if not 200 <= answer.status < 300:
                raise RegisterUnavailable(service, f"status {answer.status}")
            return answer.json()
        except (ExchangeRefused, ExchangeUnavailable, ValueError) as error:
            raise RegisterUnavailable(service, str(error)) from error


def contract_for(directory: Directory, service: str, at: datetime) -> Contract | None:
    """The contract in force under which this platform may call a service; None when the architecture declares none."""
    for contract in directory.contracts:
        ours = contract.consumer.rpartition("/")[2] == SUBSYSTEM
        wanted = contract.provider_service.rpartition("/")[2] == service
        in_force = contract.valid_from <= at and (contract.valid_to is None or at < contract.valid_to)
        if ours and wanted and in_force:
            return contract
    return None


def quoted_path(path: str) -> str:
    """The path with each step percent-encoded, so that a step can't become two."""
    return "/".join(quoted(step) for step in path.split("/"))
