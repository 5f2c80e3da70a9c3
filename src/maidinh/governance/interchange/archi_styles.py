"""How Archi writes colours, fonts, widths and transparency, and what the model says instead.

Layer 4, governance. Pure. Archi counts opacity to 255 and writes fonts as its window toolkit does:
`1|Segoe UI|9.0|3|WINDOWS|…`, where the fourth part is 1 for bold and 2 for italic.
"""

from __future__ import annotations

import re
from typing import Any

from maidinh.governance.interchange.archi_parts import Part, Sheet
from maidinh.governance.modelling.definition import Style

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
BOLD, ITALIC = 1, 2

Font = tuple[str | None, str | None, tuple[str, ...]]
NO_FONT: Font = (None, None, ())


def colour(raw: str | None) -> str | None:
    """A colour as the model writes it."""
    return raw.lower() if raw is not None and _COLOUR.fullmatch(raw) else None


def as_it_is(value: Any) -> str | None:
    """What is written as it is."""
    return value if isinstance(value, str) else None


def whole(raw: str | None) -> int | None:
    """A whole number; None for what is none."""
    return int(raw) if raw is not None and _WHOLE.fullmatch(raw) else None


def digits(value: int | None) -> str | None:
    """A whole number as text."""
    return None if value is None else str(value)


def percent(raw: str | None) -> int | None:
    """Archi's alpha (0 to 255) in percent."""
    alpha = whole(raw)
    return None if alpha is None or not 0 <= alpha <= 255 else round(alpha * 100 / 255)


def alpha(value: int | None) -> str | None:
    """Percent as Archi's alpha."""
    return None if value is None or not 0 <= value <= 100 else str(round(value * 255 / 100))


def font(raw: str | None) -> Font:
    """Name, size and styles of a font."""
    parts = raw.split("|") if raw else []
    if len(parts) < 4 or parts[0] != "1":
        return NO_FONT
    bits = whole(parts[3]) or 0
    styles = tuple(name for bit, name in ((BOLD, "bold"), (ITALIC, "italic")) if bits & bit)
    return parts[1] or None, (parts[2].removesuffix(".0") or None), styles


def font_text(value: Font) -> str | None:
    """The font as Archi's toolkit writes it."""
    name, size, styles = value
    if value == NO_FONT:
        return None
    bits = BOLD * ("bold" in styles) + ITALIC * ("italic" in styles)
    height = f"{size}.0" if size and "." not in size else size or ""
    return f"1|{name or ''}|{height}|{bits}|"


_LINES = (
    ("lineColor", "line", colour, as_it_is),
    ("lineWidth", "line_width", whole, digits),
    ("fontColor", "text", colour, as_it_is),
)
OF_CONNECTIONS = _LINES
OF_NODES = (
    *_LINES,
    ("fillColor", "fill", colour, as_it_is),
    ("alpha", "fill_opacity", percent, alpha),
    ("feature/lineAlpha", "line_opacity", percent, alpha),
)


def read_style(part: Part, known: tuple[Any, ...]) -> dict[str, Any] | None:
    """The style (as data) that a node's attributes give."""
    found: dict[str, Any] = {}
    for name, field, decode, encode in known:
        if name in part.attributes:
            value = part.take(name, decode, encode)
            if value is not None:
                found[field] = value
    if "font" in part.attributes:
        name, size, styles = part.take("font", font, font_text)
        found |= {
            field: value
            for field, value in (("font", name), ("font_size", size), ("font_style", list(styles)))
            if value
        }
    beyond = part.more.pop("style", None)
    if isinstance(beyond, dict):
        return found | beyond
    return found or None


def write_style(sheet: Sheet, style: Style | None, known: tuple[Any, ...]) -> None:
    """Sets a style's attributes; what Archi can't say of it goes along."""
    if style is None:
        for name in [each for each, *_ in known if each in sheet.kept] + ["font"] * ("font" in sheet.kept):
            raw = sheet.kept.pop(name)
            decode = font if name == "font" else next(each[2] for each in known if each[0] == name)
            if decode(raw) in (None, NO_FONT):
                sheet.attributes[name] = raw  # it never said anything that the model understands
        return
    beyond = style.model_dump(exclude_defaults=True)
    empty = not beyond
    for name, field, decode, encode in known:
        value = getattr(style, field)
        if value is None and name not in sheet.kept:
            continue
        if sheet.give(name, value, decode, encode):
            beyond.pop(field, None)
    wanted: Font = (style.font, style.font_size, tuple(style.font_style))
    sheet.give("font", wanted, font, font_text)
    told = font(sheet.attributes.get("font"))
    for field, is_, want in zip(("font", "font_size", "font_style"), told, wanted, strict=True):
        if is_ == want:
            beyond.pop(field, None)
    if beyond or empty:
        sheet.more["style"] = beyond
