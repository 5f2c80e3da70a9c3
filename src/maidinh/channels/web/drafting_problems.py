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

from maidinh.channels.web import drafting_sayings as sayings
from maidinh.channels.web.drafting_refusals import said, said_of_place
from maidinh.channels.web.drafting_standing import item_address
from maidinh.channels.web.drafting_values import Values
from maidinh.governance.drafting.queries import Draft

SECTIONS = {"element": "elements", "relation": "relations", "view": "views", "folder": "folders"}
PLACE = re.compile(r"(element|relation|view|folder) (.*?): (.*)", re.S)
SAYINGS = tuple((re.compile(pattern), text) for pattern, text in sayings.OF_THE_EXCHANGE)
WHOLE = tuple((re.compile(pattern), text) for pattern, text in sayings.OF_ITS_WHOLE)


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
