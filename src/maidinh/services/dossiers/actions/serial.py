"""The serial number within a dossier's code. Layer 4, part of the dossiers' actions."""

from __future__ import annotations

from maidinh.infrastructure.database.rows import answered


def next_serial() -> int:
    """The next number; never given twice, and gaps are left where a submission failed."""
    [(number,)] = answered("SELECT nextval('dossiers_code_serial')", [])
    return int(number)
