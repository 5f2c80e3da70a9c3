"""What is typed into the forms of a procedure, and how it is put into the content of its file. Layer 2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from maidinh.infrastructure.definitions.folding import fold
from maidinh.services.authoring.rules import kept_text

Typed = dict[str, str]
Errors = dict[str, str]
Content = dict[str, Any]
UNITS = ("working_day", "calendar_day", "working_hour", "month")
LONGEST = 4_000


def typed_in(request: HttpRequest) -> Typed:
    """Everything that a form sent, without what a database or a file can't hold."""
    return {name[:120]: kept_text(value).strip()[:LONGEST] for name, value in request.POST.items()}


def as_map(value: Any) -> Content:
    """The value where it is keys with values, else nothing: a file in the making may hold anything."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value where it is a list."""
    return value if isinstance(value, list) else []


def text_of(value: Any, lang: str) -> str:
    """A text in one of its languages."""
    found = as_map(value).get(lang)
    return found.strip() if isinstance(found, str) else ""


def put_text(part: Content, name: str, typed: Mapping[str, str], prefix: str) -> None:
    """Write a text in both languages; the English may be left out, and a text that says nothing is not written."""
    said = {lang: typed.get(f"{prefix}_{lang}", "") for lang in ("vi", "en")}
    old = as_map(part.get(name))
    if all(text_of(old, lang) == said[lang] for lang in said):
        return  # also where the file breaks its lines otherwise
    new = {**{lang: text for lang, text in old.items() if said.get(lang, text)},
           **{lang: text for lang, text in said.items() if text}}  # fmt: skip
    if new:
        part[name] = new
    else:
        part.pop(name, None)


def put_budget(
    part: Content, name: str, typed: Mapping[str, str], at: str, errors: Errors, *, needed: bool = False
) -> None:
    """Write an amount of time."""
    amount, unit = typed.get(f"{at}-amount", ""), typed.get(f"{at}-unit", "")
    if not amount and not needed:
        part.pop(name, None)
        return
    number = whole(amount)
    if number is None:
        errors[f"{at}-amount"] = _("Write a whole number.")
    elif unit not in UNITS:
        errors[f"{at}-unit"] = _("Choose the unit of time.")
    else:
        new = as_map(part.get(name)) | {"amount": number, "unit": unit}
        if new != part.get(name):
            part[name] = new


def named(errors: Errors, at: str, name: str) -> None:
    """Say of which part each fault is: the summary of faults stands far from the field."""
    for field in [each for each in errors if each.startswith(f"{at}-")]:
        errors[field] = f"{name}: {errors[field]}" if name else errors[field]


def whole(text: str) -> int | None:
    """A whole number of at most four digits."""
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None


def free_id(text: str, taken: set[str], joint: str) -> str:
    """An id made of the words of a text, which nothing else has."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    name = joint.join(words)[:40].strip(joint) or "moi"
    name = name if name[0].isalpha() else f"m{joint}{name}"
    number, found = 2, name
    while found in taken:
        number, found = number + 1, f"{name}{joint}{number}"
    return found
