"""What the exchange tells about itself: clients, the methods of a provider, those that a caller may use, an interface.

Layer 6, pure. Written from the metadata protocols of X-Road (PR-META, PR-MREST), in the names that its code gives. All
of it comes from the signed directory and from nowhere else, so that what is told is what the gateway obeys.
Legal ground: Nghị định 47/2020/NĐ-CP (managing, connecting and sharing digital data of state agencies).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from maidinh.exchange.directory.definition import Contract, Directory, Endpoint, Service
from maidinh.exchange.directory.rules import ONE, REST, Register
from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.protocol import ProtocolError, Target, accepted

LIST_CLIENTS, LIST_METHODS, ALLOWED_METHODS, GET_OPENAPI = "listClients", "listMethods", "allowedMethods", "getOpenAPI"
ASKED_OF_A_PROVIDER = (LIST_METHODS, ALLOWED_METHODS, GET_OPENAPI)
JSON, XML = "application/json; charset=utf-8", "text/xml; charset=utf-8"
IDENTIFIERS = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode", "serviceCode")
NAMES = ("xroad_instance", "member_class", "member_code", "subsystem_code", "service_code")
SPACES = 'xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" xmlns:id="http://x-road.eu/xsd/identifiers"'
HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//[^/?#]*")
Told = tuple[str, bytes]


def asks(method: str, target: Target) -> bool:
    """Whether a call asks a provider's side of the exchange about the provider, and not the provider itself."""
    return method == "GET" and target.service.rpartition("/")[2] in ASKED_OF_A_PROVIDER and target.path in ("", "/")


def parameters(query: str | None) -> dict[str, str]:
    """The parameters of a question; none may stand there twice, for two readers might take another one each."""
    try:
        (query or "").encode("utf-8")  # what came in bytes of another kind is no text
        pairs = parse_qsl(query or "", keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError as error:
        raise ProtocolError(protocol.INVALID_REQUEST, "invalid_query", "the query is not readable") from error
    if len({name for name, _ in pairs}) != len(pairs):
        raise ProtocolError(protocol.INVALID_REQUEST, "invalid_query", "a parameter stands there twice")
    return dict(pairs)


def clients(directory: Directory, query: str | None, accept: str) -> Told:
    """`listClients`: the members and their systems; JSON where the caller names it, XML otherwise."""
    instance = parameters(query).get("xRoadInstance") or directory.instance
    if instance != directory.instance:
        raise ProtocolError(protocol.INVALID_REQUEST, "unknown_instance", "this exchange has another instance")
    members = {(each.member_class, each.code): each.name for each in directory.members}
    found: list[dict[str, Any]] = [
        {"id": _named("MEMBER", (instance, *key)), "name": name} for key, name in members.items()
    ]
    found += [
        {"id": _named("SUBSYSTEM", each.id.split("/")), "name": members[each.member], "subsystem_name": each.name}
        for each in directory.subsystems
    ]
    if "application/json" in accepted(accept):
        return JSON, _json({"member": found})
    return XML, _xml("clientList", "".join(_client(each) for each in found))


def told(register: Register, consumer: str, target: Target, accept: str, at: datetime) -> Told:
    """The answer to a question of which `asks` is true."""
    provider, _, question = target.service.rpartition("/")
    if question == GET_OPENAPI:
        return JSON, _json(interface(register, provider, parameters(target.query).get("serviceCode", "")))
    found = listed(register, provider) if question == LIST_METHODS else allowed(register, consumer, provider, at)
    if "application/json" not in accepted(accept) and any(each in protocol.XML_ACCEPTED for each in accepted(accept)):
        name = f"{question}Response"
        return XML, _xml(name, "".join(f"<xrd:service {_identified(each)}</xrd:service>" for each in found))
    return JSON, _json({"service": found})


def listed(register: Register, provider: str) -> list[dict[str, Any]]:
    """`listMethods`: the REST services of a system with all that they offer."""
    return [_service(each, each.methods) for each in offered(register, provider)]


def allowed(register: Register, consumer: str, provider: str, at: datetime) -> list[dict[str, Any]]:
    """`allowedMethods`: those of them that the caller may use now, as narrow as its contracts make them."""
    found = []
    for service in offered(register, provider):
        endpoints = _usable(service, register.in_force(consumer, service.id, at))
        if endpoints:
            found.append(_service(service, endpoints))
    return found


def interface(register: Register, provider: str, code: str) -> dict[str, Any]:
    """`getOpenAPI`: the published interface of a service, without the addresses at which its servers really are."""
    if not code:
        raise ProtocolError(protocol.INVALID_REQUEST, "missing_service_code", "add ?serviceCode=... to the address")
    service = next((each for each in offered(register, provider) if each.code == code), None)
    if service is None:
        raise ProtocolError(protocol.UNKNOWN_SERVICE, "unknown_service", "this system offers no such REST service")
    if service.openapi is None:
        raise ProtocolError(protocol.UNKNOWN_SERVICE, "no_interface", "no OpenAPI document is published for it")
    described = without_addresses(service.openapi)
    return described if isinstance(described, dict) else {}


def offered(register: Register, provider: str) -> list[Service]:
    """The REST services of a system."""
    return [each for each in register.services.values() if each.subsystem == provider and each.protocol == "rest"]


def without_addresses(document: Any) -> Any:
    """An OpenAPI document in which each server has only the path of its address, wherever servers may stand."""
    if isinstance(document, Mapping):
        return {
            name: [_server(each) for each in value]
            if name == "servers" and isinstance(value, list)
            else without_addresses(value)
            for name, value in document.items()
        }
    if isinstance(document, list):
        return [without_addresses(each) for each in document]
    return document


def narrowest(one: str, other: str) -> str | None:
    """The pattern of the paths that two patterns share, or None where they share none."""
    shared: list[str] = []
    left, right = _steps(one), _steps(other)
    while left or right:
        if left[:1] == [REST]:
            return "/" + "/".join([*shared, *right])
        if right[:1] == [REST]:
            return "/" + "/".join([*shared, *left])
        if not left or not right:
            return None
        mine, theirs = left.pop(0), right.pop(0)
        if mine != theirs and ONE not in (mine, theirs):
            return None
        shared.append(theirs if mine == ONE else mine)
    return "/" + "/".join(shared)


def _usable(service: Service, contracts: Iterable[Contract]) -> list[Endpoint]:
    """What both a contract holds and the service offers, each once and in the contracts' order."""
    found: dict[tuple[str, str], Endpoint] = {}
    for contract in contracts:
        for mine in contract.methods:
            for theirs in service.methods:
                path = narrowest(mine.path, theirs.path) if mine.method == theirs.method else None
                if path is not None:
                    found.setdefault((mine.method, path), Endpoint(method=mine.method, path=path))
    return list(found.values())


def _steps(pattern: str) -> list[str]:
    return [] if pattern == "/" else pattern[1:].split("/")


def _server(server: Any) -> Any:
    address = server.get("url") if isinstance(server, Mapping) else None
    if not isinstance(address, str):
        return server
    # Of an address with variables nobody can say what is the host: nothing of it is told.
    path = "/" if "{" in address else HOST.sub("", address)
    return {name: value for name, value in server.items() if name != "variables"} | {"url": path or "/"}


def _named(kind: str, parts: Iterable[str]) -> dict[str, str]:
    return {"object_type": kind} | dict(zip(NAMES, parts, strict=False))


def _service(service: Service, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    return _named("SERVICE", service.id.split("/")) | {
        "service_type": "REST" if service.openapi is None else "OPENAPI",
        "endpoint_list": [{"method": each.method, "path": each.path} for each in endpoints],
    }


def _client(client: Mapping[str, Any]) -> str:
    names = {"name": "name", "subsystem_name": "subsystemName"}
    inner = "".join(f"<xrd:{tag}>{escape(client[name])}</xrd:{tag}>" for name, tag in names.items() if name in client)
    return f"<xrd:member><xrd:id {_identified(client['id'])}</xrd:id>{inner}</xrd:member>"


def _identified(identifier: Mapping[str, Any]) -> str:
    """The rest of an element's opening tag with its object type, and the parts of the identifier."""
    parts = "".join(
        f"<id:{tag}>{escape(identifier[name])}</id:{tag}>"
        for name, tag in zip(NAMES, IDENTIFIERS, strict=True)
        if name in identifier
    )
    return f'id:objectType="{identifier["object_type"]}">{parts}'


def _xml(root: str, inner: str) -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><xrd:{root} {SPACES}>{inner}</xrd:{root}>'
    return text.encode("utf-8")


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8")
