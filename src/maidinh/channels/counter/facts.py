"""What an official finds out at a step: asked on the desk's form, read from what was posted. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.wording import language
from maidinh.services.dossiers.rules import step_of
from maidinh.services.procedures.definition import Fact, Step

PREFIX = "fact-"


def facts_asked(step: Step) -> list[dict[str, Any]]:
    """The step's facts as fields of the form."""
    yes_no = {"yes": _("Yes"), "no": _("No")}
    return [
        {
            "name": PREFIX + fact.id,
            "label": fact.label.in_language(language()),
            "kind": fact.kind,
            "required": fact.required,
            "choices": list(
                yes_no.items()
                if fact.kind == "yes_no"
                else [(value, text.in_language(language())) for value, text in fact.options.items()]
            ),
        }
        for fact in step.facts
    ]


def read_facts(dossier: Any, task_id: int, posted: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as values; what can't be read stays text, and the engine refuses it by name."""
    step = _step(dossier, task_id)
    typed = {fact.id: posted.get(PREFIX + fact.id, "").strip() for fact in step.facts} if step else {}
    kinds = {fact.id: fact for fact in step.facts} if step else {}
    return {name: _value(kinds[name], text) for name, text in typed.items() if text}


def fact_errors(dossier: Any, task_id: int, wrong: list[str]) -> dict[str, str]:
    """What to say at each fact that is missing or can't be read."""
    step = _step(dossier, task_id)
    words = {
        "number": _("Write a number, for example 12"),
        "yes_no": _("Choose yes or no"),
        "choice": _("Choose one of the answers"),
        "date": _("Write the day as year-month-day, for example 2026-07-01"),
        "text": _("Write what you found"),
    }
    return {PREFIX + fact.id: str(words[fact.kind]) for fact in (step.facts if step else ()) if fact.id in wrong}


def _step(dossier: Any, task_id: int) -> Step | None:
    task = dossier.tasks.filter(pk=task_id).first()
    return step_of(dossier.procedure.procedure, task.step) if task else None


def _value(fact: Fact, text: str) -> Any:
    if fact.kind == "yes_no" and text in ("yes", "no"):
        return text == "yes"
    if fact.kind == "number":
        plain = text.replace(" ", "").replace(",", ".")
        try:
            number = float(plain)
        except ValueError:
            return text
        return int(number) if number.is_integer() else number
    return text
