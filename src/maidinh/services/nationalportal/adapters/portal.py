"""The national portal as a province reaches it: through the exchange, under the contract of its architecture.

Layer 4, adapter. No answer, a broken answer, a server's fault and a refusal of the exchange all mean that nobody knows:
the same message goes again under the same number. Only the portal's own word that it won't have a message parks it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
from maidinh.exchange.directory.definition import Contract, Directory
from maidinh.services.nationalportal.definition import Change, Kind, Unreadable, change_from, storable

SUBSYSTEM, SERVICE = "one-stop", "national-portal"  # what both are called on the exchange, in every province
PATHS: Mapping[Kind, str] = {
    "code": "/codes",
    "file": "/files",
    "dossier": "/dossiers",
    "progress": "/progress",
    "status": "/statuses",
    "result": "/results",
    "answer": "/answers",
}
NO_SESSION = 401
REFUSALS = (400, 404, 409, 413, 422)

Transport = Callable[[str, str, Any, str, datetime], tuple[int, bytes]]  # method, path, content, issue, at


class PortalUnavailable(Exception):
    """The portal did not answer, or nobody can say whether it took the message: send it again."""


class PortalRefused(Exception):
    """The portal answered that it won't have this message; sending it again changes nothing. `reason` is its word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Changes:
    """A part of the portal's list, where it goes on, and how many of its rows could not be read."""

    items: tuple[Change, ...]
    next: int
    unreadable: int = 0


class NationalPortal(Protocol):
    """What is asked of the portal. No call is made within a transaction."""

    def send(self, kind: Kind, body: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
        """Send one message, once for its number. Raises PortalUnavailable, PortalRefused."""

    def changes(self, after: int, *, limit: int, at: datetime) -> Changes:
        """What the portal has to tell past a place of its list. Raises PortalUnavailable."""

    def file(self, file_id: str, *, issue: str, at: datetime) -> bytes:
        """A file that a citizen handed in there. Raises PortalUnavailable, PortalRefused."""


class Portal:
    """The portal behind a transport; a session that has ended is begun anew."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._session = ""

    def send(self, kind: Kind, body: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
        """Send one message; the answer must name the message that it answers."""
        issue = str(body.get("MaHoSo") or body.get("MaHoSoDonVi", ""))
        status, answer = NO_SESSION, b""
        for _ in range(2):
            session = self._session or self._begin(at)
            status, answer = self._transport("POST", PATHS[kind], {**body, "MaPhien": session}, issue, at)
            if status != NO_SESSION:
                break
            self._session = ""
        found = _answered(status, answer)
        if not storable(found):
            raise PortalUnavailable("an answer that can't be kept")
        if found.get("MaTinNhan") != body["MaTinNhan"]:
            raise PortalUnavailable("the portal answered another message")
        return found

    def changes(self, after: int, *, limit: int, at: datetime) -> Changes:
        """What the portal has to tell past a place of its list."""
        query = urlencode({"after": after, "limit": limit})
        status, answer = self._transport("GET", f"/changes?{query}", None, "", at)
        try:
            found = _answered(status, answer)
        except PortalRefused as error:
            raise PortalUnavailable(error.reason) from error
        rows, place = found.get("ThayDoi"), found.get("TiepTheo")
        if not isinstance(rows, list) or type(place) is not int or place < 0:
            raise PortalUnavailable("the portal's list can't be read")
        items, unreadable = [], 0
        for row in rows:
            try:
                items.append(change_from(row))
            except Unreadable:
                unreadable += 1
        return Changes(tuple(items), place, unreadable)

    def file(self, file_id: str, *, issue: str, at: datetime) -> bytes:
        """A file that a citizen handed in there."""
        status, answer = self._transport("GET", f"/files/{quote(file_id, safe='')}", None, issue, at)
        try:
            return base64.b64decode(_answered(status, answer)["NoiDung"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise PortalUnavailable("the portal's file can't be read") from error

    def _begin(self, at: datetime) -> str:
        status, answer = self._transport("POST", "/token", {}, "", at)
        try:
            found = _answered(status, answer)
        except PortalRefused as error:
            raise PortalUnavailable(f"no session: {error.reason}") from error
        session = found.get("MaPhien")
        if not isinstance(session, str) or not session:
            raise PortalUnavailable("the portal gave no session")
        self._session = session
        return session


def portal_over_exchange(
    *, gateway_url: str, signer: Any, directory: Callable[[], Directory | None], timeout_seconds: float
) -> Portal:
    """The portal, reached through the gateway as the directory of the moment allows it."""

    def transport(method: str, path: str, content: Any, issue: str, at: datetime) -> tuple[int, bytes]:
        known = directory()
        contract = None if known is None else contract_of(known, at)
        if known is None or contract is None:
            raise PortalUnavailable("no contract with the national portal is in force")
        client = ExchangeClient(
            gateway_url,
            contract.consumer,
            signer,
            known.signing_key(contract.consumer, at),
            timeout_seconds=timeout_seconds,
        )
        place, _, query = path.partition("?")
        asked = dict(part.split("=", 1) for part in query.split("&")) if query else None
        try:
            answer = client.call(
                contract.provider_service,
                at=at,
                method=method,
                path=place,
                query=asked,
                json=content,
                issue=issue or None,
            )
        except (ExchangeRefused, ExchangeUnavailable) as error:
            raise PortalUnavailable(str(error)) from error
        return answer.status, answer.body

    return Portal(transport)


def contract_of(directory: Directory, at: datetime) -> Contract | None:
    """The contract in force under which this platform reaches the portal; None when none is declared."""
    for contract in directory.contracts:
        ours = contract.consumer.rpartition("/")[2] == SUBSYSTEM
        wanted = contract.provider_service.rpartition("/")[2] == SERVICE
        if ours and wanted and contract.valid_from <= at and (contract.valid_to is None or at < contract.valid_to):
            return contract
    return None


def _answered(status: int, answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = None
    if status in REFUSALS and isinstance(found, dict) and found.get("LyDo") and storable(found):
        raise PortalRefused(f"{found.get('MaLoi') or status}: {found['LyDo']}"[:300])
    if not 200 <= status < 300:
        raise PortalUnavailable(f"status {status}")
    if not isinstance(found, dict):
        raise PortalUnavailable("no JSON object")
    return found
