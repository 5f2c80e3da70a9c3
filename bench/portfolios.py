"""Portfolios made up for measuring: projects, money of three sources, capacity, needs; from a published seed."""

from __future__ import annotations

import random

from maidinh.governance.roadmap.definition import Budget, Capacity, Demand, Portfolio, Spend, Work
from maidinh.infrastructure.definitions.definition import Text

YEARS = [2027, 2028, 2029, 2030, 2031]
BUILDING, RUNNING = ("central-investment", "local-investment"), "local-regular"
AGENCIES = 12
SEEDS = (20260906, 20260907, 20260908)
MILLION = 1_000_000


def portfolio(count: int, seed: int, *, tight: float = 0.4) -> Portfolio:
    """So many projects; the money of the years is a share (`tight`) of what all of them would cost."""
    drawn = random.Random(seed)  # noqa: S311 - made-up figures
    demands = [_demand(drawn, number) for number in range(count)]
    budgets = []
    for source in (*BUILDING, RUNNING):
        wanted = sum(spend.amount for demand in demands for spend in demand.spend if spend.source == source)
        given = int(wanted * tight / len(YEARS)) // MILLION * MILLION
        budgets += [Budget(year=year, source=source, amount=given, carries_over=source != RUNNING) for year in YEARS]
    capacities = [
        Capacity(agency=f"agency-{number}", year=year, amount=count // AGENCIES // 3 + 1)
        for number in range(AGENCIES) for year in YEARS
    ]  # fmt: skip
    return Portfolio(id=f"made-up-{count}-{seed}", title=Text(vi=f"{count} dự án"), years=YEARS, budgets=budgets,
                     demands=demands, capacities=capacities, sample=True)  # fmt: skip


def tiered(count: int, seed: int) -> Portfolio:
    """The same in three tiers of priority, two in five of each of the first two."""
    made, drawn = portfolio(count, seed), random.Random(seed + 1)  # noqa: S311 - made-up figures
    demands = [each.model_copy(update={"tier": drawn.choices((1, 2, 3), (2, 2, 1))[0]}) for each in made.demands]
    return made.model_copy(update={"id": f"{made.id}-tiers", "demands": demands})


def _demand(drawn: random.Random, number: int) -> Demand:
    duration, source = drawn.choice([1, 1, 2, 2, 3]), drawn.choice(BUILDING)
    spend = [Spend(after=year, source=source, amount=drawn.randint(300, 9000) * MILLION) for year in range(duration)]
    spend += [
        Spend(after=year, source=RUNNING, kind="run", amount=drawn.randint(20, 500) * MILLION)
        for year in range(duration, len(YEARS))
    ]
    size = 1 + sum(each.amount for each in spend) / 10**10  # what costs more is worth more, on the whole
    needs = drawn.sample(range(number), min(number, drawn.choice([0, 0, 0, 1, 2])))
    return Demand(
        id=f"p{number}", title=Text(vi=f"Dự án {number}"), agency=f"agency-{number % AGENCIES}",
        value=round(drawn.randint(1, 100) * size, 3), duration=duration, spend=spend,
        needs=[f"p{each}" for each in needs], work=[Work(agency=f"agency-{number % AGENCIES}", amount=1)],
        deadline=YEARS[-1] if number % 40 == 39 and not needs else None,
    )  # fmt: skip
