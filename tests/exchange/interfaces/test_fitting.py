"""What is told before a version is published: documents that can't be used, fields nobody answers, breaking changes."""

from __future__ import annotations

from typing import Any

import pytest

from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.interfaces.fitting import breaks, misfits, with_kept_documents
from tests.exchange.directory.test_rules import PEM_TEXT
from tests.exchange.interfaces.documents import document
from tests.exchange.interfaces.test_comparison import changed
from tests.exchange.interfaces.test_wsdl import WSDL
from tests.exchange.world import SERVICE, contract_for, directory_for

XROAD = "http://x-road.eu/xsd/xroad.xsd"

OFFERED = [{"method": "GET", "path": "/persons/*"}, {"method": "POST", "path": "/searches"}]


def directory(service: dict[str, Any], **contract: Any) -> Directory:
    made = {"id": SERVICE, "url": "http://127.0.0.1:9", "methods": OFFERED, "timeout_seconds": 5} | service
    contracts = [contract_for(SERVICE, **{"methods": OFFERED} | contract)]
    return directory_for(lambda _: PEM_TEXT, services=[made], contracts=contracts)


@pytest.mark.parametrize(("service", "contract", "found"), [
    ({}, {"fields": ["nobody"]}, []),
    ({"openapi": document()}, {"fields": ["name", "home.street"]}, []),
    ({"openapi": document()}, {"fields": ["name", "nmae"]}, [("not_answered", "nmae")]),
    ({"openapi": document(), "methods": [*OFFERED, {"method": "PUT", "path": "/persons/*"}]}, {},
     [("not_described", "PUT /persons/*")]),
    ({"openapi": document(), "methods": [{"method": "GET", "path": "/**"}]}, {"fields": ["name"]}, []),
    ({"openapi": document(openapi="2.0")}, {}, [("unusable", "openapi: expected a version 3.0.x or 3.1.x")]),
    ({"openapi": document(), "protocol": "soap"}, {}, [("other_protocol", "soap")]),
    ({"wsdl": WSDL}, {}, [("other_protocol", "rest")]),
    ({"wsdl": WSDL, "protocol": "soap"}, {}, []),
])  # fmt: skip
def test_what_does_not_fit(service: dict[str, Any], contract: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert [(each.word, each.what) for each in misfits(directory(service, **contract))] == found


def test_a_break_without_a_new_first_number_is_told_with_its_contracts() -> None:
    standing, narrower = directory({"openapi": document()}), changed("components>schemas>Person>properties>born")
    found = breaks(standing, directory({"openapi": narrower}))
    assert [(each.service, each.contracts, each.versions) for each in found] == [
        (SERVICE, ("contract-persons",), ("1.0.0", "1.0.0"))
    ]
    assert {each.word for each in found[0].changes} == {"field_removed"}
    announced = changed("info>version", "2.0.0", narrower)
    assert breaks(standing, directory({"openapi": announced})) == []
    assert breaks(None, directory({"openapi": narrower})) == []
    assert breaks(standing, standing) == []
    assert breaks(standing, directory({})) == []


def test_a_wsdl_breaks_like_an_openapi_document() -> None:
    def spoken(text: str) -> Directory:
        return directory({"wsdl": text, "protocol": "soap"})

    def versioned(text: str, version: str) -> str:
        operation = f'<wsdl:operation name="person"><x:version xmlns:x="{XROAD}">{version}</x:version></wsdl:operation>'
        bound = f'<wsdl:binding name="b" type="t:p">{operation}</wsdl:binding>'
        return text.replace("</wsdl:definitions>", f"{bound}</wsdl:definitions>")

    name = '<xs:element name="name" type="xs:string"/>'
    standing, narrower = spoken(WSDL), WSDL.replace(name, "")
    (found,) = breaks(standing, spoken(narrower))
    assert (found.service, found.contracts, found.versions) == (SERVICE, ("contract-persons",), ("", ""))
    assert [(each.place, each.word) for each in found.changes] == [("personResponse/found/name", "field_removed")]
    assert with_kept_documents(standing, spoken(narrower)).services == standing.services
    assert breaks(standing, spoken(WSDL.replace(name, name + name.replace('"name"', '"other"')))) == []
    assert breaks(spoken(versioned(WSDL, "v1")), spoken(versioned(narrower, "v2"))) == []
    (same,) = breaks(spoken(versioned(WSDL, "v1")), spoken(versioned(narrower, "v1")))
    assert same.versions == ("v1", "v1")
    assert breaks(standing, directory({"openapi": document()})) == []


def test_a_directory_that_is_renewed_changes_no_interface_for_the_worse() -> None:
    standing, better = directory({"openapi": document()}), changed("paths>/new", document()["paths"]["/persons/own"])
    for worse in (changed("paths>/searches"), document(openapi="2.0")):
        assert with_kept_documents(standing, directory({"openapi": worse})).services == standing.services
    assert with_kept_documents(standing, directory({"openapi": better})).services[0].openapi == better
    assert with_kept_documents(None, standing) == standing
