"""Boxes, points, colours and fonts of a view in OEF. Layer 4, governance.

The format wants coordinates from 0 and sizes from 1 on; what it can't say stands in our instruction (`unsaid`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from maidinh.governance.interchange.oef_leftovers import RAW, VARIANT, Leftovers, Restored, as_text
from maidinh.governance.interchange.oef_vocabulary import FONT_STYLES
from maidinh.governance.modelling.definition import Box, Point, Style

Read = dict[str, Any]
Tags = Callable[[str], str]
EDGES = {"x": "x", "y": "y", "w": "width", "h": "height"}
BOXLESS = "maidinh:boxless"
_BYTES = {str(number): number for number in range(256)}
_COLOUR = re.compile("#[0-9a-f]{6}")
_SIZE = re.compile(r"[1-9][0-9]*(\.0|\.5)?")


def whole(text: str | None) -> tuple[int | None, bool]:
    """A whole number, and whether we would write it in the same way."""
    if text is None:
        return None, False
    try:
        number = int(text)
        return number, str(number) == text
    except ValueError:
        pass
    try:
        return round(float(text)), False
    except (ValueError, OverflowError):
        return None, False


def box(attributes: Mapping[str, str], left: Leftovers, shift: tuple[int, int]) -> Read | None:
    """The box that a node's attributes say, with `shift` taken off; what is no box is kept as it is."""
    found: Read = {}
    notes: dict[str, str] = {}
    given = {edge: attributes[edge] for edge in EDGES if edge in attributes}
    for edge, name in EDGES.items():
        number, plain = whole(given.get(edge))
        if number is None:
            left.attributes.update(given or {BOXLESS: ""})
            return None
        found[name] = number
        if not plain or (edge in "wh" and number < 1):
            notes[f"{RAW}{edge}"] = given[edge]
    left.attributes.update(notes)
    found["x"] -= shift[0]
    found["y"] -= shift[1]
    return found


def write_box(element: etree._Element, said: Box | None, kept: Restored | None, shift: tuple[int, int]) -> Read:
    """Write a node's box; what the format can't say of it is returned."""
    if said is None:
        if kept and (BOXLESS in kept.attributes or any(edge in kept.attributes for edge in EDGES)):
            return {}  # the attributes, such as they were, are written with the other ones
        for edge in EDGES:
            element.set(edge, "0" if edge in "xy" else "1")
        return {"box": None}
    numbers = {"x": said.x + shift[0], "y": said.y + shift[1], "w": said.width, "h": said.height}
    unsaid: Read = {}
    for edge, number in numbers.items():
        raw = kept.raw(edge) if kept else None
        if raw is not None and whole(raw)[0] == number:
            element.set(edge, raw)
            continue
        if edge in "wh" and number < 1:
            unsaid[EDGES[edge]] = number
            number = 1  # noqa: PLW2901
        element.set(edge, str(number))
    return {"box": unsaid} if unsaid else {}


def point(element: etree._Element, shift: tuple[int, int]) -> tuple[Read, bool]:
    """A point with `shift` taken off, and whether that is all the element says."""
    (x, x_plain), (y, y_plain) = whole(element.get("x")), whole(element.get("y"))
    plain = x_plain and y_plain and len(element.attrib) == 2 and not len(element) and not element.text
    return {"x": (x or 0) - shift[0], "y": (y or 0) - shift[1]}, plain


def write_point(
    parent: etree._Element, tag: str, said: Point, variant: etree._Element | None, shift: tuple[int, int]
) -> None:
    """Write a point, in the form it had in the file if it still is the same."""
    if variant is not None and point(variant, shift)[0] == {"x": said.x, "y": said.y}:
        parent.append(variant)
    else:
        etree.SubElement(parent, tag, {"x": str(said.x + shift[0]), "y": str(said.y + shift[1])})


def style(element: etree._Element, tags: Tags, left: Leftovers) -> Read:
    """The style that the element says; kept as a variant too where it says more."""
    found, plain = _style(element, tags)
    if not plain:
        left.attributes[f"{VARIANT}style:0"] = as_text(element)
    return found


def _blank(text: str | None) -> bool:
    return not text or text.isspace()


def _style(element: etree._Element, tags: Tags) -> tuple[Read, bool]:
    found: Read = {"font_style": []}
    plain = _blank(element.text)
    if element.attrib:
        width, canonical = whole(element.get("lineWidth"))
        if width is not None:
            found["line_width"] = width
        plain = plain and canonical and len(element.attrib) == 1 and (width or 0) > 0
    line, fill, font = tags("lineColor"), tags("fillColor"), tags("font")
    fonts = 0
    for child in element:
        tag = child.tag
        if tag == line:
            plain &= _colour(child, "line", "line_opacity", found)
        elif tag == fill:
            plain &= _colour(child, "fill", "fill_opacity", found)
        elif tag == font and not fonts:
            fonts += 1
            plain &= _font(child, tags("color"), found)
        else:
            plain = False
        plain &= _blank(child.tail)
    return found, plain


def _colour(element: etree._Element, name: str, opacity: str, found: Read) -> bool:
    """Add a colour and its opacity; whether that is all the element says."""
    given = dict(element.attrib)
    byte = _BYTES.get
    red, green, blue = byte(given.get("r", "")), byte(given.get("g", "")), byte(given.get("b", ""))
    alpha, plain = byte(given.get("a", "")), True
    if red is None or green is None or blue is None or (alpha is None and len(given) > 3):
        plain = False
        red, green, blue, alpha = (whole(given.get(each))[0] for each in "rgba")
        if red is None or green is None or blue is None or not all(0 <= each < 256 for each in (red, green, blue)):
            return False
    plain = plain and (alpha or 0) <= 100 and name not in found and len(given) == (3 if alpha is None else 4)
    found[name] = f"#{red:02x}{green:02x}{blue:02x}"
    if alpha is not None:
        found[opacity] = alpha
    return plain and not element.text and not len(element)


def _font(element: etree._Element, colour_tag: str, found: Read) -> bool:
    known = 0
    plain = (bool(element.attrib) or len(element) > 0) and _blank(element.text)
    for attribute, name in (("name", "font"), ("size", "font_size")):
        if (value := element.get(attribute)) is not None:
            found[name] = value
            known += 1
            plain = plain and (attribute == "name" or _SIZE.fullmatch(value) is not None)
    if (value := element.get("style")) is not None:
        found["font_style"] = value.split()
        known += 1
        plain = plain and bool(value) and " ".join(found["font_style"]) == value
        plain = plain and set(found["font_style"]) <= FONT_STYLES
    for child in element:
        plain = child.tag == colour_tag and _colour(child, "text", "text_opacity", found) and plain
        plain = plain and _blank(child.tail)
    return plain and known == len(element.attrib)


def write_style(parent: etree._Element, tags: Tags, said: Style | None, kept: Restored | None) -> Read:
    """Write a style; what the format can't say of it is returned."""
    if said is None:
        return {}
    variant = kept.variant("style") if kept else None
    if variant is not None and Style.model_validate(_style(variant, tags)[0]) == said:
        parent.append(variant)
        return {}
    element = etree.SubElement(parent, tags("style"))
    unsaid: Read = {}
    if said.line_width is not None:
        _set_or_tell(element, "lineWidth", "line_width", said.line_width, said.line_width > 0, unsaid)
    _write_colour(element, tags("lineColor"), ("line", said.line), ("line_opacity", said.line_opacity), unsaid)
    _write_colour(element, tags("fillColor"), ("fill", said.fill), ("fill_opacity", said.fill_opacity), unsaid)
    font = etree.Element(tags("font"))
    if said.font is not None:
        font.set("name", said.font)
    if said.font_size is not None:
        fits = _SIZE.fullmatch(said.font_size) is not None
        _set_or_tell(font, "size", "font_size", said.font_size, fits, unsaid)
    if said.font_style:
        fits = set(said.font_style) <= FONT_STYLES
        _set_or_tell(font, "style", "font_style", said.font_style, fits, unsaid)
    _write_colour(font, tags("color"), ("text", said.text), ("text_opacity", said.text_opacity), unsaid)
    if font.attrib or len(font):
        element.append(font)
    return {"style": unsaid} if unsaid else {}


def _set_or_tell(element: etree._Element, attribute: str, name: str, value: Any, fits: bool, unsaid: Read) -> None:
    if fits:
        element.set(attribute, " ".join(value) if isinstance(value, list) else str(value))
    else:
        unsaid[name] = value


def _write_colour(
    parent: etree._Element, tag: str, colour: tuple[str, str | None], opacity: tuple[str, int | None], unsaid: Read
) -> None:
    element = None
    if colour[1] is not None:
        if _COLOUR.fullmatch(colour[1]):
            red, green, blue = (str(int(colour[1][at : at + 2], 16)) for at in (1, 3, 5))
            element = etree.SubElement(parent, tag, {"r": red, "g": green, "b": blue})
        else:
            unsaid[colour[0]] = colour[1]
    if opacity[1] is not None:
        if element is not None and 0 <= opacity[1] <= 100:
            element.set("a", str(opacity[1]))
        else:
            unsaid[opacity[0]] = opacity[1]
