"""A rule that a province writes for itself: the states of its versions, and when which of them is checked.

Layer 4, governance. Pure. A version is proposed by one person and put into force by another; it is never changed. A
rule of the nation can't be written over: a province adds rules, it takes none away.
"""

from __future__ import annotations

from datetime import date

PROPOSED, APPROVED, REFUSED, WITHDRAWN = "proposed", "approved", "refused", "withdrawn"
RULE_STATES = (PROPOSED, APPROVED, REFUSED, WITHDRAWN)


def in_force(in_force_from: date | None, in_force_to: date | None, day: date) -> bool:
    """Whether a version is checked on a day; `in_force_to` is the first day on which it is not."""
    return in_force_from is not None and in_force_from <= day and (in_force_to is None or day < in_force_to)
