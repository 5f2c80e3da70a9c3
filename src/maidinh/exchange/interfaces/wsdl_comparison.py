"""Whether a newer WSDL breaks those who use the older one, element by element.

Layer 6, lxml, no Django. Each operation's message is laid out as the ways to its elements; what can't be laid out, by
xsd's rarer words, counts as breaking where it has changed. The words are those of `comparison`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from maidinh.exchange.interfaces.comparison import Change, Side
from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.wsdl import WSDL, XSD, NotXml, SoapInterface, read_xml

GROUPS = ("sequence", "all", "choice")
LAID_OUT = frozenset(
    ("element", "complexType", "complexContent", "extension", "annotation", "documentation", "attribute", *GROUPS)
)
QNAMES = ("type", "base", "ref", "itemType")  # attributes whose values have a prefix
DEEPEST = 25
Name = tuple[str, str]


@dataclass(frozen=True)
class _Element:
    """One element of a message: its type as told, whether it must be there, whether it may repeat."""

    kind: str
    required: bool
    repeats: bool


def compare_wsdl(old: str, new: str) -> list[Change]:
    """Every difference that matters to those who use the older interface. Raises DocumentUnreadable."""
    before, after = SoapInterface(old), SoapInterface(new)
    was, now = _Layout(old), _Layout(new)
    found: set[Change] = set()
    for side, held, given in (("request", before.requests, after.requests), ("answer", before.answers, after.answers)):
        found |= {Change(name[1], "operation_removed") for name in held - given}
        found |= {Change(name[1], "operation_added") for name in given - held}
        for name in held & given:
            found |= set(
                _differences(name[1], was.of(name), now.of(name), "request" if side == "request" else "answer")
            )
    return sorted(found)


def _differences(wrapper: str, before: dict[str, _Element], after: dict[str, _Element], side: Side) -> Iterator[Change]:
    for way, old in before.items():
        new, place = after.get(way), f"{wrapper}/{way}" if way else wrapper
        if new is None:
            yield Change(place, "field_removed")
            continue
        if old.kind != new.kind:
            yield Change(place, "type_changed")
        if side == "request" and new.required and not old.required:
            yield Change(place, "field_required")
        if side == "answer" and old.required and not new.required:
            yield Change(place, "field_optional")
        if old.repeats != new.repeats and old.repeats == (side == "request"):
            yield Change(place, "narrowed" if side == "request" else "widened")
    for way, new in after.items():
        above = way.rpartition("/")[0]
        if way not in before and (above in before or not above):
            word = "field_required" if side == "request" and new.required else "field_added"
            yield Change(f"{wrapper}/{way}", word)


class _Layout:
    """A WSDL's elements and types by their names."""

    def __init__(self, text: str) -> None:
        try:
            root = read_xml(text.encode())
        except NotXml as error:
            raise DocumentUnreadable(f"WSDL: {error}") from error
        self._elements: dict[Name, Any] = {}
        self._types: dict[Name, Any] = {}
        for schema in root.findall(f"{WSDL}types/{XSD}schema"):
            space = schema.get("targetNamespace") or ""
            for word, held in (
                ("element", self._elements), ("complexType", self._types), ("simpleType", self._types)
            ):  # fmt: skip
                held |= {(space, each.get("name")): each for each in schema.findall(f"{XSD}{word}")}

    def of(self, name: Name) -> dict[str, _Element]:
        """The elements of a message by the way to each; the message itself stands under no way."""
        element = self._elements.get(name)
        return {} if element is None else dict(self._laid_out("", element, required=True, depth=0))

    def _laid_out(self, way: str, element: Any, *, required: bool, depth: int) -> Iterator[tuple[str, _Element]]:
        if element.get("ref"):
            element = self._elements.get(_name(element, element.get("ref")), element)
        kind = self._type(element)
        repeats = element.get("maxOccurs", "1") != "1"
        if kind is None or kind.tag != f"{XSD}complexType":
            told = element.get("type", "").rpartition(":")[2] if kind is None else _text(kind)
            yield way, _Element(told, required, repeats)
            return
        unknown = [each for each in kind.iter() if isinstance(each.tag, str) and _local(each) not in LAID_OUT]
        yield way, _Element(_text(kind) if unknown or depth > DEEPEST else "", required, repeats)
        if unknown or depth > DEEPEST:
            return
        for child, needed in self._children(kind):
            name = child.get("name") or child.get("ref", "").rpartition(":")[2]
            below = f"{way}/{name}" if way else name
            yield from self._laid_out(below, child, required=needed, depth=depth + 1)

    def _children(self, kind: Any) -> Iterator[tuple[Any, bool]]:
        """The elements of a complex type, those it extends first, each with whether it must be there."""
        extension = kind.find(f"{XSD}complexContent/{XSD}extension")
        if extension is not None:
            extended = self._types.get(_name(extension, extension.get("base", "")))
            if extended is not None:
                yield from self._children(extended)
            kind = extension
        for child in kind.iterfind(f".//{XSD}element"):
            around = list(_until(child, kind))
            if any(_local(each) == "element" for each in around):
                continue  # it belongs to an element inside
            open_ = any(each.get("minOccurs") == "0" or _local(each) == "choice" for each in around)
            yield child, not open_ and child.get("minOccurs", "1") != "0"

    def _type(self, element: Any) -> Any:
        for word in ("complexType", "simpleType"):
            own = element.find(f"{XSD}{word}")
            if own is not None:
                return own
        return self._types.get(_name(element, element.get("type", ""))) if element.get("type") else None


def _name(element: Any, told: str) -> Name:
    prefix, _, name = told.rpartition(":")
    return element.nsmap.get(prefix or None) or "", name


def _until(element: Any, kind: Any) -> Iterator[Any]:
    """What stands around an element, up to its type."""
    for each in element.iterancestors():
        if each is kind:
            return
        yield each


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _text(element: Any) -> str:
    """What a type says, whatever its prefixes are."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    return str(etree.canonicalize(text, strip_text=True, rewrite_prefixes=True, qname_aware_attrs=QNAMES))
