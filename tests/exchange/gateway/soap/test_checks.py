"""SOAP held against the published WSDL and cut to the contract's fields, on its way through the gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from lxml import etree

from maidinh.exchange import subjects
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.gateway.soap.test_calls import code_of
from tests.exchange.soap_world import DETAILS, envelope, headers_of, multipart, names_of, request, soap_services
from tests.exchange.world import Provider, contract_for, directory_for

KEY = b"k" * 32


@pytest.fixture
def gateway(start_gateway: Any) -> Any:
    return start_gateway(subject_key=KEY)


@pytest.fixture
def under(gateway: Any, signer: SignerClient, provider: Provider) -> Callable[..., None]:
    """Have the gateway obey one contract, and the provider answer with name and birthday."""

    async def told(asked: web.BaseRequest) -> web.StreamResponse:
        body = "<c:personDetailsResponse><name>Người Mẫu</name><born>2000-01-01</born></c:personDetailsResponse>"
        return web.Response(body=envelope(list(headers_of().values()), body), content_type="text/xml")

    def make(service: dict[str, Any] | None = None, **contract: Any) -> None:
        made = soap_services(f"http://127.0.0.1:{provider.port}/base")[0] | (service or {})
        contracts = [contract_for(DETAILS, methods=[{"method": "POST", "path": "/"}], **contract)]
        directory = directory_for(signer.public, provider.port, 9_000_000, services=[made], contracts=contracts)
        gateway.keeper.snapshot = Snapshot(directory, "")
        provider.behaviour = told

    return make


def test_what_fits_passes_cut_to_the_contracts_fields(send: Any, under: Any, evidence_of: Any) -> None:
    under(fields=["name"])
    answer = send(request())
    assert answer.status == 200, answer.content
    assert [each.tag for each in etree.fromstring(answer.content).find("{*}Body")[0]] == ["name"]
    assert names_of(answer.content)[-1] == "requestHash"
    row = evidence_of(answer)
    assert (row["request_verdict"], row["response_verdict"], row["cut"]) == ("valid", "valid", 1)


def test_what_does_not_fit_is_refused_with_a_fault(send: Any, under: Any, provider: Provider, evidence_of: Any) -> None:
    under()
    answer = send(request(body="<c:personDetails><wrong/></c:personDetails>"))
    assert (code_of(answer), evidence_of(answer)["reason"]) == ("Client.InvalidRequest", "request_not_valid")
    assert provider.seen == []
    kind, body = multipart(request(body="<c:personDetails><wrong/></c:personDetails>"), b"attached")
    assert evidence_of(send(body, kind))["request_verdict"] == "body_invalid"


def test_an_answer_that_does_not_fit_is_refused_or_written_down(
    send: Any, under: Any, provider: Provider, evidence_of: Any
) -> None:
    async def other(asked: web.BaseRequest) -> web.StreamResponse:
        body = "<personDetailsResponse><name>Người Mẫu</name></personDetailsResponse>"
        return web.Response(body=envelope(list(headers_of().values()), body), content_type="text/xml")

    for checks, status in (("refuse", 500), ("record", 200)):
        under(checks=checks)
        provider.behaviour = other
        answer = send(request())
        assert answer.status == status
        assert evidence_of(answer)["response_verdict"] == "operation_not_described"


def test_the_person_whom_the_body_names_is_found_by_its_digest(send: Any, under: Any, evidence_of: Any) -> None:
    under({"subject": {"place": "body", "name": "number"}})
    assert bytes(evidence_of(send(request()))["subject"]) == subjects.digest(KEY, "079")


def test_a_quota_is_told_as_a_fault_with_the_time_to_wait(send: Any, under: Any, evidence_of: Any) -> None:
    under(quota={"per_minute": 1})
    assert send(request()).status == 200
    answer = send(request())
    assert answer.status == 500
    assert int(answer.headers["retry-after"]) > 0
    assert code_of(answer) == "Client.QuotaExceeded"


def test_types_of_the_protocols_own_schemas_are_known(send: Any, under: Any, evidence_of: Any) -> None:
    document = soap_services("http://x")[0]["wsdl"]
    wanted = document.replace(
        '<xsd:element name="number" type="xsd:string"',
        '<xsd:element name="number" type="wsi:swaRef" xmlns:wsi="http://ws-i.org/profiles/basic/1.1/xsd"',
    ).replace(
        "<xsd:import ",
        '<xsd:import namespace="http://ws-i.org/profiles/basic/1.1/xsd" schemaLocation="http://ws-i.org/x.xsd"/>'
        "<xsd:import ",
        1,
    )
    under({"wsdl": wanted})
    row = evidence_of(send(request()))
    assert (row["outcome"], row["request_verdict"]) == ("allowed", "valid")
