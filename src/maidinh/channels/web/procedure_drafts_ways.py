"""Where the outcome of a step leads, in the form of the steps: to one place, to several at once, or by conditions.

Layer 2. An outcome has ways: the first whose condition holds leads on; without one, its usual targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.procedure_drafts_conditions import Fact, shown_condition, take_condition
from maidinh.channels.web.procedure_drafts_typed import (
    Content,
    Errors,
    Typed,
    as_list,
    as_map,
    free_id,
    put_text,
    text_of,
)

MOST = 8  # targets of one way, ways of one outcome


def shaped(outcome: Any) -> bool:
    """Whether the outcome has the shape that the form changes; a file in the making may have any."""
    routes = as_map(outcome).get("routes", [])
    ways = [outcome, *routes] if isinstance(routes, list) and isinstance(outcome, dict) else [None]
    return all(isinstance(each, dict) and _targets(each.get("to")) is not None for each in ways)


def shown_outcome(at: str, outcome: Content, facts: Mapping[str, Fact]) -> Typed:
    """What the form shows of an outcome."""
    found = {f"{at}-name_{lang}": text_of(outcome.get("name"), lang) for lang in ("vi", "en")}
    if outcome.get("reason"):
        found[f"{at}-reason"] = "yes"
    if not shaped(outcome):
        return found
    found |= _shown_targets(f"{at}-to", outcome)
    for r, route in enumerate(as_list(outcome.get("routes"))):
        found |= shown_condition(f"{at}-r{r}-when", route.get("when"), facts)
        found |= _shown_targets(f"{at}-r{r}-to", route)
    return found


def take_outcomes(step: Content, typed: Mapping[str, str], at: str, errors: Errors, facts: Mapping[str, Fact]) -> None:
    """The outcomes of a step as they were typed, one more or less."""
    kept = []
    for o, outcome in enumerate(as_list(step.get("outcomes"))):
        here = f"{at}-{o}"
        if typed.get(f"{here}-remove"):
            continue
        put_text(outcome, "name", typed, f"{here}-name")
        if bool(typed.get(f"{here}-reason")) != bool(outcome.get("reason", False)):
            outcome["reason"] = bool(typed.get(f"{here}-reason"))
        if shaped(outcome):
            _take_targets(outcome, typed, f"{here}-to", errors)
            _take_routes(outcome, typed, here, errors, facts)
        kept.append(outcome)
    new = f"{at}-new"
    if any(typed.get(f"{new}-{name}") for name in ("name_vi", "name_en", "to")):
        made: Content = {"id": free_id(typed.get(f"{new}-name_vi", ""), {str(each.get("id")) for each in kept}, "-")}
        if not typed.get(f"{new}-name_vi"):
            errors[f"{new}-name_vi"] = _("Write it in Vietnamese.")
        put_text(made, "name", typed, f"{new}-name")
        _take_targets(made, typed, f"{new}-to", errors)
        if typed.get(f"{new}-reason"):
            made["reason"] = True
        kept.append(made)
    if not kept:
        errors[f"{at}-0-remove"] = _("A step keeps at least one outcome.")
    step["outcomes"] = kept


def way_counts(outcome: Any) -> dict[str, Any]:
    """How many rows the form has for an outcome: those that stand there, and an empty one."""
    routes = as_list(as_map(outcome).get("routes"))
    return {
        "targets": min(len(_targets(as_map(outcome).get("to")) or [""]) + 1, MOST),
        "routes": [
            {"conditions": len(as_map(as_map(each).get("when"))) + 1,
             "targets": min(len(_targets(as_map(each).get("to")) or [""]) + 1, MOST)}
            for each in [*routes, {}]
        ][:MOST],
    }  # fmt: skip


def _take_routes(
    outcome: Content, typed: Mapping[str, str], at: str, errors: Errors, facts: Mapping[str, Fact]
) -> None:
    routes, kept = as_list(outcome.get("routes")), []
    for r in range(min(len(routes) + 1, MOST)):
        here = f"{at}-r{r}"
        route: Content = routes[r] if r < len(routes) else {}
        if not any(value for name, value in typed.items() if name.startswith(f"{here}-")):
            continue  # emptied: the way is taken out
        take_condition(route, typed, f"{here}-when", errors, facts)
        if not route.get("when") and not any(name.startswith(f"{here}-when-") for name in errors):
            errors[f"{here}-when-0-fact"] = _("Choose what the condition looks at.")
        _take_targets(route, typed, f"{here}-to", errors)
        kept.append(route)
    if kept and kept != routes:
        outcome["routes"] = kept
    elif routes and not kept:
        del outcome["routes"]


def _take_targets(way: Content, typed: Mapping[str, str], at: str, errors: Errors) -> None:
    chosen = [typed.get(_name(at, n), "") for n in range(MOST)]
    chosen = [each for each in chosen if each]
    if not chosen:
        errors[at] = _("Choose where it leads.")
    elif len(set(chosen)) < len(chosen):
        errors[at] = _("Choose different steps.")
    elif chosen != _targets(way.get("to")):
        way["to"] = chosen[0] if len(chosen) == 1 else chosen


def _shown_targets(at: str, way: Content) -> Typed:
    return {_name(at, n): each for n, each in enumerate(_targets(way.get("to")) or [])}


def _name(at: str, number: int) -> str:
    return f"{at}-{number}" if number else at


def _targets(to: Any) -> list[str] | None:
    """The targets of a way; None where they have another shape."""
    found = to if isinstance(to, list) else [to]
    return found if found and len(found) <= MOST and all(isinstance(each, str) for each in found) else None
