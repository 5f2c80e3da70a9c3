"""The words of the ArchiMate Model Exchange File Format 3.x (OEF), and which of our kinds each stands for.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import re
from typing import Any

from maidinh.governance.modelling.metamodel import ELEMENT_TYPES, RELATION_TYPES, kebab

FAMILY = "http://www.opengroup.org/xsd/archimate"
NAMESPACE = f"{FAMILY}/3.0/"  # of 3.1 and 3.2 too
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TYPE = f"{{{XSI}}}type"
SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"
OWN_SCHEMA = f"{NAMESPACE} {FAMILY}/3.1/archimate3_Diagram.xsd"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
INSTRUCTION = "maidinh"  # the target of our processing instructions

LETTERS = "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u1ea0-\u1ef9"
PLAIN_NAME = re.compile(f"[{LETTERS}][{LETTERS}0-9.-]*")  # the NCNames that every version of XML knows
NOT_IN_NAME = re.compile(f"[^{LETTERS}0-9.-]")

DATA_TYPES = frozenset({"string", "boolean", "currency", "date", "time", "number"})
FONT_STYLES = frozenset({"plain", "bold", "italic", "underline"})
ACCESS = {"Access": "access", "Read": "read", "Write": "write", "ReadWrite": "read-write"}
ACCESS_TYPE = {ours: theirs for theirs, ours in ACCESS.items()}
TRUTH = {"true": True, "false": False}

ELEMENT_KIND = {each: kebab(each) for each in ELEMENT_TYPES}
RELATION_KIND = {each: kebab(each) for each in RELATION_TYPES}
JUNCTIONS = frozenset({"and-junction", "or-junction"})
NO_DEFINITION = "?"  # the key of a property that names no definition, against the schema
NO_SCHEMA = "maidinh:unlocated"
NO_TYPE = "maidinh:untyped"


def element_kind(type_: str | None) -> str:
    """The kind of an element type; of one that ArchiMate 3.2 hasn't, the kind it is nearest to."""
    known = ELEMENT_KIND.get(type_ or "")
    return known or ("and-junction" if type_ == "Junction" else "grouping")


def relation_kind(type_: str | None) -> str:
    """The kind of a relation type; of one that ArchiMate 3.2 hasn't, the weakest: association."""
    return RELATION_KIND.get((type_ or "").removesuffix("Relationship"), "association")


def node_kind(type_: str | None, element: Any, view: Any) -> str:
    """The kind of a node of that type which refers to an element or a view, or doesn't."""
    if type_ == "Label":
        return "view" if view else "label"
    if type_ in ("Element", "Container"):
        return type_.lower()
    return "element" if element else "container"


def node_type(kind: str, element: Any, has_nodes: bool) -> str:
    """The type under which a node is written: only an element's has a reference, and a label holds no nodes."""
    if kind == "element" and element:
        return "Element"
    return "Label" if kind in ("label", "view") and not has_nodes else "Container"


def connection_type(relation: Any) -> str:
    """The type under which a connection is written."""
    return "Relationship" if relation else "Line"
