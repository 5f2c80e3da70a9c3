"""One thing of an Archi file, opened for reading or laid down for writing, with all that isn't understood of it.

Layer 4, governance. `carried["archi"]` of a thing holds: attributes and children that nobody understands, as they
stood; under the name of an understood attribute, how the file wrote it when we would write it otherwise (used again as
long as it still says the same); `!name` for one that we would write and the file doesn't have. What Archi has no place
for rides in `<feature name="maidinh:more">` as JSON, by field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree
from pydantic import BaseModel

from maidinh.governance.interchange.archi_kinds import XSI_TYPE
from maidinh.governance.interchange.archi_wording import Keys, formed, plain, shape
from maidinh.governance.interchange.xml import fragment
from maidinh.governance.modelling.definition import Carried, Format, Property, Words

MORE = "maidinh:more"
QUOTE = '"'
KEY_VALUE = frozenset({"key", "value"})
SINGLE = frozenset({"documentation", "purpose", "content", "bounds"})
SHOWN_FEATURES = frozenset({"lineAlpha"})  # features that say what the model has a field for
SEPARATOR = "/"  # in a key of carried attributes: no XML name holds it
ABSENT = "!"
FEATURE = "feature/"
LAID_OUT = frozenset({"folder", "element", "child", "sourceConnection"})  # nodes that hold others, a line each
AS_IT_STOOD = "maidinh.as-it-stood"  # marks one of these that was kept, until the file is laid out
BEHIND = "behind/"  # how many other features stand before one that is understood
_FIRST = ("targetConnections", "font", "fontColor", "lineWidth", "lineColor", "textAlignment")
ATTRIBUTE_ORDER = {  # Archi's own, so that a file changes no more than the model does
    tag: {name: at for at, name in enumerate((XSI_TYPE, *names))}
    for tag, names in {
        "folder": ("name", "id", "type"),
        "element": (
            "name", "id", "connectionRouterType", "viewpoint", "background", "profiles", "source", "target",
            "accessType", "strength", "directed", "type",
        ),
        "child": (
            "id", "name", *_FIRST, "fillColor", "alpha", "borderColor", "model", "textPosition", "borderType",
            "imagePath", "imagePosition", "archimateElement", "type",
        ),
        "sourceConnection": (
            "id", "name", *_FIRST, "textPosition", "source", "target", "type", "archimateRelationship",
        ),
    }.items()
}  # fmt: skip
Data = dict[str, Any]


def outer(node: etree._Element) -> str:
    """A node as text, with the namespaces it needs."""
    text = str(etree.tostring(node, encoding="unicode", with_tail=False))
    if not isinstance(node.tag, str):
        return text
    for prefix, uri in node.nsmap.items():
        if prefix is not None and text.count(f"{prefix}:") == 0:
            text = text.replace(f' xmlns:{prefix}="{escape(uri, {QUOTE: "&quot;"})}"', "", 1)
    return text


class Part:
    """A node of the file, read."""

    __slots__ = ("attributes", "children", "found", "kept", "lines", "more", "node", "seen")

    def __init__(self, node: etree._Element, known: frozenset[str]) -> None:
        self.node = node
        self.attributes: dict[str, str] = dict(node.attrib)
        self.kept: dict[str, str] = {}
        self.children: list[str] = []
        self.found: dict[str, list[etree._Element]] = {}
        self.lines: list[tuple[str, str]] = []
        self.more: Data = {}
        self.seen: set[str] = set()
        self._stray(node.text)
        for child in node:
            tag = child.tag
            if tag not in known or not self._understood(child, tag):
                self.children.append(outer(child))
            self._stray(child.tail)
        if len(self.children) > 1:  # features are written first
            self.children.sort(key=lambda text: not text.startswith("<feature"))

    def _stray(self, text: str | None) -> None:
        if text and text.strip():
            kept = escape(text, {"\r": "&#13;"})
            if self.children and not self.children[-1].startswith("<"):
                self.children[-1] += kept
            else:
                self.children.append(kept)

    def _understood(self, child: etree._Element, tag: str) -> bool:
        if tag in SINGLE:
            if tag in self.seen or len(child) or (child.attrib and tag != "bounds"):
                self.seen.add(tag)
                return False
            self.seen.add(tag)
        elif tag == "property":
            if "property" in self.seen or not self._property(child):
                self.seen.add(tag)  # what follows one that isn't understood is kept behind it
                return False
            return True
        elif tag == "feature":
            return self._feature(child)
        self.found.setdefault(tag, []).append(child)
        return True

    def _property(self, child: etree._Element) -> bool:
        attributes = child.attrib
        key, value = attributes.get("key"), attributes.get("value")
        if len(child) or (child.text or "").strip():
            return False
        at = len(self.lines)
        if len(attributes) != (key is not None) + (value is not None):
            self.kept |= {f"property/{at}/@{name}": more for name, more in attributes.items() if name not in KEY_VALUE}
        if value == "":
            self.kept[f"property/{at}/value"] = ""
        if key is None:
            self.kept[f"property/{at}/key"] = ABSENT
        self.lines.append((key or "", value or ""))
        return True

    def _feature(self, child: etree._Element) -> bool:
        attributes = child.attrib
        name, value = attributes.get("name"), attributes.get("value")
        if name is None or value is None or len(attributes) != 2 or len(child):
            return False
        if name == MORE and not self.more:
            try:
                more = json.loads(value)
            except (ValueError, RecursionError):
                return False
            if isinstance(more, dict):
                self.more = more
                return True
            return False
        if name in SHOWN_FEATURES and f"feature/{name}" not in self.attributes:
            self.attributes[f"feature/{name}"] = value
            behind = sum(text.startswith("<feature") for text in self.children)
            if behind:
                self.kept[f"{BEHIND}feature/{name}"] = str(behind)
            return True
        return False

    def take(self, name: str, decode: Callable[[str | None], Any], encode: Callable[[Any], str | None]) -> Any:
        """What an attribute says; how it says so is kept when we would write it otherwise."""
        raw = self.attributes.pop(name, None)
        value = decode(raw)
        if encode(value) != raw:
            if raw is None:
                self.kept[ABSENT + name] = ""
            else:
                self.kept[name] = raw
        return value

    def text(self, tag: str) -> str | None:
        """The text of a child; None where there is none."""
        nodes = self.found.get(tag)
        return (nodes[0].text or "") if nodes else None

    def words(self, field: str, text: str | None, optional: bool) -> Any:
        """The words (as data) of a field whose plain text is given."""
        return formed(text, self.more.pop(field, None), optional)

    def finish(self, data: Data, keys: Keys) -> Data:
        """The data of the thing, with its properties, what Archi has no place for, and what isn't understood."""
        shapes = self.more.pop("properties", None)
        if self.lines:
            data["properties"] = keys.pick_up(self.lines, shapes)
        whole = self.more.pop("whole_properties", None)
        if isinstance(whole, list):
            data["properties"] = whole
        carried = self.more.pop("carried", None)
        carried = dict(carried) if isinstance(carried, dict) else {}
        kept = self.attributes | self.kept
        if kept or self.children:
            carried["archi"] = {"attributes": kept, "children": self.children}
        if carried:
            data["carried"] = carried
        data.update(self.more)
        return data


class Sheet:
    """A node of the file, being written: what is carried along is used up, the rest is written as it stood."""

    __slots__ = ("attributes", "children", "kept", "more")

    def __init__(self, carried: Carried | None) -> None:
        self.kept: dict[str, str] = dict(carried.attributes) if carried else {}
        self.children: list[str] = carried.children if carried else []
        self.attributes: dict[str, str] = {}
        self.more: Data = {}

    def give(
        self, name: str, value: Any, decode: Callable[[str | None], Any], encode: Callable[[Any], str | None]
    ) -> bool:
        """Sets an attribute, as the file once wrote it if that still says the same. False: it can't say this."""
        raw = self.kept.pop(name, None)
        absent = self.kept.pop(ABSENT + name, None)
        if raw is None or decode(raw) != value:
            raw = None if absent is not None and decode(None) == value else encode(value)
        if raw is not None:
            self.attributes[name] = raw
        return bool(decode(raw) == value)

    def say(self, name: str, words: Words | None, field: str, optional: bool) -> None:
        """Sets an attribute to words."""
        text = self.tell(words, field, optional)
        if text is not None:
            self.attributes[name] = text

    def tell(self, words: Words | None, field: str, optional: bool) -> str | None:
        """The plain text of words; what it doesn't say goes along."""
        form = shape(words, optional)
        if form is not None:
            self.more[field] = form
        return plain(words)

    def write_properties(self, parent: etree._Element, properties: list[Property], keys: Keys) -> None:
        """Writes properties, and notes what their plain form doesn't say."""
        lines, shapes = keys.lay_down(properties)
        for at, (key, value) in enumerate(lines):
            node = etree.SubElement(parent, "property")
            missing = self.kept.pop(f"property/{at}/key", None)
            if key or missing != ABSENT:
                node.set("key", key)
            if value or self.kept.pop(f"property/{at}/value", None) is not None:
                node.set("value", value)
            for name in [each for each in self.kept if each.startswith(f"property/{at}/@")] if self.kept else ():
                node.set(name.partition("@")[2], self.kept.pop(name))
        if shapes:
            self.more["properties"] = shapes

    def open(self, parent: etree._Element, tag: str) -> etree._Element:
        """The node, with its attributes and those that nobody understands."""
        for name in [each for each in self.attributes if each.startswith(FEATURE)]:
            self.kept[name] = self.attributes.pop(name)
        for name in [each for each in self.kept if _plain(each)]:
            self.attributes[name] = self.kept.pop(name)
        rank = ATTRIBUTE_ORDER.get(tag, {})
        ordered = sorted(self.attributes.items(), key=lambda each: rank.get(each[0], len(rank)))
        return etree.SubElement(parent, tag, dict(ordered))

    def close(self, node: etree._Element, at: int = 0) -> None:
        """Writes what is left: children as they stood, features as number `at`, what Archi has no place for."""
        for name, value in self.kept.items():
            if _plain(name):
                node.set(name, value)
        features = [text for text in self.children if text.startswith("<feature")]
        for name in sorted(each for each in self.kept if each.startswith(FEATURE)):
            behind = min(int(self.kept.get(BEHIND + name) or 0), len(features))
            features.insert(
                behind, outer(etree.Element("feature", name=name.removeprefix(FEATURE), value=self.kept[name]))
            )
        for text in self.children:
            if not text.startswith("<feature"):
                hang(node, text)
        for text in features:
            node.insert(at, fragment(text))
            at += 1
        if self.more:
            value = json.dumps(self.more, ensure_ascii=False, separators=(",", ":"))
            node.insert(at, etree.Element("feature", name=MORE, value=value))


def _plain(name: str) -> bool:
    """Whether a key of carried attributes is an attribute as it stood."""
    return name.startswith("{") or (SEPARATOR not in name and not name.startswith((ABSENT, "xmlns:")))


def hang(node: etree._Element, text: str) -> None:
    """Hangs a kept piece of XML (element, comment, instruction, text) below a node."""
    piece = etree.fromstring(f"<kept>{text}</kept>", _PARSER)
    if piece.text:
        if len(node):
            node[-1].tail = (node[-1].tail or "") + piece.text
        else:
            node.text = (node.text or "") + piece.text
    for child in list(piece):
        if child.tag in LAID_OUT:
            child.set(AS_IT_STOOD, "")
        node.append(child)


_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)


def write_text(parent: etree._Element, tag: str, text: str | None) -> None:
    """A child that holds nothing but a text."""
    if text is not None:
        etree.SubElement(parent, tag).text = text


def beyond(thing: BaseModel, expressed: frozenset[str]) -> Data:
    """The fields of a thing that its place in the file doesn't express, as data."""
    left = thing.model_fields_set - expressed
    if not left:
        return {}
    return thing.model_dump(mode="json", include=left, exclude_defaults=True, by_alias=True)


def other_formats(carried: Mapping[Format, Carried]) -> Data:
    """What other formats said of a thing, as data."""
    found = {
        name: each.model_dump(exclude_defaults=True) for name, each in carried.items() if name != "archi"
    }  # fmt: skip
    return {"carried": found} if found else {}
