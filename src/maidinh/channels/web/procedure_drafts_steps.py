"""The form of a procedure's steps: who does what within which time, where each outcome leads; a step more, or less.

Layer 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web.context import language
from maidinh.channels.web.procedure_drafts_conditions import facts_of
from maidinh.channels.web.procedure_drafts_typed import (
    Content,
    Errors,
    Typed,
    as_list,
    as_map,
    free_id,
    named,
    put_budget,
    put_text,
    text_of,
)
from maidinh.channels.web.procedure_drafts_ways import shown_outcome, take_outcomes
from maidinh.services.procedures.definition import AUTOMATIC

ADDED = ("appraisal", "field_check", "consultation", "approval")  # kinds that need nothing but these fields


def plain(outcome: Any) -> bool:
    """Whether the outcome leads to one place, always."""
    return isinstance(as_map(outcome).get("to"), str) and not as_map(outcome).get("routes")


def shown_steps(content: Content) -> Typed:
    """What the form shows of each step."""
    found: Typed = {}
    facts = facts_of(content, language())
    for n, step in enumerate(map(as_map, as_list(content.get("steps")))):
        at = f"steps-{n}"
        budget = as_map(step.get("budget"))
        found |= {f"{at}-name_{lang}": text_of(step.get("name"), lang) for lang in ("vi", "en")}
        found |= {f"{at}-{name}": str(step.get(name) or "") for name in ("id", "kind", "role", "agency")}
        found[f"{at}-amount"] = str(budget.get("amount", ""))
        found[f"{at}-unit"] = str(budget.get("unit", "working_day"))
        for o, outcome in enumerate(as_list(step.get("outcomes"))):
            found |= shown_outcome(f"{at}-{o}", outcome, facts)
    return found


def taken_steps(content: Content, typed: Mapping[str, str], errors: Errors) -> Content:
    """The steps as they were typed."""
    steps, kept = as_list(content.get("steps")), []
    facts = facts_of(content, language())
    for n, step in enumerate(steps):
        at = f"steps-{n}"
        if typed.get(f"{at}-remove"):
            continue
        if not typed.get(f"{at}-name_vi"):
            errors[f"{at}-name_vi"] = _("Write what the step is called, or tick that it is taken out.")
        called = text_of(step.get("name"), "vi")
        put_text(step, "name", typed, f"{at}-name")
        if step.get("kind") not in AUTOMATIC:
            for name, told in (("role", _("Choose who does it.")), ("agency", _("Choose at which agency."))):
                value = typed.get(f"{at}-{name}", "")
                if not value:
                    errors[f"{at}-{name}"] = told
                elif value != step.get(name):
                    step[name] = value
            put_budget(step, "budget", typed, at, errors)
        take_outcomes(step, typed, at, errors, facts)
        named(errors, at, called)
        kept.append(step)
    content["steps"] = kept
    if typed.get("new-name_vi") or typed.get("new-name_en"):
        _add(content, typed, errors)
    return content


def _add(content: Content, typed: Mapping[str, str], errors: Errors) -> None:
    """A step behind another: that one's first outcome leads to it, and it leads where that outcome led."""
    steps = content["steps"]
    if not typed.get("new-name_vi"):
        errors["new-name_vi"] = _("Write it in Vietnamese.")
    if typed.get("new-kind") not in ADDED:
        errors["new-kind"] = _("Choose what is done in the step.")
    for name, told in (("role", _("Choose who does it.")), ("agency", _("Choose at which agency."))):
        if not typed.get(f"new-{name}"):
            errors[f"new-{name}"] = told
    before = next((each for each in steps if as_map(each).get("id") == typed.get("new-after")), None)
    outcomes = as_list(as_map(before).get("outcomes"))
    if before is None or not outcomes or not plain(outcomes[0]):
        errors["new-after"] = _("Choose a step whose first outcome leads to one place.")
        return
    new: Content = {"id": free_id(typed.get("new-name_vi", ""), {str(as_map(each).get("id")) for each in steps}, "-")}
    put_text(new, "name", typed, "new-name")
    new |= {"kind": typed.get("new-kind"), "role": typed.get("new-role"), "agency": typed.get("new-agency")}
    put_budget(new, "budget", typed, "new", errors)
    new["outcomes"] = [{"id": "done", "name": {"vi": "Hoàn thành", "en": "Done"}, "to": outcomes[0]["to"]}]
    outcomes[0]["to"] = new["id"]
    steps.insert(steps.index(before) + 1, new)
