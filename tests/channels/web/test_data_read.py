"""What a person is told of who read data about them; what is told later; what nobody else is told."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from psycopg.types.json import Jsonb

from maidinh.exchange import jws
from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.directory.definition import Contract
from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.evidence.rules import log_content
from maidinh.exchange.gateway.writer import EvidenceWriter, ExchangeRow
from maidinh.exchange.subjects import digest, key_in
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.translog.rules import commitment_of, leaf_for
from maidinh.infrastructure.translog.verification import verify_receipt
from tests.conftest import citizen_of

SALT = b"s" * 32
Write = Callable[..., uuid.UUID]


@pytest.fixture
def contract(own_database: str) -> Contract:
    """The contract under which the portal reads the population register."""
    directory = current_directory()
    assert directory is not None
    return next(each for each in directory.contracts if each.id == "one-stop-population")


@pytest.fixture
def write(contract: Contract, at: datetime) -> Write:
    """Write a reading of a person as the gateway does, into a database of the test's own."""

    def make(person: str, **changes: Any) -> uuid.UUID:
        directory = current_directory()
        assert directory is not None
        made, record = uuid.uuid4(), {"version": 2, "contract": contract.id}
        moment = changes.get("finished_at", at)
        leaf = leaf_for(
            kind="exchange", agency="G01", role="gateway", content=log_content(record, []), salt=SALT, at=moment
        )
        row: dict[str, Any] = {
            "id": made, "x_road_id": "x", "client": contract.consumer, "authenticated": True,
            "service": contract.provider_service, "method": "GET", "path": "/persons/*", "zone": "", "protocol": "rest",
            "represented": "", "request_verdict": "valid", "response_verdict": "valid", "cut": 2,
            "subject": digest(key_in(settings.MAIDINH.home.secrets), person), "forwarded_at": moment,
            "answered_at": moment, "outcome": "allowed", "reason": "", "contract": contract.id,
            "serial": directory.serial, "status": 200, "request_hash": "", "response_hash": "", "request_size": 0,
            "response_size": 9, "started_at": moment, "finished_at": moment, "consumer_agency": "H38.1",
            "provider_agency": "G01.900.38", "record": jws.canonical_json(record).decode(), "signatures": Jsonb([]),
            "salt": SALT, "leaf": leaf,
        }  # fmt: skip

        async def run() -> None:
            writer = EvidenceWriter(settings.CONNECTIONS.dsn("gateway"), patience_seconds=5)
            task = asyncio.create_task(writer.run())
            await writer.write(ExchangeRow(**row | changes))
            task.cancel()

        asyncio.run(run())
        return made

    return make


@pytest.fixture
def open_page(
    own_database: str, sign_in_as: Callable[[Client, Actor], None], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """The page of an actor, in English; the clock of the pages stands at the moment of the tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    def get(actor: Actor, address: str = "/my/data", language: str = "en") -> Any:
        client = Client()
        sign_in_as(client, actor)
        client.cookies["django_language"] = language
        return client.get(address)

    return get


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_person_sees_who_read_what_when_why_and_gets_the_proof(
    write: Write,
    open_page: Any,
    citizen: Actor,
    contract: Contract,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = write(citizen.person or "")
    write(citizen.person or "", finished_at=at - timedelta(minutes=30))
    write(citizen.person or "", finished_at=at - timedelta(days=1), status=404)
    told = text_of(open_page(citizen))
    for words in (
        "Personal number, Full name, Date of birth, Residence", contract.purpose, contract.legal_basis,
        "18/11/2026", "09:30 18/11/2026", "09:00 18/11/2026", "one-stop-population",
        "Nothing: the register had no answer.",
    ):  # fmt: skip
        assert words in told
    assert told.count(contract.purpose) == 2  # what was read on one day stands together
    assert told.count("The proof is being made") == 3  # no checkpoint covers them yet
    assert "Download the proof" not in told
    with monkeypatch.context() as later:
        later.setattr("maidinh.exchange.evidence.queries.proved_entries", set)
        assert text_of(open_page(citizen)).count("Download the proof") == 3
    assert "Số định danh cá nhân" in text_of(open_page(citizen, language="vi"))
    answer = open_page(citizen, f"/my/data/{reading}/proof.json")
    assert answer["Content-Disposition"].startswith("attachment")
    receipt = json.loads(answer.content)
    assert commitment_of(receipt["content"], SALT) == json.loads(receipt["leaf"])["commitment"]
    checks = {each.name: each.ok for each in verify_receipt(answer.content.decode(), None, at=at)}  # type: ignore[arg-type]
    assert checks["leaf"] is True
    assert citizen.person not in answer.content.decode()


def test_nobody_sees_what_is_another_persons(
    write: Write, open_page: Any, province: Any, citizen: Actor, official: Any
) -> None:
    reading = write(citizen.person or "")
    other = citizen_of(province, 1)
    assert "No agency has read data about you" in text_of(open_page(other))
    assert open_page(other, f"/my/data/{reading}/proof.json").status_code == 404
    assert open_page(official("log.read")).status_code == 403


def test_what_was_refused_or_about_nobody_is_not_shown(write: Write, open_page: Any, citizen: Actor) -> None:
    write(citizen.person or "", outcome="refused", status=None)
    write(citizen.person or "", subject=None)
    assert "No agency has read data about you" in text_of(open_page(citizen))


def test_where_the_contract_says_so_a_reading_is_told_later(
    write: Write, open_page: Any, citizen: Actor, contract: Contract, at: datetime, signer: Any
) -> None:
    standing = current_directory()
    assert standing is not None
    delayed = contract.model_copy(update={"disclose_after_days": 30})
    contracts = tuple(delayed if each.id == delayed.id else each for each in standing.contracts)
    serial = standing.serial + 1
    directory = standing.model_copy(update={"serial": serial, "contracts": contracts})
    publish_directory(directory=directory, signer=signer, at=at)
    fresh = write(citizen.person or "", finished_at=at - timedelta(days=30) + timedelta(seconds=1))
    assert "No agency has read data about you" in text_of(open_page(citizen))
    assert open_page(citizen, f"/my/data/{fresh}/proof.json").status_code == 404
    due = write(citizen.person or "", finished_at=at - timedelta(days=30))
    assert contract.purpose in text_of(open_page(citizen))
    assert open_page(citizen, f"/my/data/{due}/proof.json").status_code == 200
