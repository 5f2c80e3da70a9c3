"""How kinds look: tints by layer, the ends and dashes of relations after ArchiMate, colours that can be read.

Layer 4, governance. Pure. No meaning rests on colour: a box carries an icon and its kind in words, a line its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from maidinh.governance.modelling.metamodel import TYPE_OF_KIND

BLACK = "#000000"
INK, GREY, PAPER, FRAME, SURFACE = "#0b0c0c", "#484f54", "#ffffff", "#8a7650", "#faf6ef"
GREEN, RED = "#0f7a52", "#a3161a"
READABLE, VISIBLE = 4.5, 3.0  # least contrast of text, and of lines and outlines (WCAG 1.4.3 and 1.4.11)

MOTIVATION = frozenset({
    "Stakeholder", "Driver", "Assessment", "Goal", "Outcome", "Principle", "Requirement", "Constraint", "Meaning",
    "Value",
})  # fmt: skip
STRATEGY = frozenset({"Resource", "Capability", "ValueStream", "CourseOfAction"})
IMPLEMENTATION = frozenset({"WorkPackage", "Deliverable", "ImplementationEvent", "Plateau", "Gap"})
OTHER = frozenset({"Grouping", "Location", "AndJunction", "OrJunction"})
BUSINESS = frozenset({"Contract", "Representation", "Product"})
APPLICATION = frozenset({"DataObject"})
ARCHIMATE_LAYERS = ("motivation", "strategy", "business", "application", "technology", "implementation", "other")
TINTS = {
    "motivation": "#ece8f6", "strategy": "#f6ead2", "business": "#fff6d6", "application": "#e1eff9",
    "technology": "#e3f2dd", "implementation": "#fae5e1", "other": "#f4f2ee",
}  # fmt: skip
# What ArchiMate tools fill a box with when nobody chose otherwise.
CUSTOMARY = {
    "motivation": "#ccccff", "strategy": "#f5deaa", "business": "#ffffb5", "application": "#b5ffff",
    "technology": "#c9e7b7", "implementation": "#ffe0e0", "other": "#ffffff",
}  # fmt: skip


@cache
def archimate_layer(kind: str) -> str:
    """The layer of ArchiMate that a kind belongs to."""
    type_ = TYPE_OF_KIND.get(kind, "Grouping")
    sets = {"motivation": MOTIVATION, "strategy": STRATEGY, "implementation": IMPLEMENTATION, "other": OTHER}
    found = next((layer for layer, types in sets.items() if type_ in types), None)
    if found:
        return found
    if type_ in BUSINESS or type_.startswith("Business"):
        return "business"
    if type_ in APPLICATION or type_.startswith("Application"):
        return "application"
    return "technology"


@dataclass(frozen=True)
class Look:
    """The notation of a relation: dashes, and what stands at its beginning and its end."""

    dash: str = ""
    tail: str = ""
    head: str = ""


LOOKS = {
    "composition": Look(tail="diamond-full"),
    "aggregation": Look(tail="diamond"),
    "assignment": Look(tail="dot", head="full"),
    "realization": Look("2 3", head="triangle"),
    "serving": Look(head="open"),
    "access": Look("2 3"),
    "influence": Look("6 4", head="open"),
    "triggering": Look(head="full"),
    "flow": Look("7 4", head="full"),
    "specialization": Look(head="triangle"),
    "association": Look(),
    "masters": Look(head="full"),
    "technology": Look("2 3", head="open"),
    "line": Look(),
}
ACCESS = {"write": ("", "open"), "read": ("open", ""), "read-write": ("open", "open"), "access": ("", "")}


def look_of(kind: str, *, access: str | None = None, directed: bool = False) -> Look:
    """The notation of a relation; access tells by its arrows who reads and who writes."""
    if kind == "access" and access:
        tail, head = ACCESS[access]
        return Look("2 3", tail, head)
    if kind == "association" and directed:
        return Look(head="half")
    return LOOKS.get(kind, Look())


def colour(text: str | None) -> tuple[int, int, int] | None:
    """The colour that `#rrggbb` names; None for anything else."""
    if text is None or len(text) != 7 or text[0] != "#":
        return None
    try:
        number = int(text[1:], 16)
    except ValueError:
        return None
    return number >> 16, number >> 8 & 255, number & 255


def hexadecimal(rgb: tuple[int, int, int]) -> str:
    """The colour as `#rrggbb`."""
    return f"#{rgb[0]:02x}{rgb[1]:02x}{rgb[2]:02x}"


def laid_on(above: str, below: str, percent: int | None) -> str:
    """What is seen of a colour of that opacity upon another."""
    if percent is None or percent >= 100:
        return above
    one, other, share = colour(above), colour(below), max(percent, 0) / 100
    if one is None or other is None:
        return above
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))
    return hexadecimal((red, green, blue))


@cache
def contrast(one: str, other: str) -> float:
    """The contrast of two colours after WCAG, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@cache
def readable(wanted: str | None, ground: str) -> str:
    """The colour of text asked for, where it can be read on the ground; else black or white: one of them always can."""
    possible = ([str(wanted)] if colour(wanted) else []) + [INK, PAPER, BLACK]
    return next((each for each in possible if contrast(each, ground) >= READABLE), BLACK)


@cache
def visible(wanted: str | None, ground: str) -> str:
    """The colour of a line asked for, made darker or lighter until it is seen on the ground."""
    rgb = colour(wanted)
    if rgb is None:
        return GREY if contrast(GREY, ground) >= VISIBLE else PAPER
    toward = INK if contrast(INK, ground) >= contrast(PAPER, ground) else PAPER
    for percent in range(100, -1, -10):
        found = laid_on(hexadecimal(rgb), toward, percent)
        if contrast(found, ground) >= VISIBLE:
            return found
    return toward


def _luminance(text: str) -> float:
    parts = []
    for each in colour(text) or (255, 255, 255):
        share = each / 255
        parts.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
