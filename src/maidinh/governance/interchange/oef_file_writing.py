"""A model to a whole OEF file. Layer 4, governance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from maidinh.governance.interchange.oef_leftovers import AFTER, BEFORE, TEXT, as_text, instruction
from maidinh.governance.interchange.oef_reading import NO_IDENTIFIER
from maidinh.governance.interchange.oef_texts import write_words
from maidinh.governance.interchange.oef_view_writing import ViewWriting
from maidinh.governance.interchange.oef_vocabulary import NO_SCHEMA, OWN_SCHEMA, SCHEMA_LOCATION, XSI
from maidinh.governance.interchange.oef_writing import UNFIT, Item, Writing
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.collection import uncollected

_STRUCTURE = (
    "elements", "element", "relationships", "relationship", "organizations", "item", "propertyDefinitions",
    "propertyDefinition", "views", "diagrams", "view", "node", "connection", "properties",
)  # fmt: skip


def content(model: Model, path: Path) -> bytes:
    """The file that states the model, as bytes; `path` is what problems name."""
    if model.principles:
        raise ValueError("principles are properties of a model that is written: lower it first")
    with uncollected():
        writing = Writing(model, path)
        root = _new_root(writing)
        try:
            _write_parts(writing, root, model)
        except (ValueError, etree.XMLSyntaxError):
            writing.wrong("model", UNFIT)
        if writing.problems:
            raise FileRefused(writing.problems)
        _lay_out(root, writing)
    kept = writing.kept
    before, after = ([as_text(each) for each in kept.numbered(note)] if kept else [] for note in (BEFORE, AFTER))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *before]
    return b"\n".join([*map(str.encode, lines), etree.tostring(root, encoding="UTF-8"), *map(str.encode, [*after, ""])])


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
    if ids.renamed:  # before everything else: who reads must know it first
        root.insert(0, instruction({"ids": ids.renamed}))
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
