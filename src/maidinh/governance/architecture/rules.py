"""What an architecture says to the exchange: members, systems, services and contracts; and whether it fits together.

Layer 4, governance. Pure. What a province declares and publishes is all that the exchange allows.
Legal ground: Nghị định 47/2020/NĐ-CP on connecting and sharing; Nghị định 224/2026/NĐ-CP articles 23 and 24.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from maidinh.exchange.directory import agreements as signed
from maidinh.exchange.directory import definition as exchange
from maidinh.governance.architecture.definition import ArchitectureVersion, Element, Model, Relation
from maidinh.governance.modelling.integrity import defects
from maidinh.infrastructure.organisations.definition import Organisations

Item = TypeVar("Item")
Found = TypeVar("Found", bound=Model)
Form = TypeVar("Form", bound=BaseModel)
MEMBER_CLASS = "GOV"
RUNNING = ("live", "retiring")
DRAFT, PUBLISHED, SUPERSEDED = STATES = ("draft", "published", "superseded")
ASKED, CONFIRMED, REFUSED, TAKEN_BACK, ENDED = ("asked", "confirmed", "refused", "taken-back", "ended")
WITHDRAWAL_STATES = (ASKED, CONFIRMED, REFUSED, TAKEN_BACK, ENDED)
LONGEST_REASON, LONGEST_GROUND = 2000, 400
NAMED = re.compile(r"[\w~-][\w.~-]*(/[\w~-][\w.~-]*)*")  # a name of the deployment: no way up, nothing to be decoded


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of what is asked for ("" for the whole); `says` is translated by who shows it."""

    field: str
    says: str
    count: int = 0


@dataclass(frozen=True)
class Deployment:
    """What an architecture leaves open: public keys of systems, where interfaces listen, how long a directory holds.

    `members` are the keys that the signer keeps for each agency, by its code; `registered` those that are registered of
    systems (by their path) and members (by their code), which count where there are any. `documents` are the published
    descriptions of interfaces by the name that the architecture gives them: an OpenAPI document, a WSDL as its text.
    """

    keys: Mapping[str, str]
    addresses: Mapping[str, str]
    zone: tzinfo
    lifetime: timedelta
    timeout_seconds: int
    members: Mapping[str, tuple[exchange.Key, ...]] = field(default_factory=dict)
    documents: Mapping[str, dict[str, Any] | str] = field(default_factory=dict)
    registered: Mapping[str, tuple[exchange.Key, ...]] = field(default_factory=dict)


def instance_of(province_code: str) -> str:
    """The exchange instance of the province with this code."""
    return f"VN-{province_code}"


def subsystems_of(model: ArchitectureVersion, province_code: str) -> list[str]:
    """Every system that the exchange must be able to recognise."""
    return sorted(subsystem_ids(model, instance_of(province_code)).values())


def services_of(model: ArchitectureVersion, province_code: str) -> dict[str, str]:
    """The exchange's identifier of each service by its code."""
    found = service_ids(model, instance_of(province_code))
    codes = {element.id: element.interface.service for element in model.elements if element.interface}
    return {codes[element]: identifier for element, identifier in found.items()}


def with_agency_codes(model: Found, organisations: Organisations) -> Found:
    """The same architecture with every agency by its code, where the files name it by its short id."""
    codes = {agency.id: agency.code for agency in organisations.agencies}
    elements = [
        element.model_copy(update={"owner": codes.get(element.owner, element.owner)}) if element.owner else element
        for element in model.elements
    ]
    relations = [_with_delegator_code(each, codes) for each in model.relations]
    return model.model_copy(update={"elements": elements, "relations": relations})


def subsystem_ids(model: Model, instance: str) -> dict[str, str]:
    """The exchange's identifier of every running system that has one, by element."""
    return {
        element.id: f"{instance}/{MEMBER_CLASS}/{element.owner}/{element.subsystem}"
        for element in model.elements
        if element.subsystem and element.owner and element.state in RUNNING
    }


def service_ids(model: Model, instance: str) -> dict[str, str]:
    """The exchange's identifier of every running interface's service, by element."""
    systems = subsystem_ids(model, instance)
    return {
        element.id: f"{systems[element.interface.system]}/{element.interface.service}"
        for element in model.elements
        if element.interface and element.interface.system in systems and element.state in RUNNING
    }


def endpoints(model: ArchitectureVersion) -> list[str]:
    """Where interfaces listen, as the architecture writes it: each needs an address in the deployment."""
    return sorted({element.interface.endpoint for element in model.elements if element.interface})


def may_be_called(endpoint: str) -> bool:
    """Whether the exchange may call this: a name of the deployment, or a plain address of another machine.

    What an architecture says is written by many. An address of the exchange's own machine, or of the device next to it
    that hands out its keys, would be called with the exchange's own standing in the network.
    """
    if "://" not in endpoint:
        return NAMED.fullmatch(endpoint) is not None
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.scheme in ("http", "https") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not plain or not endpoint.isprintable() or re.search(r"[\s\\?#]|/\.\.?(/|$)", endpoint):
        return False
    try:
        found = ip_address(host)
    except ValueError:  # a name; one that is only a number is an address written otherwise
        last = host.rstrip(".").rpartition(".")[2]
        return bool(last) and last != "localhost" and re.fullmatch(r"\d+|0x[0-9a-f]*", last) is None
    found = getattr(found, "ipv4_mapped", None) or found
    return not (found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast)


def system_subsystem(model: ArchitectureVersion, element_id: str, instance: str) -> str | None:
    """The exchange's identifier of one system; None where it has none."""
    return subsystem_ids(model, instance).get(element_id)


def build_directory(
    model: ArchitectureVersion,
    *,
    instance: str,
    agencies: Mapping[str, str],
    deployment: Deployment,
    serial: int,
    content_hash: str,
    at: datetime,
    agreements: Mapping[str, Sequence[exchange.Agreement]] | None = None,
    withdrawn: Collection[str] = (),
) -> exchange.Directory:
    """The directory that this architecture declares at this moment; `agencies` gives each agency's name by code.

    `agreements` are what agencies signed, by the digest of the text: a contract is carried only where every side has
    signed exactly what the architecture declares. `withdrawn` are the contracts that two people have stopped: they are
    left out whatever the version says.
    """
    systems, services = subsystem_ids(model, instance), service_ids(model, instance)
    elements = {element.id: element for element in model.elements}
    declared = declared_contracts(model, instance, deployment.zone)
    members = tuple(
        exchange.Member(
            member_class=MEMBER_CLASS,
            code=code,
            name=agencies.get(code, code),
            agency=code,
            keys=deployment.registered.get(code, deployment.members.get(code, ())),
        )
        for code in member_codes(model, instance)
    )
    return exchange.Directory(
        instance=instance,
        province=model.province,
        serial=serial,
        architecture_version=model.version,
        architecture_hash=content_hash,
        issued_at=at,
        expires_at=at + deployment.lifetime,
        members=members,
        subsystems=tuple(_subsystem(elements[each], path, deployment, at) for each, path in sorted(systems.items())),
        services=tuple(_service(elements[each], path, deployment) for each, path in sorted(services.items())),
        contracts=tuple(
            each
            for each in with_agreements(declared, agreements or {})
            if each.id not in withdrawn and _holds_within(each, at, deployment) and not signed.lacking(each, members)
        ),
    )


def declared_contracts(model: ArchitectureVersion, instance: str, zone: tzinfo) -> list[exchange.Contract]:
    """Every contract that the architecture declares between running systems, as agencies sign it."""
    systems, services = subsystem_ids(model, instance), service_ids(model, instance)
    return [
        _contract(relation, systems[relation.from_], services[relation.to], zone, sample=model.sample)
        for relation in sorted(model.relations, key=lambda each: each.id)
        if relation.contract is not None and relation.from_ in systems and relation.to in services
    ]


def with_agreements(
    contracts: Iterable[exchange.Contract], agreements: Mapping[str, Sequence[exchange.Agreement]]
) -> Iterator[exchange.Contract]:
    """The contracts, each with what was signed over exactly its text."""
    for each in contracts:
        yield each.model_copy(update={"agreements": tuple(agreements.get(signed.digest(each), ()))})


def member_codes(model: ArchitectureVersion, instance: str) -> list[str]:
    """The agencies of the exchange: those with a running system, and those for which another one's system acts."""
    owners = {path.split("/")[2] for path in subsystem_ids(model, instance).values()}
    represented = {each.contract.on_behalf_of for each in model.relations if each.contract}
    return sorted(owners | {each for each in represented if each})


def with_keys(
    standing: exchange.Directory, registered: Mapping[str, tuple[exchange.Key, ...]], serial: int, at: datetime
) -> exchange.Directory:
    """The same directory with the keys that are registered now; who has none registered keeps what it has there."""
    return exchange.Directory.model_validate(
        standing.model_copy(
            update={
                "serial": serial,
                "issued_at": at,
                "members": tuple(
                    each.model_copy(update={"keys": registered.get(each.code, each.keys)}) for each in standing.members
                ),
                "subsystems": tuple(
                    each.model_copy(update={"keys": registered.get(each.id, each.keys)}) for each in standing.subsystems
                ),
            }
        ).model_dump()
    )


def problems(model: Model, agencies: Iterable[str] | None = None) -> list[str]:
    """What doesn't fit together in a resolved architecture, a line each; `agencies` are the codes that exist.

    Of its own it has what is the exchange's; what holds of any model is `integrity`'s.
    """
    elements = {element.id: element for element in model.elements}
    known = None if agencies is None else set(agencies)
    found = [line for element in model.elements for line in _element_problems(element, elements, known)]
    found += [line for relation in model.relations for line in _relation_problems(relation, elements, known)]
    contracts = [relation.contract.id for relation in model.relations if relation.contract]
    found += [f"contract {each} stands more than once" for each in _repeated(contracts)]
    systems = [(element.owner, element.subsystem) for element in model.elements if element.subsystem]
    found += [f"subsystem {each[1]} of {each[0]} stands more than once" for each in _repeated(systems)]
    return [*found, *map(str, defects(model))]


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """Mark a text for translation; whoever shows it translates it."""
    return text


def kept_text(text: str) -> str:
    """The text as it is kept: without what no database keeps, without space around it."""
    return text.replace("\0", "").replace("\r\n", "\n").strip()


def withdrawal_faults(reason: str, legal_ground: str) -> list[Fault]:
    """What is wrong with the texts of a withdrawal that is asked for, or of its end."""
    found = []
    if not reason:
        found.append(Fault("reason", N_("Say why. It is published with the withdrawal.")))
    elif len(reason) > LONGEST_REASON:
        found.append(Fault("reason", N_("Write %(count)s characters or fewer."), LONGEST_REASON))
    if not legal_ground:
        found.append(Fault("legal_ground", N_("Name the document on which this rests.")))
    elif len(legal_ground) > LONGEST_GROUND:
        found.append(Fault("legal_ground", N_("Write %(count)s characters or fewer."), LONGEST_GROUND))
    return found


def _subsystem(element: Element, path: str, deployment: Deployment, at: datetime) -> exchange.Subsystem:
    pem = deployment.keys.get(path)
    found = (exchange.Key(kid=f"caller:{path}", public_key_pem=pem, valid_from=at),) if pem else ()
    keys = deployment.registered.get(path, found)
    return exchange.Subsystem(id=path, name=element.name.in_language("vi"), zone=element.zone or "", keys=keys)


def _service(element: Element, path: str, deployment: Deployment) -> exchange.Service:
    interface = element.interface
    if interface is None or interface.endpoint not in deployment.addresses:
        raise ValueError(f"{element.id}: no address is known for the endpoint {interface and interface.endpoint}")
    document = None if interface.document is None else deployment.documents.get(interface.document)
    if interface.document is not None and document is None:
        raise ValueError(f"{element.id}: the definitions hold no document {interface.document}")
    return exchange.Service(
        id=path,
        url=deployment.addresses[interface.endpoint],
        methods=tuple(exchange.Endpoint(method=each.method, path=each.path) for each in interface.methods),
        protocol=interface.protocol,
        openapi=document if isinstance(document, dict) else None,
        wsdl=document if isinstance(document, str) else None,
        subject=_copied(exchange.Subject, interface.subject),
        networks=tuple(interface.networks),
        timeout_seconds=deployment.timeout_seconds,
    )


def _contract(relation: Relation, consumer: str, service: str, zone: tzinfo, *, sample: bool) -> exchange.Contract:
    contract = relation.contract
    if contract is None:
        raise ValueError(f"relation {relation.id} carries no contract")
    return exchange.Contract(
        id=contract.id,
        consumer=consumer,
        provider_service=service,
        methods=tuple(exchange.Endpoint(method=each.method, path=each.path) for each in contract.methods),
        fields=tuple(contract.fields),
        purpose=contract.purpose.in_language("vi"),
        legal_basis="; ".join(basis.text for basis in contract.legal_basis),
        valid_from=_midnight(contract.valid_from, zone),
        valid_to=_midnight(contract.valid_to + timedelta(days=1), zone),
        quota=_copied(exchange.Quota, contract.quota),
        breaker=_copied(exchange.Breaker, contract.breaker),
        timeout_seconds=contract.timeout_seconds,
        checks=contract.checks,
        on_behalf_of=contract.on_behalf_of,
        disclose_after_days=contract.disclose_after_days,
        sample=sample or relation.sample,
    )


def _holds_within(contract: exchange.Contract, at: datetime, deployment: Deployment) -> bool:
    """Whether the contract holds at some moment of the directory's life; the gateway minds the moment itself."""
    over = contract.valid_to is not None and contract.valid_to <= at
    return not over and contract.valid_from < at + deployment.lifetime


def _copied(form: type[Form], declared: BaseModel | None) -> Form | None:
    """The exchange's own form of what the architecture declares in the same words."""
    return None if declared is None else form.model_validate(declared.model_dump())


def _with_delegator_code(relation: Relation, codes: Mapping[str, str]) -> Relation:
    contract = relation.contract
    represented = contract.on_behalf_of if contract is not None else None
    if contract is None or represented is None or represented not in codes:
        return relation
    coded = contract.model_copy(update={"on_behalf_of": codes[represented]})
    return relation.model_copy(update={"contract": coded})


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _element_problems(element: Element, elements: Mapping[str, Element], agencies: set[str] | None) -> Iterator[str]:
    if element.owner and agencies is not None and element.owner not in agencies:
        yield f"element {element.id}: its owner {element.owner} is no agency"
    if element.subsystem and not element.owner:
        yield f"element {element.id}: a subsystem of the exchange needs an owner"
    if element.interface:
        provider = elements.get(element.interface.system)
        if provider is None:
            yield f"element {element.id}: its system {element.interface.system} is no element"
        elif not provider.subsystem:
            yield f"element {element.id}: its system {provider.id} has no subsystem on the exchange"
        if not may_be_called(element.interface.endpoint):
            yield f"element {element.id}: the exchange calls no {element.interface.endpoint}"


def _relation_problems(relation: Relation, elements: Mapping[str, Element], agencies: set[str] | None) -> Iterator[str]:
    if relation.contract is None:
        return
    represented = relation.contract.on_behalf_of
    if represented and agencies is not None and represented not in agencies:
        yield f"relation {relation.id}: it acts on behalf of {represented}, which is no agency"
    source, target = elements.get(relation.from_), elements.get(relation.to)
    if relation.kind != "flow":
        yield f"relation {relation.id}: only a flow carries a contract"
    if source is not None and not source.subsystem:
        yield f"relation {relation.id}: {source.id} has no subsystem on the exchange"
    if target is None or target.interface is None:
        yield f"relation {relation.id}: a contract leads to an interface, which {relation.to} is not"
        return
    offered = {(each.method, each.path) for each in target.interface.methods}
    for each in relation.contract.methods:
        if (each.method, each.path) not in offered:
            yield f"relation {relation.id}: {target.id} does not offer {each.method} {each.path}"
    if relation.contract.valid_to < relation.contract.valid_from:
        yield f"relation {relation.id}: its contract ends before it begins"


def _repeated(items: list[Item]) -> list[Item]:
    return sorted((item for item, count in Counter(items).items() if count > 1), key=str)
