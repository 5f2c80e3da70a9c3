"""The registers answer the gateway and nobody else."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from aiohttp.test_utils import TestClient, TestServer
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from maidinh.applications.registers.models import Person
from maidinh.applications.registers.provider import register_application
from maidinh.exchange import jws
from maidinh.exchange.assertions import HEADER, KIND, Assertion, claims_for
from maidinh.exchange.interfaces.openapi import FITS, Interface, Sent
from maidinh.governance.architecture.reading import NATIONAL, interface_documents
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.keys.client import SignerClient

POPULATION, LAND = "VN-H38/GOV/G01.900.38/population-register/population", "VN-H38/GOV/H38.5.1/land-register/land"
PERSON = "000018000001"
PERSON_PATH, PARCELS_PATH = f"/registers/population/persons/{PERSON}", f"/registers/land/owners/{PERSON}/parcels"

INTERFACES = {
    name.removesuffix(".yaml"): Interface(content)
    for name, content in interface_documents(definitions_root() / NATIONAL).items()
    if not isinstance(content, str)
}

Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def token(at: datetime) -> Callable[..., str]:
    """The gateway's word for a call, signed by the running signer with a member's key."""
    gateway = SignerClient.for_caller(settings.MAIDINH.home, "gateway")

    def make(service: str, target: str, *, member: str | None = None, method: str = "GET", when: datetime = at) -> str:
        key = f"member:{member or service.split('/')[2]}"
        assertion = Assertion("VN-H38/GOV/H38.1/one-stop", service, "C", "1", "2")
        claims = claims_for(
            assertion, issuer=key, method=method, target=target, body_sha256=hashlib.sha256(b"").digest(), at=when
        )
        signed = jws.signing_input(jws.header(key, KIND), jws.canonical_json(claims))
        return jws.compact(signed, gateway.sign(key, signed))

    return make


def as_published(path: str, status: int, kind: str, body: bytes) -> None:
    """What the registers answer, whatever it is, is what their published interface describes."""
    _, _, register, *steps = path.partition("?")[0].split("/")
    operation = INTERFACES[register].operation("GET", steps)
    assert operation is not None
    assert operation.check_response(status, Sent(kind, body), head=False)[0] == FITS


@pytest.fixture
def ask(at: datetime) -> Callable[..., Answer]:
    def call(path: str, token: str | None = None, *, dsn: str | None = None) -> Answer:
        async def run() -> Answer:
            application = register_application(
                dsn or settings.CONNECTIONS.dsn("worker"), services={"population": POPULATION, "land": LAND},
                public_keys=settings.MAIDINH.home.public_keys, clock=lambda: at,
            )  # fmt: skip
            async with TestClient(TestServer(application)) as client:
                answer = await client.get(path, headers={HEADER: token} if token else {})
                as_published(path, answer.status, answer.headers["Content-Type"], await answer.read())
                return answer.status, await answer.json()

        return asyncio.run(run())

    return call


def test_person_is_answered_to_the_gateway(
    ask: Callable[..., Answer], token: Callable[..., str], province: Any
) -> None:
    persona = province.population.personas[0]
    status, person = ask(PERSON_PATH, token(POPULATION, PERSON_PATH))
    assert status == 200
    assert person == {
        "personal_number": persona.person, "full_name": persona.full_name, "sex": persona.sex,
        "date_of_birth": persona.date_of_birth.isoformat(), "residence": persona.residence, "commune": persona.commune,
    }  # fmt: skip


def test_parcels_of_an_owner_and_one_parcel(
    ask: Callable[..., Answer], token: Callable[..., str], province: Any
) -> None:
    named = [each for each in province.land.named if each.owner == PERSON]
    status, answer = ask(PARCELS_PATH, token(LAND, PARCELS_PATH))
    assert status == 200
    held = {each["parcel"]: each for each in answer["items"]}
    assert {each.parcel for each in named} <= held.keys()
    assert held[named[0].parcel]["certificate"] == named[0].certificate
    path = f"/registers/land/parcels/{named[0].parcel}"
    assert ask(path, token(LAND, path)) == (200, held[named[0].parcel])


def test_unknown_person_is_not_found(ask: Callable[..., Answer], token: Callable[..., str]) -> None:
    path = "/registers/population/persons/000099999999"
    assert ask(path, token(POPULATION, path)) == (404, {"error": "not_found"})


def test_whoever_walks_around_the_gateway_is_refused(
    ask: Callable[..., Answer], token: Callable[..., str], at: datetime
) -> None:
    other = PERSON_PATH[:-1] + "2"
    good = token(POPULATION, PERSON_PATH)
    head, claims, _ = good.split(".")
    refused = {
        "none": ask(PERSON_PATH),
        "rubbish": ask(PERSON_PATH, "x.y.z"),
        "other person": ask(other, good),
        "other service": ask(PARCELS_PATH, token(POPULATION, PARCELS_PATH)),
        "other member's key": ask(PERSON_PATH, token(POPULATION, PERSON_PATH, member="H38.5.1")),
        "other method": ask(PERSON_PATH, token(POPULATION, PERSON_PATH, method="POST")),
        "old": ask(PERSON_PATH, token(POPULATION, PERSON_PATH, when=at - timedelta(hours=1))),
        "not yet": ask(PERSON_PATH, token(POPULATION, PERSON_PATH, when=at + timedelta(hours=1))),
        "signature of another": ask(PERSON_PATH, ".".join((head, claims, token(POPULATION, other).split(".")[2]))),
        "added query": ask(f"{PERSON_PATH}?all=1", good),
    }
    assert {name: status for name, (status, _) in refused.items()} == dict.fromkeys(refused, 403)
    assert refused["none"][1] == {"error": "assertion_missing"}


def test_database_gone_is_an_error_and_no_data(ask: Callable[..., Answer], token: Callable[..., str]) -> None:
    gone = psycopg.conninfo.make_conninfo(settings.CONNECTIONS.dsn("worker"), dbname="there_is_none")
    assert ask(PERSON_PATH, token(POPULATION, PERSON_PATH), dsn=gone) == (503, {"error": "register_unavailable"})


@pytest.mark.parametrize("name", ["web", "gateway", "sequencer"])
def test_other_roles_cannot_read_the_registers(role: Any, name: str) -> None:
    for table in ("registers_person", "registers_parcel"):
        with role(name), transaction.atomic(), connection.cursor() as cursor:
            with pytest.raises(DatabaseError, match="permission denied"):
                cursor.execute(f"SELECT count(*) FROM {table}")
            transaction.set_rollback(True)


def test_database_refuses_a_number_that_could_be_real(role: Any, at: datetime) -> None:
    with role("worker"), pytest.raises(IntegrityError, match="registers_person_synthetic"), transaction.atomic():
        Person.objects.create(
            person="001200000001", full_name="A", date_of_birth=at.date(), sex="male", residence="x", commune="y"
        )


def test_a_members_later_key_is_believed_until_it_is_revoked(
    ask: Callable[..., Answer], token: Callable[..., str]
) -> None:
    operator, later = SignerClient.for_caller(settings.MAIDINH.home, "operator"), "G01.900.38/7"
    operator.create(f"member:{later}")
    assert ask(PERSON_PATH, token(POPULATION, PERSON_PATH, member=later))[0] == 200
    kept = token(POPULATION, PERSON_PATH, member=later)
    operator.revoke(f"member:{later}")
    assert ask(PERSON_PATH, kept)[0] == 403
    assert ask(PERSON_PATH, token(POPULATION, PERSON_PATH))[0] == 200


def test_the_register_goes_on_with_the_trace_that_the_gateway_sends(at: datetime) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from maidinh.exchange import tracing

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    async def run() -> int:
        application = register_application(
            settings.CONNECTIONS.dsn("worker"), services={"population": POPULATION},
            public_keys=settings.MAIDINH.home.public_keys, clock=lambda: at,
        )  # fmt: skip
        async with TestClient(TestServer(application)) as client:
            return (await client.get(PERSON_PATH, headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})).status

    tracing.trace_with(provider)
    try:
        assert asyncio.run(run()) == 403
    finally:
        tracing.trace_with(None)
    (span,) = exporter.get_finished_spans()
    assert span.name == "register" and dict(span.attributes or {}) == {"maidinh.service": POPULATION}
    assert span.parent is not None
    assert (f"{span.parent.trace_id:032x}", f"{span.parent.span_id:016x}") == ("ab" * 16, "cd" * 8)
