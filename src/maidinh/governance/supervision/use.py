"""Systems that are paid for and that nobody calls, and systems that are called past the day of their retirement.

Layer 4, governance. Pure. Only what is reachable on the exchange can be seen to be unused; of other systems nothing is
said, for nothing is known of their use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from maidinh.governance.architecture.definition import ArchitectureVersion, Element
from maidinh.governance.modelling.metamodel import LAYERED_KINDS

RUNNING = "live"
RETIRED = ("retiring", "retired")


@dataclass(frozen=True)
class SystemUse:
    """A system with what it costs and how often it was called; `since` is the day from which it should be at rest."""

    element: Element
    exchanges: int
    paid: int
    run_of_year: int
    since: date | None = None


def unused(
    model: ArchitectureVersion, calls: Mapping[str, int], *, connected: frozenset[str], on: date
) -> list[SystemUse]:
    """Running systems on the exchange that cost money and were called by nobody; the dearest first."""
    found = [
        _use(each, 0, on)
        for each in model.elements
        if each.kind in LAYERED_KINDS and each.state == RUNNING and each.id in connected and not calls.get(each.id)
    ]
    return sorted((each for each in found if each.paid), key=lambda use: (-use.paid, use.element.id))


def past_retirement(model: ArchitectureVersion, calls: Mapping[str, int], *, on: date) -> list[SystemUse]:
    """Systems that should be at rest by their dates or state and were called all the same; the most called first."""
    found = []
    for each in model.elements:
        count, since = calls.get(each.id, 0), _rests_since(each)
        over = since <= on if since is not None else each.state == "retired"
        if count and over:
            found.append(_use(each, count, on, since))
    return sorted(found, key=lambda use: (-use.exchanges, use.element.id))


def _rests_since(element: Element) -> date | None:
    dates = element.dates
    return (dates.retired or dates.retiring) if dates else None


def _use(element: Element, exchanges: int, on: date, since: date | None = None) -> SystemUse:
    build = element.cost.build if element.cost else []
    run = element.cost.run if element.cost else []
    paid = sum(each.amount for each in (*build, *run) if each.year <= on.year)
    return SystemUse(element, exchanges, paid, sum(each.amount for each in run if each.year == on.year), since)
