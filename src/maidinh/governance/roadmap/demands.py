"""Projects as demands on the years: what each costs from its start, what it needs, whom it trains.

Layer 4, governance. Pure. What a project is worth and how pressing it is, it can't say itself: the planner states value
and tier, and they begin with the middle of both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.definition import Budget, Capacity, Demand, Phase, Portfolio, Spend
from maidinh.infrastructure.definitions.definition import Text

VALUE, TIER = 10.0, 2
SHARED = ("use", "extend")


def demand_of(
    project: Project,
    *,
    value: float = VALUE,
    tier: int = TIER,
    committed: int | None = None,
    known: Iterable[str] | None = None,
    platforms: Iterable[str] | None = None,
) -> Demand:
    """A project as a demand. `known` are the projects of the portfolio: what is needed of others is done already.

    Its years of cost count from the first year in which it builds; `platforms` are the ids that a platform may have.
    """
    built = [line.year for line in project.costs if line.kind == "build"]
    first = min(built or [line.year for line in project.costs], default=project.began_on.year)
    spent: dict[tuple[int, str, str], int] = defaultdict(int)
    for line in project.costs:
        spent[max(line.year - first, 0), line.source, line.kind] += line.amount
    among = None if known is None else set(known)
    shared = [each.platform for each in project.reuse if each.decision in SHARED]
    usable = None if platforms is None else set(platforms)
    return Demand(
        id=project.id,
        title=project.title,
        agency=project.owner,
        value=value,
        tier=tier,
        duration=max(built) - first + 1 if built else 1,
        spend=[Spend(after=after, source=source, kind="run" if kind == "run" else "build", amount=amount)
               for (after, source, kind), amount in sorted(spent.items())],
        needs=[each for each in project.needs if among is None or each in among],
        platform=next((each for each in shared if usable is None or each in usable), None),
        committed=committed,
        trains=sum(each.people for each in project.training),
        source=project.source,
        confidence=project.confidence,
        sample=project.sample,
    )  # fmt: skip


def in_codes(portfolio: Portfolio, codes: Mapping[str, str]) -> Portfolio:
    """The same portfolio with each agency by its code; one that is not in `codes` stays as it is written."""
    demands = [
        each.model_copy(update={
            "agency": codes.get(each.agency, each.agency),
            "work": [one.model_copy(update={"agency": codes.get(one.agency, one.agency)}) for one in each.work],
        })
        for each in portfolio.demands
    ]  # fmt: skip
    capacities = [
        each.model_copy(update={"agency": codes.get(each.agency, each.agency)}) for each in portfolio.capacities
    ]
    agencies = list(dict.fromkeys(codes.get(each, each) for each in portfolio.agencies))
    return portfolio.model_copy(update={"demands": demands, "capacities": capacities, "agencies": agencies})


def portfolio_from(
    projects: Sequence[Project],
    budgets: Sequence[Budget] = (),
    *,
    id: str,
    title: Text,
    years: Sequence[int],
    capacities: Sequence[Capacity] = (),
    phases: Sequence[Phase] = (),
    committed: dict[str, int] | None = None,
    standing: Sequence[str] = (),
    agencies: Sequence[str] = (),
) -> Portfolio:
    """What a roadmap of these projects is computed from; a project that was begun keeps its year."""
    begun = {code: year for code, year in (committed or {}).items() if year in years}
    known = {project.id for project in projects}
    demands = [
        demand_of(project, committed=begun.get(project.id), known=known, platforms={*standing, *known})
        for project in projects
    ]
    owners = sorted({project.owner for project in projects})
    return Portfolio(
        id=id,
        title=title,
        years=list(years),
        budgets=list(budgets),
        demands=demands,
        capacities=list(capacities),
        phases=list(phases),
        standing=list(standing),
        agencies=sorted({*agencies, *owners}),
        sample=any(project.sample for project in projects),
    )
