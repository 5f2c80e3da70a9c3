"""Which changes of a WSDL break those who use it, each with the way to its element."""

from __future__ import annotations

import pytest

from maidinh.exchange.interfaces.wsdl_comparison import compare_wsdl
from tests.exchange.interfaces.test_wsdl import WSDL

NAME = '<xs:element name="name" type="xs:string"/>'
BORN = '<xs:element name="born" type="xs:date" minOccurs="0"/>'
NUMBER = '<xs:element name="number" type="c:number"/>'


@pytest.mark.parametrize(("old", "new", "found"), [
    ("x", "x", []),
    (NAME, "", [("personResponse/found/name", "field_removed")]),
    (NAME, NAME.replace("string", "token"), [("personResponse/found/name", "type_changed")]),
    (NAME, NAME.replace("/>", ' minOccurs="0"/>'), [("personResponse/found/name", "field_optional")]),
    (BORN, BORN + '<xs:element name="sex" type="xs:string"/>', [("personResponse/found/sex", "field_added")]),
    ('maxOccurs="9"', "", []),
    (NAME, NAME.replace("/>", ' maxOccurs="2"/>'), [("personResponse/found/name", "widened")]),
    (NUMBER, NUMBER + '<xs:element name="day" type="xs:date" minOccurs="0"/>', [("person/day", "field_added")]),
    (NUMBER, NUMBER + '<xs:element name="day" type="xs:date"/>', [("person/day", "field_required")]),
    ("[0-9]{12}", "[0-9]{9}", [("person/number", "type_changed")]),
    ("<wsdl:output", "<wsdl:nothing", [("personResponse", "operation_removed")]),
    (BORN, f"<xs:choice>{BORN}</xs:choice>", []),
    (BORN, BORN.replace("/>", '><xs:annotation><xs:documentation>x</xs:documentation></xs:annotation></xs:element>'),
     []),
])  # fmt: skip
def test_what_breaks(old: str, new: str, found: list[tuple[str, str]]) -> None:
    assert [(each.place, each.word) for each in compare_wsdl(WSDL, WSDL.replace(old, new))] == found


def test_prefixes_and_named_types_are_nobodys_affair() -> None:
    named = WSDL.replace(
        '<xs:element name="person"><xs:complexType><xs:sequence>',
        '<xs:complexType name="asked"><xs:sequence>',
    ).replace(
        f"{NUMBER}</xs:sequence></xs:complexType></xs:element>",
        f'{NUMBER}</xs:sequence></xs:complexType><xs:element name="person" type="t:asked"/>',
    )
    assert named != WSDL
    assert compare_wsdl(WSDL, named) == []
    assert compare_wsdl(WSDL, WSDL.replace("c:", "d:").replace("xmlns:c=", "xmlns:d=")) == []
