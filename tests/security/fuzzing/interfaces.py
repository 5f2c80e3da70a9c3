"""Published interfaces: OpenAPI documents as YAML or JSON, WSDLs with their schemas; and what is sent under one.

An input is a letter and a document: `o` OpenAPI, `w` a WSDL, `b` a body under the interface of the tests, `q` a query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from maidinh.exchange.interfaces.comparison import announced, compare
from maidinh.exchange.interfaces.cutting import cut, kept_of
from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.openapi import Interface, Sent
from maidinh.exchange.interfaces.wsdl import SoapInterface
from maidinh.exchange.interfaces.wsdl_comparison import compare_wsdl
from maidinh.infrastructure.definitions.reading import DefinitionError, read_mapping
from tests.exchange.interfaces.documents import DOCUMENT
from tests.exchange.interfaces.test_wsdl import WSDL
from tests.exchange.soap_world import wsdl_for
from tests.security.fuzzing.targets import Run

NUMBER = "079012345678"
SMALL = """
openapi: 3.0.3
info: {title: A, version: 1.0.0}
paths:
  /a/{b}:
    parameters: [{name: b, in: path, required: true, schema: {type: integer, nullable: true}}]
    get: {responses: {'200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}}}
components:
  schemas:
    S: {type: object, properties: {c: {type: string, pattern: '^a+$'}, d: {$ref: '#/components/schemas/S'}}}
"""


def seeds() -> Sequence[bytes]:
    """What can be used."""
    return [
        b"o" + SMALL.encode(), b"o{}", b"w" + WSDL.encode(), b"w" + wsdl_for("a").encode(),
        b'b{"number": "079012345678", "name": "A", "home": {"street": "B"}, "children": []}', b'b{"name": "Lan"}',
        b'b{"number": "\\ud800", "name": "\\u0000"}',
        b"qday=2026-01-01&limit=5&kind=a&kind=b", b"b[1e9, -0, null]",
    ]  # fmt: skip


def ready() -> Run:
    """One document, or something sent under ours."""
    interface = Interface(DOCUMENT)
    kept = kept_of(None, None, ["name", "home.street"])
    folder = TemporaryDirectory()
    file = Path(folder.name, "interface.yaml")

    def run(data: bytes, folder: TemporaryDirectory[str] = folder) -> None:
        what, rest = data[:1], data[1:]
        if what == b"w":
            _wsdl(rest.decode("utf-8", errors="replace"))
        elif what == b"b":
            _sent(interface, rest)
        elif what == b"q":
            operation = interface.operation("GET", ["persons", NUMBER])
            assert operation is not None
            query = rest.decode("ascii", errors="ignore")  # an address has nothing else (protocol.TARGET)
            operation.check_request(["persons", NUMBER], query, {}, Sent("", b""))
            assert isinstance(operation.person(["persons", NUMBER], query), str)
        else:
            file.write_bytes(rest)
            try:
                read = read_mapping(file)
            except DefinitionError as error:
                assert error.problems
                return
            assert cut(read, kept)[1] >= 0
            _openapi(read)

    return run


def _openapi(read: Mapping[str, Any]) -> None:
    try:
        made = Interface(read)
        changes = compare(read, read)
    except DocumentUnreadable as error:
        assert str(error)
        return
    assert changes == []
    assert not announced(made.document.version, made.document.version)
    for operation in made.operations:
        operation.check_response(200, Sent("application/json", b'{"c": "aaa", "d": {}}'), head=False)


def _wsdl(text: str) -> None:
    try:
        made = SoapInterface(text)
        changes = compare_wsdl(text, text)
    except DocumentUnreadable as error:
        assert str(error)
        return
    assert changes == []
    assert not announced(made.version, made.version)
    assert made.check(b"<a/>", answer=False).word


def _sent(interface: Interface, body: bytes) -> None:
    for method, steps in (("GET", ["persons", NUMBER]), ("POST", ["searches"])):
        operation = interface.operation(method, steps)
        assert operation is not None
        sent = Sent("application/json", body)
        operation.check_request(steps, None, {}, sent)
        for status in (200, 404):
            verdict, _ = operation.check_response(status, sent, head=False)
            assert isinstance(verdict.word, str)
