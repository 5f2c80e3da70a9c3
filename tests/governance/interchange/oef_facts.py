"""The facts of an OEF file as its XML states them, read without any of the project's own reading.

A fact is a path with what stands there. Only the order between children of different names, blanks between elements,
prefixes, and containers that hold nothing are no facts.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from xml.dom.minidom import Element, Node, parse

OEF = "http://www.opengroup.org/xsd/archimate/3.0/"
TEXTS = {"name", "documentation", "label", "value"}
CONTAINERS = {
    "elements", "relationships", "organizations", "propertyDefinitions", "views", "diagrams", "properties",
}  # fmt: skip


def facts(path: Path) -> Counter[str]:
    """Every fact of the file, as often as it stands."""
    found: Counter[str] = Counter()
    document = parse(str(path))
    for node in document.childNodes:
        if node.nodeType == Node.ELEMENT_NODE:
            _collect(node, "", found)
        else:
            _collect_other(node, "", found)
    return found


def _collect(element: Element, path: str, found: Counter[str]) -> None:
    own = f"{path}/{_name(element)}"
    found[own] += 1
    for attribute in element.attributes.values():
        if attribute.name == "xmlns" or attribute.prefix == "xmlns":
            continue
        value = _type(element, attribute.value) if attribute.name.endswith(":type") else attribute.value
        found[f"{own}@{attribute.namespaceURI or ''}:{attribute.localName}={value!r}"] += 1
    texts = element.namespaceURI != OEF or element.localName in TEXTS
    position: Counter[str] = Counter()
    text: list[str] = []
    for child in element.childNodes:
        if child.nodeType == Node.ELEMENT_NODE:
            if _is_empty(child):
                continue
            name = _name(child)
            _collect(child, f"{own}[{name} {position[name]}]", found)
            position[name] += 1
            if texts:
                text.append(f"<{name}>")
        elif child.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
            text.append(child.data)
        else:
            _collect_other(child, own, found)
    whole = "".join(text)
    if (texts and whole) or whole.strip():
        found[f"{own}={whole if texts else whole.strip()!r}"] += 1


def _collect_other(node: Node, path: str, found: Counter[str]) -> None:
    if node.nodeType == Node.PROCESSING_INSTRUCTION_NODE and node.target == "maidinh":
        return
    found[f"{path}{node.nodeName} {getattr(node, 'data', '')}"] += 1


def instructions(path: Path) -> list[dict[str, object]]:
    """What our own processing instructions in the file say."""
    found = []
    waiting: list[Node] = [parse(str(path))]
    while waiting:
        node = waiting.pop()
        if node.nodeType == Node.PROCESSING_INSTRUCTION_NODE and node.target == "maidinh":
            found.append(json.loads(node.data))
        waiting.extend(node.childNodes)
    return found


def _is_empty(element: Element) -> bool:
    if element.namespaceURI != OEF or element.localName not in CONTAINERS or element.attributes.length:
        return False
    return all(
        _is_empty(child) if child.nodeType == Node.ELEMENT_NODE else child.nodeType == Node.TEXT_NODE
        for child in element.childNodes
    )


def _name(element: Element) -> str:
    return element.localName if element.namespaceURI == OEF else f"{{{element.namespaceURI}}}{element.localName}"


def _type(element: Element, value: str) -> str:
    prefix, _, name = value.rpartition(":")
    node: Node | None = element
    while prefix and node is not None and node.nodeType == Node.ELEMENT_NODE:
        if node.hasAttribute(f"xmlns:{prefix}"):
            namespace = node.getAttribute(f"xmlns:{prefix}")
            return name if namespace == OEF else f"{{{namespace}}}{name}"
        node = node.parentNode
    return value


def difference(one: Path, other: Path) -> dict[str, list[str]]:
    """Facts that only one of the files has."""
    left, right = facts(one), facts(other)
    return {"lost": sorted((left - right).elements()), "added": sorted((right - left).elements())}
