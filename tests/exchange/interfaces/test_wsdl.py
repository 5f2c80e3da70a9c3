"""SOAP messages held against a WSDL: what fits, what does not, what is cut, and that nothing is fetched or expanded."""

from __future__ import annotations

import pytest

from maidinh.exchange.interfaces.cutting import kept_of
from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.wsdl import NotXml, SoapInterface, cut_envelope, read_xml

WSDL = """<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:t="urn:test" xmlns:c="urn:codes" xmlns:x="http://x-road.eu/xsd/xroad.xsd" targetNamespace="urn:test">
 <wsdl:types>
  <xs:schema targetNamespace="urn:codes"><xs:simpleType name="number"><xs:restriction base="xs:string">
    <xs:pattern value="[0-9]{12}"/></xs:restriction></xs:simpleType></xs:schema>
  <xs:schema targetNamespace="urn:test" elementFormDefault="qualified">
   <xs:import namespace="urn:codes"/>
   <xs:import namespace="http://x-road.eu/xsd/xroad.xsd" schemaLocation="http://x-road.eu/xsd/xroad.xsd"/>
   <xs:element name="person"><xs:complexType><xs:sequence>
     <xs:element name="number" type="c:number"/></xs:sequence></xs:complexType></xs:element>
   <xs:element name="personResponse"><xs:complexType><xs:sequence><xs:element name="found" maxOccurs="9">
     <xs:complexType><xs:sequence><xs:element name="name" type="xs:string"/>
     <xs:element name="born" type="xs:date" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
     </xs:sequence></xs:complexType></xs:element>
  </xs:schema>
 </wsdl:types>
 <wsdl:message name="headers"><wsdl:part name="client" element="x:client"/></wsdl:message>
 <wsdl:message name="asked"><wsdl:part name="body" element="t:person"/></wsdl:message>
 <wsdl:message name="told"><wsdl:part name="body" element="t:personResponse"/></wsdl:message>
 <wsdl:portType name="port"><wsdl:operation name="person"><wsdl:input message="t:asked"/>
   <wsdl:output message="t:told"/></wsdl:operation></wsdl:portType>
</wsdl:definitions>"""
INTERFACE = SoapInterface(WSDL)
FOUND = "<found><name>Người Mẫu</name><born>2000-01-01</born></found>"


def envelope(inside: str) -> bytes:
    return (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header/>'
        f'<e:Body>{inside}</e:Body></e:Envelope>'
    ).encode()  # fmt: skip


def asked(number: str) -> bytes:
    return envelope(f'<person xmlns="urn:test"><number>{number}</number></person>')


def told(inside: str) -> bytes:
    return envelope(f'<personResponse xmlns="urn:test">{inside}</personResponse>')


@pytest.mark.parametrize(("message", "answer", "word"), [
    (asked("000123456789"), False, "valid"),
    (asked("79"), False, "body_invalid"),
    (asked("000123456789"), True, "operation_not_described"),
    (told(FOUND), True, "valid"),
    (told(FOUND.replace("2000-01-01", "yesterday")), True, "body_invalid"),
    (told(""), True, "body_invalid"),
    (envelope('<e:Fault xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>'), True, "valid"),
    (envelope('<e:Fault xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>'), False, "operation_not_described"),
    (envelope(""), False, "body_missing"),
    (envelope('<a xmlns="urn:test"/><b/>'), False, "body_missing"),
    (b"<a/>", False, "body_missing"),
    (b"not xml", False, "not_xml"),
    (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', False, "not_xml"),
])  # fmt: skip
def test_messages(message: bytes, answer: bool, word: str) -> None:
    assert INTERFACE.check(message, answer=answer).word == word


def test_the_place_holds_nothing_that_was_sent() -> None:
    verdict = INTERFACE.check(asked("secret-79"), answer=False)
    assert verdict.place and "secret" not in verdict.place


def test_cutting_an_answer() -> None:
    left, count = cut_envelope(told(FOUND * 2), kept_of(None, None, ["found.name"]))
    assert (left.count("Người Mẫu".encode()), left.count(b"2000"), count) == (2, 0, 2)
    assert cut_envelope(told(FOUND), kept_of(None, None, ["found"])) == (told(FOUND), 0)
    left, count = cut_envelope(told(FOUND), kept_of(None, None, ["name"]))
    assert (count, "Người".encode() in left) == (1, False)


@pytest.mark.parametrize("text", [
    "<a/>", "no xml", '<!DOCTYPE a><a/>',
    WSDL.replace("wsdl:types", "wsdl:other"), WSDL.replace("wsdl:portType", "wsdl:other"),
    WSDL.replace('<xs:import namespace="urn:codes"/>', '<xs:include schemaLocation="file:///etc/passwd"/>'),
    WSDL.replace('type="c:number"', 'type="c:unknown"'),
])  # fmt: skip
def test_a_wsdl_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(DocumentUnreadable):
        SoapInterface(text)


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
    with pytest.raises(NotXml):
        read_xml(bomb.encode())
