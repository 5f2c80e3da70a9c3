"""One call through the exchange, in its order: recognise, allow, intend, forward, sign, log, answer.

Layer 6, no Django. Nothing leaves before the log holds it: what cannot be logged is answered with an error, and the
service's data with it stays here. Consumer's and provider's side are both played here, and both sign.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from maidinh.exchange import jws, subjects, tracing
from maidinh.exchange.assertions import HEADER, Assertion, claims_for
from maidinh.exchange.assertions import KIND as ASSERTION_KIND
from maidinh.exchange.directory.rules import Refused
from maidinh.exchange.evidence import rules as evidence
from maidinh.exchange.gateway import metadata, proofs, protocol
from maidinh.exchange.gateway.authentication import Caller, NotAuthenticError, Presented, authenticate
from maidinh.exchange.gateway.bodies import Body, held
from maidinh.exchange.gateway.call import Admitted, Call, Question, signing_keys
from maidinh.exchange.gateway.checks import check_answer, check_request
from maidinh.exchange.gateway.directory import DirectoryKeeper
from maidinh.exchange.gateway.forwarding import Answer, Forwarded, Forwarder, target_for
from maidinh.exchange.gateway.limits import Limits
from maidinh.exchange.gateway.protocol import Header, ProtocolError, Target
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.soap.answers import Bounds, mend
from maidinh.exchange.gateway.writer import EvidenceWriter, ExchangeRow, IntentRow, LogUnavailableError, ReplayedError
from maidinh.exchange.gateway.zones import in_its_zone
from maidinh.exchange.revocation.checking import REVOKED, Revocations
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.translog.rules import SALT_BYTES

REFUSALS = {
    "unknown_service": protocol.UNKNOWN_SERVICE,
    "unknown_consumer": protocol.UNKNOWN_MEMBER,
    "directory_expired": protocol.OUTDATED,
    "directory_not_yet_valid": protocol.OUTDATED,
}


class Mediator:
    """Takes calls through the exchange."""

    def __init__(
        self,
        settings: GatewaySettings,
        keeper: DirectoryKeeper,
        writer: EvidenceWriter,
        forwarder: Forwarder,
        revocations: Revocations,
    ) -> None:
        self._settings = settings
        self._keeper = keeper
        self._writer = writer
        self._forwarder = forwarder
        self._revocations = revocations
        self._limits = Limits(settings.dsn)

    def resting(self) -> list[str]:
        """The contracts whose service is left alone now, because it failed too often."""
        return self._limits.resting(self._settings.clock())

    async def close(self) -> None:
        """Let go of what the limits hold."""
        await self._limits.close()

    def open(
        self, method: str, raw: str, peer: str | None, headers: Sequence[Header], certificate: bytes = b""
    ) -> Call:
        """A call that has just come in from the address `peer`, on a connection that showed this certificate."""
        settings = self._settings
        generated, zone = f"{settings.instance}-{uuid.uuid4()}", settings.zones.of(peer)
        return Call(uuid.uuid4(), method, raw, zone, headers, settings.clock(), generated, certificate=certificate)

    def admit(self, call: Call) -> Admitted | Question:
        """Read, recognise and allow the call, or raise; its body has not been read yet."""
        if call.raw.partition("?")[0] == proofs.ASIC:
            return self._asked(call)
        target = protocol.read_target(call.raw)
        call.service, call.forwarded = target.service, target.forwarded
        protocol.check_method(call.method)
        call.snapshot = self._keeper.snapshot
        self._read_headers(call)
        caller = self.recognise(call)
        if metadata.asks(call.method, target):
            return Question(caller, lambda: self._told(call, target))
        return self.allow(call, target)

    @tracing.traced("authenticate")
    def recognise(self, call: Call) -> Caller:
        """Find out that the call is its client's, or raise."""
        if call.snapshot is None:
            raise ProtocolError(protocol.OUTDATED, "no_directory", "no published directory is in force here")
        presented = Presented(
            call.client, call.method, call.raw, call.started_at, call.certificate, message_id=call.x_road_id
        )
        settings = self._settings
        try:
            call.caller = authenticate(call.headers, presented, call.snapshot, settings.instance, settings.window)
        except NotAuthenticError as error:
            kind = REFUSALS.get(error.reason, protocol.NOT_AUTHENTIC)
            raise ProtocolError(kind, error.reason, "the calling system was not recognised") from error
        self._refuse_certificate(call)
        call.authenticated = True
        if not in_its_zone(call.zone, call.snapshot.register.subsystems[call.client].zone):
            said = "the call comes from another network zone than the system is declared in"
            raise ProtocolError(protocol.ACCESS_DENIED, "wrong_zone", said)
        return call.caller

    async def carry(self, call: Call, admitted: Admitted | Question, body: Body) -> Answer:
        """Take an admitted call with its body to the service and back, and put both into the log."""
        if isinstance(admitted, Question):
            return await self.inform(call, body, admitted.answer)
        self._bind(call, admitted.caller, body)
        self._refuse_revoked(call)  # while the body came in
        await check_request(call, admitted.terms, body)
        self._name_subject(call)
        given = await self._ask(call, admitted, body)
        self._refuse_revoked(call)  # while the service worked
        if call.soap is not None:
            mended = await mend(call.soap, given, Bounds.of(self._settings))
            given, call.warnings = mended.answer, mended.warnings
        answer = self._answer(call, await check_answer(call, admitted.terms, given))
        self._name_subject(call)
        await self._conclude(call, "allowed", "", signers=admitted.signers)
        return answer

    async def inform(self, call: Call, body: Body, informed: Callable[[], Awaitable[Answer]]) -> Answer:
        """Answer a recognised caller's question in the provider's place, and put it into the log.

        No service sees it and no contract is needed, but a directory in force is.
        """
        consumer, provider, snapshot = call.consumer, call.provider, call.snapshot
        if call.caller is None or snapshot is None or consumer is None or provider is None:
            raise ProtocolError(protocol.UNKNOWN_MEMBER, "unknown_member", "no such subsystem is in the directory")
        if not snapshot.directory.issued_at <= call.started_at < snapshot.directory.expires_at:
            raise ProtocolError(protocol.OUTDATED, "directory_expired", "the directory is not in force")
        self._bind(call, call.caller, body)
        self._refuse_revoked(call)
        await self._intend(call, call.caller)
        told = await informed()
        try:
            self._refuse_revoked(call)  # while the answer was found
        except ProtocolError:
            told.body.close()
            raise
        answer = self._answer(call, told)
        await self._conclude(call, "allowed", "", signers=signing_keys(call.started_at, consumer, provider))
        return answer

    def _refuse_revoked(self, call: Call) -> None:
        """A key that is revoked while its call is under way gets nothing any more."""
        self._refuse_certificate(call)
        newest, caller = self._keeper.snapshot, call.caller
        if newest is None or newest is call.snapshot or caller is None:
            return
        if not newest.recognises(caller.subsystem, caller.kid, call.started_at):
            raise ProtocolError(protocol.NOT_AUTHENTIC, "key_revoked", "the caller's key was revoked during this call")

    async def fail(self, call: Call, error: ProtocolError) -> None:
        """Put into the log that the call ended in an error, with the members' signatures where it had gone that far."""
        if not call.service or error.type == protocol.LOGGING_FAILED:
            return
        outcome = "failed" if call.intended else "refused"
        if call.intended and call.admitted and error.type != protocol.SIGNING_FAILED:
            try:
                await self._conclude(call, outcome, error.reason, signers=call.admitted.signers)
                return
            except ProtocolError as second:
                if second.type != protocol.SIGNING_FAILED:
                    raise
        await self._conclude(call, outcome, error.reason, signers=())

    def _refuse_certificate(self, call: Call) -> None:
        """A certificate that its authority took back opens nothing, nor one of which that can't be known for long."""
        reason = self._revocations.judge(call.certificate) if call.certificate else ""
        if reason == REVOKED:
            raise ProtocolError(
                protocol.NOT_AUTHENTIC, reason, "the authority that issued the certificate took it back"
            )
        if reason:
            raise ProtocolError(protocol.NOT_AUTHENTIC, reason, "the authority's list could not be had for too long")

    def _bind(self, call: Call, caller: Caller, body: Body) -> None:
        call.request = body
        if call.soap is not None:
            call.request_hash = call.soap.hash
        else:
            message = protocol.request_message(call.method, call.raw, call.kept)
            call.request_hash = protocol.message_hash(message, body.sha512)
        if caller.body_sha256 not in (None, body.sha256):
            call.authenticated = False
            raise ProtocolError(protocol.NOT_AUTHENTIC, "wrong_body", "the body is not the one that was signed")

    def _asked(self, call: Call) -> Question:
        """Recognise a system that asks for its own evidence; X-Road's clients name it in the address alone."""
        asked = proofs.asked_in(call.raw.partition("?")[2])
        call.service = asked.service
        if call.method != "GET":
            raise ProtocolError(protocol.INVALID_METHOD, "invalid_method", "ask with GET")
        call.snapshot = self._keeper.snapshot
        if not any(name.lower() == b"x-road-client" for name, _ in call.headers):
            call.headers = (*call.headers, (b"X-Road-Client", protocol.encode_identifier(asked.client).encode()))
        self._read_headers(call)
        if call.client != asked.client:
            raise ProtocolError(protocol.BAD_REQUEST, "invalid_parameters", "a system asks for its own evidence alone")
        return Question(self.recognise(call), lambda: proofs.evidence_for(self._settings, call, asked))

    async def _told(self, call: Call, target: Target) -> Answer:
        """The answer to a question about a provider's REST services."""
        if call.snapshot is None:
            raise ProtocolError(protocol.OUTDATED, "no_directory")
        kind, told = metadata.told(call.snapshot.register, call.client, target, call.accept, call.started_at)
        return Answer(200, "OK", ((b"Content-Type", kind.encode()),), held(told))

    def _read_headers(self, call: Call) -> None:
        headers = protocol.read_headers(call.headers)
        call.client = headers.client
        own: tuple[Header, ...] = ((b"x-road-request-id", call.request_id.encode()),)
        if headers.x_road_id is None:
            own += ((b"x-road-id", call.x_road_id.encode()),)
        else:
            call.x_road_id = headers.x_road_id
        call.kept = headers.kept + own
        call.represented = headers.represented

    def allow(self, call: Call, target: Target) -> Admitted:
        """Find out that a contract in force covers the recognised call, or raise."""
        caller, snapshot = call.caller, call.snapshot
        if caller is None or snapshot is None:
            raise ProtocolError(protocol.NOT_AUTHENTIC, "unsigned")
        decision = snapshot.register.decide(call.client, call.service, call.method, target.path, call.started_at)
        if isinstance(decision, Refused):
            kind = REFUSALS.get(decision.reason, protocol.ACCESS_DENIED)
            call.offered = decision.path
            raise ProtocolError(kind, decision.reason, "the published architecture does not allow this call")
        if decision.service.protocol != call.protocol:
            text = f"this service speaks {decision.service.protocol.upper()}"
            raise ProtocolError(protocol.UNKNOWN_SERVICE, "other_protocol", text)
        consumer, provider = snapshot.register.member_of(call.client), snapshot.register.member_of(call.service)
        if consumer is None or provider is None:
            raise ProtocolError(protocol.UNKNOWN_MEMBER, "unknown_member")
        call.admitted = Admitted(caller, decision, snapshot, consumer, provider, call.started_at)
        return call.admitted

    @tracing.traced("log intent")
    async def _intend(self, call: Call, caller: Caller) -> None:
        try:
            await self._write(call.intent(caller))
        except ReplayedError as error:
            if call.admitted is not None:
                self._limits.give_back(call.admitted.allowed.contract)
            # The caller once signed this call, but whoever sends it now has shown nothing.
            call.authenticated = False
            raise ProtocolError(protocol.NOT_AUTHENTIC, "replayed", "this token was used before") from error
        call.intended = True

    async def _ask(self, call: Call, admitted: Admitted, body: Body) -> Answer:
        """Intend the call and send it on, within what the contract allows and while its service does not fail."""
        contract, clock = admitted.allowed.contract, self._settings.clock
        with self._limits.watching(contract, clock()) as attempt:
            await self._limits.take(contract, clock())
            await self._intend(call, admitted.caller)
            call.forwarded_at = clock()
            try:
                given = await self._forward(call, admitted, body)
            except ProtocolError as error:
                if error.type != protocol.SIGNING_FAILED:
                    attempt.ended(clock(), good=False)
                raise
            call.answered_at = clock()
            attempt.ended(call.answered_at, good=given.status < 500)
            return given

    @tracing.traced("forward")
    async def _forward(self, call: Call, admitted: Admitted, body: Body) -> Answer:
        service, key = admitted.terms.service, admitted.keys[1]
        target = target_for(service, call.forwarded)
        claims = claims_for(
            Assertion(call.client, call.service, call.contract, call.request_id, call.x_road_id),
            issuer=key,
            method=call.method,
            target=target,
            body_sha256=body.sha256,
            at=self._settings.clock(),
        )
        signed = jws.signing_input(jws.header(key, ASSERTION_KIND), jws.canonical_json(claims))
        assertion = jws.compact(signed, *await self._sign((key, signed)))
        headers = (
            *tracing.sent_on(call.kept),
            (b"x-road-service", protocol.encode_identifier(call.service).encode()),
            (HEADER.encode(), assertion.encode()),
        )
        return await self._forwarder.forward(Forwarded(call.method, target, headers, body), service)

    def _answer(self, call: Call, answer: Answer) -> Answer:
        """What the service said, as it will leave, and its hash."""
        try:
            reason = protocol.readable_reason(answer.status, answer.reason)
            headers = protocol.response_headers(
                answer.headers,
                x_road_id=call.x_road_id,
                client=call.client,
                service=call.service,
                request_id=call.request_id,
                request_hash=call.request_hash,
            )
        except ProtocolError:
            answer.body.close()
            raise
        call.answer = replace(answer, headers=headers, reason=reason)
        message = protocol.response_message(answer.status, reason, headers)
        call.response_hash = protocol.message_hash(message, answer.body.sha512)
        return call.answer

    async def _conclude(self, call: Call, outcome: str, reason: str, *, signers: Iterable[str]) -> None:
        finished_at, salt = self._settings.clock(), secrets.token_bytes(SALT_BYTES)
        record = call.record(outcome, reason, salt, finished_at)
        text = jws.canonical_json(record)
        kids = list(signers)
        signed = await self._sign(*zip(kids, evidence.to_sign_each(text, kids), strict=True)) if kids else []
        signatures = list(map(evidence.signature_entry, kids, signed))
        await self._log(call.row(record, text, signatures, salt, finished_at))

    def _name_subject(self, call: Call) -> None:
        if call.people and self._settings.subject_key is not None:
            call.subject = subjects.digests(self._settings.subject_key, call.people)

    @tracing.traced("sign")
    async def _sign(self, *asked: tuple[str, bytes]) -> list[bytes]:
        try:
            return await self._settings.signer.sign_each(asked)
        except (SignerError, OSError) as error:
            raise ProtocolError(protocol.SIGNING_FAILED, "signing_failed", "evidence could not be signed") from error

    @tracing.traced("log")
    async def _log(self, row: ExchangeRow) -> None:
        await self._write(row)

    async def _write(self, row: IntentRow | ExchangeRow) -> None:
        try:
            await self._writer.write(row)
        except LogUnavailableError as error:
            raise ProtocolError(protocol.LOGGING_FAILED, "log_unavailable", "this could not be logged") from error
