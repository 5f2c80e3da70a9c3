"""The ArchiMate Model Exchange File Format 3.x (OEF), both ways without loss. Layer 4, governance.

`read` gives the model of a file as other tools see it (plain kinds, properties), `write` takes such a one; the profile
of this project is put on and taken off by whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lxml import etree
from pydantic import ValidationError

from maidinh.governance.interchange.oef_leftovers import AFTER, BEFORE, INSIDE, TEXT, Leftovers, as_text
from maidinh.governance.interchange.oef_reading import LOOSE, ORGANIZATIONS, OTHER_NAMESPACE, Read, Reading
from maidinh.governance.interchange.oef_texts import write_words
from maidinh.governance.interchange.oef_view_writing import ViewWriting
from maidinh.governance.interchange.oef_views import ViewReading
from maidinh.governance.interchange.oef_vocabulary import NAMESPACE, NO_SCHEMA, OWN_SCHEMA, SCHEMA_LOCATION, XSI
from maidinh.governance.interchange.oef_writing import UNFIT, Item, Writing
from maidinh.governance.interchange.problems import FileRefused, Place
from maidinh.governance.interchange.xml import parse
from maidinh.governance.modelling.definition import Model

NO_IDENTIFIER = "maidinh:unidentified"
_MODEL = frozenset({
    "name", "documentation", "properties", "elements", "relationships", "organizations", "propertyDefinitions", "views",
})  # fmt: skip

_STRUCTURE = (
    "elements", "element", "relationships", "relationship", "organizations", "item", "propertyDefinitions",
    "propertyDefinition", "views", "diagrams", "view", "node", "connection", "properties",
)  # fmt: skip


def read(path: Path) -> Model:
    """The model in the file. Raises FileRefused with every problem; then nothing of it is taken in."""
    return model(parse(path), path)


def write(model: Model, path: Path) -> None:
    """Write the model. Raises FileRefused for what no OEF file can hold; then nothing is written."""
    path.write_bytes(content(model, path))


def model(root: etree._Element, path: Path) -> Model:
    """The model that a parsed file states."""
    reading = Reading(path, root)
    found = _plain(reading)
    try:
        return Model.model_validate(found)
    except ValidationError as error:
        places = [_place(path, found, detail) for detail in error.errors(include_url=False)]
        raise FileRefused(places) from None


def _place(path: Path, found: Read, detail: Any) -> Place:
    part: Any = found
    name = ""
    for step in detail["loc"]:
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(part, dict):
            name = part.get("id", name)
    return Place(path, 0, name, f"{'.'.join(str(each) for each in detail['loc'])}: {detail['msg']}")


def _plain(reading: Reading) -> Read:
    """The content of the file, before it is checked against the form of a model."""
    root, left = reading.root, Leftovers()
    parts = reading.parts(root, _MODEL, left)
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
            take(each, own) for container in parts.get(name, ()) for each, own in reading.each(container, inner, left)
        ]
    found["folders"] = []
    for index, container in enumerate(parts.get("organizations", ())):
        for item, own in reading.each(container, "item", left, index):
            if index:
                own.attributes[ORGANIZATIONS] = str(index)
            found["folders"].append(reading.folder(item, own))
    _views(reading, parts.get("views", []), found, left)
    reading.refuse_if_wrong()
    found["property_definitions"] = [each for each in found["property_definitions"] if each["id"] not in implied]
    if reading.loose:
        left.attributes[LOOSE] = ""
    found["carried"] = left.carried()
    return found


def _views(reading: Reading, containers: list[etree._Element], found: Read, left: Leftovers) -> None:
    """Add the views."""
    found["views"] = []
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
                drawn = ViewReading(reading, f"view {len(found['views'])}")
                found["views"].append(drawn.view(view, own))


def _root(reading: Reading, left: Leftovers) -> None:
    """Attributes and namespaces of the root, and what stands before it."""
    root = reading.root
    own = {SCHEMA_LOCATION: OWN_SCHEMA, "xmlns:": NAMESPACE, "xmlns:xsi": XSI}
    said = {name: value for name, value in root.attrib.items() if name != "identifier"}
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


def content(model: Model, path: Path) -> bytes:
    """The file that states the model, as bytes; `path` is what problems name."""
    if model.principles:
        raise ValueError("principles are properties of a model that is written: lower it first")
    writing = Writing(model, path)
    root = _new_root(writing)
    try:
        _write_parts(writing, root, model)
    except (ValueError, etree.XMLSyntaxError):
        writing.wrong("model", UNFIT)
    if writing.problems:
        raise FileRefused(writing.problems)
    _lay_out(root, writing)
    around = [list(writing.kept.numbered(note)) if writing.kept else [] for note in (BEFORE, AFTER)]
    lines = [as_text(node) for node in (*around[0], root, *around[1])]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n").encode()


def _new_root(writing: Writing) -> etree._Element:
    """The root with the namespaces it had."""
    namespaces: dict[str | None, str] = {}
    if writing.kept:
        for name, value in writing.kept.attributes.items():
            if name.startswith("xmlns:"):
                namespaces[name.removeprefix("xmlns:") or None] = value
    if writing.namespace not in namespaces.values():
        namespaces[None] = writing.namespace
    if XSI not in namespaces.values():
        namespaces["xsi"] = XSI
    return etree.Element(writing.tag("model"), nsmap=namespaces)


def _write_parts(writing: Writing, root: etree._Element, model: Model) -> None:
    kept, ids = writing.kept, writing.ids
    said: dict[str, Any] = {}
    if ids.model is None:
        said["identifier"] = None
        if kept and NO_IDENTIFIER in kept.attributes:
            said = {}
        else:
            root.set("identifier", ids.spare("model"))
    else:
        root.set("identifier", ids.model)
    if not (kept and NO_SCHEMA in kept.attributes):
        root.set(SCHEMA_LOCATION, kept.attributes.get(SCHEMA_LOCATION, OWN_SCHEMA) if kept else OWN_SCHEMA)
    said |= writing.name(root, model.name, kept, wanted=True)
    write_words(root, writing.tag("documentation"), model.documentation, kept)
    own = f"{{{writing.namespace}}}"
    rest = writing.children(kept)
    late = frozenset(node.tag for node in rest if isinstance(node.tag, str) and node.tag.startswith(own))
    writing.rest(root, kept, but=late)
    writing.properties(root, model.properties, kept)
    root.extend(writing.children(kept, writing.tag("metadata")))
    _container(writing, root, "elements", model.elements, writing.element)
    _container(writing, root, "relationships", model.relations, writing.relation)
    writing.organizations(root, model.folders)
    definitions = _container(
        writing, root, "propertyDefinitions", model.property_definitions, writing.definition, always=bool(ids.implied)
    )
    for key, identifier in ids.implied.items():
        writing.implied_definition(definitions, key, identifier)
    _write_views(writing, root, model)
    root.extend(node for node in rest if node.tag in late - {writing.tag("metadata")})
    if ids.renamed:
        said["ids"] = ids.renamed
    if ids.implied:
        said["implied"] = list(ids.implied)
    writing.tell(root, said, model.carried)


def _container(
    writing: Writing,
    root: etree._Element,
    name: str,
    items: Sequence[Item],
    write: Callable[[etree._Element, Item], None],
    *,
    always: bool = False,
) -> etree._Element:
    """A container with its items; only if there are some, or something was left over in it."""
    attributes = dict(writing.kept.attributes_of(name)) if writing.kept else {}
    others = list(writing.kept.inside(name)) if writing.kept else []
    container = etree.Element(writing.tag(name), attributes)
    container.text = writing.kept.attributes.get(f"{TEXT}:{name}") if writing.kept else None
    if items or attributes or others or container.text or always:
        root.append(container)
    writing.each(items, lambda item: write(container, item))
    container.extend(others)
    return container


def _write_views(writing: Writing, root: etree._Element, model: Model) -> None:
    kept = writing.kept
    attributes = dict(kept.attributes_of("views")) if kept else {}
    others = list(kept.inside("views")) if kept else []
    texts = [kept.attributes.get(f"{TEXT}:{name}") if kept else None for name in ("views", "diagrams")]
    if not (model.views or attributes or others or any(texts)):
        return
    views = etree.SubElement(root, writing.tag("views"), attributes)
    views.text = texts[0]
    first = writing.tag("viewpoints")
    views.extend(node for node in others if node.tag == first)
    drawn = {view.id: ViewWriting(writing, view, number) for number, view in enumerate(model.views)}
    _container(writing, views, "diagrams", model.views, lambda parent, view: drawn[view.id].view(parent))
    views.extend(node for node in others if node.tag != first)


def _lay_out(root: etree._Element, writing: Writing) -> None:
    """Each part on a line of its own, without a change to any text or to what is kept as it was."""
    structure = frozenset(writing.tag(name) for name in _STRUCTURE)
    waiting: list[tuple[etree._Element, int]] = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if not len(element):
            continue
        inner = "\n" + "  " * depth
        if element.text is None:
            element.text = inner
        last = None
        for child in element:
            last = child
            if child.tail is None:
                child.tail = inner
            if child.tag in structure:
                waiting.append((child, depth + 1))
        if last is not None and last.tail == inner:
            last.tail = inner[:-2]
