"""A whole OEF file to a model. Layer 4, governance."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from maidinh.governance.interchange.oef_leftovers import AFTER, BEFORE, INSIDE, TEXT, Leftovers, as_text
from maidinh.governance.interchange.oef_reading import (
    LOOSE,
    NO_IDENTIFIER,
    ORGANIZATIONS,
    OTHER_NAMESPACE,
    Read,
    Reading,
    comments_before,
)
from maidinh.governance.interchange.oef_views import ViewReading
from maidinh.governance.interchange.oef_vocabulary import NAMESPACE, NO_SCHEMA, OWN_SCHEMA, SCHEMA_LOCATION, XSI
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.interchange.xml import parse
from maidinh.governance.modelling.definition import Model, View
from maidinh.infrastructure.definitions.collection import uncollected

_MODEL = frozenset({
    "name", "documentation", "properties", "elements", "relationships", "organizations", "propertyDefinitions", "views",
})  # fmt: skip


class _LateInstruction(Exception):
    """What the file renames is told after the views: they must be read again."""


def model_of(path: Path) -> Model:
    """The model in the file. Raises FileRefused with every problem.

    Views are most of a file: each is read and emptied while the file is parsed, so that they are never all in memory.
    """
    with uncollected():
        streamed = _Streamed(path)
        root = parse(path, streamed.take, "view")
        try:
            return _made(streamed.reading or Reading(path, root), root, streamed)
        except _LateInstruction:
            root = parse(path)
            return _made(Reading(path, root), root, None)


class _Streamed:
    """The views that are read while the file is parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reading: Reading | None = None
        self.views: list[View] = []

    def take(self, element: etree._Element) -> None:
        """Read a view and empty it, if it stands where views stand."""
        above = list(element.iterancestors())
        if [etree.QName(each).localname for each in above] != ["diagrams", "views", "model"]:
            return
        if self.reading is None:
            self.reading = Reading(self.path, above[-1])
            self.reading.ids = _renamed(above[-1])
        if not all(each.tag.startswith(self.reading.start) for each in (element, *above)):
            return
        left = Leftovers()
        for node in comments_before(element):
            left.number(BEFORE, as_text(node))
        self.views += ViewReading(self.reading, f"view at {element.sourceline}").view(element, left)
        element.clear(keep_tail=True)


def _renamed(root: etree._Element) -> dict[str, str]:
    """What our instruction in the model says of identifiers, as far as the model has been parsed."""
    left = Leftovers()
    for node in root.iterchildren(etree.ProcessingInstruction):
        left.keep(node)
    ids: dict[str, str] = left.said.get("ids", {})
    return ids


def _made(reading: Reading, root: etree._Element, streamed: _Streamed | None) -> Model:
    found = _plain(reading, root, streamed)
    made = reading.made(Model, found, root)
    if not made:
        raise FileRefused(reading.problems)
    return made[0]


def _plain(reading: Reading, root: etree._Element, streamed: _Streamed | None) -> Read:
    """The content of the file, before it is checked against the form of a model."""
    left = Leftovers()
    parts = reading.parts(root, _MODEL, left)
    if streamed and streamed.views and reading.ids != left.said.get("ids", {}):
        raise _LateInstruction
    reading.ids = left.said.get("ids", {})
    implied = left.said.get("implied", [])
    _root(reading, left)
    found: Read = {"identifier": reading.define(root, "model", strict=False) if "identifier" in root.attrib else None}
    reading.texts(parts, found, left, "model", named=True)
    if "identifier" not in root.attrib:
        left.attributes[NO_IDENTIFIER] = ""
    if "identifier" in left.said:
        found["identifier"] = left.said["identifier"]
    for name, ours, take in (
        ("elements", "elements", reading.element),
        ("relationships", "relations", reading.relation),
        ("propertyDefinitions", "property_definitions", reading.definition),
    ):
        inner = "element" if name == "elements" else name.removesuffix("s")
        found[ours] = [
            made
            for container in parts.get(name, ())
            for each, own in reading.each(container, inner, left)
            for made in take(each, own)
        ]
    found["folders"] = []
    for index, container in enumerate(parts.get("organizations", ())):
        for item, own in reading.each(container, "item", left, index):
            if index:
                own.attributes[ORGANIZATIONS] = str(index)
            found["folders"].append(reading.folder(item, own))
    _views(reading, parts.get("views", []), found, left, streamed)
    reading.refuse_if_wrong()
    found["property_definitions"] = [each for each in found["property_definitions"] if each.id not in implied]
    if reading.loose:
        left.attributes[LOOSE] = ""
    found["carried"] = left.carried()
    return found


def _views(
    reading: Reading,
    containers: list[etree._Element],
    found: Read,
    left: Leftovers,
    streamed: _Streamed | None,
) -> None:
    """Add the views, those that were read already as well."""
    found["views"] = streamed.views if streamed else []
    for container in containers:
        rest = Leftovers()
        diagrams = reading.parts(container, frozenset({"diagrams"}), rest)
        for node in rest.children:
            left.number(f"{INSIDE}views:", node)
        left.said |= rest.said
        left.stray(rest.attributes.get(TEXT), "views")
        for name, value in container.attrib.items():
            left.attributes[f"views/@{name}"] = value
        for each in diagrams.get("diagrams", ()):
            for view, own in reading.each(each, "view", left):
                if streamed is None:
                    drawn = ViewReading(reading, f"view {len(found['views'])}")
                    found["views"] += drawn.view(view, own)


def _root(reading: Reading, left: Leftovers) -> None:
    """Attributes and namespaces of the root, and what stands before it."""
    root = reading.root
    own = {SCHEMA_LOCATION: OWN_SCHEMA, "xmlns:": NAMESPACE, "xmlns:xsi": XSI}
    said = {str(name): str(value) for name, value in root.attrib.items() if name != "identifier"}
    said |= {f"xmlns:{prefix or ''}": namespace for prefix, namespace in root.nsmap.items()}
    left.attributes |= {} if said == own else said  # what the writer says by itself need not be kept
    if SCHEMA_LOCATION not in root.attrib:
        left.attributes[NO_SCHEMA] = ""
    if reading.namespace != NAMESPACE:
        left.attributes[OTHER_NAMESPACE] = reading.namespace
    before = list(root.itersiblings(preceding=True))
    for node in reversed(before):
        left.number(BEFORE, as_text(node))
    for node in root.itersiblings():
        left.number(AFTER, as_text(node))
