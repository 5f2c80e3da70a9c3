"""Why a demand got no place in a roadmap: found by trying to give it one, and told with what is missing.

Layer 4, governance. Pure. Texts are English with %(name)s places and are translated where they are shown; amounts are
in million dong.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from maidinh.governance.projects.sayings import N_
from maidinh.governance.roadmap.definition import Demand, LeftOut, Portfolio
from maidinh.governance.roadmap.ledger import Room, Shortage
from maidinh.governance.roadmap.programme import MILLION, options_of

SAYINGS = {
    "pinned": N_("It was taken out by hand."),
    "years": N_("It can't end within the years of the roadmap: it takes %(years)s years and may start in %(year)s."),
    "needs": N_("It needs %(other)s, which is not in the roadmap."),
    "waits": N_("It needs %(other)s, which ends too late for it to be built within the years of the roadmap."),
    "platform": N_("It is to use the platform %(other)s, which is not in the roadmap."),
    "alternative": N_("Only one of these is funded, and %(other)s is worth more with the money there is."),
    "budget": N_("%(amount)s million dong of %(source)s would be missing in %(year)s."),
    "capacity": N_("%(agency)s can't carry it in %(year)s: %(amount)s too much of its capacity."),
    "worth": N_("It is worth nothing by the figures that were given."),
    "gap": N_("It would fit in %(year)s, and it was not looked at whether another roadmap with it is worth more."),
}


def left_out(portfolio: Portfolio, starts: Mapping[str, int]) -> list[LeftOut]:
    """Each demand without a place, the most valuable first, with the reason that stands nearest."""
    room = Room(portfolio, starts)
    waiting = [each for each in portfolio.demands if each.id not in starts]
    return [_told(room, each) for each in sorted(waiting, key=lambda each: (each.tier, -each.value, each.id))]


def _told(room: Room, demand: Demand) -> LeftOut:
    reason, values = _reason(room, demand)
    return LeftOut(project=demand.id, reason=reason, why=SAYINGS[reason], values=values)


def _reason(room: Room, demand: Demand) -> tuple[str, dict[str, str | int | float]]:
    if demand.pinned == "out":
        return "pinned", {}
    options = options_of(room.portfolio, demand)
    if not options:
        first = min(room.portfolio.years)
        return "years", {"years": demand.duration, "year": max(demand.earliest or first, first)}
    for need in demand.needs:
        if need in room.demands and need not in room.starts:
            return "needs", {"other": need}
    if demand.platform in room.demands and demand.platform not in room.starts:
        return "platform", {"other": demand.platform or ""}
    if demand.alternative:
        for other in room.portfolio.demands:
            if other.alternative == demand.alternative and other.id in room.starts:
                return "alternative", {"other": other.id}
    return _nearest(room, demand, options)


def _nearest(room: Room, demand: Demand, options: list[int]) -> tuple[str, dict[str, str | int | float]]:
    """What is missing in the year in which the least is missing."""
    tried = [(room.lacks(demand, option), option) for option in options if room.waits(demand, option) is None]
    if not tried:
        return "waits", {"other": room.waits(demand, options[-1]) or ""}
    lacking, option = min(tried, key=lambda each: (_weight(each[0]), each[1]))
    if not lacking:
        return ("gap", {"year": option}) if demand.value > 0 else ("worth", {})
    worst = max(lacking, key=lambda each: (each.kind == "budget", each.amount))
    if worst.kind == "budget":
        amount = ceil(worst.amount / MILLION)
        return "budget", {"amount": amount, "source": worst.subject, "year": worst.year}
    return "capacity", {"amount": round(worst.amount, 2), "agency": worst.subject, "year": worst.year}


def _weight(lacking: list[Shortage]) -> tuple[float, float]:
    return (
        sum(each.amount for each in lacking if each.kind == "budget"),
        sum(each.amount for each in lacking if each.kind == "capacity"),
    )
