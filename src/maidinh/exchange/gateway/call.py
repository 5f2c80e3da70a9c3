"""One call on its way through the gateway, and what is written down of it however it ends.

Layer 6, no Django.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from psycopg.types.json import Jsonb

from maidinh.exchange.directory.definition import Member
from maidinh.exchange.directory.rules import Allowed
from maidinh.exchange.evidence import rules as evidence
from maidinh.exchange.gateway.authentication import Caller
from maidinh.exchange.gateway.bodies import Body
from maidinh.exchange.gateway.checks import Terms
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.protocol import Header
from maidinh.exchange.gateway.soap.envelope import SoapRequest
from maidinh.exchange.gateway.writer import ExchangeRow, IntentRow
from maidinh.exchange.subjects import DIGEST_BYTES
from maidinh.infrastructure.translog.rules import leaf_for

METHOD_LENGTH = 16  # of what a caller who is not of the protocol may put into the record


def signing_keys(at: datetime, *members: Member) -> tuple[str, ...]:
    """The keys with which these members sign at a moment, each once."""
    return tuple(dict.fromkeys(each.signing_key(at) for each in members))


@dataclass(frozen=True)
class Admitted:
    """A call that was recognised and is allowed: whose it is and by what."""

    caller: Caller
    allowed: Allowed
    snapshot: Snapshot
    consumer: Member
    provider: Member
    at: datetime

    @property
    def terms(self) -> Terms:
        """What holds for calls under this contract."""
        return self.snapshot.terms[self.allowed.contract.id]

    @cached_property
    def keys(self) -> tuple[str, str]:
        """The consumer's and the provider's key, as they sign at the call's moment."""
        return self.consumer.signing_key(self.at), self.provider.signing_key(self.at)

    @property
    def signers(self) -> tuple[str, ...]:
        """The keys that sign the evidence, each once."""
        return tuple(dict.fromkeys(self.keys))


@dataclass(frozen=True)
class Question:
    """A call that asks the exchange itself: whose it is, and what finds the answer."""

    caller: Caller
    answer: Callable[[], Awaitable[Answer]]


@dataclass
class Call:
    """What is known of a call so far."""

    id: uuid.UUID
    method: str
    raw: str
    zone: str
    headers: Sequence[Header]
    started_at: datetime
    x_road_id: str
    client: str = ""
    service: str = ""
    forwarded: str = ""
    kept: tuple[Header, ...] = ()
    offered: str = ""
    snapshot: Snapshot | None = None
    caller: Caller | None = None
    authenticated: bool = False
    admitted: Admitted | None = None
    intended: bool = False
    request: Body | None = None
    request_hash: str = ""
    answer: Answer | None = None
    response_hash: str = ""
    protocol: str = "rest"
    represented: str = ""
    request_verdict: str = ""
    response_verdict: str = ""
    cut: int = 0
    subject: bytes | None = None
    soap: SoapRequest | None = None
    warnings: tuple[str, ...] = ()
    people: frozenset[str] = frozenset()  # whom it is about; their numbers last no longer than the call
    forwarded_at: datetime | None = None
    answered_at: datetime | None = None
    certificate: bytes = b""

    @cached_property
    def request_id(self) -> str:
        """The call's id as it is written."""
        return str(self.id)

    @property
    def consumer(self) -> Member | None:
        """The member on whose behalf the caller calls, once it is recognised."""
        return self.snapshot.register.member_of(self.client) if self.snapshot and self.authenticated else None

    @property
    def provider(self) -> Member | None:
        """The member that offers the service."""
        return self.snapshot.register.member_of(self.service) if self.snapshot else None

    @property
    def path(self) -> str:
        """The contract's pattern, or the service's where it was refused; the path itself may hold somebody's number."""
        return self.admitted.allowed.path if self.admitted else self.offered

    @property
    def accept(self) -> str:
        """Which media types the caller names."""
        return ",".join(value.decode("latin-1") for name, value in self.headers if name.lower() == b"accept")

    @property
    def contract(self) -> str:
        """The contract under which the call was allowed."""
        return self.admitted.allowed.contract.id if self.admitted else ""

    @property
    def serial(self) -> int:
        """The directory that decided."""
        return self.snapshot.serial if self.snapshot else 0

    def intent(self, caller: Caller) -> IntentRow:
        """What is committed before the call is forwarded."""
        consumer, provider = self.consumer, self.provider
        return IntentRow(
            id=self.id,
            client=self.client,
            jti=caller.jti,
            x_road_id=self.x_road_id,
            service=self.service,
            contract=self.contract,
            serial=self.serial,
            request_hash=self.request_hash,
            consumer_agency=consumer.agency if consumer else "",
            provider_agency=provider.agency if provider else "",
            received_at=self.started_at,
        )

    def record(self, outcome: str, reason: str, salt: bytes, finished_at: datetime) -> dict[str, Any]:
        """The record that the members sign."""
        consumer, provider, answer = self.consumer, self.provider, self.answer
        if self.admitted is not None:
            kids: tuple[str, ...] = self.admitted.keys
        else:
            kids = tuple(each.signing_key(self.started_at) if each else "" for each in (consumer, provider))
        return evidence.record_for(
            ids={"x_road_id": self.x_road_id, "request_id": self.request_id},
            parties=evidence.Parties(
                client=self.client,
                service=self.service,
                consumer=consumer.code if consumer else "",
                provider=provider.code if provider else "",
                contract=self.contract,
                serial=self.serial,
                directory_hash=self.snapshot.hash if self.snapshot else "",
            ),
            method=self.method[:METHOD_LENGTH],
            path=self.path,
            call=self.caller.shown if self.caller else {},
            request=_message(self.request_hash, self.request),
            response=_message(self.response_hash, answer.body) if answer else None,
            status=answer.status if answer else None,
            outcome=outcome,
            reason=reason,
            checks=evidence.Checks(
                self.protocol, self.zone, self.request_verdict, self.response_verdict, self.cut, self.warnings
            ),
            started_at=self.started_at,
            finished_at=finished_at,
            kept=self._beside().digest(salt),
            custody={
                side: member.custody_of(kid) if member else evidence.CUSTODY
                for side, member, kid in zip(("consumer", "provider"), (consumer, provider), kids, strict=True)
            },
        )

    def _beside(self) -> evidence.Beside:
        consumer, provider, subject = self.consumer, self.provider, self.subject or b""
        return evidence.Beside(
            authenticated=self.authenticated,
            represented=self.represented,
            subjects=[subject[at : at + DIGEST_BYTES] for at in range(0, len(subject), DIGEST_BYTES)],
            consumer_agency=consumer.agency if consumer else "",
            provider_agency=provider.agency if provider else "",
            jti=self.caller.jti if self.caller and self.intended else "",
            forwarded_at=self.forwarded_at,
            answered_at=self.answered_at,
        )

    def leaf(self, text: bytes, signatures: list[dict[str, str]], salt: bytes, finished_at: datetime) -> bytes | None:
        """The leaf for the public log. Whoever is not recognised may fill our table for a while, but never the log."""
        provider = self.provider
        if not self.authenticated or provider is None:
            return None
        return leaf_for(
            kind=evidence.LOG_KIND,
            agency=provider.agency,
            role=evidence.LOG_ROLE,
            content=evidence.log_text(text, signatures),
            salt=salt,
            at=finished_at,
        )

    def row(
        self, record: dict[str, Any], text: bytes, signatures: list[dict[str, str]], salt: bytes, finished_at: datetime
    ) -> ExchangeRow:
        """What is committed before the call is answered."""
        consumer, provider = self.consumer, self.provider
        return ExchangeRow(
            id=self.id,
            x_road_id=self.x_road_id,
            client=self.client,
            authenticated=self.authenticated,
            service=self.service,
            method=self.method[:METHOD_LENGTH],
            path=self.path,
            zone=self.zone,
            protocol=self.protocol,
            represented=self.represented,
            request_verdict=self.request_verdict,
            response_verdict=self.response_verdict,
            cut=self.cut,
            subject=self.subject,
            forwarded_at=self.forwarded_at,
            answered_at=self.answered_at,
            outcome=record["outcome"],
            reason=record["reason"],
            contract=self.contract,
            serial=self.serial,
            status=self.answer.status if self.answer else None,
            request_hash=self.request_hash,
            response_hash=self.response_hash,
            request_size=self.request.size if self.request else 0,
            response_size=self.answer.body.size if self.answer else 0,
            started_at=self.started_at,
            finished_at=finished_at,
            consumer_agency=consumer.agency if consumer else "",
            provider_agency=provider.agency if provider else "",
            record=text.decode(),
            signatures=Jsonb(signatures),
            salt=salt,
            leaf=self.leaf(text, signatures, salt, finished_at),
        )


def _message(digest: str, body: Body | None) -> evidence.Message | None:
    return None if body is None else evidence.Message(digest, evidence.digest(body.sha256), body.size)
