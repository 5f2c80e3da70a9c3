"""What two people disagree about, in words: which thing, which field, why it must be decided, what each side says.

Layer 2. The parts of a view and the places of things have no form of their own; their fields are named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_fields import label_of, section_names
from maidinh.channels.web.drafting_values import LONGEST, NOTHING, Values
from maidinh.governance.comparison.difference import out_of_line
from maidinh.governance.drafting.rules import Conflict

INSIDE = ("nodes", "connections")
MOVES_TOLD = 10


def thing_of(conflict: Conflict, values: Values) -> str:
    """What a conflict is about, by name; a box or a line with the view that it is in."""
    section, name = conflict.thing
    if section == "header":
        listed = conflict.path.removesuffix(":order") if conflict.kind == "order" else "header"
        return section_names().get(listed, section_names()["header"])
    if section in INSIDE:
        view, _slash, own = name.partition("/")
        return f"{values.names.get(view, view)} › {_called(conflict.name or own, values)}"
    return values.names.get(name) or conflict.name or name


def field_of(conflict: Conflict) -> str:
    """The field that a conflict is about."""
    section, path = conflict.thing[0], conflict.path
    if not path:
        return _("The whole")
    if conflict.kind == "order":
        listed = path.removesuffix(":order")
        told = section == "header" and listed in section_names()
        return _("Order") if told else f"{_label(section, listed)} › {_('Order')}"
    return _label(section, path)


def note_of(conflict: Conflict, values: Values) -> str:
    """Why this must be decided, where it is not simply two values of one field."""
    because = [each.partition("/")[2] or each for each in conflict.because]
    names = ", ".join(dict.fromkeys(_called(each, values) for each in because))
    return {
        "removed": _("One side took this out, the other changed it."),
        "needed": _("One side took this out, the other needs it. What goes with it: %(names)s.") % {"names": names},
        "incomplete": _("This cannot stand here as long as the other fields are not decided."),
        "unfit": _("Each change is right by itself; both together are not."),
        "order": _("Both sides put these in another order."),
        "cycle": _("Both changes together lead round in a circle."),
        "same-id": _("Both sides gave the same code to different things."),
    }.get(conflict.kind, "")


def said(conflict: Conflict, values: Values, value: Any) -> str:
    """What a side says, in words."""
    section = conflict.thing[0]
    if conflict.kind == "order":
        return _moves(conflict.base or [], value or [], values)
    if value is None and conflict.kind in ("removed", "needed", "same-id", "incomplete"):
        return _("It goes, with what needs it") if conflict.kind == "needed" else _("It is not there")
    if isinstance(value, Mapping):
        before = conflict.base if conflict.kind == "needed" and isinstance(conflict.base, Mapping) else {}
        facts = [_fact(section, path, each, values) for path, each in value.items()
                 if not _silent(path, each) and each != before.get(path)]  # fmt: skip
        told = "; ".join([_("It stays, with what needs it"), *facts] if conflict.kind == "needed" else facts)
        return told if len(told) <= LONGEST else f"{told[:LONGEST]} …"
    return _value(section, conflict.path, value, values)


def _fact(section: str, path: str, value: Any, values: Values) -> str:
    return f"{_label(section, path)}: {_value(section, path, value, values)}"


def _silent(path: str, value: Any) -> bool:
    return value in (None, "", [], {}) or path.endswith(":order") or path.startswith("carried")


def _value(section: str, path: str, value: Any, values: Values) -> str:
    if path in ("parent", "element", "view", "relation", "folders") and value:
        held = value if isinstance(value, list) else [value]
        return ", ".join(_called(str(each), values) for each in held)
    if path.startswith("cost.") and isinstance(value, list):
        return ", ".join(f"{each:,} ₫".replace(",", ".") for each in value)
    return values.said(section, path, value)


def _called(name: str, values: Values) -> str:
    return values.names.get(name) or values.folder_names.get(name, name)


def _moves(before: Sequence[Any], after: Sequence[Any], values: Values) -> str:
    """What stands elsewhere in the other order; the order itself where it is of few things."""
    if before == after or not before:
        return _listed(after, values) if len(after) <= MOVES_TOLD else _("as it was")
    if len(after) <= MOVES_TOLD:
        return _listed(after, values)
    moved = [
        _("%(name)s: from place %(before)s to place %(after)s")
        % {"name": _token(each, values), "before": old, "after": new}
        for each, old, new in out_of_line([*map(_hashed, before)], [*map(_hashed, after)])
    ]
    more = [" …"] if len(moved) > MOVES_TOLD else []
    return "; ".join(moved[:MOVES_TOLD] + more) or NOTHING


def _listed(order: Iterable[Any], values: Values) -> str:
    return ", ".join(_token(each, values) for each in order) or NOTHING


def _hashed(token: Any) -> Any:
    return tuple(token) if isinstance(token, list) else token


def _token(token: Any, values: Values) -> str:
    own = token[1] if isinstance(token, (list, tuple)) else token
    return _called(str(own), values)


def _label(section: str, path: str) -> str:
    names = _names_within() if section in INSIDE else _names_of_places()
    return names.get(path) or label_of(section, path)


def _names_of_places() -> dict[str, str]:
    return {"parent": _("Lies in"), "folders": _("Folders"), "nodes": _("Boxes of the view"),
            "connections": _("Lines of the view"), "holds": _("What lies in it")}  # fmt: skip


def _names_within() -> dict[str, str]:
    """What the fields of boxes and lines are called."""
    return _names_of_places() | {
        "kind": _("Kind"), "element": _("Component"), "relation": _("Relation"), "view": _("View"),
        "label.vi": _("Text in Vietnamese"), "label.en": _("Text in English"),
        "box": _("Place"), "box.x": _("Place from the left"), "box.y": _("Place from the top"),
        "box.width": _("Width"), "box.height": _("Height"), "bends": _("Bends"), "starts": _("Where it starts"),
        "ends": _("Where it ends"), "source": _("From the box"), "target": _("To the box"),
        "style": _("Look"), "style.fill": _("Colour"), "style.line": _("Colour of the line"),
        "style.line_width": _("Width of the line"), "style.text": _("Colour of the text"),
        "style.font": _("Font"), "style.font_size": _("Size of the text"), "style.font_style": _("Look of the text"),
    }  # fmt: skip
