"""A roadmap in the reader's language: its status, starts by year, money, what is left out, conflicts. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.web.context import language
from maidinh.channels.web.jinja import vn_decimal, vn_money, vn_number
from maidinh.channels.web.projects_choices import source_names
from maidinh.channels.web.projects_faults import said
from maidinh.governance.projects.faults import Fault
from maidinh.governance.roadmap.definition import Demand, Portfolio, Roadmap, YearSpend
from maidinh.governance.roadmap.queries import ScenarioRevision
from maidinh.governance.roadmap.rules import COMPUTED, DRAFT, FAILED, WAITING
from maidinh.infrastructure.organisations.queries import agency_names

TONES = {DRAFT: "neutral", WAITING: "wait", COMPUTED: "good", FAILED: "late"}
PER_PAGE = 20  # projects on one page of the form


def state_names() -> dict[str, str]:
    """What the states of a revision are called."""
    return {
        DRAFT: _("not computed yet"),
        WAITING: _("being computed"),
        COMPUTED: _("computed"),
        FAILED: _("broke off"),
    }


def state_of(revision: ScenarioRevision) -> tuple[str, str]:
    """The state of a revision in words, and its tone."""
    if revision.state == COMPUTED and (revision.roadmap or {}).get("status") == "infeasible":
        return _("does not hold together"), "late"
    return state_names()[revision.state], TONES[revision.state]


class Words:
    """One portfolio and its roadmap, in the reader's language."""

    def __init__(self, portfolio: Portfolio, roadmap: Roadmap | None = None) -> None:
        self.portfolio, self.roadmap = portfolio, roadmap
        self.demands = {each.id: each for each in portfolio.demands}
        self.agencies, self.sources = agency_names(language()), source_names()

    def title(self, demand: str) -> str:
        """What a project is called."""
        found = self.demands.get(demand)
        return (found.title.in_language(language()) or demand) if found else demand

    def agency(self, code: str) -> str:
        """What an agency is called."""
        return self.agencies.get(code, code)

    def source(self, code: str) -> str:
        """What a source of money is called."""
        return self.sources.get(code, code)

    def status(self) -> str:
        """What came of the computation, in a sentence or two."""
        if self.roadmap is None:
            return ""
        gap = "" if self.roadmap.gap is None else vn_decimal(self.roadmap.gap * 100)
        if self.roadmap.status == "infeasible":
            return _("No roadmap keeps everything that is demanded. Below stands what cannot hold together.")
        if self.roadmap.status == "feasible":
            return _("Time ran out. A better roadmap may exist, but it would be worth at most %(gap)s%% more.") % {
                "gap": gap or "–"
            }
        if gap in ("", "0"):
            return _("This is the best roadmap there is.")
        return _("This is the best roadmap, to within %(gap)s%%.") % {"gap": gap}

    def starts(self) -> list[dict[str, Any]]:
        """The years, each with the projects that start in it."""
        found = self.roadmap.starts if self.roadmap else {}
        return [
            {"year": year, "projects": [self._start(each) for each in sorted(found) if found[each] == year]}
            for year in sorted({*self.portfolio.years, *found.values()})
        ]

    def _start(self, demand: str) -> dict[str, Any]:
        form = self.demands.get(demand)
        before = self.roadmap.changed.get(demand) if self.roadmap else None
        return {
            "id": demand,
            "title": self.title(demand),
            "agency": self.agency(form.agency) if form else "",
            "cost": vn_money(cost_of(form)) if form else "",
            "pinned": form is not None and form.pinned is not None,
            "committed": form is not None and form.committed is not None,
            "before": before[0] if before else None,
        }

    def money(self) -> list[dict[str, Any]]:
        """Money by source: each year what is given, carried in, spent, carried out."""
        found = self.roadmap.spend if self.roadmap else {}
        return [{"source": self.source(code), "rows": [_money_row(each) for each in found[code]]} for code in found]

    def left_out(self) -> list[dict[str, str]]:
        """What got no place, and why."""
        found = self.roadmap.left_out if self.roadmap else []
        return [
            {"id": each.project, "title": self.title(each.project),
             "why": _translated(each.why, self._named(each.values))}
            for each in found
        ]  # fmt: skip

    def marginal(self) -> list[dict[str, str]]:
        """What a little more of each source would buy, the most first; what would buy nothing is left away."""
        found = sorted(self.roadmap.marginal, key=lambda each: -each.value) if self.roadmap else []
        return [
            {
                "what": _("%(amount)s more from %(source)s in %(year)s")
                % {"amount": vn_money(each.amount), "source": self.source(each.source), "year": each.year},
                "value": vn_decimal(each.value),
                "comes_in": ", ".join(map(self.title, each.comes_in))
                or (_("nothing new, but projects start earlier") if not each.goes_out else ""),
                "goes_out": ", ".join(map(self.title, each.goes_out)),
            }
            for each in found
            if vn_decimal(each.value) not in ("0", "-0")
        ]

    def tiers(self) -> list[dict[str, str]]:
        """What each urgency came to and how far that may be from the most it could be; nothing where there is one."""
        found = self.roadmap.tiers if self.roadmap and len(self.roadmap.tiers) > 1 else []
        placed = self.roadmap.starts if self.roadmap else {}
        return [
            {
                "tier": str(each.tier),
                "started": vn_number(sum(one.tier == each.tier and one.id in placed for one in self.demands.values())),
                "all": vn_number(sum(one.tier == each.tier for one in self.demands.values())),
                "value": vn_decimal(each.value),
                "bound": vn_decimal(each.bound),
                "gap": vn_decimal(each.gap * 100),
            }
            for each in found
        ]

    def _named(self, values: Mapping[str, str | int | float]) -> dict[str, str]:
        """Values of a text as people read them: names for codes, separators within amounts."""
        names = {each: self.title(each) for each in self.demands} | self.agencies | self.sources
        found = {}
        for key, value in values.items():
            if isinstance(value, str):
                found[key] = ", ".join(names.get(each, each) for each in value.split(", "))
            elif key in ("year", "years"):
                found[key] = str(value)
            else:
                found[key] = vn_number(value) if isinstance(value, int) else vn_decimal(value)
        return found

    def conflicts(self) -> list[dict[str, str]]:
        """What cannot hold together, and what can be done about each."""
        found = self.roadmap.conflicts if self.roadmap else []
        todo = remedies()
        return [{"says": _translated(each.says, self._named(each.values)), "title": self.title(each.subject),
                 "remedy": todo.get(each.kind, _("Take this demand back, or change one of the others named here."))}
                for each in found]  # fmt: skip


def remedies() -> dict[str, str]:
    """What the planner can do about a demand that conflicts, by its kind."""
    return {
        "budget": _("Give more money in these years, or let money be carried over."),
        "deadline": _("A deadline of law can't be moved here: make room for it, or report that it can't be met."),
        "pin": _("Let the computation decide on this project again (set it free)."),
        "pinned": _("Let the computation decide on this project again (set it free)."),
        "capacity": _("Give the agency more capacity, or let its other projects start later."),
        "needs": _("Let what it needs start earlier, or take the dependence out."),
        "platform": _("Put the platform into the plan too, or take this project out."),
        "alternative": _("Of these only one is funded: take the pin from the others."),
        "committed": _("It was begun already: its money has to be found first."),
    }


def cost_of(demand: Demand) -> int:
    """What building it costs."""
    return sum(each.amount for each in demand.spend if each.kind == "build")


def _money_row(each: YearSpend) -> dict[str, Any]:
    lost = each.budget + each.carried_in - each.build - each.run - each.carried_out
    return {"year": each.year, "given": each.budget, "carried_in": each.carried_in, "build": each.build,
            "run": each.run, "carried_out": each.carried_out, "unused": max(lost, 0)}  # fmt: skip


def _translated(says: str, values: Mapping[str, Any]) -> str:
    """A text of the solver in the reader's language; what has no places to fill stays as it is."""
    translated = _(says)
    try:
        return translated % values if values else translated
    except (KeyError, ValueError, TypeError):
        return translated


def told(faults: list[Fault], scenario_id: int, portfolio: Portfolio) -> list[dict[str, str]]:
    """What is wrong in a portfolio, each with its row and the page where it is mended."""
    return [_told(each, scenario_id, portfolio) for each in faults]


def _told(fault: Fault, scenario_id: int, portfolio: Portfolio) -> dict[str, str]:
    part, _dot, rest = fault.field.partition(".")
    number = rest.partition(".")[0]
    row = int(number) if number.isdecimal() else None
    where, href = fault.place or fault.field, ""
    names = agency_names(language()) | source_names()
    values = {key: names.get(value, value) for key, value in fault.values.items()}
    if part == "demands" and row is not None and row < len(portfolio.demands):
        demand = portfolio.demands[row]
        where = _("Project %(name)s") % {"name": demand.title.in_language(language()) or demand.id}
        page = f"?page={row // PER_PAGE + 1}#demand-{row}"
        href = reverse("roadmap-demands", kwargs={"scenario_id": scenario_id}) + page
    elif part == "budgets" and row is not None and row < len(portfolio.budgets):
        budget = portfolio.budgets[row]
        words = {"source": source_names().get(budget.source, budget.source), "year": budget.year}
        where = _("Money: %(source)s, %(year)s") % words
        href = reverse("roadmap-money", kwargs={"scenario_id": scenario_id}) + f"#amount-{budget.year}-{budget.source}"
    elif part == "capacities":
        where, href = _("Capacity of agencies"), reverse("roadmap-capacity", kwargs={"scenario_id": scenario_id})
    return {"where": where, "text": said(replace(fault, values=values)), "href": href}


def projects_count(number: int) -> str:
    """So many projects."""
    return ngettext("%(num)s project", "%(num)s projects", number) % {"num": number}
