"""How Archi writes colours, fonts, widths and transparency, and what the model says instead.

Layer 4, governance. Pure. Archi counts opacity to 255 and writes fonts as its window toolkit does:
`1|Segoe UI|9.0|3|WINDOWS|…`, where the fourth part is 1 for bold and 2 for italic.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from maidinh.governance.interchange.archi_parts import Part, Sheet
from maidinh.governance.modelling.definition import Style

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SIZE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
BOLD, ITALIC = 1, 2

Font = tuple[str | None, str | None, tuple[str, ...]]
NO_FONT: Font = (None, None, ())


def colour(raw: str | None) -> str | None:
    """A colour as the model writes it."""
    return raw.lower() if raw is not None and _COLOUR.fullmatch(raw) else None


def colour_text(value: Any) -> str | None:
    """A colour as Archi has it; nothing for what Archi couldn't draw."""
    return value.lower() if isinstance(value, str) and _COLOUR.fullmatch(value) else None


def whole(raw: str | None) -> int | None:
    """A whole number; None for what is none."""
    return int(raw) if raw is not None and _WHOLE.fullmatch(raw) else None


def digits(value: Any) -> str | None:
    """A whole number as text."""
    return str(value) if isinstance(value, int) else None


def percent(raw: str | None) -> int | None:
    """Archi's alpha (0 to 255) in percent."""
    alpha = whole(raw)
    return None if alpha is None or not 0 <= alpha <= 255 else round(alpha * 100 / 255)


def alpha(value: Any) -> str | None:
    """Percent as Archi's alpha."""
    return str(round(value * 255 / 100)) if isinstance(value, int) and 0 <= value <= 100 else None


@lru_cache(maxsize=512)
def font(raw: str | None) -> Font:
    """Name, size and styles of a font."""
    parts = raw.split("|") if raw else []
    if len(parts) < 4 or parts[0] != "1":
        return NO_FONT
    bits = whole(parts[3]) or 0
    styles = tuple(name for bit, name in ((BOLD, "bold"), (ITALIC, "italic")) if bits & bit)
    return parts[1] or None, (parts[2].removesuffix(".0") or None), styles


def font_text(value: Font) -> str | None:
    """The font as Archi's toolkit writes it; what it couldn't read back is left out."""
    name = (value[0] or "").replace("|", "")
    size = value[1] if value[1] and _SIZE.fullmatch(value[1]) else ""
    bits = BOLD * ("bold" in value[2]) + ITALIC * ("italic" in value[2])
    if not (name or size or bits):
        return None
    return f"1|{name}|{size + '.0' * (bool(size) and '.' not in size)}|{bits}|"


_LINES = (
    ("lineColor", "line", colour, colour_text),
    ("lineWidth", "line_width", whole, digits),
    ("fontColor", "text", colour, colour_text),
)
OF_CONNECTIONS = _LINES
OF_NODES = (
    *_LINES,
    ("fillColor", "fill", colour, colour_text),
    ("alpha", "fill_opacity", percent, alpha),
    ("feature/lineAlpha", "line_opacity", percent, alpha),
)


def read_style(part: Part, known: tuple[Any, ...]) -> dict[str, Any] | None:
    """The style (as data) that a node's attributes give, and what went along for as long as they say the same."""
    noted = part.more.pop("style", None)
    beyond: dict[str, Any] = noted if isinstance(noted, dict) else {}
    found: dict[str, Any] = {}
    for name, field, decode, encode in known:
        if field in beyond:
            value = beyond.pop(field)
            if encode(value) == part.attributes.get(name):
                found[field] = value
                part.attributes.pop(name, None)
                continue
        if name in part.attributes:
            value = part.take(name, decode, encode)
            if value is not None:
                found[field] = value
    _read_font(part, found, beyond)
    found |= beyond
    if not found:
        return None if noted is None else {}
    found.setdefault("font_style", [])
    return found


def _read_font(part: Part, found: dict[str, Any], beyond: dict[str, Any]) -> None:
    raw = part.attributes.get("font")
    if raw is None and not beyond:
        return
    name, size, styles = font(raw)
    said: dict[str, Any] = {"font": name, "font_size": size, "font_style": list(styles)}
    noted = said | {field: beyond.pop(field) for field in said if field in beyond}
    try:
        same = noted != said and font_text((noted["font"], noted["font_size"], tuple(noted["font_style"]))) == raw
    except (TypeError, AttributeError):
        same = False
    if same:
        part.attributes.pop("font", None)
    elif raw is not None:
        part.take("font", font, font_text)
    found |= {field: value for field, value in (noted if same else said).items() if value not in (None, [])}


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
