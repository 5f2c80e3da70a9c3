"""Why a file or a change is not taken into a draft, in the reader's language.

Layer 2. Readers and rules tell what is wrong in English, for people at a command line too; here each is recognised by
its kind or its words. What nobody recognises is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web import drafting_sayings as sayings
from maidinh.governance.drafting.rules import N_, Fault

LONGEST = 2_000  # characters of a text that are looked at; no honest one has more
SHOWN_OF_LONGER = 1_500, 400  # from its beginning and its end
SAYINGS = tuple(
    (re.compile(pattern, re.S), text)
    for group in (sayings.FORMS, sayings.YAML, sayings.MODEL, sayings.MERGING, sayings.MODEL_FILES, sayings.TABLES,
                  sayings.WORKBOOKS, sayings.AROUND)
    for pattern, text in group
)  # fmt: skip
PLACES = tuple((re.compile(pattern, re.S), text) for pattern, text in sayings.PLACES)
KINDS = {
    "missing": N_("this must be given"),
    "extra_forbidden": N_("there is no field of this name"),
    "literal_error": N_("expected one of these: %(expected)s"),
    "string_pattern_mismatch": N_("this is not written as expected"),
    "greater_than_equal": N_("must be %(ge)s or more"),
    "less_than_equal": N_("must be %(le)s or less"),
    "too_short": N_("something must stand here"),
    "string_too_short": N_("something must stand here"),
}
TYPES = {
    "string": N_("expected a text"),
    "int": N_("expected a whole number"),
    "bool": N_("expected true or false"),
    "list": N_("expected a list"),
    "dict": N_("expected fields with their values"),
    "model": N_("expected fields with their values"),
    "date": N_("expected a day, such as 2027-01-31"),
}


def said(text: str) -> str:
    """What a reader or a rule said, in the language of the page."""
    text = text.removeprefix("Value error, ")
    if len(text) > LONGEST:
        first, last = SHOWN_OF_LONGER
        text = f"{text[:first]} … {text[-last:]}"
    found = recognised(text)
    if found is None:
        return text
    known, values = found
    return str(_(known) % {name: _inner(name, value) for name, value in values.items()})


def recognised(text: str) -> tuple[str, dict[str, str]] | None:
    """How a page says this, and what is put into that; None where nobody knows the text."""
    for pattern, known in SAYINGS:
        found = pattern.fullmatch(text)
        if found is not None:
            return known, found.groupdict()
    return None


def said_of_place(place: str) -> str:
    """Where something is wrong, as a rule or a table tells it: `element x`, `row 3`. Else it is an id or a field."""
    for pattern, known in PLACES:
        found = pattern.fullmatch(place)
        if found is not None:
            return str(_(known) % found.groupdict())
    return place


def _inner(name: str, value: str) -> str:
    if name == "expected":  # 'a', 'b' or 'c'
        return value.replace("' or '", "', '")
    return said(value) if name.startswith(("say", "word")) else value


def said_of_form(detail: Mapping[str, Any]) -> str:
    """What is wrong with the form of a value, as pydantic tells it."""
    kind = detail["type"]
    known = KINDS.get(kind) or TYPES.get(kind.split("_")[0])
    if known is None:
        return said(detail["msg"])
    return str(_(known) % {name: _inner(name, str(value)) for name, value in detail.get("ctx", {}).items()})


def said_of_fault(fault: Fault, *, with_place: bool = True) -> str:
    """What is wrong with a change to a draft, with the thing and the field unless the page shows them."""
    text = said(_(fault.says).format(**fault.values))
    if not with_place:
        return text
    place = " ".join(each for each in (fault.item, fault.path) if each)
    return f"{place}: {text}" if place else text
