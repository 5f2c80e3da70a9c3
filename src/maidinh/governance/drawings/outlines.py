"""The outlines of boxes and the icons in their corners, after the notation of ArchiMate. Layer 4, governance. Pure."""

from __future__ import annotations

from maidinh.governance.drawings.looks import MOTIVATION
from maidinh.governance.drawings.picture import Rect
from maidinh.governance.modelling.metamodel import TYPE_OF_KIND

BEHAVIOUR = ("Process", "Function", "Interaction", "Event", "Service")
ROUND_TYPES = frozenset({"Capability", "ValueStream", "CourseOfAction", "WorkPackage", "Resource"})
ROUNDING, CUT, FOLD = 9.0, 8.0, 12.0

# Strokes in a square of 16. A type that isn't named has the icon of what its name ends in.
ICONS = {
    "Actor": "M8 1.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5zM8 6.5v4.5M4 8h8M8 11l-3 4M8 11l3 4",
    "Role": "M4 4h8M4 12h8M4 4a2.5 4 0 0 0 0 8M12 4a2.5 4 0 0 1 0 8a2.5 4 0 0 1 0-8z",
    "Stakeholder": "M4 4h8M4 12h8M4 4a2.5 4 0 0 0 0 8M12 4a2.5 4 0 0 1 0 8a2.5 4 0 0 1 0-8z",
    "Collaboration": "M6 4a4 4 0 1 1 0 8a4 4 0 1 1 0-8zM10 4a4 4 0 1 1 0 8a4 4 0 1 1 0-8z",
    "Interface": "M1 8h6M11 4a4 4 0 1 1 0 8a4 4 0 1 1 0-8z",
    "Process": "M1 6h8V3l6 5l-6 5v-3H1z",
    "Function": "M8 2l6 3.5V14L8 10.5L2 14V5.5z",
    "Interaction": "M7 3a5 5 0 0 0 0 10zM9 3a5 5 0 0 1 0 10z",
    "Event": "M1 4h10a4 4 0 0 1 0 8H1l3-4z",
    "Service": "M5 4h6a4 4 0 0 1 0 8H5a4 4 0 0 1 0-8z",
    "Object": "M1.5 3h13v10h-13zM1.5 6h13",
    "Contract": "M1.5 3h13v10h-13zM1.5 6h13M1.5 10h13",
    "Product": "M1.5 3h13v10h-13zM1.5 6h7V3",
    "Representation": "M1.5 3h13v9q-3.5-2-6.5 0t-6.5 0zM1.5 6h13",
    "Deliverable": "M1.5 3h13v9q-3.5-2-6.5 0t-6.5 0z",
    "Component": "M5 2.5h9.5v11H5zM2 5h6v2.5H2zM2 9h6v2.5H2z",
    "Node": "M1.5 5.5h9.5v9H1.5zM1.5 5.5l3.5-4h9.5l-3.5 4M14.5 1.5v9l-3.5 4",
    "Device": "M3 3h10v7.5H3zM4.5 10.5L2.5 13.5h11L11.5 10.5",
    "Software": "M9.5 2a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM5.3 4.8a4.5 4.5 0 1 0 6 6",
    "Path": "M1 8h2.5M5.5 8h2M9.5 8h2M4 5L1 8l3 3M12 5l3 3l-3 3",
    "Network": "M3.5 11l2-6M10.5 11l2-6M5 12h4.5M6.5 4h4.5M3 10.5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3z"
    "M11 10.5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3zM5 2.5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3z"
    "M13 2.5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3z",
    "Artifact": "M3 1.5h7l3.5 3.5v9.5H3zM10 1.5v3.5h3.5",
    "Equipment": "M8 5a3 3 0 1 1 0 6a3 3 0 1 1 0-6zM8 1v3M8 12v3M1 8h3M12 8h3M3 3l2 2M11 11l2 2M13 3l-2 2M5 11l-2 2",
    "Facility": "M1.5 14V7l4 3V7l4 3V7l2 1.5V2h3v12z",
    "Material": "M5 2.5h6l3.5 5.5l-3.5 5.5H5L1.5 8z",
    "Driver": "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12zM8 2v12M2 8h12M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
    "Assessment": "M9.5 2a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM6.3 9.7L1.5 14.5",
    "Goal": "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13zM8 4.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7z"
    "M8 7.3a.7.7 0 1 1 0 1.4a.7.7 0 1 1 0-1.4z",
    "Outcome": "M7 3.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11zM7 6.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5z"
    "M7 9l7-7M11.5 1.5V4.5H14.5",
    "Principle": "M3 2h10v12H3zM8 4.5v5M8 11v1.5",
    "Requirement": "M4.5 4h10L11.5 12h-10z",
    "Constraint": "M4.5 4h10L11.5 12h-10zM7.5 4L4.5 12",
    "Meaning": "M4 11.5a3 3 0 0 1 0-6a4 4 0 0 1 7.5-.5a3.3 3.3 0 0 1 .5 6.5z",
    "Value": "M8 4a6.5 4 0 1 1 0 8a6.5 4 0 1 1 0-8z",
    "Resource": "M1.5 5h11v7h-11zM12.5 7h2v3h-2M4 7v3M6 7v3M8 7v3",
    "Capability": "M2 10h4v4H2zM6 10h4v4H6zM10 10h4v4h-4zM6 6h4v4H6zM10 6h4v4h-4zM10 2h4v4h-4z",
    "Stream": "M1.5 3.5h9.5L14.5 8L11 12.5H1.5L5 8z",
    "Action": "M9.5 2a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM9.5 5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3zM1.5 14.5L5 11",
    "Package": "M4 12.5a5 5 0 1 1 4.5 1H4.5M7 11l-2.5 2.5L7 16",
    "Plateau": "M4 4h10.5M3 8h10.5M1.5 12h10.5",
    "Gap": "M8 3a5 5 0 1 1 0 10a5 5 0 1 1 0-10zM1 6.5h14M1 9.5h14",
    "Grouping": "M1.5 5.5h13v8h-13zM1.5 5.5v-3h6v3",
    "Location": "M8 14.5C4.5 10.5 3.5 8.5 3.5 6.5a4.5 4.5 0 0 1 9 0c0 2-1 4-4.5 8z",
}  # fmt: skip
OF_KIND = {
    "database": "M2.5 4a5.5 2.5 0 1 1 11 0v8a5.5 2.5 0 1 1-11 0zM2.5 4a5.5 2.5 0 0 0 11 0",
    "shared-platform": "M2 3h12v3H2zM2 6.5h12v3H2zM2 10h12v3H2z",
    "platform": "M2 3h12v3H2zM2 6.5h12v3H2zM2 10h12v3H2z",
    "portal-service": "M1.5 2.5h13v11h-13zM1.5 5.5h13M3.5 4h1",
    "network-zone": "M8 1.5l6 2v4.5c0 3-2.5 5.5-6 6.5c-3.5-1-6-3.5-6-6.5V3.5z",
}


def icon_path(kind: str) -> str:
    """The icon of a kind of element; empty where it has none."""
    if kind in OF_KIND:
        return OF_KIND[kind]
    type_ = TYPE_OF_KIND.get(kind, "")
    return ICONS.get(type_) or next((path for end, path in ICONS.items() if type_ and type_.endswith(end)), "")


def outline_of(kind: str) -> str:
    """The outline of a kind: round for behaviour, cut corners for motivation, else plain."""
    type_ = TYPE_OF_KIND.get(kind, "")
    if type_ in MOTIVATION:
        return "cut"
    if type_ in ROUND_TYPES or type_.endswith(BEHAVIOUR):
        return "round"
    return "plain"


def outline_path(outline: str, rect: Rect) -> str:
    """The path of an outline."""
    x, y, right, bottom = rect.x, rect.y, rect.right, rect.bottom
    small = min(rect.width, rect.height) / 2
    if outline == "round":
        r = min(ROUNDING, small)
        return (
            f"M{n(x + r)} {n(y)}H{n(right - r)}A{n(r)} {n(r)} 0 0 1 {n(right)} {n(y + r)}V{n(bottom - r)}"
            f"A{n(r)} {n(r)} 0 0 1 {n(right - r)} {n(bottom)}H{n(x + r)}A{n(r)} {n(r)} 0 0 1 {n(x)} {n(bottom - r)}"
            f"V{n(y + r)}A{n(r)} {n(r)} 0 0 1 {n(x + r)} {n(y)}Z"
        )
    if outline == "cut":
        c = min(CUT, small)
        return (
            f"M{n(x + c)} {n(y)}H{n(right - c)}L{n(right)} {n(y + c)}V{n(bottom - c)}L{n(right - c)} {n(bottom)}"
            f"H{n(x + c)}L{n(x)} {n(bottom - c)}V{n(y + c)}Z"
        )
    if outline == "folded":
        f = min(FOLD, small)
        return f"M{n(x)} {n(y)}H{n(right)}V{n(bottom - f)}L{n(right - f)} {n(bottom)}H{n(x)}Z"
    if outline == "circle":
        mx, my = rect.middle
        arc = f"a{n(small)} {n(small)} 0 1 0"
        return f"M{n(mx - small)} {n(my)}{arc} {n(2 * small)} 0{arc} {n(-2 * small)} 0Z"
    return f"M{n(x)} {n(y)}H{n(right)}V{n(bottom)}H{n(x)}Z"


def n(number: float) -> str:
    """A number as short as can be, to a tenth of a pixel."""
    return f"{round(number, 1):g}" if abs(number) < 1e5 else str(round(number))
