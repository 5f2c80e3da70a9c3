"""Reading a portfolio: from YAML, from JSON, or from a workbook.

Layer 4, governance.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.roadmap.sheets import read_sheets
from maidinh.infrastructure.definitions.reading import read_form

TABLE = ".xlsx"


def read_portfolio(path: Path) -> Portfolio:
    """The portfolio in a file. Raises ProjectUnreadable, DefinitionError, FileNotFoundError."""
    return read_sheets(path.read_bytes()) if path.suffix.lower() == TABLE else read_form(path, Portfolio)
