"""The index as a document for programs and as rows of a table: one record for each figure, with its formula.

Layer 4, pure. What was not measured is null, with why; nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from maidinh.infrastructure.definitions.definition import Text
from maidinh.services.measures.rules import Figure, Index, Share, grade_of, rounded

COLUMNS = (
    "key", "group", "indicator", "title", "formula", "unit", "part", "whole", "value", "target", "points",
    "points_of", "why", "basis", "checked",
)  # fmt: skip


def index_document(index: Index) -> dict[str, Any]:
    """Everything about the index of a period."""
    definition = index.definition
    return {
        "definition": {
            "id": definition.id,
            "version": definition.version,
            "title": _both(definition.title),
            "legal_basis": [each.text for each in definition.legal_basis],
            "checked": definition.checked,
        },
        "points": number(index.points),
        "points_measured": index.measured,
        "points_not_measured": index.unmeasured,
        "grade": _grade(index),
        "groups": [
            {
                "id": each.group.id,
                "title": _both(each.group.title),
                "points": number(each.points),
                "points_measured": each.measured,
                "points_of": each.group.points,
                "checked": each.group.checked,
                "indicators": [_share(share) for share in each.shares],
            }
            for each in index.groups
        ],
        "measures": [_figure(each) for each in index.figures],
    }


def table_of(key: str, index: Index, language: str) -> Iterator[list[str]]:
    """The index as lines of a file, a line for each indicator and measure, in the order of COLUMNS."""
    for group in index.groups:
        for each in group.shares:
            known = _share(each)
            one = each.indicator
            yield [
                key, group.group.id, one.id, one.title.in_language(language), one.formula.in_language(language),
                "percent", *_texts(known, "part", "whole", "value", "target", "points", "points_of", "why", "basis"),
                _texts(known, "checked")[0].lower(),
            ]  # fmt: skip
    for figure in index.figures:
        told, it = _figure(figure), figure.measure
        yield [
            key, "", it.id, it.title.in_language(language), it.formula.in_language(language), it.unit,
            *_texts(told, "part", "whole", "value"), "", "", "", figure.why, "", "",
        ]  # fmt: skip


def number(value: Any) -> float | None:
    """A figure to the second decimal."""
    return None if value is None else float(rounded(Fraction(value)))


def _grade(index: Index) -> dict[str, str | None] | None:
    least = grade_of(index)
    return next((_both(band.title) for band in index.definition.bands if str(band.least) == least), None)


def _share(share: Share) -> dict[str, Any]:
    one = share.indicator
    return {
        "id": one.id,
        "title": _both(one.title),
        "formula": _both(one.formula),
        "part": share.part,
        "whole": share.whole,
        "value": number(share.percent),
        "unit": "percent",
        "target": one.target,
        "points": number(share.points),
        "points_of": one.points,
        "why": share.why or None,
        "basis": one.basis.text,
        "checked": one.checked,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    one = figure.measure
    return {
        "id": one.id,
        "title": _both(one.title),
        "formula": _both(one.formula),
        "part": figure.part,
        "whole": figure.whole,
        "value": number(figure.value),
        "unit": one.unit,
        "why": figure.why or None,
    }


def _both(text: Text) -> dict[str, str | None]:
    return {"vi": text.vi, "en": text.en}


def _texts(known: dict[str, Any], *names: str) -> list[str]:
    return ["" if known[name] is None else str(known[name]) for name in names]
