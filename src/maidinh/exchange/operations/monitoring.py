"""Operational monitoring data as X-Road has them: one record for each side of an exchange, under X-Road's names.

Layer 6, pure. X-Road: Operational Monitoring Protocol (PR-OPMON), the records of getSecurityServerOperationalData. Two
things differ on purpose: `restPath` is the contract's pattern, for a path may hold somebody's number, and who the user
was is not told. What was never reached is left out, as X-Road does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from maidinh.exchange.operations.history import Happened

CLIENT, PRODUCER = "Client", "Producer"
LIMIT = 10_000  # records of one answer
FAULTS = {
    "Client.InvalidRequest": (
        "invalid_address", "invalid_identifier", "invalid_header", "body_incomplete", "request_not_valid",
        "invalid_query", "malformed_http", "unknown_instance", "missing_service_code",
    ),
    "Client.MissingHeaderField": ("missing_client",),
    "Client.InvalidClientIdentifier": ("invalid_client",),
    "Client.InvalidHttpMethod": ("invalid_method",),
    "Client.RequestTooLarge": ("request_too_large",),
    "Client.AuthenticationFailed": (
        "unsigned", "malformed_token", "algorithm_refused", "header_refused", "wrong_kind", "unknown_key",
        "bad_signature", "missing_claim", "wrong_issuer", "wrong_audience", "wrong_method", "wrong_address",
        "wrong_body", "expired", "from_the_future", "replayed", "unknown_certificate", "certificate_expired",
        "certificate_revoked", "revocation_unknown",
        "key_revoked",
    ),
    "Server.ClientProxy.UnknownMember": ("unknown_consumer", "unknown_member"),
    "Server.ClientProxy.OutdatedGlobalConf": ("no_directory", "directory_expired", "directory_not_yet_valid"),
    "Client.QuotaExceeded": ("quota_exceeded",),
    "Server.ServerProxy.ServiceUnavailable": ("circuit_open",),
    "Server.ServerProxy.UnknownService": ("unknown_service", "no_interface"),
    "Server.ServerProxy.AccessDenied": (
        "no_contract", "contract_not_signed", "wrong_zone", "contract_expired", "contract_not_yet_valid",
        "operation_not_in_contract", "unsafe_path",
    ),
    "Server.ServerProxy.NetworkError": ("service_unreachable", "address_refused"),
    "Server.ServerProxy.ServiceFailed": (
        "service_timeout", "response_too_large", "response_not_valid", "response_not_cut", "invalid_answer",
    ),
    "Server.ServerProxy.CannotCreateSignature": ("signing_failed",),
    "Server.ServerProxy.LoggingFailed": ("log_unavailable",),
    "Server.ServerProxy.InternalError": ("internal_error", "no_room", "no_evidence", "not_yet_proved"),
}  # fmt: skip
_TYPES = {reason: kind for kind, reasons in FAULTS.items() for reason in reasons}
_ENDS = ("XRoadInstance", "MemberClass", "MemberCode", "SubsystemCode")
COLUMNS = (
    "monitoringDataTs", "securityServerType", "requestInTs", "requestOutTs", "responseInTs", "responseOutTs",
    *(f"client{each}" for each in _ENDS), *(f"service{each}" for each in _ENDS), "serviceCode", "serviceType",
    "representedParty", "messageId", "messageProtocolVersion", "xRequestId", "requestSize", "responseSize",
    "restMethod", "restPath", "statusCode", "succeeded", "faultCode", "faultString",
)  # fmt: skip


def records(exchanges: Iterable[Happened], agencies: Iterable[str] | None) -> Iterator[dict[str, Any]]:
    """A record for each side that one of the agencies played; for both sides where no agencies are named."""
    chosen = None if agencies is None else set(agencies)
    for each in exchanges:
        for side, agency in ((CLIENT, each.consumer_agency), (PRODUCER, each.provider_agency)):
            if chosen is None or agency in chosen:
                yield _record(each, side)


def answer(exchanges: Sequence[Happened], agencies: Iterable[str] | None, *, whole: bool) -> dict[str, Any]:
    """The answer as X-Road gives it; where it is not whole, from which second on to ask for the rest."""
    content: dict[str, Any] = {"records": list(records(exchanges, agencies))}
    if not whole and exchanges:
        content["nextRecordsFrom"] = int(exchanges[-1].finished_at.timestamp())
    return content


def table(found: Iterable[dict[str, Any]]) -> list[list[str]]:
    """The records as lines, the first with the names; for a spreadsheet."""
    return [list(COLUMNS), *([_plain(each.get(name, "")) for name in COLUMNS] for each in found)]


def _record(exchange: Happened, side: str) -> dict[str, Any]:
    soap = exchange.protocol == "soap"
    found: dict[str, Any] = {
        "monitoringDataTs": int(exchange.finished_at.timestamp()),
        "securityServerType": side,
        "requestInTs": _milliseconds(exchange.started_at),
        "requestOutTs": _milliseconds(exchange.forwarded_at),
        "responseInTs": _milliseconds(exchange.answered_at),
        "responseOutTs": _milliseconds(exchange.finished_at),
        **_identifier("client", exchange.client),
        **_identifier("service", exchange.service),
        "serviceType": "WSDL" if soap else "REST",
        "representedParty": exchange.represented or None,
        "messageId": exchange.x_road_id,
        "messageProtocolVersion": "4.0" if soap else "1",
        "xRequestId": str(exchange.id),
        "requestSize": exchange.request_size,
        "responseSize": exchange.response_size if exchange.status is not None else None,
        "restMethod": None if soap else exchange.method,
        "restPath": None if soap else exchange.path or None,
        "statusCode": exchange.status,
        "succeeded": exchange.succeeded,
        "faultCode": _TYPES.get(exchange.reason, exchange.reason) or None,
        "faultString": exchange.reason or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _identifier(end: str, identifier: str) -> dict[str, str | None]:
    parts = identifier.split("/") if identifier else []
    named: dict[str, str | None] = {f"{end}{name}": part for name, part in zip(_ENDS, parts, strict=False)}
    if end == "service" and len(parts) > len(_ENDS):
        named["serviceCode"] = parts[len(_ENDS)]
    return named


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
