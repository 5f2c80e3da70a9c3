"""Reading a portfolio: from YAML, from JSON, or from a workbook.

Layer 4, governance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from maidinh.governance.projects.sayings import Fault
from maidinh.governance.projects.tables import place_near
from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.roadmap.sheets import places_in, read_sheets
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import read_form

TABLE = ".xlsx"


def read_portfolio(path: Path) -> Portfolio:
    """The portfolio in a file. Raises ProjectUnreadable, DefinitionError, FileNotFoundError."""
    return read_sheets(path.read_bytes()) if path.suffix.lower() == TABLE else read_form(path, Portfolio)


def placed(path: Path, faults: Sequence[Fault]) -> list[tuple[Fault, int | None]]:
    """What is wrong in a portfolio with where it stands in its file: the fault with its cell, or the line beside it."""
    if not faults:
        return []
    if path.suffix.lower() == TABLE:
        places = places_in(path.read_bytes())
        return [(replace(each, place=place_near(places, each.at)), None) for each in faults]
    document = Document(path)
    return [(each, document.problem(each.at, "").line if each.at else None) for each in faults]
