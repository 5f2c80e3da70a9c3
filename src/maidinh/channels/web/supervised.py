"""`/supervision`: every approved project by risk, money and lateness; `/architecture/use`: systems nobody uses.

Layer 2. Plain words for who leads, plans, appraises or audits. Legal ground: Nghị định 224/2026/NĐ-CP article 69.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import projects_words, supervised_words
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_choices import by_name
from maidinh.governance.roadmap.queries import adopted
from maidinh.governance.supervision.queries import (
    Supervised,
    measured_on,
    phase_results,
    supervised_for,
    supervision_terms,
    unused_systems,
    used_past_retirement,
)
from maidinh.governance.supervision.rules import HIGH, LEVELS
from maidinh.governance.supervision.use import SystemUse
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

READING, READ = "project.read", "architecture.read"


def supervision(request: HttpRequest) -> HttpResponse:
    """The approved projects, those at the highest risk first; by agency, level and what is late."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = {name: request.GET.get(name, "")[:60].replace("\0", "") for name in ("agency", "level", "late")}
    agencies, at = agency_names(language()), timezone.now()
    everything = supervised_for(actor, at)
    shown = [each for each in everything if _asked(each, asked)]
    levels = supervised_words.level_names()
    context = {
        "rows": [_line(each, agencies) for each in shown],
        "total": len(everything),
        "high": sum(1 for each in everything if HIGH in _levels(each)),
        "planned": sum(each.progress.planned for each in everything),
        "paid": sum(each.progress.paid for each in everything),
        "overdue": sum(len(each.overdue) for each in everything),
        "agencies": [
            ("", _("all")),
            *by_name({each.row.owner: agencies.get(each.row.owner, each.row.owner) for each in everything}),
        ],
        "levels": [("", _("all")), *((each, levels[each]) for each in reversed(LEVELS))],
        "late": [("", _("all")), ("time", _("late milestones")), ("reports", _("overdue reports")),
                 ("conditions", _("conditions past their day")), ("money", _("money behind or above"))],
        "asked": asked,
        "on": localtime(at),
        "phases": _phases(),
        "age": supervised_words.age_text(measured_on(), localtime(at).date()),
    }  # fmt: skip
    return render(request, "projects/supervision.html", context)


def systems_in_use(request: HttpRequest) -> HttpResponse:
    """What is paid for and used by nobody, and what is used though it should be at rest."""
    agencies, today, as_of = agency_names(language()), localtime(timezone.now()).date(), measured_on()
    term = supervision_terms().on(as_of or today)
    context = {
        "unused": [_system(each, agencies) for each in unused_systems()],
        "past": [_system(each, agencies) for each in used_past_retirement()],
        "as_of": as_of,
        "age": supervised_words.age_text(as_of, today),
        "days": term.unused_after_days if term is not None else 0,
        "measured_days": term.measured_days if term is not None else 0,
    }
    return render(request, "projects/systems_in_use.html", context)


def at_risk(actor: Actor, at: Any) -> int:
    """How many projects are at high risk: a figure of the homes of those who watch them."""
    return sum(1 for each in supervised_for(actor, at) if HIGH in _levels(each))


def owed(actor: Actor, at: Any) -> int:
    """How many reports and conditions of the actor's own agency are past their day: a figure of its officer's home."""
    mine = [each for each in supervised_for(actor, at) if each.row.owner in actor.agencies]
    return sum(len(each.overdue) + len(_conditions(each)) for each in mine)


def _phases() -> list[dict[str, Any]]:
    """The phases of the adopted roadmap, each target with what was measured of it."""
    found = adopted()
    return [
        {
            "title": phase.title.in_language(language()), "ends": phase.ends,
            "targets": [
                {
                    "title": each.of.title.in_language(language()), "target": each.of.target, "reached": each.reached,
                    "figure": supervised_words.figure_text(each.of.measure, each.value),
                }
                for each in targets
            ],
        }
        for phase, targets in phase_results(found[0].phases if found else ())
    ]  # fmt: skip


def _asked(each: Supervised, asked: dict[str, str]) -> bool:
    codes = {cause.code for cause in each.rating.causes}
    late = {
        "time": bool(each.facts.late), "reports": bool(each.overdue), "conditions": bool(_conditions(each)),
        "money": bool(codes & {"behind", "above", "contract"}),
    }  # fmt: skip
    return (
        (not asked["agency"] or each.row.owner == asked["agency"])
        and (not asked["level"] or asked["level"] in _levels(each))
        and (not asked["late"] or late.get(asked["late"], True))
    )


def _levels(each: Supervised) -> set[str]:
    return {each.rating.level} | ({each.officer.level} if each.officer is not None else set())


def _conditions(each: Supervised) -> list[Any]:
    return [one for one in each.facts.unmet if one.until is not None and one.until < each.on]


def _line(each: Supervised, agencies: dict[str, str]) -> dict[str, Any]:
    names, states = supervised_words.level_names(), projects_words.state_names()
    return {
        "code": each.row.code,
        "title": each.row.project.title.in_language(language()),
        "owner": agencies.get(each.row.owner, each.row.owner),
        "state": states[each.row.state],
        "level": names[each.rating.level],
        "tone": supervised_words.TONES[each.rating.level],
        "officer": names[each.officer.level] if each.officer is not None and each.differs else "",
        "causes": [supervised_words.cause_text(cause.code, cause.values) for cause in each.rating.causes],
        "planned": each.progress.planned,
        "paid": each.progress.paid,
        "late": each.lateness,
        "overdue": len(each.overdue),
    }


def _system(each: SystemUse, agencies: dict[str, str]) -> dict[str, Any]:
    element = each.element
    return {
        "id": element.id, "name": element.name.in_language(language()) or element.id,
        "owner": agencies.get(element.owner or "", element.owner or ""), "paid": each.paid, "run": each.run_of_year,
        "exchanges": each.exchanges, "since": each.since,
    }  # fmt: skip


ROUTES = [
    page("supervision", supervision, name="supervision", who=READING),
    page("architecture/use", systems_in_use, name="systems-in-use", who=READ),
]
