"""What does not fit together in a draft, in the reader's language and with the way to the thing.

Layer 2. The architecture's rules tell their problems as lines in English, for people at a command line too; here each
of the exchange's is recognised and said in the language of the page, what holds of any model is said as of a file. A
line that nobody recognises is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_refusals import said, said_of_place
from maidinh.channels.web.drafting_standing import item_address
from maidinh.channels.web.drafting_values import Values
from maidinh.governance.drafting.queries import Draft
from maidinh.governance.drafting.rules import N_

SECTIONS = {"element": "elements", "relation": "relations", "view": "views", "folder": "folders"}
PLACE = re.compile(r"(element|relation|view|folder) (.*?): (.*)", re.S)
SAYINGS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"its owner (?P<a>\S+) is no agency", N_("its owner %(a)s is no agency of the province")),
        (r"a subsystem of the exchange needs an owner", N_("a subsystem of the exchange needs an owner")),
        (r"its system (?P<a>\S+) is no element", N_("the system %(a)s that offers it is not in the draft")),
        (r"its system (?P<a>\S+) has no subsystem on the exchange",
         N_("the system %(a)s that offers it has no subsystem code")),
        (r"only a flow carries a contract", N_("only a flow of data carries a contract")),
        (r"(?P<a>\S+) has no subsystem on the exchange", N_("%(a)s has no subsystem code")),
        (r"a contract leads to an interface, which (?P<a>\S+) is not",
         N_("a contract leads to a sharing service, which %(a)s is not")),
        (r"(?P<a>\S+) does not offer (?P<b>.+)", N_("%(a)s does not offer %(b)s")),
        (r"its contract ends before it begins", N_("its contract ends before it begins")),
    )
)  # fmt: skip
WHOLE = (
    (re.compile(r"contract (?P<a>.+) stands more than once"),
     N_("The contract number %(a)s stands more than once")),
    (re.compile(r"subsystem (?P<a>.+) of (?P<b>.+) stands more than once"),
     N_("The subsystem code %(a)s of %(b)s stands more than once")),
)  # fmt: skip


def problem_rows(lines: Iterable[str], draft: Draft, values: Values) -> list[dict[str, Any]]:
    """Each problem: what it is about, where that is mended, what is wrong."""
    return [_row(line, draft, values) for line in lines]


def told(line: str) -> str:
    """A problem as one line, in the language of the page; any other text as it is."""
    found = PLACE.fullmatch(line)
    if found is None:
        return _said(line, WHOLE)
    return f"{said_of_place(f'{found[1]} {found[2]}')}: {_said(found[3], SAYINGS)}"


def _row(line: str, draft: Draft, values: Values) -> dict[str, Any]:
    found = PLACE.fullmatch(line)
    if found is None:
        return {"name": "", "href": "", "text": _said(line, WHOLE)}
    section, item, rest = SECTIONS[found[1]], found[2], found[3]
    href = item_address(draft, section, item)
    return {"name": values.names.get(item, item), "href": href, "text": _said(rest, SAYINGS)}


def _said(line: str, sayings: Iterable[tuple[re.Pattern[str], str]]) -> str:
    for pattern, text in sayings:
        found = pattern.fullmatch(line)
        if found is not None:
            return _(text) % found.groupdict()
    return said(line)
