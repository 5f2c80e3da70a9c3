"""Texts and properties in OEF: several languages, in the order of the file, to the letter. Layer 4, governance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lxml import etree

from maidinh.governance.interchange.oef_leftovers import ORDER, TEXT, VARIANT, Leftovers, Restored, all_text, as_text
from maidinh.governance.interchange.oef_vocabulary import LANGUAGE, NO_DEFINITION
from maidinh.governance.modelling.definition import Phrase, Property, Words

NO_LANGUAGE = "*"
Read = dict[str, Any]
Tags = Callable[[str], str]  # the name of a child -> its tag with namespace


def phrase(element: etree._Element) -> tuple[str, str | None, bool]:
    """The text of an element, its language, and whether that is all it says."""
    attributes = element.attrib
    language = attributes.get(LANGUAGE) if attributes else None
    if len(element) or len(attributes) > (language is not None):
        return all_text(element), language, False
    return element.text or "", language, True


def words(elements: Sequence[etree._Element], name: str, left: Leftovers) -> Read:
    """The `Words` of the elements of one name; their order is noted where it isn't ours."""
    other: list[Read] = []
    found: Read = {"other": other}
    order: list[str] = []
    for index, element in enumerate(elements):
        text, language, plain = phrase(element)
        order.append(NO_LANGUAGE if language is None else language)
        if not plain:
            left.attributes[f"{VARIANT}{name}:{index}"] = as_text(element)
        if language in ("vi", "en") and language not in found:
            found[language] = text
        else:
            other.append({"text": text, "language": language})
    if len(order) > 1:
        ours: list[str] = [each for each in ("vi", "en") if each in found]
        ours += [NO_LANGUAGE if each["language"] is None else each["language"] for each in other]
        if order != ours:
            left.attributes[f"{ORDER}{name}"] = " ".join(order)
    return found


def in_order(said: Words, order: str | None) -> list[Phrase]:
    """The texts in the order that was noted; those it doesn't know at the end."""
    phrases = list(said.phrases())
    if order is None:
        return phrases
    ordered: list[Phrase] = []
    for language in order.split(" "):
        wanted = None if language == NO_LANGUAGE else language
        place = next((n for n, each in enumerate(phrases) if each.language == wanted), None)
        if place is not None:
            ordered.append(phrases.pop(place))
    return ordered + phrases


def write_words(parent: etree._Element, tag: str, said: Words | None, kept: Restored | None) -> int:
    """Write the texts as children of that tag; how many there are."""
    if said is None:
        return 0
    name = tag[tag.rindex("}") + 1 :]
    phrases = in_order(said, kept.attributes.get(f"{ORDER}{name}") if kept else None)
    for index, each in enumerate(phrases):
        variant = kept.variant(name, index) if kept else None
        if variant is not None and phrase(variant)[:2] == (each.text, each.language):
            parent.append(variant)
        else:
            _write_phrase(parent, tag, each)
    return len(phrases)


def _write_phrase(parent: etree._Element, tag: str, said: Phrase) -> None:
    child = etree.SubElement(parent, tag)
    if said.text:
        child.text = said.text
    if said.language is not None:
        child.set(LANGUAGE, said.language)


def one_property(element: etree._Element, value_tag: str) -> tuple[Read, bool]:
    """A property with the key as in the file, and whether that is all it says."""
    key = element.get("propertyDefinitionRef")
    plain = key is not None and len(element.attrib) == 1 and not (element.text or "").strip()
    values: list[Read] = []
    for child in element:
        if child.tag != value_tag or (child.tail or "").strip():
            plain = False
        if child.tag == value_tag:
            text, language, all_of_it = phrase(child)
            values.append({"text": text, "language": language})
            plain = plain and all_of_it
    if len(values) == 1 and values[0]["language"] is None:
        return {"key": NO_DEFINITION if key is None else key, "value": values[0]["text"], "values": []}, plain
    if not values:
        return {"key": NO_DEFINITION if key is None else key, "value": "", "values": []}, False
    return {"key": NO_DEFINITION if key is None else key, "values": values}, plain


def properties(containers: Iterable[etree._Element], tags: Tags, left: Leftovers) -> list[tuple[etree._Element, Read]]:
    """The properties in the containers (there is one at most, by rights), each with where it stands."""
    property_tag, value_tag = tags("property"), tags("value")
    found: list[tuple[etree._Element, Read]] = []
    for container in containers:
        for name, value in container.attrib.items():
            left.attributes[f"properties/@{name}"] = value
        left.stray(container.text, "properties")
        for child in container:
            left.stray(child.tail, "properties")
            if child.tag == property_tag:
                read, plain = one_property(child, value_tag)
                if not plain:
                    left.attributes[f"{VARIANT}property:{len(found)}"] = as_text(child)
                found.append((child, read))
            else:
                left.keep(child, "properties")
    return found


def write_properties(
    parent: etree._Element,
    tags: Tags,
    said: Sequence[Property],
    reference: Callable[[str], str | None],
    kept: Restored | None,
) -> None:
    """Write the properties, if there are any; `reference` says how a definition is named in the file."""
    attributes = dict(kept.attributes_of("properties")) if kept else {}
    others = list(kept.inside("properties")) if kept else []
    text = kept.attributes.get(f"{TEXT}:properties") if kept else None
    if not (said or attributes or others or text):
        return
    container = etree.SubElement(parent, tags("properties"), attributes)
    container.text = text
    property_tag, value_tag = tags("property"), tags("value")
    for index, each in enumerate(said):
        variant = kept.variant("property", index) if kept else None
        if variant is not None and _says(variant, value_tag, each):
            container.append(variant)
            continue
        child = etree.SubElement(container, property_tag)
        if (name := reference(each.key)) is not None:
            child.set("propertyDefinitionRef", name)
        for value in each.phrases():
            _write_phrase(child, value_tag, value)
    container.extend(others)


def _says(variant: etree._Element, value_tag: str, said: Property) -> bool:
    read, _ = one_property(variant, value_tag)
    phrases = [(each["text"], each["language"]) for each in read["values"]] or [(read["value"], None)]
    return read["key"] == said.key and phrases == [(each.text, each.language) for each in said.phrases()]
