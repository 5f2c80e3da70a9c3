"""What a little more money would buy: the roadmap is computed again with it, for each source and year.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import time

from maidinh.governance.roadmap.definition import Marginal, Portfolio, Roadmap
from maidinh.governance.roadmap.solving import again

BILLION = 1_000_000_000
LEAST = 1e-6  # of value: less is nothing


def marginal(portfolio: Portfolio, roadmap: Roadmap, *, amount: int = BILLION, seconds: float = 30.0) -> list[Marginal]:
    """What `amount` dong more of each source in each year would buy, the most first; those that buy nothing too.

    Each is computed from the roadmap that is there, so that it is worth at least as much: the difference may be less
    than the best one, by the gap at most. `seconds` are for all of them.
    """
    if roadmap.status == "infeasible" or not portfolio.budgets:
        return []
    until = time.monotonic() + seconds
    found = []
    for number, budget in enumerate(portfolio.budgets):
        left = (until - time.monotonic()) / (len(portfolio.budgets) - number)
        budgets = [
            each.model_copy(update={"amount": each.amount + amount}) if each is budget else each
            for each in portfolio.budgets
        ]
        richer = portfolio.model_copy(update={"budgets": budgets, "previous": {}})
        starts, value = again(richer, roadmap.starts, seconds=max(left, 0.2))
        gain = max(value - roadmap.value, 0.0)
        come = sorted(set(starts) - set(roadmap.starts)) if gain > LEAST else []
        go = sorted(set(roadmap.starts) - set(starts)) if gain > LEAST else []
        found.append(Marginal(year=budget.year, source=budget.source, amount=amount, value=gain, comes_in=come,
                              goes_out=go))  # fmt: skip
    return sorted(found, key=lambda each: (-each.value, each.year, each.source))
