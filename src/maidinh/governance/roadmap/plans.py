"""The plan of one agency for one year, drawn from a roadmap: tasks with their money by source, and the totals.

Layer 4, governance. Pure. The form is that in which agencies hand in their yearly plan of information technology and
digital transformation; which decree asks for it stands with the portfolio's phases, not here. Amounts are whole dong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.definition import Demand, Portfolio, Roadmap
from maidinh.governance.roadmap.wording import word
from maidinh.infrastructure.definitions.definition import LegalBasis, Text

TaskState = Literal["continued", "new", "running"]
STATES: tuple[TaskState, ...] = ("continued", "new", "running")


@dataclass(frozen=True)
class SourceOfMoney:
    """A source of money: its name, and whether it is recurrent spending; None where nobody says."""

    name: Text
    regular: bool | None = None


@dataclass(frozen=True)
class PlanTask:
    """A task of the plan. `money` is this year's by source, `before` what was given until the year before."""

    id: str
    title: Text
    state: TaskState
    grounds: tuple[LegalBasis, ...]
    aim: Text | None
    owner: str
    cooperating: tuple[str, ...]
    first: int
    last: int
    total: int
    before: int
    money: Mapping[str, int]
    rest: int
    deadline: int | None = None
    pinned: bool = False
    needs: tuple[str, ...] = ()

    @property
    def this_year(self) -> int:
        """All money of this year."""
        return sum(self.money.values())


@dataclass(frozen=True)
class AnnualPlan:
    """The plan: its tasks in the order of the form, the sources that stand in it, and the carry-over they allow."""

    portfolio: str
    portfolio_title: Text
    agency: str
    year: int
    tasks: tuple[PlanTask, ...]
    sources: tuple[str, ...]
    names: Mapping[str, SourceOfMoney]
    carries: frozenset[str]
    sample: bool = False

    def of(self, state: TaskState) -> list[PlanTask]:
        """The tasks of one part of the form."""
        return [each for each in self.tasks if each.state == state]

    @property
    def totals(self) -> dict[str, int]:
        """This year's money by source."""
        return {each: sum(task.money.get(each, 0) for task in self.tasks) for each in self.sources}

    @property
    def total(self) -> int:
        """All of this year's money."""
        return sum(self.totals.values())

    def source_name(self, source: str, language: str) -> str:
        """What a source is called; its code where nothing names it."""
        found = self.names.get(source)
        return found.name.in_language(language) if found else source

    def money_kind(self, source: str, language: str) -> str:
        """Whether a source is investment or recurrent spending."""
        found = self.names.get(source)
        if found is None or found.regular is None:
            return word("unclassed", language)
        return word("regular" if found.regular else "investment", language)


def annual_plan(
    portfolio: Portfolio,
    roadmap: Roadmap,
    projects: Mapping[str, Project],
    agency: str,
    year: int,
    sources: Mapping[str, SourceOfMoney] | None = None,
) -> AnnualPlan:
    """The agency's plan for the year: what is built in it, and what costs running money in it."""
    tasks = [
        task
        for each in portfolio.demands
        if each.agency == agency and (task := _task(each, roadmap, projects.get(each.id), year)) is not None
    ]
    tasks.sort(key=lambda task: (STATES.index(task.state), task.first, task.id))
    used = {source for task in tasks for source in task.money}
    known = list(sources or {})
    order = [each for each in known if each in used] + sorted(used - set(known))
    carries = {each.source for each in portfolio.budgets if each.carries_over and each.year == year}
    return AnnualPlan(
        portfolio=portfolio.id, portfolio_title=portfolio.title, agency=agency, year=year, tasks=tuple(tasks),
        sources=tuple(order), names=dict(sources or {}), carries=frozenset(carries & used), sample=portfolio.sample,
    )  # fmt: skip


def years_of(portfolio: Portfolio, roadmap: Roadmap) -> list[int]:
    """The years for which there may be a plan."""
    last = [roadmap.starts[each.id] + each.duration - 1 for each in portfolio.demands if each.id in roadmap.starts]
    years = {*portfolio.years, *last, *roadmap.starts.values()}
    return list(range(min(years), max(years) + 1)) if years else []


def _task(demand: Demand, roadmap: Roadmap, project: Project | None, year: int) -> PlanTask | None:
    first = roadmap.starts.get(demand.id)
    if first is None:
        return None
    last = first + max(demand.duration, 1) - 1
    money: dict[str, int] = {}
    for each in demand.spend:
        if first + each.after == year and each.amount:
            money[each.source] = money.get(each.source, 0) + each.amount
    if year < first or (year > last and not money):
        return None
    build = [each for each in demand.spend if each.kind == "build"]
    state: TaskState = "new" if year == first else "continued" if year <= last else "running"
    grounds = [demand.mandate] if demand.mandate else []
    grounds += [each for each in (project.legal_basis if project else ()) if each not in grounds]
    others = [each.agency for each in demand.work] + [each.agency for each in (project.training if project else ())]
    return PlanTask(
        id=demand.id, title=demand.title, state=state, grounds=tuple(grounds),
        aim=project.summary if project else None, owner=demand.agency,
        cooperating=tuple(dict.fromkeys(each for each in others if each != demand.agency)), first=first, last=last,
        total=sum(each.amount for each in build),
        before=sum(each.amount for each in build if first + each.after < year), money=money,
        rest=sum(each.amount for each in build if first + each.after > year), deadline=demand.deadline,
        pinned=demand.pinned is not None and demand.pinned != "out", needs=tuple(demand.needs),
    )  # fmt: skip
