"""An Archi file, read: the model, its folders and concepts. Layer 4, governance.

Everything is collected as plain data and becomes a model at once, after identifiers and references have been checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree
from pydantic import ValidationError

from maidinh.governance.interchange.archi_folders import restored
from maidinh.governance.interchange.archi_identifiers import Found
from maidinh.governance.interchange.archi_kinds import (
    ACCESS,
    ACCESS_TYPE,
    ARCHIMATE,
    CANVAS,
    ELEMENT_TYPE_OF_KIND,
    KIND_OF_ELEMENT_TYPE,
    KIND_OF_RELATION_TYPE,
    KIND_OF_VIEW_TYPE,
    OLDER,
    RELATION_TYPE_OF_KIND,
    VERSION,
    XSI,
    XSI_TYPE,
)
from maidinh.governance.interchange.archi_parts import ABSENT, Data, Part, outer
from maidinh.governance.interchange.archi_views import VIEW_CHILDREN, ViewReading
from maidinh.governance.interchange.archi_wording import Keys, plain
from maidinh.governance.interchange.problems import FileRefused, Place
from maidinh.governance.modelling.definition import Element, Folder, Model, Relation, Thing, View, Words
from maidinh.governance.modelling.metamodel import TYPE_OF_KIND, kebab

MODEL_CHILDREN = frozenset({"folder", "property", "purpose", "feature"})
FOLDER_CHILDREN = frozenset({"folder", "element", "documentation", "property", "feature"})
CONCEPT_CHILDREN = frozenset({"documentation", "property", "feature"})
OWN_NAMESPACES = {"xsi": XSI, "archimate": ARCHIMATE}
NOTHING_SAID: Data = {"masters": [], "reference": [], "classification": {}, "technology": []}  # quicker than defaults


def yes_or_no(raw: str | None) -> bool | None:
    """A truth value of XML."""
    return {"true": True, "1": True, "false": False, "0": False}.get(raw or "")


def yes_or_no_text(value: bool | None) -> str | None:
    """A truth value as Archi writes it."""
    return None if value is None else "true" if value else "false"


def stripped(raw: str | None) -> str | None:
    """A short text as the model holds it: without spaces at its ends."""
    return None if raw is None else raw.strip()


def same(value: str | None) -> str | None:
    """What is written as it is."""
    return value


def is_or(raw: str | None) -> bool:
    """Whether a junction's type says `or`."""
    return raw == "or"


def element_kind(type_: str, junction: bool) -> str:
    """The plain kind of an element; what nobody knows is kept as a grouping."""
    if type_ == "archimate:Junction" and junction:
        return "or-junction"
    return KIND_OF_ELEMENT_TYPE.get(type_, "grouping")


class Reading(Found):
    """One file being read."""

    def __init__(self, root: etree._Element, path: Path) -> None:
        super().__init__(path)
        self.root = root
        self.things: dict[type[Thing], list[Any]] = {Element: [], Relation: [], View: []}

    def model(self) -> Model:
        """The model that the file holds. Raises FileRefused."""
        root = self.root
        if etree.QName(root).localname != "model" or etree.QName(root).namespace not in OLDER | {ARCHIMATE}:
            text = f"the root is <{root.tag}>, not Archi's <archimate:model>: open a model that Archi saved"
            raise FileRefused([Place(self.path, root.sourceline or 1, "", text)])
        part = Part(root, MODEL_CHILDREN)
        definitions = part.more.get("property_definitions")
        if isinstance(definitions, list):
            self.keys = Keys((str(each.get("id")), _text(each)) for each in definitions if isinstance(each, dict))
        data = self._root(part)
        self.check()
        data["elements"], data["relations"], data["views"] = self.things.values()
        tree, others = part.more.pop("folder_tree", None), part.more.pop("held_besides", ())
        order = part.more.pop("order", None)
        data = part.finish(data, self.keys)
        if isinstance(order, dict):
            for name in ("elements", "relations", "views"):
                data[name] = _in_order(data[name], order.get(name))
        if "property_definitions" not in data:
            data["property_definitions"] = self.keys.derived()
        return self._valid(data, tree, others)

    def _valid(self, data: Data, tree: Any, others: Any) -> Model:
        try:
            model = Model.model_validate(data)
            if tree is None:
                return model
            return restored(model, [Folder.model_validate(each) for each in tree], [str(each) for each in others])
        except ValidationError as error:
            raise FileRefused(self._said(error, self.root, "")) from None
        except TypeError as error:
            raise FileRefused([Place(self.path, 0, "", f"not understood: {error}")]) from None

    def _said(self, error: ValidationError, node: etree._Element, place: str) -> list[Place]:
        line = node.sourceline or 0
        return [
            Place(self.path, line, place, f"{'.'.join(map(str, each['loc']))}: {each['msg']}")
            for each in error.errors(include_url=False)
        ]

    def _made(self, form: type[Thing], data: Data, node: etree._Element) -> str:
        """Adds the thing to those of its form; where it isn't of its form, that is noted."""
        self.there[form].add(node.get("id") or "")
        try:
            self.things[form].append(form.model_validate(data))
        except ValidationError as error:
            self.wrong += self._said(error, node, str(data["id"]))
        node.clear(keep_tail=True)  # it takes more room than what was made of it
        return str(data["id"])

    def _root(self, part: Part) -> Data:
        root = self.root
        if not root.tag.startswith(f"{{{ARCHIMATE}}}"):
            part.kept["!namespace"] = etree.QName(root).namespace or ""
        for name, before in (("!before", True), ("!after", False)):
            around = [outer(each) for each in root.itersiblings(preceding=before)]
            if around:
                part.kept[name] = "".join(reversed(around) if before else around)
        version = part.attributes.pop("version", None)
        if version != VERSION:
            part.kept["version" if version is not None else "!version"] = version or ""
        data: Data = {"name": part.words("name", part.attributes.pop("name", None), optional=False)}
        data["documentation"] = part.words("documentation", part.text("purpose"), optional=True)
        if "id" in part.attributes:
            self.given(part.attributes["id"], root)
        data["identifier"] = part.take("id", stripped, same)
        if data["identifier"] is None:
            part.kept["!id"] = ""
        self._profiles()
        if "folder" not in part.found:
            part.kept["!folders"] = ""
        folders = [self._folder(each, True) for each in part.found.get("folder", ())]
        data["folders"] = [each for each in folders if each is not None]
        namespaces = {prefix or "": uri for prefix, uri in root.nsmap.items()}
        if namespaces != OWN_NAMESPACES | ({"canvas": CANVAS} if self.canvas else {}):
            part.kept |= {f"xmlns:{prefix}": uri for prefix, uri in namespaces.items()}
        return data

    def _profiles(self) -> None:
        self.profiles = set()
        for node in self.root.iterchildren("profile"):
            identifier = node.get("id")
            if identifier is not None:
                self.given(identifier, node)
                self.profiles.add(identifier)

    def _folder(self, node: etree._Element, top: bool) -> Data | None:
        part = Part(node, FOLDER_CHILDREN)
        identifier = part.attributes.pop("id", None)
        data: Data = {"id": identifier}
        if identifier is None:
            part.kept["!id"] = ""
        else:
            self.given(identifier, node)
        kind = part.attributes.pop("type", None)
        if kind is None and top:
            part.kept["!type"] = ""
        data["kind"] = kind
        data["name"] = part.words("name", part.attributes.pop("name", None), optional=False)
        data["documentation"] = part.words("documentation", part.text("documentation"), optional=True)
        held = [*part.found.get("folder", ()), *part.found.get("element", ())]
        if "folder" in part.found and "element" in part.found:
            held.sort(key={child: at for at, child in enumerate(node)}.__getitem__)
        holds = [self._folder(each, False) if each.tag == "folder" else self._concept(each) for each in held]
        unfiled, made = part.more.pop("unfiled", None), part.more.pop("made", None)
        if made is True:
            holds = [each for each in holds if isinstance(each, dict)]
        elif isinstance(unfiled, list):
            holds = [each for each in holds if isinstance(each, dict) or each not in unfiled]
        data["holds"] = holds
        if made is True and not holds and not part.lines and data["documentation"] is None:
            return None
        return part.finish(data, self.keys)

    def _concept(self, node: etree._Element) -> str:
        raw = node.get(XSI_TYPE)
        type_ = self.standard_type(raw, node)
        kind = KIND_OF_VIEW_TYPE.get(type_)
        if kind is None and type_ not in KIND_OF_ELEMENT_TYPE and type_ not in KIND_OF_RELATION_TYPE:
            if node.get("source") is not None and node.get("target") is not None:
                return self._relation(node, raw, type_)
            if node.find("child") is not None:
                kind = "diagram"  # of a type that nobody knows
        elif type_ in KIND_OF_RELATION_TYPE:
            return self._relation(node, raw, type_)
        if kind is not None:
            part = Part(node, VIEW_CHILDREN)
            part.attributes.pop(XSI_TYPE, None)
            if raw is None or raw != type_ or type_ not in KIND_OF_VIEW_TYPE:
                part.kept[XSI_TYPE if raw is not None else ABSENT + XSI_TYPE] = raw or ""
            return self._made(View, ViewReading(self).read(node, part, kind), node)
        return self._element(node, raw, type_)

    def _element(self, node: etree._Element, raw: str | None, type_: str) -> str:
        part = Part(node, CONCEPT_CHILDREN)
        data = self._begun(part)
        junction = type_ == "archimate:Junction" and bool(part.take("type", is_or, lambda each: "or" if each else None))
        data["kind"] = element_kind(type_, junction)
        data |= NOTHING_SAID
        self._typed(part, raw, ELEMENT_TYPE_OF_KIND[data["kind"]])
        noted = part.more.get("kind")
        if isinstance(noted, str) and noted in TYPE_OF_KIND and kebab(TYPE_OF_KIND[noted]) != data["kind"]:
            del part.more["kind"]  # the type was changed in Archi since
        data["name"] = part.words("name", part.attributes.pop("name", None), optional=False)
        return self._made(Element, part.finish(data, self.keys), node)

    def _relation(self, node: etree._Element, raw: str | None, type_: str) -> str:
        part = Part(node, CONCEPT_CHILDREN)
        data = self._begun(part)
        kind = data["kind"] = KIND_OF_RELATION_TYPE.get(type_, "association")
        self._typed(part, raw, RELATION_TYPE_OF_KIND[kind])
        data["name"] = part.words("name", part.attributes.pop("name", None), optional=True)
        for end, field in (("source", "from"), ("target", "to")):
            found = part.attributes.pop(end, None)
            if found is None:
                text = f"the relation has no {end}: give it one or remove it"
                self.wrong.append(Place(self.path, node.sourceline or 0, str(data["id"]), text))
            data[field] = self.refers(found, node, "concept", f"its {end}") or ""
        if kind == "access":
            data["access"] = part.take("accessType", ACCESS.get, ACCESS_TYPE.get)
            if data["access"] != "access":
                part.more.pop("access", None)  # it was said in Archi since
        elif kind == "influence":
            data["strength"] = part.take("strength", stripped, same)
        elif type_ == RELATION_TYPE_OF_KIND["association"]:
            data["directed"] = part.take("directed", yes_or_no, yes_or_no_text)
        return self._made(Relation, part.finish(data, self.keys), node)

    def _begun(self, part: Part) -> Data:
        data: Data = {"id": self.concept_id(part), "properties": [], "carried": {}}
        data["documentation"] = part.words("documentation", part.text("documentation"), optional=True)
        for each in part.attributes.get("profiles", "").split():
            self.references["profile"].append((part.node.sourceline or 0, data["id"], "its profile", each))
        return data

    def _typed(self, part: Part, raw: str | None, type_: str) -> None:
        part.attributes.pop(XSI_TYPE, None)
        if raw is None:
            part.kept[ABSENT + XSI_TYPE] = ""
        elif raw != type_:
            part.kept[XSI_TYPE] = raw


def _text(definition: Data) -> str | None:
    """The plain name of a property definition given as data."""
    try:
        return plain(Words.model_validate(definition.get("name", {})))
    except ValidationError:
        return None  # the model is refused for it


def _in_order(things: list[Any], order: object) -> list[Any]:
    rank = {each: at for at, each in enumerate(order)} if isinstance(order, list) else {}
    return sorted(things, key=lambda each: rank.get(each.id, len(rank)))
