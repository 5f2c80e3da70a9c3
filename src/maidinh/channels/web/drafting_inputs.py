"""One field of a form: how its value is shown in it, and which value comes of what was typed.

Layer 2. A value that nobody touched is kept to the letter, also where a browser shows it otherwise (line ends).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_fields import Field
from maidinh.channels.web.drafting_values import Values

LINE_END = re.compile(r"\r\n|\r|\n")
CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE)\s+(/\S*)")
DAY = {"day": "", "month": "", "year": ""}
DIRECTIONS = {"yes": True, "no": False}


class Wrong(ValueError):
    """What was typed is no value of the field; the text says what to write instead."""


def shown(field: Field, value: Any) -> Any:
    """The value as the widget holds it: a text; for a day a mapping; for a box whether it is ticked."""
    if field.widget == "date":
        return _day_shown(value)
    if field.widget == "check":
        return bool(value)
    if isinstance(value, list):
        return "\n".join(_line(field, each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def typed(field: Field, data: Mapping[str, Any]) -> Any:
    """What was typed, in the form in which `shown` gives a value."""
    if field.widget == "date":
        return {part: str(data.get(f"{field.name}-{part}", ""))[:10] for part in DAY}
    if field.widget == "check":
        return field.name in data
    return str(data.get(field.name, ""))


def parsed(field: Field, data: Mapping[str, Any], before: Any, values: Values) -> Any:
    """The value that was typed; None for nothing. Raises Wrong."""
    found = typed(field, data)
    if field.widget == "check":
        return before if before is None and not found else found
    if _same(found, shown(field, before)):
        return before
    if field.widget == "date":
        return _day(field, found)
    if "\0" in found:
        raise Wrong(_("“%(label)s” has a character that cannot be kept. Type it again") % {"label": field.label})
    if field.widget in ("lines", "calls", "laws"):
        lines = [line.strip() for line in LINE_END.split(found) if line.strip()]
        return _lines(field, lines, before)
    if not found.strip():
        return None
    text = LINE_END.sub("\n", found)
    if before is None or before == str(before).strip():
        text = text.strip()
    return _chosen(field, text, before, values)


def _chosen(field: Field, text: str, before: Any, values: Values) -> Any:
    if field.widget == "select":
        if text not in {value for value, _name in values.options(field.options, shown(field, before))}:
            raise Wrong(_("Choose one of the answers listed for “%(label)s”") % {"label": field.label})
        if field.options == "directions":
            return DIRECTIONS[text]
        return int(text) if field.number else text
    if field.widget == "suggest" and field.options == "elements":
        return _component(field, text, values)
    return text


def _component(field: Field, text: str, values: Values) -> str:
    """The id of the component that the text names, by id or by name, with or without diacritics."""
    if text in values.names:
        return text
    found = values.called(text)
    if len(found) == 1:
        return found[0]
    if found:
        words = {"label": field.label, "ids": ", ".join(sorted(found)[:5])}
        raise Wrong(_("“%(label)s”: several have this name. Write the id of one: %(ids)s") % words)
    raise Wrong(_("“%(label)s”: there is no component of this id or name in the draft") % {"label": field.label})


def _lines(field: Field, lines: list[str], before: Any) -> list[Any]:
    if field.widget == "laws":
        known = {each["text"]: each for each in before or ()}
        return [known.get(line, {"text": line, "checked": False}) for line in lines]
    if field.widget == "lines":
        return lines
    calls = []
    for line in lines:
        found = CALL.fullmatch(line)
        if found is None:
            words = {"label": field.label, "line": line[:60]}
            raise Wrong(
                _("“%(label)s”: “%(line)s” is no call. Write a method and a path, such as GET /parcels/*") % words
            )
        calls.append({"method": found[1], "path": found[2]})
    return calls


def _day(field: Field, found: Mapping[str, str]) -> str | None:
    if not any(each.strip() for each in found.values()):
        return None
    try:
        return date(*(int(found[part].strip()) for part in ("year", "month", "day"))).isoformat()
    except (ValueError, OverflowError):
        raise Wrong(
            _("“%(label)s” must be a real date with day, month and four-digit year") % {"label": field.label}
        ) from None


def _line(field: Field, value: Any) -> str:
    if field.widget == "calls":
        return f"{value['method']} {value['path']}"
    return str(value["text"] if field.widget == "laws" else value)


def _day_shown(value: Any) -> dict[str, str]:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return dict(DAY)
    return {"day": str(day.day), "month": str(day.month), "year": f"{day.year:04}"}


def _same(one: Any, other: Any) -> bool:
    """Whether they are the same but for the line ends, which an input of one line drops and a browser rewrites."""
    if isinstance(one, Mapping):
        return {name: each.strip().lstrip("0") for name, each in one.items()} == {
            name: each.lstrip("0") for name, each in other.items()
        }
    return LINE_END.sub("\n", one) == LINE_END.sub("\n", other) or one == LINE_END.sub("", other)
