"""What a model has no place for when OEF is read: kept by the part it belongs to, to be written back there.

Layer 4, governance. In `carried["oef"]`, `attributes` has the attributes by their name in Clark's notation and our own
notes, whose names start with `maidinh:`; `children` has elements, comments and instructions as XML. A *variant* note
is XML that says what the model says, in a form that we wouldn't give it; it is written as long as the model says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from maidinh.governance.interchange.oef_vocabulary import INSTRUCTION
from maidinh.governance.interchange.xml import fragment
from maidinh.governance.modelling.definition import Carried, Format

NOTE = "maidinh:"
TEXT = "maidinh:text"
BEFORE = "maidinh:before:"
AFTER = "maidinh:after:"
INSIDE = "maidinh:in:"
RAW = "maidinh:raw:"
VARIANT = "maidinh:variant:"
ORDER = "maidinh:order:"
_SAID: dict[str, type | tuple[type, ...]] = {
    "archi": dict, "box": (dict, type(None)), "identifier": (str, type(None)), "ids": dict, "implied": list,
    "kind": str, "nameless": bool, "offset": list, "properties": list, "style": dict, "type": str,
}  # fmt: skip
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def as_text(node: etree._Element) -> str:
    """The XML of a node without what follows it."""
    return str(etree.tostring(node, encoding="unicode", with_tail=False))


def all_text(element: etree._Element) -> str:
    """The text of an element and of the elements in it, without comments and instructions."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(all_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


class Leftovers:
    """What is left of one part of a file while it is read; `said` is what our own instructions in it say."""

    __slots__ = ("attributes", "children", "numbers", "said")

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {}
        self.numbers: dict[str, int] = {}  # how many notes of the same beginning there are
        self.children: list[str] = []
        self.said: dict[str, Any] = {}

    def carried(self) -> dict[Format, Any]:
        """The `carried` of the part."""
        found: dict[Format, Any] = {}
        if self.attributes or self.children:
            found["oef"] = {"attributes": self.attributes, "children": self.children}
        if "archi" in self.said:
            found["archi"] = self.said["archi"]
        return found

    def keep(self, node: etree._Element, within: str = "") -> None:
        """Keep a child that isn't understood; `within` names the container of this part that it stands in."""
        if node.tag is etree.ProcessingInstruction and node.target == INSTRUCTION:
            said = _instruction(node.text or "")
            if said is not None:
                self.said.update(said)
                return
        if within:
            self.number(f"{INSIDE}{within}:", as_text(node))
        else:
            self.children.append(as_text(node))

    def number(self, note: str, text: str) -> None:
        """Add a note to those of the same beginning."""
        count = self.numbers.get(note, 0)
        self.numbers[note] = count + 1
        self.attributes[f"{note}{count}"] = text

    def stray(self, text: str | None, within: str = "") -> None:
        """Keep text that stands where the format has none; `within` names the container of this part it stands in."""
        if text and not text.isspace():
            note = f"{TEXT}:{within}" if within else TEXT
            self.attributes[note] = self.attributes.get(note, "") + text


def _instruction(text: str) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not all(isinstance(each, _SAID.get(name, ())) for name, each in said.items()):
        return None
    if not all(isinstance(each, str) for each in said.get("ids", {}).values()):
        return None
    return said


def instruction(said: dict[str, Any]) -> etree._Element:
    """Our processing instruction that says so; nothing in it can end it early."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = text.replace("?>", "?\\u003e")
    return etree.ProcessingInstruction(INSTRUCTION, _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


NOTHING = Carried()


class Restored:
    """What was left of one part, as it is written."""

    __slots__ = ("attributes", "children")

    def __init__(self, carried: dict[Format, Carried]) -> None:
        kept = carried.get("oef", NOTHING)
        self.attributes = kept.attributes
        self.children = kept.children

    def attributes_of(self, container: str = "") -> Iterator[tuple[str, str]]:
        """The attributes of the part, or of a container in it."""
        start = f"{container}/@" if container else ""
        for name, value in self.attributes.items():
            if name.startswith(NOTE) or name.startswith("xmlns:"):
                continue
            if not start:
                if "/@" not in name or name.startswith("{"):
                    yield name, value
            elif name.startswith(start):
                yield name.removeprefix(start), value

    def numbered(self, note: str) -> Iterator[etree._Element]:
        """The nodes kept under a numbered note."""
        count = 0
        while (text := self.attributes.get(f"{note}{count}")) is not None:
            yield fragment(text)
            count += 1

    def inside(self, container: str) -> Iterator[etree._Element]:
        """What was kept of a container in the part."""
        return self.numbered(f"{INSIDE}{container}:")

    def raw(self, name: str) -> str | None:
        """How an attribute was written that means what the model says."""
        return self.attributes.get(f"{RAW}{name}")

    def variant(self, name: str, index: int = 0) -> etree._Element | None:
        """The XML kept of a child that the model understands in part."""
        text = self.attributes.get(f"{VARIANT}{name}:{index}")
        return None if text is None else fragment(text)
