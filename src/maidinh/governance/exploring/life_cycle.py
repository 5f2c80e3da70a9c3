"""In which state of its life-cycle an element is on a day, and its states over the years.

Layer 4, governance. Pure. Dates say more than a declared state; where a date isn't known the declared state stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from maidinh.governance.modelling.definition import Element, LifeCycle

STATES: tuple[LifeCycle, ...] = get_args(LifeCycle)
SYSTEMS = frozenset({
    "information-system", "platform", "shared-platform", "shared-service", "portal-service", "database",
    "infrastructure-service", "data-centre", "network", "application-component", "technology-product",
    "system-software",
})  # fmt: skip
SINCE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Span:
    """A state from a day to the day before another begins; a day that isn't known is None."""

    state: LifeCycle
    begins: date | None
    ends: date | None = None


def state_at(element: Element, day: date) -> LifeCycle:
    """The state on a day, by the element's dates where they say so, else as declared."""
    known = known_dates(element)
    declared = STATES.index(element.state)
    reached = max((n for n, state in enumerate(STATES) if state in known and known[state] <= day), default=0)
    coming = min((n for n, state in enumerate(STATES) if state in known and known[state] > day), default=len(STATES))
    undated = element.state not in known or known[element.state] <= day
    guessed = max(reached, declared) if undated else reached
    return STATES[max(reached, min(guessed, max(0, coming - 1)))]


def known_dates(element: Element) -> dict[LifeCycle, date]:
    """From which day it is in which state, as far as that is known."""
    if element.dates is None:
        return {}
    held = {state: getattr(element.dates, state) for state in STATES}
    return {state: day for state, day in held.items() if day is not None}


def spans(element: Element) -> list[Span]:
    """Its states one after another. `since` stands in for an unknown day of going into use."""
    known = known_dates(element)
    since = _since(element.since)
    if since is not None and not known.keys() - {"planned"} and element.state != "planned":
        known["live"] = since
    if element.state not in known:
        later = [day for state, day in known.items() if STATES.index(state) > STATES.index(element.state)]
        begins = [day for state, day in known.items() if STATES.index(state) < STATES.index(element.state)]
        if not known or (begins and not later):
            return [*_in_order(known), Span(element.state, None)]
    return _in_order(known)


def years_of(found: Iterable[Iterable[Span]], day: date) -> tuple[int, int]:
    """The first and the last year that a picture of these spans shows; the day is always among them."""
    days = [each for several in found for span in several for each in (span.begins, span.ends) if each] + [day]
    return min(days).year, max(days).year + 1


def _in_order(known: dict[LifeCycle, date]) -> list[Span]:
    ordered = [(known[state], state) for state in STATES if state in known]
    found = []
    for n, (begins, state) in enumerate(ordered):
        ends = ordered[n + 1][0] - timedelta(days=1) if n + 1 < len(ordered) else None
        if ends is None or ends >= begins:
            found.append(Span(state, begins, ends))
    return found


def _since(text: str | None) -> date | None:
    """The first day that a text like `2018`, `2018-11` or `2018-11-05` begins with."""
    match = SINCE.match(text or "")
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
