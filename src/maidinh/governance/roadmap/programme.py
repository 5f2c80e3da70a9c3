"""A portfolio as a mixed-integer programme: when each demand has started, and what that takes of money and capacity.

Layer 4, governance. Pure. One variable for each demand and each year in which it may start says whether it has started
by then (it never falls back); the differences say in which year it starts. That form has a much tighter relaxation than
one variable for each start. Money is counted in million dong, so that a tolerance of the solver is less than a dong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import highspy
import numpy as np

from maidinh.governance.roadmap.definition import Demand, Portfolio

MILLION = 1_000_000
TOLERANCE = 1e-7
STRAYED = 1e-5  # of a value: what it is worth and what the solver says that it is worth
SEED = 1425


@dataclass(frozen=True)
class Rule:
    """What a row of the programme stands for; a conflict names it. `kind` is one of those of `conflicts.SAYINGS`."""

    kind: str
    subject: str
    other: str = ""
    year: int = 0


@dataclass
class Row:
    """One constraint: at least `low`, at most `high`; it yields where its rule is given up."""

    terms: dict[int, float]
    low: float
    high: float
    rule: Rule | None = None


@dataclass
class Programme:
    """The columns and rows of one portfolio. `options` are the years in which each demand may start, in order."""

    portfolio: Portfolio
    options: dict[str, list[int]]
    columns: dict[str, list[int]] = field(default_factory=dict)
    carried: dict[tuple[str, int], int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    width: int = 0

    def started_by(self, demand: str, year: int) -> int | None:
        """The column that says whether it has started by the end of a year; None where it cannot have."""
        found = None
        for number, option in enumerate(self.options[demand]):
            if option > year:
                break
            found = self.columns[demand][number]
        return found

    def starts(self, demand: str) -> Iterator[tuple[int, int, int | None]]:
        """Each year in which it may start, with the column of that year and of the one before."""
        before: int | None = None
        for option, column in zip(self.options[demand], self.columns[demand], strict=True):
            yield option, column, before
            before = column

    def read(self, solution: Sequence[float]) -> dict[str, int]:
        """The year in which each demand starts that is in the roadmap."""
        found = {}
        for demand in self.options:
            for option, column, _before in self.starts(demand):
                if solution[column] > 0.5:
                    found[demand] = option
                    break
        return found

    def written(self, starts: Mapping[str, int]) -> list[float]:
        """A roadmap as values of the columns; carried money is left to the solver's own reckoning."""
        values = [0.0] * self.width
        for demand, year in starts.items():
            for option, column, _before in self.starts(demand):
                values[column] = 1.0 if option >= year else 0.0
        return values


def options_of(portfolio: Portfolio, demand: Demand, *, free: bool = False) -> list[int]:
    """The years in which a demand may start: it ends within the years of the roadmap, and by its deadline.

    With `free` deadlines and pins narrow nothing; they are rows of the programme then.
    """
    first, last = min(portfolio.years), max(portfolio.years)
    if demand.committed is not None:
        return [demand.committed]
    if free:
        return list(range(max(first, demand.earliest or first), last - demand.duration + 2))
    if demand.pinned == "out":
        return []
    last = min(last, demand.deadline or last) - demand.duration + 1
    years = range(max(first, demand.earliest or first), last + 1)
    return [each for each in years if demand.pinned in (None, each)]


def must_start(demand: Demand) -> bool:
    """Whether a roadmap without it is none: the law demands it, it was begun, or it is pinned."""
    return demand.deadline is not None or demand.committed is not None or isinstance(demand.pinned, int)


def value_in(portfolio: Portfolio, demand: Demand, start: int) -> float:
    """What it is worth when it starts in a year: counted in the year in which it ends, less for each year later."""
    years = start + demand.duration - 1 - min(portfolio.years)
    return demand.value * (1 - portfolio.weights.discount) ** max(years, 0)


def programme_of(portfolio: Portfolio, *, free: bool = False) -> Programme:
    """The programme of a portfolio. With `free` every demand of it stands as a row with its rule."""
    found = Programme(portfolio, {each.id: options_of(portfolio, each, free=free) for each in portfolio.demands})
    for demand in portfolio.demands:
        count = len(found.options[demand.id])
        found.columns[demand.id] = list(range(found.width, found.width + count))
        found.width += count
    for budget in portfolio.budgets:
        if budget.carries_over:
            found.carried[budget.source, budget.year] = found.width
            found.width += 1
    for demand in portfolio.demands:
        found.rows += _monotone(found, demand)
        found.rows += _musts(found, demand, free)
        found.rows += _needs(found, demand)
    found.rows += _alternatives(found)
    found.rows += _money(found)
    found.rows += _capacities(found)
    return found


def _monotone(programme: Programme, demand: Demand) -> Iterator[Row]:
    for _option, column, before in programme.starts(demand.id):
        if before is not None:
            yield Row({before: 1.0, column: -1.0}, -np.inf, 0.0)


def _musts(programme: Programme, demand: Demand, free: bool) -> Iterator[Row]:
    columns = programme.columns[demand.id]
    if not free:
        if must_start(demand):
            yield Row({columns[-1]: 1.0} if columns else {}, 1.0, np.inf)
        return
    if demand.committed is not None:  # no deadline and no pin moves what was begun
        yield Row({columns[-1]: 1.0}, 1.0, np.inf, Rule("committed", demand.id))
        return
    if demand.deadline is not None:
        column = programme.started_by(demand.id, demand.deadline - demand.duration + 1)
        terms = {} if column is None else {column: 1.0}
        yield Row(terms, 1.0, np.inf, Rule("deadline", demand.id, year=demand.deadline))
    if demand.pinned == "out" and columns:
        yield Row({columns[-1]: 1.0}, -np.inf, 0.0, Rule("pinned", demand.id))
    if isinstance(demand.pinned, int):
        terms = {}
        for option, column, before in programme.starts(demand.id):
            if option == demand.pinned:
                terms = {column: 1.0} | ({before: -1.0} if before is not None else {})
        yield Row(terms, 1.0, np.inf, Rule("pinned", demand.id, year=demand.pinned))


def _needs(programme: Programme, demand: Demand) -> Iterator[Row]:
    durations = {each.id: each.duration for each in programme.portfolio.demands}
    begun = demand.committed is not None  # what has begun waits for nothing any more
    for need in demand.needs:
        if need in durations and not begun:
            for option, column, _before in programme.starts(demand.id):
                ended = programme.started_by(need, option - durations[need])
                terms = {column: 1.0} | ({ended: -1.0} if ended is not None else {})
                yield Row(terms, -np.inf, 0.0, Rule("needs", demand.id, need))
    platform = demand.platform
    if platform in durations and platform != demand.id and not begun and programme.columns[demand.id]:
        last = programme.columns[platform][-1:]
        terms = {programme.columns[demand.id][-1]: 1.0} | dict.fromkeys(last, -1.0)
        yield Row(terms, -np.inf, 0.0, Rule("platform", demand.id, platform or ""))


def _alternatives(programme: Programme) -> Iterator[Row]:
    groups: dict[str, list[str]] = {}
    for demand in programme.portfolio.demands:
        if demand.alternative is not None and programme.columns[demand.id]:
            groups.setdefault(demand.alternative, []).append(demand.id)
    for group, members in groups.items():
        if len(members) > 1:
            terms = {programme.columns[each][-1]: 1.0 for each in members}
            yield Row(terms, -np.inf, 1.0, Rule("alternative", group))


def _money(programme: Programme) -> Iterator[Row]:
    spent: dict[tuple[str, int], dict[int, float]] = {}
    for demand in programme.portfolio.demands:
        for option, column, before in programme.starts(demand.id):
            for spend in demand.spend:
                terms = spent.setdefault((spend.source, option + spend.after), {})
                terms[column] = terms.get(column, 0.0) + spend.amount / MILLION
                if before is not None:
                    terms[before] = terms.get(before, 0.0) - spend.amount / MILLION
    given = {(each.source, each.year): each.amount for each in programme.portfolio.budgets}
    sources = sorted({source for source, _year in (*given, *spent)})
    for source in sources:
        for year in programme.portfolio.years:
            terms = dict(spent.get((source, year), {}))
            if (source, year) in programme.carried:
                terms[programme.carried[source, year]] = 1.0
            if (source, year - 1) in programme.carried:
                terms[programme.carried[source, year - 1]] = -1.0
            if terms:
                high = given.get((source, year), 0) / MILLION
                yield Row(terms, -np.inf, high, Rule("budget", source, year=year))


def _capacities(programme: Programme) -> Iterator[Row]:
    for capacity in programme.portfolio.capacities:
        terms: dict[int, float] = {}
        for demand in programme.portfolio.demands:
            amount = sum(each.amount for each in demand.work if each.agency == capacity.agency)
            if not amount:
                continue
            now = programme.started_by(demand.id, capacity.year)
            ended = programme.started_by(demand.id, capacity.year - demand.duration)
            for column, sign in ((now, 1.0), (ended, -1.0)):
                if column is not None:
                    terms[column] = terms.get(column, 0.0) + sign * amount
        if terms:
            yield Row(terms, -np.inf, capacity.amount, Rule("capacity", capacity.agency, year=capacity.year))


@dataclass(frozen=True)
class Answer:
    """What the solver said: values of the columns (None where there are none), whether proven, how far from best."""

    values: list[float] | None
    infeasible: bool
    proven: bool
    objective: float = 0.0
    bound: float = 0.0


def ask(
    programme: Programme, worth: Mapping[int, float], *, seconds: float, gap: float, rows: Sequence[Row] = (),
    first: Sequence[float] | None = None, elastic: int = 0,
) -> Answer:  # fmt: skip
    """The best values of the columns. `elastic` columns more come after the programme's own, all of them 0 or 1."""
    _greeted()
    highs = highspy.Highs()
    for name, value in (
        ("output_flag", False), ("random_seed", SEED), ("threads", 1), ("mip_rel_gap", gap), ("time_limit", seconds),
        ("mip_feasibility_tolerance", TOLERANCE), ("primal_feasibility_tolerance", TOLERANCE),
    ):  # fmt: skip
        highs.setOptionValue(name, value)
    highs.passModel(_as_arrays(programme, worth, [*programme.rows, *rows], elastic))
    if first is not None:
        start = highspy.HighsSolution()
        start.col_value = [*first, *([0.0] * (programme.width + elastic - len(first)))]
        highs.setSolution(start)
    highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(None, infeasible=True, proven=True)
    if info.primal_solution_status != 2:  # 2: a feasible one is there
        return Answer(None, infeasible=False, proven=False)
    values = list(highs.getSolution().col_value)
    told = info.objective_function_value
    strayed = abs(sum(value * values[column] for column, value in worth.items()) - told)
    if first is not None and strayed > STRAYED * max(1.0, abs(told)):
        # HiGHS 1.16 now and then takes a start for better than it is, and calls it the best: asked without it.
        return ask(programme, worth, seconds=seconds, gap=gap, rows=rows, elastic=elastic)
    proven = status == highspy.HighsModelStatus.kOptimal
    return Answer(values, False, proven, info.objective_function_value, info.mip_dual_bound)


@cache
def _greeted() -> None:
    """The library greets on standard output when it is first used, where machines read our JSON: not here."""
    sys.stdout.flush()
    out, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()
    finally:
        os.dup2(out, 1)
        os.close(out)
        os.close(nowhere)


def _as_arrays(programme: Programme, worth: Mapping[int, float], rows: Sequence[Row], elastic: int) -> highspy.HighsLp:
    width = programme.width + elastic
    money = set(programme.carried.values())
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = width, len(rows)
    cost = np.zeros(width)
    for column, value in worth.items():
        cost[column] = value
    lp.col_cost_ = cost
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_lower_ = np.zeros(width)
    lp.col_upper_ = np.array([highspy.kHighsInf if each in money else 1.0 for each in range(width)])
    lp.integrality_ = [
        highspy.HighsVarType.kContinuous if each in money else highspy.HighsVarType.kInteger for each in range(width)
    ]
    lp.row_lower_ = np.array([row.low if np.isfinite(row.low) else -highspy.kHighsInf for row in rows])
    lp.row_upper_ = np.array([row.high if np.isfinite(row.high) else highspy.kHighsInf for row in rows])
    starts, columns, values = [0], [], []
    for row in rows:
        kept = {column: value for column, value in row.terms.items() if value}
        columns += list(kept)
        values += list(kept.values())
        starts.append(len(columns))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(columns, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(values, dtype=np.double)
    return lp
