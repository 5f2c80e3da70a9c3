"""One call through the exchange, in its order: recognise, allow, intend, forward, sign, log, answer.

Layer 6, no Django. Nothing leaves before the log holds it: what cannot be logged is answered with an error, and the
service's data with it stays here. Consumer's and provider's side are both played here, and both sign.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from maidinh.exchange import jws
from maidinh.exchange.assertions import HEADER, Assertion, claims_for
from maidinh.exchange.assertions import KIND as ASSERTION_KIND
from maidinh.exchange.directory.definition import Member
from maidinh.exchange.directory.rules import Allowed, Refused
from maidinh.exchange.evidence import rules as evidence
from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.authentication import Caller, NotAuthenticError, Presented, authenticate
from maidinh.exchange.gateway.bodies import Body
from maidinh.exchange.gateway.directory import DirectoryKeeper, Snapshot
from maidinh.exchange.gateway.forwarding import Answer, Forwarded, Forwarder, url_for
from maidinh.exchange.gateway.protocol import Header, ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.writer import EvidenceWriter, ExchangeRow, IntentRow, LogUnavailableError, ReplayedError
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.translog.rules import SALT_BYTES, leaf_for

REFUSALS = {
    "unknown_service": protocol.UNKNOWN_SERVICE,
    "unknown_consumer": protocol.UNKNOWN_MEMBER,
    "directory_expired": protocol.OUTDATED,
    "directory_not_yet_valid": protocol.OUTDATED,
}


@dataclass
class Call:
    """What is known of a call so far; from it comes its record, however it ends."""

    id: uuid.UUID
    method: str
    raw: str
    headers: Sequence[Header]
    started_at: datetime
    x_road_id: str = ""
    client: str = ""
    service: str = ""
    snapshot: Snapshot | None = None
    caller: Caller | None = None
    authenticated: bool = False
    allowed: Allowed | None = None
    kept: tuple[Header, ...] = ()
    forwarded: str = ""
    request: Body | None = None
    request_hash: str = ""
    intended: bool = False
    answer: Answer | None = None
    answer_headers: tuple[Header, ...] = ()
    response_hash: str = ""

    @property
    def consumer(self) -> Member | None:
        """The member on whose behalf the caller calls, once it is recognised."""
        return self.snapshot.register.member_of(self.client) if self.snapshot and self.authenticated else None

    @property
    def provider(self) -> Member | None:
        """The member that offers the service."""
        return self.snapshot.register.member_of(self.service) if self.snapshot else None


class Mediator:
    """Takes calls through the exchange."""

    def __init__(
        self, settings: GatewaySettings, keeper: DirectoryKeeper, writer: EvidenceWriter, forwarder: Forwarder
    ) -> None:
        self._settings = settings
        self._keeper = keeper
        self._writer = writer
        self._forwarder = forwarder

    def open(self, method: str, raw: str, headers: Sequence[Header]) -> Call:
        """A call that has just come in."""
        call = Call(uuid.uuid4(), method, raw, headers, self._settings.clock())
        call.x_road_id = f"{self._settings.instance}-{uuid.uuid4()}"
        return call

    def admit(self, call: Call) -> None:
        """Read, recognise and allow the call, or raise; its body has not been read yet."""
        target = protocol.read_target(call.raw)
        call.service, call.forwarded = target.service, target.forwarded
        protocol.check_method(call.method)
        call.snapshot = self._keeper.snapshot
        headers = protocol.read_headers(call.headers)
        call.client = headers.client
        own_id: tuple[Header, ...] = ()
        if headers.x_road_id is None:
            own_id = ((b"x-road-id", call.x_road_id.encode()),)
        else:
            call.x_road_id = headers.x_road_id
        call.kept = (*headers.kept, (b"x-road-request-id", str(call.id).encode()), *own_id)
        if call.snapshot is None:
            raise ProtocolError(protocol.OUTDATED, "no_directory", "no published directory is in force here")
        presented = Presented(call.client, call.method, call.raw, call.started_at)
        try:
            call.caller = authenticate(
                call.headers, presented, call.snapshot, self._settings.instance, self._settings.window
            )
        except NotAuthenticError as error:
            kind = REFUSALS.get(error.reason, protocol.NOT_AUTHENTIC)
            raise ProtocolError(kind, error.reason, "the calling system was not recognised") from error
        call.authenticated = True
        decision = call.snapshot.register.decide(call.client, call.service, call.method, target.path, call.started_at)
        if isinstance(decision, Refused):
            kind = REFUSALS.get(decision.reason, protocol.ACCESS_DENIED)
            raise ProtocolError(kind, decision.reason, "the published architecture does not allow this call")
        call.allowed = decision

    async def carry(self, call: Call, body: Body) -> None:
        """Take an admitted call with its body to the service and back, and put both into the log."""
        call.request = body
        message = protocol.request_message(call.method, call.raw, call.kept)
        call.request_hash = protocol.message_hash(message, body.sha512)
        if call.caller is None or body.sha256 != call.caller.body_sha256:
            call.authenticated = False
            raise ProtocolError(protocol.NOT_AUTHENTIC, "wrong_body", "the body is not the one that was signed")
        await self._intend(call, call.caller)
        call.answer = await self._forward(call, body)
        call.answer_headers = protocol.response_headers(
            call.answer.headers,
            x_road_id=call.x_road_id,
            client=call.client,
            service=call.service,
            request_id=str(call.id),
            request_hash=call.request_hash,
        )
        response = protocol.response_message(call.answer.status, call.answer.reason, call.answer_headers)
        call.response_hash = protocol.message_hash(response, call.answer.body.sha512)
        await self._conclude(call, "allowed", "", signed=True)

    async def fail(self, call: Call, error: ProtocolError) -> None:
        """Put into the log that the call ended in an error, with the members' signatures where it had gone that far."""
        if not call.service or error.type == protocol.LOGGING_FAILED:
            return
        outcome = "failed" if call.intended else "refused"
        if call.intended and error.type != protocol.SIGNING_FAILED:
            try:
                return await self._conclude(call, outcome, error.reason, signed=True)
            except ProtocolError as second:
                if second.type != protocol.SIGNING_FAILED:
                    raise
        await self._conclude(call, outcome, error.reason, signed=False)

    async def _conclude(self, call: Call, outcome: str, reason: str, *, signed: bool) -> None:
        finished_at = self._settings.clock()
        record = self._record(call, outcome, reason, finished_at)
        text = jws.canonical_json(record)
        signatures = await self._signatures(call, text) if signed else []
        salt = secrets.token_bytes(SALT_BYTES)
        leaf = None
        if call.authenticated and call.provider:
            # Whoever is not recognised can fill our table for a while, but never the public log.
            leaf = leaf_for(
                kind=evidence.LOG_KIND,
                agency=call.provider.agency,
                role=evidence.LOG_ROLE,
                content=evidence.log_content(record, signatures),
                salt=salt,
                at=finished_at,
            )
        await self._log(
            ExchangeRow(
                id=call.id,
                x_road_id=call.x_road_id,
                client=call.client,
                authenticated=call.authenticated,
                service=call.service,
                method=call.method[:16],
                path=call.allowed.path if call.allowed else "",
                outcome=outcome,
                reason=reason,
                contract=call.allowed.contract.id if call.allowed else "",
                serial=call.snapshot.serial if call.snapshot else 0,
                status=call.answer.status if call.answer else None,
                request_hash=call.request_hash,
                response_hash=call.response_hash,
                request_size=call.request.size if call.request else 0,
                response_size=call.answer.body.size if call.answer else 0,
                started_at=call.started_at,
                finished_at=finished_at,
                consumer_agency=call.consumer.agency if call.consumer else "",
                provider_agency=call.provider.agency if call.provider else "",
                record=text.decode(),
                signatures=Jsonb(signatures),
                salt=salt,
                leaf=leaf,
            )
        )

    async def _intend(self, call: Call, caller: Caller) -> None:
        assert call.allowed and call.snapshot and call.consumer and call.provider  # admitted calls have all four
        try:
            await self._log(
                IntentRow(
                    id=call.id,
                    client=call.client,
                    jti=caller.jti,
                    x_road_id=call.x_road_id,
                    service=call.service,
                    contract=call.allowed.contract.id,
                    serial=call.snapshot.serial,
                    request_hash=call.request_hash,
                    consumer_agency=call.consumer.agency,
                    provider_agency=call.provider.agency,
                    received_at=call.started_at,
                )
            )
        except ReplayedError as error:
            # The caller once signed this call, but whoever sends it now has shown nothing.
            call.authenticated = False
            raise ProtocolError(protocol.NOT_AUTHENTIC, "replayed", "this token was used before") from error
        call.intended = True

    async def _forward(self, call: Call, body: Body) -> Answer:
        assert call.allowed and call.provider
        url = url_for(call.allowed.service, call.forwarded)
        claims = claims_for(
            Assertion(call.client, call.service, call.allowed.contract.id, str(call.id), call.x_road_id),
            issuer=call.provider.key_id,
            method=call.method,
            target=url.raw_path_qs,
            body_sha256=body.sha256,
            at=self._settings.clock(),
        )
        signed = jws.signing_input(jws.header(call.provider.key_id, ASSERTION_KIND), jws.canonical_json(claims))
        assertion = jws.compact(signed, await self._sign(call.provider.key_id, signed))
        headers = (
            *call.kept,
            (b"x-road-service", protocol.encode_identifier(call.service).encode()),
            (HEADER.encode(), assertion.encode()),
        )
        return await self._forwarder.forward(Forwarded(call.method, url, headers, body), call.allowed.service)

    async def _signatures(self, call: Call, record: bytes) -> list[dict[str, str]]:
        members = dict.fromkeys(each.key_id for each in (call.consumer, call.provider) if each)
        return [evidence.signature_entry(kid, await self._sign(kid, evidence.to_sign(record, kid))) for kid in members]

    async def _sign(self, key: str, message: bytes) -> bytes:
        try:
            return await self._settings.signer.sign(key, message)
        except (SignerError, OSError) as error:
            raise ProtocolError(
                protocol.SIGNING_FAILED, "signing_failed", "the evidence could not be signed"
            ) from error

    async def _log(self, row: IntentRow | ExchangeRow) -> None:
        try:
            await self._writer.write(row)
        except LogUnavailableError as error:
            raise ProtocolError(
                protocol.LOGGING_FAILED, "log_unavailable", "the exchange could not be logged"
            ) from error

    def _record(self, call: Call, outcome: str, reason: str, finished_at: datetime) -> dict[str, object]:
        consumer, provider, answer = call.consumer, call.provider, call.answer
        return evidence.record_for(
            ids={"x_road_id": call.x_road_id, "request_id": str(call.id)},
            parties=evidence.Parties(
                client=call.client,
                service=call.service,
                consumer=consumer.code if consumer else "",
                provider=provider.code if provider else "",
                contract=call.allowed.contract.id if call.allowed else "",
                serial=call.snapshot.serial if call.snapshot else 0,
                directory_hash=call.snapshot.hash if call.snapshot else "",
            ),
            method=call.method[:16],
            path=call.allowed.path if call.allowed else "",
            call={"kid": call.caller.kid, "token_sha256": call.caller.token_sha256} if call.caller else {},
            request=_message(call.request_hash, call.request),
            response=_message(call.response_hash, answer.body) if answer else None,
            status=answer.status if answer else None,
            outcome=outcome,
            reason=reason,
            started_at=call.started_at,
            finished_at=finished_at,
        )


def _message(hash: str, body: Body | None) -> evidence.Message | None:
    return None if body is None else evidence.Message(hash, evidence.digest(body.sha256), body.size)
