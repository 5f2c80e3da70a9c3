"""One dossier through the seven layers, and what each layer can show for it.

Layer 0, config. Every figure comes from the running installation, asked for after the fact.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from maidinh.config.demonstration.people import Desk, Done, Submitted, sign_in, submit_dossier
from maidinh.config.demonstration.visitor import Lost, Visitor
from maidinh.config.environment import Environment
from maidinh.config.provinces import Province
from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused
from maidinh.exchange.evidence.rules import verify_record
from maidinh.governance.architecture.rules import instance_of, service_ids, subsystem_ids, with_agency_codes
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.identity.adapters.personas import citizen_persona
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.keys.identifiers import file_stem, key_of_stem
from maidinh.infrastructure.keys.pades import check_pdf
from maidinh.infrastructure.translog.inspection import inspect_log
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import origin_of
from maidinh.infrastructure.translog.trust import TrustedKeys, read_keys
from maidinh.infrastructure.translog.verification import verdict, verify_receipt
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.rules import goes_straight

PATIENCE = 60.0  # seconds: within them the log has its checkpoint and the picture shows an undeclared connection


@dataclass
class Walk:
    """What was done, for the layers to tell of."""

    environment: Environment
    province: Province
    procedure: Procedure
    citizen: Visitor
    submitted: Submitted
    desk: Desk
    steps: list[Done]


def walk(environment: Environment, province: Province) -> Walk:
    """Have a citizen submit a dossier and the officials take it to its result."""
    persona = province.population.personas[0]
    subject = citizen_persona(person=persona.person, name=persona.full_name, note=persona.story).subject
    citizen = Visitor(environment.address)
    procedure = _found(citizen, next(p for p in province.procedures if p.kind == "licence" and goes_straight(p)))
    sign_in(citizen, subject)
    submitted = submit_dossier(citizen, procedure, datetime.now(UTC).date())
    desk = Desk(environment.address, province)
    steps = desk.process(submitted.code, procedure, procedure.receiving[0])
    return Walk(environment, province, procedure, citizen, submitted, desk, steps)


def _found(visitor: Visitor, procedure: Procedure) -> Procedure:
    """Find the procedure as people do: by its name, typed without diacritics."""
    page = visitor.open(f"/procedures?q={fold(procedure.short_name.vi)}")
    if not page.links(f"/procedures/{procedure.code}"):
        raise Lost(f"searching for {fold(procedure.short_name.vi)!r} does not find procedure {procedure.code}")
    return procedure


def layers(done: Walk) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each layer's number, its name and what it shows. Raises Lost where a layer failed."""
    names = {
        1: "users",
        2: "channels",
        3: "portal",
        4: "services",
        5: "applications",
        6: "exchange",
        7: "infrastructure",
    }
    for number, evidence in ((1, users), (2, channels), (3, portal), (4, services), (5, applications), (6, exchange)):
        yield number, names[number], evidence(done)
    yield 7, names[7], infrastructure(done)


def users(done: Walk) -> dict[str, Any]:
    """Who took part, each signed in by the identity provider."""
    with _as(done, "web") as connection:
        accounts = connection.execute("SELECT count(*) AS n FROM identity_account").fetchone()
    return {
        "citizen": done.province.population.personas[0].full_name,
        "officials": sorted({step.official for step in done.steps}),
        "agencies": sorted({step.agency for step in done.steps}),
        "accounts_signed_in": accounts["n"] if accounts else 0,
    }


def channels(done: Walk) -> dict[str, Any]:
    """By which channel, in how many pages; the visitors run no scripts."""
    with _as(done, "worker") as connection:
        dossier = connection.execute(
            "SELECT channel FROM dossiers_dossier WHERE code = %s", [done.submitted.code]
        ).fetchone()
    if dossier is None:
        raise Lost(f"dossier {done.submitted.code} is not in the database")
    return {
        "national_channel_code": dossier["channel"],
        "pages_citizen": done.citizen.pages,
        "pages_officials": done.desk.pages,
        "receipt_pdf_sha256": hashlib.sha256(done.submitted.receipt_pdf).hexdigest(),
    }


def portal(done: Walk) -> dict[str, Any]:
    """What the citizen typed, and that the dossier can be followed without signing in."""
    stranger = Visitor(done.environment.address)
    page = stranger.open("/track")
    page = stranger.submit(page.forms()[0], {"code": done.submitted.code, "secret": done.submitted.secret})
    tags = [each.text_content().strip() for each in page.main.xpath(".//*[contains(@class, 'govuk-tag')]")]
    if done.submitted.code not in page.text or not tags:
        raise Lost(f"tracking {done.submitted.code} without signing in shows {page.heading}")
    return {
        "found_by": fold(done.procedure.short_name.vi),
        "procedure": done.procedure.code,
        "pages_to_submit": done.submitted.pages,
        "fields_typed": done.submitted.typed,
        "tracked_without_signing_in": tags[0],
    }


def services(done: Walk) -> dict[str, Any]:
    """The dossier's way, its promised date, and its result as anyone can verify it."""
    with _as(done, "worker") as connection:
        dossier = connection.execute("SELECT * FROM dossiers_dossier WHERE code = %s", [done.submitted.code]).fetchone()
        if dossier is None:
            raise Lost(f"dossier {done.submitted.code} is not in the database")
        history = connection.execute(
            "SELECT status FROM dossiers_dossierevent WHERE dossier_id = %s ORDER BY id", [dossier["id"]]
        ).fetchall()
        result = connection.execute(
            "SELECT p.* FROM results_publishedresult p JOIN results_result r USING (number) WHERE r.dossier_id = %s",
            [dossier["id"]],
        ).fetchone()
    if result is None or dossier["status"] != 10:
        raise Lost(f"dossier {done.submitted.code} has status {dossier['status']} and {'a' if result else 'no'} result")
    document = done.citizen.open(f"/dossiers/{done.submitted.code}/result.pdf").answer.content
    anyone = Visitor(done.environment.address)
    if result["number"] not in anyone.open(f"/verify/{result['verification_code']}").text:
        raise Lost(f"/verify/{result['verification_code']} does not show result {result['number']}")
    if hashlib.sha256(document).hexdigest() != result["digest"]:
        raise Lost("the result that the citizen downloads is not the one that was signed and published")
    return {
        "dossier": done.submitted.code,
        "procedure_hash": done.submitted.receipt["content"]["procedure_hash"],
        "statuses": [row["status"] for row in history],
        "steps": [step.step for step in done.steps],
        "promised_at": dossier["promised_at"].isoformat(),
        "due_at": dossier["due_at"].isoformat(),
        "result": result["number"],
        "result_sha256": result["digest"],
        "signature": _signature(document, done),
    }


def _signature(document: bytes, done: Walk) -> str:
    authorities = done.environment.home.public_keys.glob("authority@*.crt")
    found = check_pdf(document, trusted=[path.read_text("ascii") for path in authorities], at=datetime.now(UTC))
    if not found.good:
        raise Lost(f"the signature of the result does not hold: {', '.join(found.problems)}")
    return f"PAdES, {found.signer}, {found.organisation}"


def applications(done: Walk) -> dict[str, Any]:
    """Which answers the registers gave, and that the portal has no way to their rows but the exchange."""
    with _as(done, "worker") as connection:
        dossier = connection.execute(
            "SELECT answers, applicant FROM dossiers_dossier WHERE code = %s", [done.submitted.code]
        ).fetchone()
        if dossier is None:
            raise Lost(f"dossier {done.submitted.code} is not in the database")
        answers = dossier["answers"]
        held = {
            "population": connection.execute(
                "SELECT *, person AS personal_number FROM registers_person WHERE person = %s", [dossier["applicant"]]
            ).fetchone(),
            "land": connection.execute(
                "SELECT * FROM registers_parcel WHERE parcel = %s", [answers.get("parcel", "")]
            ).fetchone(),
        }
    asked = [f for p in done.procedure.pages for f in p.fields if f.from_register and not f.from_register.choose]
    matching = [
        f.id
        for f in asked
        if f.from_register
        and str((held[f.from_register.service] or {}).get(f.from_register.field)) == str(answers.get(f.id))
    ]
    if len(matching) != len(asked):
        raise Lost(f"the dossier and the registers differ in {sorted({f.id for f in asked} - set(matching))}")
    with _as(done, "web") as connection:
        try:
            connection.execute("SELECT 1 FROM registers_person LIMIT 1").fetchone()
        except psycopg.errors.InsufficientPrivilege as refusal:
            told = str(refusal).splitlines()[0]
        else:
            raise Lost("the web process can read the population register's table without the exchange")
    return {"fields_from_registers": matching, "direct_access_by_the_portal": told}


def exchange(done: Walk) -> dict[str, Any]:
    """The exchanges of this dossier: ids, contracts, and both members' signatures checked with their public keys."""
    keys = {
        key: path.read_text("ascii")
        for path in done.environment.home.public_keys.glob("member*.pem")
        if (key := key_of_stem(path.stem)) is not None
    }
    with _as(done, "web") as connection:  # each member sees its own exchanges; here we look for all of them
        members = ",".join(agency.code for agency in done.province.organisations.agencies)
        connection.execute("SELECT set_config('maidinh.agencies', %s, false)", [members])
        rows = connection.execute(
            "SELECT * FROM evidence_exchange WHERE outcome = 'allowed' ORDER BY started_at"
        ).fetchall()
    if not rows:
        raise Lost("no exchange was recorded")
    for row in rows:
        held = verify_record(row["record"].encode(), row["signatures"], keys)
        if len(held) < 2:
            raise Lost(f"exchange {row['x_road_id']} carries {len(held)} signatures, not both members'")
    return {
        "exchanges": [row["x_road_id"] for row in rows],
        "contracts": sorted({row["contract"] for row in rows}),
        "services": sorted({row["service"] for row in rows}),
        "signatures_verified": sum(len(row["signatures"]) for row in rows),
    }


def infrastructure(done: Walk) -> dict[str, Any]:
    """The log's proof of the receipt, checked from files alone; the processes and the database that carried it."""
    receipt = receipt_with_proof(done)
    checks = verify_receipt(
        json.dumps(receipt), _keys(done), at=datetime.now(UTC), origin=origin_of(done.environment.province)
    )
    if not verdict(checks) or not any(check.name == "inclusion" and check.ok for check in checks):
        raise Lost("the receipt's proof does not hold: " + "; ".join(f"{c.name}={c.ok}" for c in checks))
    pids = {path.stem: int(path.read_text()) for path in sorted(done.environment.home.run.glob("*.pid"))}
    with _as(done, "web") as connection:
        server = connection.info.server_version
    return {
        "receipt_checks": [check.name for check in checks if check.ok],
        "processes": pids,
        "postgresql": server // 10000,
        "keys": len(list(done.environment.home.public_keys.glob("*.pem"))),
    }


def receipt_with_proof(done: Walk) -> dict[str, Any]:
    """The citizen's receipt once a checkpoint covers it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        receipt: dict[str, Any] = done.citizen.open(f"/dossiers/{done.submitted.code}/receipt.json").answer.json()
        if receipt.get("proof"):
            return receipt
        time.sleep(0.5)
    raise Lost(f"the log gave no proof of the receipt within {PATIENCE:.0f} s")


def refused(done: Walk) -> dict[str, Any]:
    """A system without a contract calls the land register: refused, recorded, and shown on the architecture page."""
    model = with_agency_codes(done.province.newest, done.province.organisations)
    instance = instance_of(done.province.organisations.code)
    systems, services = subsystem_ids(model, instance), service_ids(model, instance)
    declared = {relation.from_ for relation in model.relations if relation.contract}
    providers = {element.interface.system for element in model.elements if element.interface}
    element, stranger = next(each for each in systems.items() if each[0] not in declared | providers)
    service = next(path for path in services.values() if path.endswith("/land"))
    client = ExchangeClient(
        done.environment.gateway_url,
        stranger,
        SignerClient.for_caller(done.environment.home, "operator"),
        f"caller:{stranger}",
    )
    called = time.monotonic()
    try:
        client.call(service, at=datetime.now(UTC), path="/parcels/000.00001.1.1")
    except ExchangeRefused as refusal:
        return {
            "client": stranger,
            "service": service,
            "type": refusal.type,
            "message": refusal.message,
            "x_road_id": refusal.x_road_id,
            "shown_after_seconds": _shown(done, element, called),
        }
    raise Lost(f"{stranger} has no contract and was answered by {service}")


def _shown(done: Walk, element: str, since: float) -> float:
    anyone = Visitor(done.environment.address)
    while time.monotonic() - since < PATIENCE:
        facts = anyone.open("/architecture.json").answer.json()
        for connection in facts["connections"]:
            if element == connection["source"] and connection["verdict"] == "undeclared":
                return round(time.monotonic() - since, 1)
        time.sleep(0.5)
    raise Lost(f"/architecture does not show the undeclared connection of {element} after {PATIENCE:.0f} s")


def log_state(done: Walk) -> dict[str, Any]:
    """The root of the log as published, after every tile was derived again from its entries."""
    checks, tree = inspect_log(PublishedLog(done.environment.home.log), _keys(done))
    if tree is None or any(check.ok is not True for check in checks):
        raise Lost("the published log does not hold: " + "; ".join(c.name for c in checks if c.ok is not True))
    return {"root": tree.root.hex(), "size": tree.size, "verified": True}


def _keys(done: Walk) -> TrustedKeys:
    public = done.environment.home.public_keys
    return read_keys([public / f"{file_stem(f'{kind}:{done.province.id}')}.pem" for kind in ("log", "promise")])


def _as(done: Walk, role: str) -> psycopg.Connection[dict[str, Any]]:
    environment = done.environment
    connections = Connections(environment.home, environment.database_url, environment.database_name)
    return psycopg.connect(connections.dsn(role), row_factory=dict_row, autocommit=True)
