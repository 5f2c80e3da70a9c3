"""Who sees which evidence: agencies their own rows, everyone the counts, nobody anything to change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
import requests

from maidinh.exchange.evidence.models import Exchange
from maidinh.exchange.evidence.queries import observed_connections, observed_operations
from maidinh.exchange.evidence.rules import disclosed
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import NOW, PORTAL, REGISTER, SERVICE, STRANGER, Provider, token_for

TARGET = f"/r1/{SERVICE}/persons/1"


@pytest.fixture
def happened(url: str, signer: SignerClient, provider: Provider) -> None:
    for client in (PORTAL, STRANGER):
        headers = {
            "X-Road-Client": client, "Authorization": f"Bearer {token_for(signer, TARGET, client=client)}",
        }  # fmt: skip
        requests.get(url + TARGET, headers=headers, timeout=20)
    requests.get(url + TARGET, headers={"X-Road-Client": PORTAL}, timeout=20)
    question = f"/r1/{REGISTER}/listMethods"
    headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, question)}"}
    assert requests.get(url + question, headers=headers, timeout=20).status_code == 200


def test_questions_about_a_provider_are_no_traffic_of_a_service(happened: None, orm_as: Any) -> None:
    with orm_as("worker"):
        for seen in (observed_connections(NOW), observed_operations(NOW)):
            assert seen
            assert not [each for each in seen if each.service.startswith(f"{REGISTER}/list")]


@pytest.mark.parametrize("role", ["web", "worker"])
def test_the_counts_are_for_everyone(happened: None, orm_as: Any, role: str) -> None:
    with orm_as(role):
        found = {(each.client, each.outcome, each.authenticated): each for each in observed_connections(NOW)}
        assert found[(PORTAL, "allowed", True)].service == SERVICE
        assert found[(PORTAL, "allowed", True)].count >= 1
        assert found[(STRANGER, "refused", True)].last_at == NOW
        assert found[(PORTAL, "refused", False)].count >= 1
        assert observed_connections(NOW + timedelta(days=300)) == []
        assert not Exchange.objects.exists()


@pytest.mark.parametrize("role", ["web", "worker"])
def test_what_was_seen_operation_by_operation(happened: None, orm_as: Any, role: str) -> None:
    with orm_as(role):
        seen = [each for each in observed_operations(NOW) if each.method == "GET"]  # other tests send other things
        found = {(each.client, each.outcome, each.reason): each for each in seen}
        allowed, refused = found[(PORTAL, "allowed", "")], found[(STRANGER, "refused", "no_contract")]
        assert (allowed.service, allowed.method, allowed.path) == (SERVICE, "GET", "/persons/*")
        assert (allowed.contract, allowed.zone, allowed.authenticated) == ("contract-persons", "", True)
        assert allowed.count >= 1
        assert allowed.first_at == allowed.last_at == NOW
        assert (refused.path, refused.contract, refused.authenticated) == ("/**", "", True)
        assert found[(PORTAL, "refused", "unsigned")].path == ""
        assert observed_operations(NOW + timedelta(days=300)) == []


def test_rows_are_for_those_who_took_part(happened: None, orm_as: Any) -> None:
    with orm_as("web"):
        with acting(agencies=["AG2"]):
            mine = set(Exchange.objects.values_list("outcome", flat=True))
        with acting(agencies=["AG7"]):
            others = list(Exchange.objects.all())
    assert {"allowed", "refused"} <= mine
    assert others == []


@pytest.mark.parametrize("role", ["web", "worker", "gateway", "owner"])
@pytest.mark.parametrize("table", ["evidence_exchange", "evidence_intent"])
def test_nobody_changes_or_removes_evidence(happened: None, database: Connections, role: str, table: str) -> None:
    for statement in (f"UPDATE {table} SET contract = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with psycopg.connect(database.dsn(role)) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement)


def test_whoever_has_no_digest_sees_nothing_of_anybody(happened: None, database: Connections) -> None:
    asked = "SELECT count(*) FROM evidence_read_of(%s, 'infinity', 9)"
    with psycopg.connect(database.dsn("web")) as connection:
        assert connection.execute(asked, [b"x" * 32]).fetchone() == (0,)
        assert connection.execute(asked, [None]).fetchone() == (0,)
    for role in ("gateway", "worker", "sequencer"):
        with psycopg.connect(database.dsn(role)) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
            other.execute(asked, [b"x" * 32])


def test_only_the_gateways_count_the_use_of_contracts(database: Connections) -> None:
    for role in ("web", "worker", "sequencer"):
        with psycopg.connect(database.dsn(role)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM evidence_usage")


@pytest.mark.parametrize(("after", "days", "told"), [(None, 0, True), (3, 2, False), (3, 3, True), (3, 4, True)])
def test_when_a_person_is_told(after: int | None, days: int, told: bool) -> None:
    assert disclosed(NOW, after, NOW + timedelta(days=days)) is told


def test_the_web_writes_no_evidence_and_the_gateway_reads_none(happened: None, database: Connections) -> None:
    with psycopg.connect(database.dsn("web")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO evidence_intent SELECT * FROM evidence_intent")
    with psycopg.connect(database.dsn("gateway")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM evidence_exchange")
    with psycopg.connect(database.dsn("sequencer")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM evidence_observed('2020-01-01')")
    with psycopg.connect(database.dsn("gateway")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM evidence_operations('2020-01-01')")
