"""Small portfolios and every roadmap of them, tried one by one: what the solver is held against."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from hypothesis import strategies as st

from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.roadmap.ledger import broken
from maidinh.governance.roadmap.programme import value_in

BILLION = 10**9
YEARS = [2027, 2028, 2029]
EXACT = {"gap": 0.0, "discount": 0.1, "stability": 0.0, "seconds": 20}


def made(demands: list[dict[str, Any]], budgets: list[dict[str, Any]], **more: Any) -> Portfolio:
    """A portfolio of few words."""
    content = {
        "id": "tiny", "title": {"vi": "Nhỏ"}, "years": YEARS, "weights": EXACT, "budgets": budgets,
        "demands": [{"title": {"vi": each["id"]}, "agency": "a", "value": 1, **each} for each in demands],
    }  # fmt: skip
    return Portfolio.model_validate(content | more)


def cost(amount: int, after: int = 0, source: str = "s") -> dict[str, Any]:
    """A line of spending, in thousand million dong."""
    return {"after": after, "source": source, "amount": amount * BILLION}


def money(*amounts: int, source: str = "s", carries: bool = False) -> list[dict[str, Any]]:
    """The budgets of a source by year."""
    return [
        {"year": year, "source": source, "amount": amount * BILLION, "carries_over": carries}
        for year, amount in zip(YEARS, amounts, strict=False)
    ]


@st.composite
def portfolios(draw: st.DrawFn) -> Portfolio:
    """Up to four demands with everything that may stand between them."""
    ids = [f"d{n}" for n in range(draw(st.integers(1, 4)))]
    demands = []
    for n, each in enumerate(ids):
        duration = draw(st.integers(1, 2))
        demand: dict[str, Any] = {
            "id": each, "duration": duration, "value": draw(st.integers(0, 9)), "tier": draw(st.integers(1, 2)),
            "spend": [cost(draw(st.integers(1, 5)), after, draw(st.sampled_from(["s", "t"])))
                      for after in range(draw(st.integers(1, 2)))],
        }  # fmt: skip
        if n and draw(st.booleans()):
            demand["needs"] = [draw(st.sampled_from(ids[:n]))]
        elif n and draw(st.booleans()):
            demand["platform"] = draw(st.sampled_from(ids[:n]))
        match draw(st.integers(0, 7)):
            case 0:
                demand["deadline"] = draw(st.integers(YEARS[0] + duration - 1, YEARS[-1]))
            case 1:
                demand["pinned"] = draw(st.sampled_from(["out", YEARS[0], YEARS[1]]))
            case 2:
                demand["committed"] = draw(st.integers(2026, 2027))
            case 3:
                demand["earliest"] = 2028
            case 4:
                demand["alternative"] = "x"
            case 5:
                demand["work"] = [{"agency": "a", "amount": draw(st.integers(1, 3))}]
        demands.append(demand)
    budgets = [
        line for source in ("s", "t")
        for line in money(*(draw(st.integers(0, 8)) for _ in YEARS), source=source, carries=draw(st.booleans()))
    ]  # fmt: skip
    capacities = [{"agency": "a", "year": year, "amount": draw(st.integers(1, 4))} for year in YEARS]
    return made(demands, budgets, capacities=capacities)


def roadmaps(portfolio: Portfolio) -> Iterator[dict[str, int]]:
    """Every roadmap that breaks nothing."""
    options = [
        [each.committed] if each.committed is not None else [None, *portfolio.years] for each in portfolio.demands
    ]
    for chosen in product(*options):
        starts = {each.id: year for each, year in zip(portfolio.demands, chosen, strict=True) if year is not None}
        if not broken(portfolio, starts):
            yield starts


def worth(portfolio: Portfolio, starts: dict[str, int]) -> list[float]:
    """What a roadmap is worth, tier by tier, the first tier first."""
    tiers = sorted({each.tier for each in portfolio.demands})
    return [
        round(sum(value_in(portfolio, each, starts[each.id]) for each in portfolio.demands
                  if each.tier == tier and each.id in starts), 6)
        for tier in tiers
    ]  # fmt: skip


def fewest(portfolio: Portfolio) -> int:
    """Of how many rules the smallest set is that can't hold: rules are taken out in every way, the most first."""
    rules = _rules(portfolio)
    for size in range(1, len(rules) + 1):
        for kept in combinations(rules, size):
            if not any(_any(each) for each in _without(portfolio, set(rules) - set(kept))):
                return size
    return 0


def _rules(portfolio: Portfolio) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("must", each.id) for each in portfolio.demands
                                    if each.deadline is not None or isinstance(each.pinned, int)]  # fmt: skip
    found += [("committed", each.id) for each in portfolio.demands if each.committed is not None]
    found += [("out", each.id) for each in portfolio.demands if each.pinned == "out"]
    found += [("needs", each.id) for each in portfolio.demands if each.needs and each.committed is None]
    found += [("platform", each.id) for each in portfolio.demands if each.platform and each.committed is None]
    found += [("budget", (each.source, each.year)) for each in portfolio.budgets]
    found += [("capacity", each.year) for each in portfolio.capacities]
    found += [("alternative", "x")] if sum(each.alternative == "x" for each in portfolio.demands) > 1 else []
    return found


def _any(portfolio: Portfolio) -> bool:
    return any(True for _ in roadmaps(portfolio))


def _without(portfolio: Portfolio, given_up: set[tuple[str, Any]]) -> Iterator[Portfolio]:
    """The portfolio without some rules; what need not have been begun any more was begun or was not."""
    begun = [each.id for each in portfolio.demands if ("committed", each.id) in given_up]
    for size in range(len(begun) + 1):
        for out in combinations(begun, size):
            yield _freed(portfolio, given_up, out)


def _freed(portfolio: Portfolio, given_up: set[tuple[str, Any]], out: tuple[str, ...]) -> Portfolio:
    demands = []
    for each in portfolio.demands:
        change: dict[str, Any] = {}
        if ("must", each.id) in given_up:
            change |= {"deadline": None, "pinned": None}
        if each.id in out:
            change |= {"pinned": "out", "committed": None}
        if ("out", each.id) in given_up:
            change["pinned"] = None
        if ("needs", each.id) in given_up:
            change["needs"] = []
        if ("platform", each.id) in given_up:
            change["platform"] = None
        if ("alternative", "x") in given_up:
            change["alternative"] = None
        demands.append(each.model_copy(update=change))
    budgets = [
        each.model_copy(update={"amount": 10**15}) if ("budget", (each.source, each.year)) in given_up else each
        for each in portfolio.budgets
    ]
    capacities = [each for each in portfolio.capacities if ("capacity", each.year) not in given_up]
    return portfolio.model_copy(update={"demands": demands, "budgets": budgets, "capacities": capacities})
