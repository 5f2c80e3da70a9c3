"""What a dossier's forms are filled from, read from its rows: history, steps, papers, extensions, defects.

Layer 4. The one place that knows which rows extensions and defects come from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.organisations.queries import agencies
from maidinh.services.dossiers.queries import history_of
from maidinh.services.dossiers.rules import case_of, outcome_of, step_of
from maidinh.services.procedures.definition import Procedure
from maidinh.services.results.forms import Defect, Extension, HandOver, Line, Told, points_in


def told_of(dossier: Any) -> Told:
    """Everything that the forms about a dossier may say; the reader needs to be one of its agencies, or the worker."""
    procedure = dossier.procedure.procedure
    events = history_of(dossier, public_only=False)
    tasks = [task for task in dossier.tasks.order_by("id") if task.role]
    known = agencies()
    names = {code: row.name_vi for code, row in known.items()}
    people = _names({*(event.actor for event in events), *(one for task in tasks for one in _hands(task))})
    return Told(
        procedure=procedure,
        status=int(dossier.status),
        receiving=dossier.receiving,
        submitted_at=timezone.localtime(dossier.submitted_at),
        accepted_at=_local(dossier.accepted_at),
        due_at=_local(dossier.due_at),
        limit=dossier.limit or case_of(procedure, dossier.case).time_limit.budget.model_dump(mode="json"),
        papers=_papers(dossier, procedure),
        lines=tuple(_line(event) for event in events),
        extensions=tuple(_extensions(dossier)),
        defects=tuple(_defects(dossier, procedure)),
        steps=tuple(_step(task, procedure, names, people) for task in tasks),
        titles=form_titles(),
        agencies=names,
        parents={code: known[row.parent_id].name_vi for code, row in known.items() if row.parent_id in known},
        people=people,
    )


def form_titles() -> dict[str, str]:
    """The Vietnamese names of the forms, by number."""
    codes = read_code_list(definitions_root(settings.MAIDINH.definitions) / "national", "forms").codes
    return {str(code.code): code.name.vi for code in codes}


def _extensions(dossier: Any) -> list[Extension]:
    rows = dossier.extensions.order_by("id") if hasattr(dossier, "extensions") else []
    return [
        Extension(
            id=str(row.pk),
            at=timezone.localtime(row.at),
            old_due=timezone.localtime(row.old_due),
            new_due=timezone.localtime(row.new_due),
            reason=row.reason,
            agency=row.agency,
            actor=row.by,
        )
        for row in rows
    ]


def _defects(dossier: Any, procedure: Procedure) -> list[Defect]:
    rows = dossier.defects.order_by("id") if hasattr(dossier, "defects") else []
    named = {("paper", paper.id): paper.name.vi for paper in procedure.papers}
    named |= {("field", field.id): field.label.vi for page in procedure.pages for field in page.fields}
    return [
        Defect(row.request, named.get((row.kind, row.target), row.target), text)
        for row in rows
        for text in ([row.text] if row.target else points_in(row.text))
    ]


def _papers(dossier: Any, procedure: Procedure) -> tuple[str, ...]:
    handed = set(dossier.papers.values_list("paper", flat=True))
    return tuple(
        f"{paper.name.vi} ({paper.copies:02d} bản)" if paper.copies > 1 else paper.name.vi
        for paper in procedure.papers
        if paper.id in handed
    )


def _line(event: Any) -> Line:
    return Line(
        id=event.pk,
        at=timezone.localtime(event.at),
        kind=event.kind,
        status=event.status,
        step=event.step,
        agency=event.agency,
        actor=event.actor,
        reason=event.reason,
    )


def _step(task: Any, procedure: Procedure, names: dict[str, str], people: dict[str, str]) -> HandOver:
    step = step_of(procedure, task.step)
    known = {outcome.id for outcome in step.outcomes}
    outcome = outcome_of(step, task.outcome).name.vi if task.outcome in known else task.outcome and "Kết thúc sớm"
    return HandOver(
        step=step.name.vi,
        agency=names.get(task.agency, task.agency),
        taken_by=people.get(task.claimed_by, ""),
        opened_at=timezone.localtime(task.opened_at),
        taken_at=_local(task.claimed_at),
        due_at=_local(task.due_at),
        closed_at=_local(task.closed_at),
        closed_by=people.get(task.closed_by, ""),
        outcome=outcome or "",
    )


def _hands(task: Any) -> set[str]:
    return {task.claimed_by, task.closed_by}


def _names(ids: set[str]) -> dict[str, str]:
    found = {one: official(one) for one in ids if one and not one.startswith("account:")}
    return {one: person.name for one, person in found.items() if person}


def _local(value: datetime | None) -> datetime | None:
    return timezone.localtime(value) if value else None
