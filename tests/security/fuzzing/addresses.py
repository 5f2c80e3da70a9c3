"""Addresses, headers, identifiers and queries, as the first lines of a request bring them.

An input is an address, then lines of `name: value`.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from maidinh.exchange.directory.rules import steps_of
from maidinh.exchange.gateway import metadata, proofs, protocol
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.zones import read_zones
from tests.security.fuzzing.targets import Run

SERVICE, PORTAL = "MAU/GOV/AG2/POPULATION/persons", "MAU/GOV/AG1/PORTAL"
ZONES = read_zones("lan=10.0.0.0/8,fd00::/8")


def seeds() -> Sequence[bytes]:
    """Requests that are taken."""
    asked = "queryId=a&xRoadInstance=MAU&memberClass=GOV&memberCode=AG1&subsystemCode=PORTAL"
    return [
        f"/r1/{SERVICE}/persons/1?day=2026-01-01\nX-Road-Client: {PORTAL}\nX-Road-Id: 1\nAccept: text/xml".encode(),
        f"http://host/r1/{SERVICE}/%c4%90\nX-Road-Client: a/b%2Fc/d/e\nX-Road-Represented-Party: GOV/AG3".encode(),
        f"/asic?{asked}&unique&requestOnly&force\nConnection: X-Any\nX-Any: 1\nX-Road-UserId: u".encode(),
        b"/listClients?xRoadInstance=MAU\nX-Road-Issue: \xff\nX-Road-Security-Server: MAU/GOV/AG1/S",
    ]


def ready() -> Run:
    """One request's first lines."""
    return _run


def _run(data: bytes) -> None:
    first, *lines = data.split(b"\n")
    raw = first.decode("utf-8", errors="surrogateescape")
    _address(raw)
    headers = [(name, value.strip()) for name, _, value in (each.partition(b":") for each in lines)]
    _headers(headers)
    query = raw.partition("?")[2]
    _query(query)
    ZONES.of(raw)


def _address(raw: str) -> None:
    try:
        target = protocol.read_target(protocol.origin_form(raw))
    except ProtocolError as error:
        assert error.status == 400
        return
    parts = target.service.split("/")
    assert len(parts) == 5
    assert all(parts)
    again = protocol.read_target("/r1/" + "/".join(quote(each, safe="") for each in parts) + target.forwarded)
    assert (again.service, again.path, again.query) == (target.service, target.path, target.query)
    steps = steps_of(target.path)
    assert steps is None or not any(step in (".", "..") or "/" in step or "\\" in step for step in steps)


def _headers(headers: Sequence[tuple[bytes, bytes]]) -> None:
    try:
        read = protocol.read_headers(headers)
    except ProtocolError as error:
        assert error.status == 400
    else:
        assert 3 <= len(read.client.split("/")) <= 4
        names = [name.lower() for name, _ in read.kept]
        assert names.count(b"x-road-client") == 1
        assert not {b"authorization", b"x-road-service", b"x-maidinh-assertion"} & set(names)
        for _, value in read.kept:
            value.decode("utf-8")
    own = {"x_road_id": "i", "client": PORTAL, "service": SERVICE, "request_id": "r", "request_hash": "h"}
    try:
        made = protocol.response_headers(headers, **own)
    except ProtocolError as error:
        assert error.reason == "invalid_answer"
        return
    assert all(protocol.FIELD_NAME.fullmatch(name) and not set(value) & {0, 10, 13} for name, value in made)


def _query(query: str) -> None:
    try:
        read = metadata.parameters(query)
        assert all(isinstance(value, str) for value in read.values())
        asked = proofs.asked_in(query)
    except ProtocolError as error:
        assert error.status == 400
        return
    assert len(asked.client.split("/")) == 4
    assert set(proofs.file_name(asked.query_id)) <= set(map(chr, range(128)))
