"""Whether a rule must run again after an edit: does what it reads meet what changed. Layer 4, governance. Pure."""

from __future__ import annotations

from maidinh.governance.querying.loading import ALL, Change

Footprint = frozenset[tuple[str, str]]


def met(footprint: Footprint, change: Change) -> bool:
    """Whether the change touches what was read. A row that came or went touches every reader of its table."""
    for table, column in footprint:
        changed = change.columns.get(table)
        if changed and (ALL in changed or column in changed or column == ALL):
            return True
    return False


def whole(*tables: str) -> Footprint:
    """The footprint of what reads everything in these tables."""
    return frozenset((table, ALL) for table in tables)
