"""What was measured of the running system, and what a benefit came to; the figures are those of projects/measures.

Layer 4, governance. Pure. A project's benefit and a phase's target name a measure; its value comes from the services
and from the exchange's record, counted by the worker once a day and kept with its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from maidinh.governance.projects.measures import (
    ANSWERED,
    COST,
    COUNT,
    DONG,
    EXCHANGES,
    MEASURES,
    ON_TIME,
    ONLINE,
    PERCENT,
    PROCEDURE,
    RECEIVED,
    SYSTEM,
    Measure,
)

__all__ = [
    "ANSWERED", "COST", "COUNT", "DONG", "EXCHANGES", "MEASURES", "ONLINE", "ON_TIME", "PERCENT", "PROCEDURE",
    "RECEIVED", "SYSTEM", "Counted", "Measure", "Value", "cost_per_dossier", "met", "reached", "subject_of", "summed",
    "value_of",
]  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """What was counted of one subject: `part` of `whole`, or `part` alone."""

    measure: str
    subject: str
    part: int
    whole: int | None = None


@dataclass(frozen=True)
class Value:
    """A figure with its day; `figure` is None where there was nothing to measure."""

    figure: float | None
    as_of: date
    days: int

    def age(self, today: date) -> int:
        """How many days old it is."""
        return (today - self.as_of).days


def value_of(part: int, whole: int | None, *, as_of: date, days: int) -> Value:
    """The figure of what was counted: a share is told in per cent, of nothing there is none."""
    if whole is None:
        return Value(float(part), as_of, days)
    return Value(round(part * 100 / whole, 1) if whole else None, as_of, days)


def cost_per_dossier(run_of_year: int, dossiers: Value | None) -> Value | None:
    """What running a system costs for each dossier, by the share of the year that the dossiers were counted over."""
    if dossiers is None:
        return None
    whole = dossiers.figure or 0
    cost = round(run_of_year * dossiers.days / 365 / whole) if whole else None
    return Value(cost, dossiers.as_of, dossiers.days)


def reached(baseline: float, target: float, figure: float) -> bool:
    """Whether a target is reached, in whichever direction it lies from the baseline."""
    return figure >= target if target >= baseline else figure <= target


def met(measure: str, target: float, figure: float) -> bool:
    """Whether a target without a baseline is reached: more is better, unless less is."""
    known = MEASURES.get(measure)
    return figure <= target if known is not None and known.falling else figure >= target


def summed(counted: Iterable[Counted]) -> dict[tuple[str, str], Counted]:
    """The counts by measure and subject, those of the same added up, each measure for the province as well."""
    found: dict[tuple[str, str], Counted] = {}
    for each in counted:
        for subject in {each.subject, ""}:
            before = found.get((each.measure, subject))
            part = each.part + (before.part if before else 0)
            whole = None if each.whole is None else each.whole + ((before.whole or 0) if before else 0)
            found[each.measure, subject] = Counted(each.measure, subject, part, whole)
    return found


def subject_of(measure: str, values: Mapping[str, str | None]) -> str:
    """Of what a measure is taken: the system or the procedure that was named, "" for the province."""
    known = MEASURES.get(measure)
    kinds = known.subjects if known else ()
    return next((values[kind] or "" for kind in (PROCEDURE, SYSTEM) if kind in kinds and values.get(kind)), "")
