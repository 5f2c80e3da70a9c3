"""Values as people type them into a project's form, and as the form shows them again: amounts, figures, days, texts.

Layer 2. Amounts may be written as offices write them: 1.250.000, 3,5 tỷ, 850 triệu.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_inputs import LINE_END, Wrong
from maidinh.channels.web.jinja import vn_number
from maidinh.channels.web.projects_parts import Column
from maidinh.infrastructure.definitions.folding import fold

DAY_PARTS = ("day", "month", "year")
MULTIPLES = {"nghin": 1_000, "ngan": 1_000, "trieu": 1_000_000, "tr": 1_000_000, "ty": 1_000_000_000}
THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
LONGEST = 4_000
MOST = 10**16  # of dong; nobody in the country has as much
Option = tuple[str, str]


def typed(column: Column, name: str, data: Mapping[str, Any]) -> Any:
    """What was typed into a field."""
    if column.widget == "date":
        return {part: str(data.get(f"{name}-{part}", ""))[:10].strip() for part in DAY_PARTS}
    if column.widget == "check":
        return name in data
    return LINE_END.sub("\n", str(data.get(name, ""))[:LONGEST]).strip()


def shown(column: Column, value: Any) -> Any:
    """A value as its field holds it."""
    if column.widget == "date":
        return _day_shown(value)
    if column.widget == "check":
        return bool(value)
    return "" if value is None else _SHOWN.get(column.widget, str)(value)


def is_empty(found: Any) -> bool:
    """Whether nothing was typed."""
    return not any(found.values()) if isinstance(found, Mapping) else found in ("", False, None)


def parsed(column: Column, found: Any, before: Any, options: Sequence[Option] = ()) -> Any:
    """The value that was typed; None for nothing. Raises Wrong."""
    if column.widget == "check":
        return bool(found)
    if is_empty(found):
        if column.required:
            raise Wrong(_("“%(label)s”: nothing is written here yet") % {"label": column.label})
        return [] if column.widget in ("lines", "laws") else None
    if column.widget == "date":
        return _day(column, found)
    if "\0" in found:
        raise Wrong(_("“%(label)s” has a character that cannot be kept. Type it again") % {"label": column.label})
    return _of_text(column, found, before, options)


def _of_text(column: Column, found: str, before: Any, options: Sequence[Option]) -> Any:
    read = _READ.get(column.widget)
    if read is not None:
        return read(column, found)
    if column.widget in ("words", "long-words"):
        return {"vi": found, **({"en": before["en"]} if isinstance(before, Mapping) and before.get("en") else {})}
    if column.widget in ("select", "radios"):
        if found not in {value for value, _text in options} and found != str(before):
            raise Wrong(_("Choose one of the answers listed for “%(label)s”") % {"label": column.label})
        return int(found) if column.options == "steps" else found
    if column.widget == "file" and found not in {value for value, _text in options} and found != str(before):
        raise Wrong(_("The file is not here any more. Choose it again"))
    if column.widget == "suggest":
        return _suggested(found, options)
    return _laws(found, before) if column.widget == "laws" else found


def _laws(found: str, before: Any) -> list[dict[str, Any]]:
    known = {each["text"]: each for each in before or ()}
    return [known.get(line, {"text": line, "checked": False}) for line in _split(found)]


def _split(found: str) -> list[str]:
    return [line.strip() for line in found.split("\n") if line.strip()]


def money(column: Column, found: str) -> int:
    """An amount in dong. Raises Wrong."""
    label = {"label": column.label}
    if found.lstrip().startswith(("-", "−", "(")):
        raise Wrong(_("“%(label)s” cannot be less than nothing. Write the amount without a minus sign") % label)
    raw = found.replace("₫", "").replace("đồng", "").strip().removesuffix("đ").strip()
    match = re.fullmatch(r"([0-9.,\s]+?)\s*([^\d.,\s]+)?", raw)
    unit = MULTIPLES.get(fold(match[2]).strip(".")) if match and match[2] else 1
    if match is None or unit is None:
        raise Wrong(_("“%(label)s”: write an amount in dong, such as 1.250.000.000 or 3,5 tỷ") % label)
    number = _number(re.sub(r"\s", "", match[1]), decimal=unit > 1)
    amount = None if number is None else number * unit
    if amount is None or amount != int(amount):
        raise Wrong(_("“%(label)s”: write an amount in dong, such as 1.250.000.000 or 3,5 tỷ") % label)
    if amount >= MOST:
        raise Wrong(_("“%(label)s” is larger than any budget. Count its zeros again") % label)
    return int(amount)


def _number(text: str, *, decimal: bool) -> Decimal | None:
    """A figure as Vietnamese write it: dots between thousands, a comma before a fraction."""
    if THOUSANDS.fullmatch(text) and not (decimal and "," in text):
        text = text.replace(".", "").replace(",", "")
    elif "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        return Decimal(text) if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None
    except InvalidOperation:
        return None


def _decimal(column: Column, found: str) -> float:
    number = _number(found.replace(" ", "").removesuffix("%"), decimal=True)
    if number is None or abs(number) > MOST:
        raise Wrong(_("“%(label)s” must be a figure, such as 12 or 12,5") % {"label": column.label})
    return float(number)


def _whole(column: Column, found: str) -> int:
    digits = found.replace(".", "").replace(" ", "")
    year = column.widget == "year"
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9 or (year and not 1990 <= int(digits) <= 2100):
        text = _("“%(label)s”: write the year with four digits, such as 2027") if year else _(
            "“%(label)s” must be a whole number, such as 12"
        )  # fmt: skip
        raise Wrong(text % {"label": column.label})
    return int(digits)


def _suggested(found: str, options: Sequence[Option]) -> str:
    """The code that was meant: typed itself, or by its name, with or without diacritics; else what was typed."""
    if found in {value for value, _text in options}:
        return found
    asked = fold(found)
    named = [value for value, text in options if asked in (fold(text), fold(f"{value} {text}"))]
    return named[0] if len(named) == 1 else found


def _day(column: Column, found: Mapping[str, str]) -> str:
    try:
        return date(*(int(found[part]) for part in reversed(DAY_PARTS))).isoformat()
    except (ValueError, OverflowError):
        text = _("“%(label)s” must be a real date with day, month and four-digit year") % {"label": column.label}
        raise Wrong(text) from None


def _day_shown(value: Any) -> dict[str, str]:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return dict.fromkeys(DAY_PARTS, "")
    return {"day": str(day.day), "month": str(day.month), "year": f"{day.year:04}"}


def _words_shown(value: Any) -> str:
    return str(value.get("vi", "")) if isinstance(value, Mapping) else str(value)


def _decimal_shown(value: Any) -> str:
    return f"{value:g}".replace(".", ",") if abs(float(value)) < 1e6 else vn_number(value)


_SHOWN: dict[str, Callable[[Any], str]] = {
    "words": _words_shown,
    "long-words": _words_shown,
    "money": vn_number,
    "decimal": _decimal_shown,
    "laws": lambda value: "\n".join(each["text"] for each in value),
    "lines": lambda value: "\n".join(map(str, value)),
}
_READ: dict[str, Callable[[Column, str], Any]] = {
    "money": money,
    "year": _whole,
    "whole": _whole,
    "decimal": _decimal,
    "lines": lambda _column, found: _split(found),
}
