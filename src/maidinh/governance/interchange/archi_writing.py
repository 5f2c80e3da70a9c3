"""A model, written as Archi's file: the model, its folders and concepts. Layer 4, governance."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from maidinh.governance.interchange import archi_folders
from maidinh.governance.interchange.archi_drawing import Drawing
from maidinh.governance.interchange.archi_identifiers import Called
from maidinh.governance.interchange.archi_kinds import (
    ACCESS,
    ACCESS_TYPE,
    ARCHIMATE,
    CANVAS,
    ELEMENT_TYPE_OF_KIND,
    KIND_OF_RELATION_TYPE,
    RELATION_TYPE_OF_KIND,
    VERSION,
    XSI,
    XSI_TYPE,
)
from maidinh.governance.interchange.archi_parts import (
    ABSENT,
    AS_IT_STOOD,
    LAID_OUT,
    Sheet,
    beyond,
    hang,
    other_formats,
    write_text,
)
from maidinh.governance.interchange.archi_reading import (
    element_kind,
    is_or,
    same,
    stripped,
    yes_or_no,
    yes_or_no_text,
)
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.modelling.definition import Element, Folder, Model, Relation, View
from maidinh.governance.modelling.metamodel import TYPE_OF_KIND, kebab

OF_MODEL = frozenset({
    "identifier", "name", "documentation", "properties", "elements", "relations", "views", "folders",
    "property_definitions", "carried",
})  # fmt: skip
OF_FOLDER = frozenset({"id", "name", "kind", "documentation", "properties", "holds", "carried"})
OF_ELEMENT = frozenset({"id", "kind", "name", "documentation", "properties", "carried"})
OF_RELATION = OF_ELEMENT | {"from_", "to", "access", "strength", "directed"}
MODEL_ID = "id-maidinh-model"


class Writing(Called):
    """One model being written to one file."""

    def __init__(self, model: Model, path: Path) -> None:
        super().__init__(model, path)
        self.written: list[str] = []
        self.folders_made = 0

    def document(self) -> bytes:
        """The file's content. Raises FileRefused, naming all that Archi couldn't open."""
        try:
            root = self._root()
        except (ValueError, etree.XMLSyntaxError) as error:
            self.refuse(self.current, f"can't be written as XML ({error}): remove what XML doesn't allow")
        if self.problems:
            raise FileRefused(self.problems)
        lay_out(root, 0)
        text = str(etree.tostring(root.getroottree(), encoding="unicode"))
        if "<!--" not in text and "<?" not in text:  # as Archi writes them; in there it would be another text
            for ours, archis in (("&#10;", "&#xA;"), ("&#13;", "&#xD;"), ("&#9;", "&#x9;")):
                text = text.replace(ours, archis)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()

    def _root(self) -> etree._Element:
        model = self.model
        sheet = Sheet(model.carried.get("archi"))
        before, after = sheet.kept.pop("!before", ""), sheet.kept.pop("!after", "")
        root = etree.Element(
            f"{{{sheet.kept.pop('!namespace', ARCHIMATE)}}}model", nsmap=self._namespaces(sheet)
        )  # fmt: skip
        sheet.say("name", model.name, "name", optional=False)
        unnamed = "!id" in sheet.kept
        sheet.give("id", model.identifier, stripped, same)
        if model.identifier is None and not unnamed:
            sheet.attributes["id"] = MODEL_ID
        if "id" in sheet.attributes:
            sheet.attributes["id"] = self.free(sheet.attributes["id"])
            if stripped(sheet.attributes["id"]) != model.identifier:
                sheet.more["identifier"] = model.identifier
        if "version" not in sheet.kept and sheet.kept.pop("!version", None) is None:
            sheet.attributes["version"] = VERSION
        for name, value in sheet.attributes.items():
            root.set(name, value)
        where = archi_folders.places(model)
        plan = archi_folders.plan(model, where)
        for at, folder in enumerate(plan.folders):
            self._folder(root, folder, plan.kinds[at], plan.unfiled.get(at, []), at in plan.made)
        features = len(root)
        sheet.write_properties(root, model.properties, self.keys)
        write_text(root, "purpose", sheet.tell(model.documentation, "documentation", optional=True))
        if plan.tree is not None:
            sheet.more["folder_tree"] = [each.model_dump(mode="json", exclude_defaults=True) for each in plan.tree]
            held = [each for folder in plan.tree for each in archi_folders.within(folder)]
            sheet.more["held_besides"] = [each for each in held if each not in where]
        if self.keys.derived() != model.property_definitions:
            sheet.more["property_definitions"] = [
                each.model_dump(mode="json", exclude_defaults=True) for each in model.property_definitions
            ]
        self._order(sheet)
        sheet.more |= beyond(model, OF_MODEL) | other_formats(model.carried)
        self.current = model.identifier or ""
        sheet.close(root, features)
        _around(root, before, after)
        return root

    def _namespaces(self, sheet: Sheet) -> dict[str | None, str]:
        kept = {name: uri for name, uri in sheet.kept.items() if name.startswith("xmlns:")}
        found: dict[str | None, str] = {
            (name.removeprefix("xmlns:") or None): uri for name, uri in kept.items()
        } or {"xsi": XSI, "archimate": ARCHIMATE}  # fmt: skip
        if "canvas" not in found and any(_of_canvas(each) for each in self.model.views):
            found["canvas"] = CANVAS
        return found

    def _order(self, sheet: Sheet) -> None:
        rank = {each: at for at, each in enumerate(self.written)}
        order = {}
        for name in ("elements", "relations", "views"):
            wanted = [each.id for each in getattr(self.model, name)]
            if wanted != sorted(wanted, key=lambda each: rank.get(each, 0)):
                order[name] = wanted
        if order:
            sheet.more["order"] = order

    def _folder(self, parent: etree._Element, folder: Folder, kind: str | None, unfiled: list[str], made: bool) -> None:
        sheet = Sheet(folder.carried.get("archi"))
        self.folders_made += 1
        sheet.say("name", folder.name, "name", optional=False)
        if folder.id is not None or sheet.kept.pop("!id", None) is None:
            sheet.attributes["id"] = self.free(folder.id or f"{archi_folders.MADE}{self.folders_made}")
            if sheet.attributes["id"] != folder.id:
                sheet.more["id"] = folder.id
        sheet.kept.pop("!type", None)
        if kind is not None:
            sheet.attributes["type"] = kind
            if folder.kind is None:
                sheet.more["kind"] = None
        node = sheet.open(parent, "folder")
        held = [*folder.holds, *unfiled]
        first = next((at for at, each in enumerate(held) if not isinstance(each, Folder)), len(held))
        self._held(node, held[:first])
        self.current = folder.id or ""
        write_text(node, "documentation", sheet.tell(folder.documentation, "documentation", optional=True))
        sheet.write_properties(node, folder.properties, self.keys)
        self._held(node, held[first:])
        if unfiled:
            sheet.more["unfiled"] = unfiled
        if made:
            sheet.more["made"] = True
        sheet.more |= beyond(folder, OF_FOLDER) | other_formats(folder.carried)
        sheet.close(node)

    def _held(self, parent: etree._Element, held: list[str | Folder]) -> None:
        for each in held:
            if isinstance(each, Folder):
                self._folder(parent, each, each.kind, [], False)
            else:
                self._thing(parent, self.things[each])

    def _thing(self, parent: etree._Element, thing: Element | Relation | View) -> None:
        self.written.append(thing.id)
        self.current = thing.id
        if isinstance(thing, View):
            Drawing(self, thing).write(parent)
        elif isinstance(thing, Element):
            self._element(parent, thing)
        else:
            self._relation(parent, thing)

    def _element(self, parent: etree._Element, element: Element) -> None:
        sheet = Sheet(element.carried.get("archi"))
        kind = kebab(TYPE_OF_KIND[element.kind])
        junction = kind == "or-junction"
        raw, absent = sheet.kept.pop(XSI_TYPE, None), sheet.kept.pop(ABSENT + XSI_TYPE, None)
        type_: str | None = ELEMENT_TYPE_OF_KIND[kind]
        if absent is not None and kind == "grouping":
            type_ = None
        elif raw is not None and element_kind(self.standard(raw), junction) == kind:
            type_ = raw
        if type_ is not None:
            sheet.attributes[XSI_TYPE] = type_
        if type_ == "archimate:Junction":
            sheet.give("type", junction, is_or, lambda each: "or" if each else None)
        if kind != element.kind:
            sheet.more["kind"] = element.kind
        sheet.say("name", element.name, "name", optional=False)
        self._finish(sheet, parent, element, OF_ELEMENT)

    def _relation(self, parent: etree._Element, relation: Relation) -> None:
        sheet = Sheet(relation.carried.get("archi"))
        kind = relation.kind
        raw, absent = sheet.kept.pop(XSI_TYPE, None), sheet.kept.pop(ABSENT + XSI_TYPE, None)
        type_: str | None = RELATION_TYPE_OF_KIND[kind]
        if kind == "association" and absent is not None:
            type_ = None
        elif raw is not None and KIND_OF_RELATION_TYPE.get(self.standard(raw), "association") == kind:
            type_ = raw
        if type_ is not None:
            sheet.attributes[XSI_TYPE] = type_
        sheet.say("name", relation.name, "name", optional=True)
        for name, called, end in (("source", "its source", relation.from_), ("target", "its target", relation.to)):
            sheet.attributes[name] = self.name_of(relation.id, called, end, (Element, Relation))
        said: dict[str, str | bool | None] = {"access": None, "strength": None, "directed": None}
        if kind == "access":
            as_it_was = "accessType" in sheet.kept and ACCESS.get(sheet.kept["accessType"]) is None
            said["access"] = relation.access or (None if as_it_was else "access")
            sheet.give("accessType", said["access"], ACCESS.get, ACCESS_TYPE.get)
        elif kind == "influence" and sheet.give("strength", relation.strength, stripped, same):
            said["strength"] = relation.strength
        elif type_ == RELATION_TYPE_OF_KIND["association"]:
            sheet.give("directed", relation.directed, yes_or_no, yes_or_no_text)
            said["directed"] = relation.directed
        for field, value in said.items():
            if getattr(relation, field) != value:
                sheet.more[field] = getattr(relation, field)
        self._finish(sheet, parent, relation, OF_RELATION)

    def _finish(
        self, sheet: Sheet, parent: etree._Element, thing: Element | Relation, expressed: frozenset[str]
    ) -> None:
        sheet.kept.pop("id", None)
        sheet.attributes["id"] = self.names[thing.id]
        node = sheet.open(parent, "element")
        write_text(node, "documentation", sheet.tell(thing.documentation, "documentation", optional=True))
        sheet.write_properties(node, thing.properties, self.keys)
        sheet.more |= beyond(thing, expressed) | other_formats(thing.carried)
        sheet.close(node)


def _of_canvas(view: View) -> bool:
    """Whether Archi's canvas plug-in is needed for the view."""
    types = [each.carried["archi"].attributes.get(XSI_TYPE, "") for each in view.all_nodes() if "archi" in each.carried]
    types += [
        each.carried["archi"].attributes.get(XSI_TYPE, "") for each in view.connections if "archi" in each.carried
    ]
    return view.kind.startswith("canvas") or any(each.startswith("canvas:") for each in types)


def _around(root: etree._Element, before: str, after: str) -> None:
    for text, put in ((before, root.addprevious), (after, root.addnext)):
        if text:
            holder = etree.Element("kept")
            hang(holder, text)
            pieces = list(holder)
            for each in pieces if put == root.addprevious else reversed(pieces):
                each.tail = None
                put(each)


def lay_out(node: etree._Element, level: int) -> None:
    """Indents what holds only other nodes, so that people and their tools can compare files by lines."""
    if len(node) == 0:
        return
    stray = any(text and text.strip() for text in (node.text, *(child.tail for child in node)))
    inner = "\n" + "  " * (level + 1)
    if not stray:
        node.text = inner
    for child in node:
        if not stray:
            child.tail = inner
        if child.tag in LAID_OUT and child.attrib.pop(AS_IT_STOOD, None) is None:
            lay_out(child, level + 1)
    if not stray:
        node[-1].tail = inner[:-2]
