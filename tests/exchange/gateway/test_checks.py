"""Calls and answers held against the published interface on their way, and answers cut to the contract's fields."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from maidinh.exchange import subjects
from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.evidence.rules import verify_record
from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.interfaces.documents import document
from tests.exchange.world import ANYTHING, PORTAL, SERVICE, Provider, contract_for, directory_for

NUMBER = "000123456789"
PERSON = {"number": NUMBER, "name": "Người Mẫu", "born": "2000-01-01", "home": {"street": "s", "commune": "c"}}
KEY = b"k" * 32


def directory(signer: SignerClient, port: int, service: dict[str, Any], **contract: Any) -> Directory:
    made = {"id": SERVICE, "url": f"http://127.0.0.1:{port}/base", "methods": ANYTHING, "timeout_seconds": 5}
    contracts = [contract_for(SERVICE, **{"methods": ANYTHING} | contract)]
    return directory_for(signer.public, port, 9_000_000, services=[made | service], contracts=contracts)


@pytest.fixture
def under(start_gateway: Any, signer: SignerClient, provider: Provider) -> Callable[..., ExchangeClient]:
    """A client of a gateway that obeys one contract, as the test wants it."""
    gateway: Gateway = start_gateway(subject_key=KEY)

    def make(service: dict[str, Any] | None = None, **contract: Any) -> ExchangeClient:
        wanted = {"openapi": document()} if service is None else service
        gateway.keeper.snapshot = Snapshot(directory(signer, provider.port, wanted, **contract), "")
        return ExchangeClient(f"http://127.0.0.1:{gateway.port}", PORTAL, signer, f"caller:{PORTAL}")

    return make


@pytest.fixture
def last(rows: Any) -> Callable[[], dict[str, Any]]:
    return lambda: rows("SELECT * FROM evidence_exchange ORDER BY age(xmin) LIMIT 1")[0]


def answering(value: Any, status: int = 200, **headers: str) -> Any:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        own = {"Content-Type": "application/json"} | {name.replace("_", "-"): each for name, each in headers.items()}
        return web.Response(status=status, body=body, headers=own)

    return answer


def get(client: ExchangeClient, now: Any, path: str = f"/persons/{NUMBER}", **options: Any) -> Any:
    return client.call(SERVICE, at=now.now, path=path, **options)


def test_what_fits_passes_with_its_verdict_in_the_signed_record(
    under: Any, provider: Provider, clock: Any, last: Any, signer: SignerClient
) -> None:
    provider.behaviour = answering(PERSON)
    assert get(under(), clock).json() == PERSON
    row = last()
    assert (row["request_verdict"], row["response_verdict"], row["cut"]) == ("valid", "valid", 0)
    keys = {kid: signer.public(kid) for kid in ("member:AG1", "member:AG2")}
    assert len(verify_record(row["record"].encode(), row["signatures"], keys)) == 2
    checks = json.loads(row["record"])["checks"]
    assert (checks["request"], checks["response"], checks["cut"]) == ("valid", "valid", 0)


def test_a_request_that_does_not_fit_never_reaches_the_service(
    under: Any, provider: Provider, clock: Any, last: Any
) -> None:
    client = under()
    for options, verdict in (
        ({"path": "/persons/12"}, "parameter_invalid"),
        ({"query": {"all": 1}}, "parameter_not_described"),
        ({"path": "/searches", "method": "POST", "json": {"name": "A"}}, "body_invalid"),
        ({"path": "/elsewhere"}, "operation_not_described"),
    ):
        with pytest.raises(ExchangeRefused) as refused:
            get(client, clock, **options)
        assert refused.value.reason == "request_not_valid"
        assert verdict in refused.value.message
        assert (last()["outcome"], last()["reason"]) == ("refused", "request_not_valid")
        assert last()["request_verdict"] == verdict
    assert provider.seen == []


def test_an_answer_that_does_not_fit_stays_here(under: Any, provider: Provider, clock: Any, last: Any) -> None:
    client = under()
    for behaviour, verdict in (
        (answering(PERSON | {"born": "secret"}), "body_invalid"),
        (answering(b"<html>"), "not_json"),
        (answering(b"<html>", Content_Type="text/html"), "media_type_not_described"),
        (answering({}, 500), "status_not_described"),
    ):
        provider.behaviour = behaviour
        with pytest.raises(ExchangeUnavailable, match="response_not_valid") as refused:
            get(client, clock)
        assert "secret" not in str(refused.value)
        row = last()
        assert (row["outcome"], row["reason"]) == ("failed", "response_not_valid")
        assert (row["response_verdict"], row["response_size"]) == (verdict, 0)


def test_where_the_contract_only_records_it_passes_and_stands_there(
    under: Any, provider: Provider, clock: Any, last: Any
) -> None:
    provider.behaviour = answering({"number": "12"})
    answer = get(under(checks="record"), clock, path="/persons/12")
    assert answer.json() == {"number": "12"}
    row = last()
    assert (row["outcome"], row["request_verdict"], row["response_verdict"]) == (
        "allowed", "parameter_invalid", "body_invalid",
    )  # fmt: skip


def test_an_answer_holds_what_the_contract_names(under: Any, provider: Provider, clock: Any, last: Any) -> None:
    provider.behaviour = answering(PERSON, Digest="sha-256=x", X_Provider="yes")
    answer = get(under(fields=["name", "home.commune"]), clock)
    assert answer.json() == {"name": "Người Mẫu", "home": {"commune": "c"}}
    assert "Digest" not in answer.headers
    assert answer.headers["X-Provider"] == "yes"
    row = last()
    assert (row["cut"], row["response_verdict"]) == (3, "valid")
    assert row["response_size"] == len(answer.body)


def test_nothing_that_the_contract_does_not_name_passes_uncut(
    under: Any, provider: Provider, clock: Any, last: Any
) -> None:
    packed = gzip.compress(json.dumps(PERSON).encode())
    provider.behaviour = answering(packed, Content_Encoding="gzip")
    answer = get(under(fields=["name"]), clock)
    assert answer.json() == {"name": "Người Mẫu"}
    client = under({}, fields=["name"])
    provider.behaviour = answering(PERSON)
    assert get(client, clock).json() == {"name": "Người Mẫu"}
    for behaviour in (
        answering(b"name;born", Content_Type="text/csv"),
        answering(packed, Content_Encoding="br"),
        answering(b"not json"),
        answering(b"x" * (9 * 1024 * 1024)),
    ):
        provider.behaviour = behaviour
        with pytest.raises(ExchangeUnavailable, match="response_not_cut"):
            get(client, clock)
        assert last()["reason"] == "response_not_cut"


def test_a_described_error_passes_whole_and_another_does_not(under: Any, provider: Provider, clock: Any) -> None:
    client = under(fields=["name"], checks="record")
    provider.behaviour = answering({"error": "not_found"}, 404)
    assert get(client, clock).json() == {"error": "not_found"}
    provider.behaviour = answering(PERSON | {"error": "x"}, 500)
    assert get(client, clock).json() == {"name": "Người Mẫu"}


def test_an_interface_that_cannot_be_read_lets_nothing_through(
    under: Any, provider: Provider, clock: Any, last: Any
) -> None:
    broken = {"openapi": document(paths={"/a": {"$ref": "#/paths/~1a"}})}
    with pytest.raises(ExchangeRefused, match="interface_unreadable"):
        get(under(broken), clock)
    assert last()["request_verdict"] == "interface_unreadable"
    assert get(under(broken, checks="record"), clock).status == 200


@pytest.mark.parametrize(("options", "told_of"), [
    ({}, NUMBER),
    ({"path": "/searches", "method": "POST", "json": {"name": "An"}}, NUMBER),
])  # fmt: skip
def test_the_person_concerned_stands_there_only_as_a_keyed_digest(
    under: Any, provider: Provider, clock: Any, last: Any, rows: Any, options: dict[str, Any], told_of: str
) -> None:
    provider.behaviour = answering({"items": [PERSON]} if "method" in options else PERSON)
    get(under(), clock, **options)
    assert bytes(last()["subject"]) == subjects.digest(KEY, told_of)
    assert not any(NUMBER in str(value) for value in last().values())


def test_an_answer_about_several_people_stands_in_each_ones_ledger(
    under: Any, provider: Provider, clock: Any, last: Any, rows: Any
) -> None:
    numbers = [f"0001234567{n:02}" for n in range(90)]
    provider.behaviour = answering({"items": [PERSON | {"number": each} for each in [*numbers, numbers[0]]]})
    get(under(), clock, path="/searches", method="POST", json={"name": "An"})
    row = last()
    assert row["subject"] is None
    held = rows("SELECT subject FROM evidence_concerned WHERE exchange = %s", row["id"])
    assert {bytes(each["subject"]) for each in held} == {subjects.digest(KEY, each) for each in numbers}
    assert len(held) == 90
    found = rows("SELECT id FROM evidence_read_of(%s, 'infinity', 9)", subjects.digest(KEY, numbers[7]))
    assert [each["id"] for each in found] == [row["id"]]


@pytest.mark.parametrize(("where", "options"), [
    ({"place": "path", "name": "1"}, {"path": f"/persons/{NUMBER}"}),
    ({"place": "query", "name": "person"}, {"path": "/", "query": {"person": NUMBER}}),
    ({"place": "body", "name": "person"}, {"path": "/x", "method": "POST", "json": {"person": NUMBER}}),
])  # fmt: skip
def test_without_a_document_the_architecture_says_where_the_person_is_named(
    under: Any, clock: Any, last: Any, where: dict[str, str], options: dict[str, Any]
) -> None:
    methods = [{"method": "GET", "path": "/persons/*"}, *ANYTHING]
    get(under({"subject": where}, methods=methods), clock, **options)
    assert bytes(last()["subject"]) == subjects.digest(KEY, NUMBER)
    get(under({"subject": {"place": "path", "name": "2"}}, methods=methods), clock, **options)
    assert last()["subject"] is None
